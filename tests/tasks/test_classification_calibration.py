"""Calibration: the temperature against a search by brute force, and what it changes of a network."""

import json

import numpy as np
import pytest

from seqzoo import models
from seqzoo.tasks.classification.calibration import LEAST, MOST, log_shares, temperature_of

ROWS = 400


def softmax(logits):
    return np.exp(log_shares(logits))


def draw(classes, temperature, seed=0):
    """Probabilities of a network that is too sure by `temperature`, and labels drawn from the true ones."""
    generator = np.random.default_rng(seed)
    true = generator.normal(size=(ROWS, classes)) * 2
    labels = [generator.choice(classes, p=row) for row in softmax(true)]
    return softmax(true * temperature).astype(np.float32), np.array(labels)


@pytest.mark.parametrize("classes", [2, 5])
@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
def test_no_temperature_makes_the_labels_more_likely(classes, temperature):
    probabilities, labels = draw(classes, temperature)
    found = temperature_of(probabilities, labels)

    def likelihood(t):
        shares = log_shares(np.log(probabilities.astype(np.float64)) / t)
        return shares[np.arange(ROWS), labels].mean()

    others = [likelihood(t) for t in np.geomspace(LEAST, MOST, 3000)]
    assert likelihood(found) > max(others) - 1e-9
    assert found == pytest.approx(temperature, rel=0.25)


def test_answers_that_are_all_right_or_all_wrong_stay_in_bounds():
    sure = np.array([[1.0, 0.0], [0.0, 1.0]], np.float32)
    assert temperature_of(sure, np.array([0, 1])) >= LEAST
    assert temperature_of(sure, np.array([1, 0])) <= MOST * 1.001


def test_a_training_ends_in_a_calibrated_network(trained):
    """The metrics name the temperature; at it, the validation's likelihood is at its best."""
    metrics = json.loads((trained / "metrics.json").read_text())
    assert LEAST < metrics["calibration"]["temperature"] < MOST
    for part in ("validation", "test"):
        assert 0 <= metrics[part]["ece"] <= 1
        counted = sum(each["count"] for each in metrics[part]["reliability"])
        assert counted == metrics["examples"][part]
    assert (trained / "reliability.png").stat().st_size > 1000
    history = (trained / "history.csv").read_text()
    assert "validation_ece" in history


def test_dividing_weights_divides_logits_and_changes_no_answer():
    from seqzoo.tasks.classification import calibration

    model = models.classifier(30, 3, units=4, embedding_dim=4)
    tokens = np.random.default_rng(0).integers(1, 30, (50, 7)).astype(np.int32)
    before = np.asarray(model(tokens))
    layer = model.get_layer(calibration.OUTPUT)
    layer.set_weights([weight * 9 for weight in layer.get_weights()])
    sharp = np.asarray(model(tokens))
    layer.set_weights([weight / 9 for weight in layer.get_weights()])
    assert np.allclose(model(tokens), before, atol=1e-6)
    expected = softmax(np.log(before.astype(np.float64)) * 9)
    assert np.allclose(sharp, expected, atol=1e-5)
    assert np.array_equal(sharp.argmax(1), before.argmax(1))


def test_every_recipe_of_classifiers_calibrates(tmp_path):
    """Those of seqzoo, and the one that `seqzoo new recipe` writes."""
    import importlib

    from seqzoo import recipes
    from seqzoo.__main__ import main

    assert main(["new", "recipe", "headlines", "--output", str(tmp_path / "new")]) == 0
    (written,) = (tmp_path / "new").glob("*/recipe.py")
    text = written.read_text()
    for name in ("finish", "pretraining"):
        assert f'"{name}"' in text
    for module in recipes.modules().values():
        recipe = importlib.import_module(module)
        if recipe.TASK.name == "classification":
            assert callable(recipe.finish), module
