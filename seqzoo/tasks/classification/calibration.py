"""Probabilities that say how often an answer is right: temperature scaling (Guo et al. 2017, section 4.2)."""

from typing import Any

import keras
import numpy as np

from seqzoo.tasks.classification.data import TextClasses

OUTPUT = "label"  # the layer of logits and softmax
LEAST, MOST = 0.05, 20.0  # temperatures
STEPS = 60  # of the search; each leaves 0.62 of the range
GOLDEN = (np.sqrt(5) - 1) / 2
LEAST_CONTRARY = 2.0**-25  # of a probability that float32 holds for 1
TINY = 1e-30  # below any probability that float32 tells from 0


def calibrate(model: keras.Model, data: TextClasses) -> dict[str, Any]:
    """Divide a classifier's logits by the temperature that the validation part likes best.

    The output layer's weights are divided, so whatever runs the network has calibrated probabilities. Which
    class is most probable does not change.

    Args:
        model: a builder's, with a layer `label`; changed.
        data: its prepared data.

    Returns:
        `calibration`: `temperature`.
    """
    probabilities = data.inference(model).of_encoded(data.encoded["validation"])
    temperature = temperature_of(probabilities, data.gold("validation"))
    layer = model.get_layer(OUTPUT)
    layer.set_weights([weight / temperature for weight in layer.get_weights()])
    return {"calibration": {"temperature": temperature}}


def temperature_of(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """The temperature at which the labels are most likely, from `LEAST` to `MOST`.

    The likelihood is concave in the inverse temperature, so a golden-section search finds its maximum.

    Args:
        probabilities: float (texts, classes), at temperature 1.
        labels: int (texts,); or bool (texts, classes), where each class has a probability by itself.
    """
    bounded = np.maximum(probabilities.astype(np.float64), TINY)
    if labels.ndim == 2:
        # Each class against its contrary: (texts, classes) -> (texts * classes, 2)
        contrary = np.maximum(1 - probabilities.astype(np.float64), LEAST_CONTRARY)
        bounded = np.stack([contrary, bounded], axis=-1).reshape(-1, 2)
        labels = labels.ravel().astype(int)
    logits, rows = np.log(bounded), np.arange(len(labels))

    def loss(inverse: float) -> float:
        return -float(np.mean(log_shares(logits * inverse)[rows, labels]))

    low, high = 1 / MOST, 1 / LEAST
    for _ in range(STEPS):
        left, right = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
        if loss(left) < loss(right):
            high = right
        else:
            low = left
    return 2 / (low + high)


def log_shares(logits: np.ndarray) -> np.ndarray:
    """The logarithm of the softmax of float (texts, classes)."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
