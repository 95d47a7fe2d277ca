"""The training loss of classifiers: balanced classes and the focal loss, against their formulas."""

import json

import numpy as np
import pytest
import tensorflow as tf

from seqzoo.recipes import sentiment
from seqzoo.tasks.classification import losses, training
from seqzoo.tasks.classification.data import TextClasses
from seqzoo.tasks.classification.training import Settings
from seqzoo.training.command import run_recipe
from tests.support.command_line import failure
from tests.support.flags import changed

LABELS = np.array([0, 2, 1, 2])
PROBABILITIES = np.random.default_rng(0).dirichlet(np.ones(3), 4).astype(np.float32)
WEIGHTS = np.array([0.5, 2.0, 1.0, 3.0], np.float32)


def batch(*weights):
    return (None, tf.constant(LABELS), *map(tf.constant, weights))


@pytest.mark.parametrize("gamma", [0.0, 0.5, 2.0])
@pytest.mark.parametrize("weights", [(), (WEIGHTS,)], ids=["alike", "weighted"])
def test_the_loss_is_the_formula_s_in_double_precision(gamma, weights):
    p = PROBABILITIES.astype(np.float64)[np.arange(4), LABELS]
    expected = -((1 - p) ** gamma) * np.log(p)
    for weight in weights:
        expected = expected * weight
    of_texts = losses.of_batch(Settings(focal=gamma), batch(*weights))
    np.testing.assert_allclose(of_texts(tf.constant(PROBABILITIES)), expected, rtol=1e-4)


@pytest.mark.parametrize("gamma", [0.1, 1.0, 5.0])
def test_a_sure_answer_has_a_gradient_that_is_a_number(gamma):
    logits = tf.Variable([[0.0, 200.0], [200.0, 0.0]])
    with tf.GradientTape() as tape:
        shares = tf.nn.softmax(logits)
        of_texts = losses.of_batch(Settings(focal=gamma), (None, tf.constant([1, 1])))
        total = tf.reduce_sum(of_texts(shares))
    assert np.isfinite(tape.gradient(total, logits)).all()


def test_balanced_weights_make_classes_weigh_the_same():
    labels = np.array([0] * 90 + [1] * 9 + [2])
    weights = losses.balanced(labels, 3)
    np.testing.assert_allclose(weights, [100 / 270, 100 / 27, 100 / 3], rtol=1e-6)
    for number in range(3):
        assert weights[labels[labels == number]].sum() == pytest.approx(100 / 3)
    assert weights[labels].mean() == pytest.approx(1)


def test_a_batch_has_its_texts_weights(trained):
    data = TextClasses(trained / "state" / "data", 16, 0)
    data.class_weights = np.array([0.25, 4.0], np.float32)
    for tokens, labels, weights in data.batches(data.plan(0)[:3]):
        assert len(tokens) == len(labels) == len(weights)
        np.testing.assert_array_equal(weights, data.class_weights[labels.numpy()])


def test_weights_reach_the_gradient(trained):
    """A class of weight 0 moves nothing; doubled weights double the loss."""
    data = TextClasses(trained / "state" / "data", 16, 0)
    still = {"dropout": 0.0, "embedding_dropout": 0.0, "token_dropout": 0.0}
    config = Settings(units=4, embedding_dim=4, adversarial=0.1, **still)
    model = training.build(config, data)
    ((tokens, labels),) = data.batches(data.plan(0)[:1])
    found = []
    for weight in (0.0, 1.0, 2.0):
        weights = tf.fill(tf.shape(labels), weight)
        total, count = training.loss(config, model, (tokens, labels, weights))
        assert float(count) == len(labels)
        found.append(float(total))
    assert found[0] == 0
    assert found[2] == pytest.approx(2 * found[1], rel=1e-3)


def test_a_training_with_both_says_so(tiny_flags, tmp_path, capfd):
    flags = [*tiny_flags, "--class-weights", "balanced", "--focal", "2"]
    folder = tmp_path / "m"
    assert run_recipe(sentiment, [*flags, "--output", str(folder)]) == 0
    config = json.loads((folder / "config.json").read_text())["config"]
    assert (config["class_weights"], config["focal"]) == ("balanced", 2.0)
    metrics = json.loads((folder / "metrics.json").read_text())
    said = metrics["training_loss"]
    assert said.startswith("cross-entropy, each class weighted by n / (classes * count)")
    assert said.endswith("focal, gamma 2 (Lin et al. 2017)")
    assert f"Training loss: {said}." in (folder / "README.md").read_text()
    assert metrics["test"]["accuracy"] > 0.5
    capfd.readouterr()
    for flag, value in (("--class-weights", "some"), ("--focal", "-1")):
        refused = run_recipe(
            sentiment, changed(flags, flag, value, "--output", str(folder))
        )
        assert f"{flag}: expected" in failure(capfd, refused)


def test_a_plain_training_says_nothing_of_its_loss(trained):
    assert "training_loss" not in json.loads((trained / "metrics.json").read_text())
    assert "Training loss" not in (trained / "README.md").read_text()


def test_the_square_loss_is_that_of_the_outputs_about_their_mean():
    logits = np.random.default_rng(1).normal(1, 2, (4, 3))
    z = tf.Variable(logits, dtype="float32")
    of_texts = losses.of_batch(Settings(loss="square"), batch(WEIGHTS))
    with tf.GradientTape() as tape:
        found = of_texts(tf.nn.softmax(z))
        total = tf.reduce_sum(found)
    apart = logits - np.eye(3)[LABELS]
    apart -= apart.mean(axis=1, keepdims=True)
    np.testing.assert_allclose(found, WEIGHTS * (apart**2).sum(axis=1) / 2, rtol=1e-4)
    # The gradient of a linear output, but for what all outputs have in common.
    expected = WEIGHTS[:, None] * apart
    np.testing.assert_allclose(tape.gradient(total, z), expected, atol=1e-4)


def test_of_two_classes_the_square_loss_has_its_least_at_the_answer():
    for label in (0, 1):
        of_texts = losses.of_batch(Settings(loss="square"), (None, tf.constant([label])))
        exact = tf.nn.softmax(tf.one_hot([label], 2) + 3.0)
        assert float(of_texts(exact)[0]) == pytest.approx(0, abs=1e-6)


def test_a_training_with_square_loss_and_a_rate_of_the_output_says_so(
    tiny_flags, tmp_path, capfd
):
    flags = [*tiny_flags, "--loss", "square", "--output-rate", "0.5"]
    folder = tmp_path / "m"
    assert run_recipe(sentiment, [*flags, "--output", str(folder)]) == 0
    config = json.loads((folder / "config.json").read_text())["config"]
    assert (config["loss"], config["output_rate"]) == ("square", 0.5)
    metrics = json.loads((folder / "metrics.json").read_text())
    assert metrics["training_loss"].startswith("square, of the outputs before softmax")
    assert metrics["test"]["accuracy"] > 0.5
    capfd.readouterr()
    for more, told in (
        (["--focal", "2"], "--focal 2.0: with --loss square it plays no part"),
        (["--output-rate", "0"], "--output-rate: expected"),
        (["--multi-label", "|"], "--loss square: it is for texts of one label"),
    ):
        refused = run_recipe(
            sentiment, changed(flags, *more, "--output", str(tmp_path / "n"))
        )
        assert told in failure(capfd, refused)
