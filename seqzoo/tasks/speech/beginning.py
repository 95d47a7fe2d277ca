"""Weights to begin a training with: those of a trained recognizer, perhaps of another vocabulary."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from seqzoo.artifact import Artifact
from seqzoo.artifact.finished import find
from seqzoo.datasets.audio.front_end import FrontEnd
from seqzoo.errors import InputError
from seqzoo.tasks.speech import symbols

# How frames are normalized may differ: their numbers are alike.
LOOSE = ("normalize", "means", "deviations")
LOGITS = "logits"


def give(
    model: keras.Model, name: str, front_end: FrontEnd, signs: Sequence[str], stack: int
) -> None:
    """Give a new network the weights of a trained one.

    A network of a single direction takes the forward layers of one of two, and what they read of forward
    layers. A symbol that the trained one has not, begins with what it was drawn.

    Args:
        model: the new network.
        name: of the trained recognizer, or its folder.
        front_end: of the new one.
        signs: symbols of the new one, the blank first.
        stack: frames of a step of the new one.

    Raises:
        InputError: if there is no such recognizer, or it differs in more than directions and symbols.
    """
    where = f"--begin-with {name}"
    found = Artifact(find(name))
    _check_alike(where, found.config, front_end, stack)
    known = symbols.load(found.path(symbols.FILE))
    trained, _ = found.load()
    ours, theirs = (_weighted(each) for each in (model, trained))
    if len(ours) != len(theirs):
        raise InputError(f"{where}: expected {len(ours)} layers; got {len(theirs)}")
    for own, other in zip(ours, theirs, strict=True):
        before, weights = own.get_weights(), _forward(own, other)
        if own.name == LOGITS:
            pairs = zip(before, weights, strict=True)
            weights = [_by_symbol(*pair, signs, known) for pair in pairs]
        shapes = [[weight.shape for weight in each] for each in (before, weights)]
        if shapes[0] != shapes[1]:
            raise InputError(
                f"{where}: layer {own.name}: expected weights {shapes[0]}; got {shapes[1]}"
            )
        own.set_weights(weights)


def _check_alike(
    where: str, config: dict[str, Any], front_end: FrontEnd, stack: int
) -> None:
    """Refuse a recognizer whose frames are others."""
    text, arguments = config["text"], config["model"]["arguments"]
    if "front_end" not in text or "stack" not in arguments:
        raise InputError(f"{where}: expected a recognizer; it is of task {config['task']}")
    theirs = {
        **FrontEnd.from_json(text["front_end"]).to_json(),
        "stack": arguments["stack"],
    }
    ours = {**front_end.to_json(), "stack": stack}
    for field, value in ours.items():
        if field not in LOOSE and theirs[field] != value:
            raise InputError(f"{where}: {field}: expected {value}; got {theirs[field]}")


def _weighted(model: keras.Model) -> list[keras.layers.Layer]:
    """The layers that have weights, from the input on."""
    return [layer for layer in model.layers if layer.weights]


def _forward(own: keras.layers.Layer, other: keras.layers.Layer) -> list[np.ndarray]:
    """The weights of a layer, as far as a layer of our shapes has them.

    Of both directions the forward ones stand first, in layers and in what they read.
    """
    shapes = [weight.shape for weight in own.weights]
    weights = other.get_weights()
    if len(weights) == 2 * len(shapes):
        weights = weights[: len(shapes)]
    if len(weights) != len(shapes):
        return weights  # of another kind
    return [
        weight[: shape[0]] if weight.ndim == 2 and len(weight) == 2 * shape[0] else weight
        for weight, shape in zip(weights, shapes, strict=True)
    ]


def _by_symbol(
    before: np.ndarray, weight: np.ndarray, signs: Sequence[str], known: Sequence[str]
) -> np.ndarray:
    """Weights (..., our symbols): those of the trained network where it has the symbol."""
    if weight.shape[:-1] != before.shape[:-1]:
        return weight
    result = before.copy()
    for place, sign in enumerate(signs):
        if sign in known:
            result[..., place] = weight[..., known.index(sign)]
    return result
