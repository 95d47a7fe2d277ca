"""Virtual adversarial training: the move is the reference's, and texts without labels take part."""

import json

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from seqzoo import models
from seqzoo.recipes import sentiment
from seqzoo.tasks.classification import adversarial, training
from seqzoo.tasks.classification.training import Settings
from seqzoo.training.command import run_recipe
from tests.support.command_line import failure
from tests.support.flags import changed

TOKENS = tf.constant([[5, 3, 7, 1], [4, 8, 2, 6], [6, 2, 9, 3]])
PADDED = tf.constant([[5, 3, 7, 0], [4, 8, 0, 0], [6, 2, 9, 3]])
LABELS = tf.constant([0, 1, 1])
SIZE = 0.3


def plain():
    """The mean of embeddings, and a dense layer: small enough to be differentiated by hand."""
    keras.utils.set_random_seed(0)
    tokens = keras.Input((4,), dtype="int32")
    x = layers.Embedding(10, 5, name="embedding")(tokens)
    x = layers.GlobalAveragePooling1D()(x)
    model = keras.Model(tokens, layers.Dense(3, "softmax")(x))
    draw = np.random.default_rng(0)
    model.set_weights([draw.normal(size=w.shape) for w in model.get_weights()])
    return model


def recurrent():
    keras.utils.set_random_seed(0)
    model = models.classifier(10, 2, units=3, embedding_dim=4, pooling="mean", dropout=0.5)
    draw = np.random.default_rng(0)
    model.set_weights([draw.normal(size=w.shape) for w in model.get_weights()])
    return model


def norm(x):
    return np.sqrt((x**2).sum((1, 2), keepdims=True))


def kullback_leibler(first, second):
    return (first * np.log(first / second)).sum(1)


def reference(model, start):
    """The same in float64 NumPy, the gradient by hand."""
    table, kernel, bias = (w.astype("float64") for w in model.get_weights())
    embedded = table[TOKENS.numpy()]  # (batch, time, features)

    def answer(x):
        logits = x.mean(1) @ kernel + bias
        logits = np.exp(logits - logits.max(1, keepdims=True))
        return logits / logits.sum(1, keepdims=True)

    clean = answer(embedded)
    little = start / norm(start) * adversarial.STEP * norm(embedded)
    # The divergence's gradient by the logits is the difference of the answers.
    slope = (answer(embedded + little) - clean) @ kernel.T / embedded.shape[1]
    direction = np.broadcast_to(slope[:, None, :], embedded.shape)
    moved = embedded + direction / norm(direction) * SIZE * norm(embedded)
    return kullback_leibler(clean, answer(moved))


def test_the_move_is_that_of_a_float64_reference():
    model = plain()
    start = np.random.default_rng(1).normal(size=(3, 4, 5))
    found = adversarial.virtual_losses(model, TOKENS, SIZE, tf.constant(start, tf.float32))
    np.testing.assert_allclose(found, reference(model, start), rtol=2e-3)
    assert (np.asarray(found) > 1e-3).all()


def test_the_move_changes_answers_more_than_random_ones_of_its_size():
    model, size = recurrent(), 0.02
    found = np.asarray(adversarial.virtual_losses(model, PADDED, size))
    rest = adversarial.AfterEmbedding(model, training=False)
    embedded = model.get_layer("embedding")(PADDED).numpy()
    real = (PADDED.numpy() != 0)[:, :, None]
    clean = rest(PADDED, embedded).numpy().astype("float64")
    draw, apart = np.random.default_rng(0), []
    for _ in range(50):
        noise = draw.normal(size=embedded.shape) * real
        moved = embedded + size * norm(embedded * real) * noise / norm(noise)
        answers = rest(PADDED, moved.astype("float32")).numpy().astype("float64")
        apart.append(kullback_leibler(clean, answers))
    assert (found > 2 * np.mean(apart, axis=0)).all()


def test_without_a_size_nothing_moves_and_a_draw_follows_from_the_tokens():
    model = recurrent()
    np.testing.assert_allclose(adversarial.virtual_losses(model, PADDED, 0.0), 0, atol=1e-7)
    once, again = (adversarial.virtual_losses(model, PADDED, SIZE) for _ in range(2))
    np.testing.assert_array_equal(once, again)


def test_texts_without_labels_move_the_weights():
    """The loss is the plain one, and the mean divergence of all texts for each labelled one."""
    keras.utils.set_random_seed(0)
    model = models.classifier(10, 2, units=3, embedding_dim=4, pooling="mean", dropout=0.0)
    config = Settings(virtual_adversarial=SIZE, pretrain=1, unlabelled="more.txt")
    with tf.GradientTape() as tape:
        total, weight = training.loss(config, model, (PADDED, LABELS, TOKENS[:2]))
    labelled, _ = training.loss(Settings(), model, (PADDED, LABELS))
    apart = [adversarial.virtual_losses(model, each, SIZE) for each in (PADDED, TOKENS[:2])]
    assert float(weight) == 3
    expected = float(labelled) + 3 * np.concatenate(apart).mean()
    assert float(total) == pytest.approx(expected, rel=1e-5)
    for variable, gradient in zip(
        model.trainable_variables,
        tape.gradient(total, model.trainable_variables),
        strict=True,
    ):
        assert np.abs(tf.convert_to_tensor(gradient)).max() > 0, variable.path


def test_a_training_reads_texts_without_labels(tiny_flags, tmp_path, capfd):
    more = tmp_path / "more.txt"
    more.write_text("a great film\nan awful plot\n" * 20, "utf-8")
    flags = changed(tiny_flags, "--virtual-adversarial", "0.1", "--epochs", "1")
    given = [*flags, "--unlabelled", str(more), "--output", str(tmp_path / "m")]
    assert run_recipe(sentiment, given) == 0
    assert (
        "made smooth on the training texts and 40 texts without labels"
        in capfd.readouterr().out
    )
    config = json.loads((tmp_path / "m" / "config.json").read_text())["config"]
    assert config["virtual_adversarial"] == 0.1
    refused = run_recipe(
        sentiment, [*flags, "--multi-label", "|", "--output", str(tmp_path / "n")]
    )
    assert "--virtual-adversarial: it is for texts of one label" in failure(capfd, refused)
