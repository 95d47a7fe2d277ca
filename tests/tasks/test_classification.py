import keras
import numpy as np
import pytest
import tensorflow as tf

from seqzoo import models
from seqzoo.tasks.classification import losses
from seqzoo.tasks.classification import training as classification
from seqzoo.tasks.classification.adversarial import AfterEmbedding, adversarial_loss
from seqzoo.tasks.classification.training import Settings

TOKENS = tf.constant([[5, 3, 7, 0], [4, 8, 0, 0], [6, 2, 9, 3]])
LABELS = tf.constant([0, 1, 1])
BATCH = TOKENS, LABELS


def adversarial(model, size):
    of_texts = losses.of_batch(Settings(), BATCH)
    return adversarial_loss(model, BATCH, size, of_texts)


def make():
    keras.utils.set_random_seed(0)
    return models.classifier(10, 2, units=3, embedding_dim=4, pooling="mean", dropout=0.0)


def test_loss_is_the_sum_over_examples():
    total, weight = classification.loss(Settings(), make(), (TOKENS, LABELS))
    probabilities = np.asarray(make()(TOKENS))
    expected = -np.log(probabilities[np.arange(3), LABELS.numpy()]).sum()
    assert float(total) == pytest.approx(expected, rel=1e-5)
    assert float(weight) == 3


def test_without_a_perturbation_adversarial_training_is_plain():
    plain, _ = classification.loss(Settings(), make(), (TOKENS, LABELS))
    moved, _ = adversarial(make(), 0.0)
    assert float(moved) == pytest.approx(float(plain), rel=1e-6)


def test_the_perturbation_hurts_more_than_any_random_one_of_its_size():
    model, size = make(), 0.01
    plain = float(classification.loss(Settings(), model, (TOKENS, LABELS))[0])
    total = float(adversarial(model, size)[0])
    worst = 2 * total - plain  # the half on the moved embeddings
    embedding, rest = model.get_layer("embedding"), AfterEmbedding(model)
    embedded = embedding(TOKENS).numpy()
    real = (TOKENS.numpy() != 0)[:, :, None]
    generator = np.random.default_rng(0)

    def norm(x):
        return np.sqrt((x**2).sum((1, 2), keepdims=True))

    for _ in range(50):
        noise = generator.normal(size=embedded.shape) * real
        moved = embedded + size * norm(embedded * real) * noise / norm(noise)
        found = losses.cross_entropy(LABELS, rest(TOKENS, tf.constant(moved, tf.float32)))
        assert float(tf.reduce_sum(found)) < worst
    assert worst > plain


def test_adversarial_gradients_reach_every_weight():
    model = make()
    with tf.GradientTape() as tape:
        total, _ = adversarial(model, 0.02)
    for variable, gradient in zip(
        model.trainable_variables,
        tape.gradient(total, model.trainable_variables),
        strict=True,
    ):
        assert gradient is not None, variable.path
        assert float(tf.reduce_max(tf.abs(tf.convert_to_tensor(gradient)))) > 0, (
            variable.path
        )


def test_behind_the_embedding_the_network_trains_with_dropout():
    """What it gives is what the whole model gives in training, draw by draw."""
    model = models.classifier(
        20,
        2,
        cell="gru",
        units=4,
        embedding_dim=4,
        dropout=0.5,
        token_dropout=0.3,
        embedding_dropout=0.3,
    )
    tokens = tf.constant([[1, 2, 3, 4], [5, 6, 0, 0]])
    seeds = [
        layer.seed_generator.state
        for layer in model._flatten_layers()
        if hasattr(layer, "seed_generator")
    ]
    before = [seed.numpy() for seed in seeds]
    whole = [model(tokens, training=True).numpy() for _ in range(3)]
    for seed, value in zip(seeds, before, strict=True):
        seed.assign(value)
    rest = AfterEmbedding(model)
    parts = [rest(tokens, model.get_layer("embedding")(tokens)).numpy() for _ in range(3)]
    np.testing.assert_allclose(parts, whole, atol=1e-6)
    assert not np.allclose(whole[0], whole[1])
