"""A model of trees: it has no steps in time; values, padding and gradients are looked at."""

from collections.abc import Callable, Iterator

import keras
import numpy as np

from seqzoo.diagnosis import record
from seqzoo.diagnosis.batch import Batch
from seqzoo.diagnosis.result import Finding
from seqzoo.diagnosis.stepless import of_all_weights
from seqzoo.errors import InputError
from seqzoo.layers import TreeStates

ROWS, NODES, MORE, SEED = 8, 15, 5, 1  # of a batch that is made up; nodes of padding added
TOLERANCE = 1e-4


def layer_of(model: keras.Model) -> TreeStates | None:
    """The layer that composes trees, if the model has one."""
    found = (each for each in model._flatten_layers() if isinstance(each, TreeStates))
    return next(found, None)


def is_one(model: keras.Model) -> bool:
    """Whether a model composes trees."""
    return layer_of(model) is not None


def made_up(model: keras.Model) -> dict[str, np.ndarray]:
    """Chains of random ids that branch to the right, of mixed lengths.

    Raises:
        InputError: on a model with other inputs than `tokens` and `children`.
    """
    names = [each.name for each in model.inputs]
    if names != ["tokens", "children"]:
        raise InputError(f"{model.name}: expected a batch; its inputs are {names}")
    table = next(
        each for each in model._flatten_layers() if isinstance(each, keras.layers.Embedding)
    )
    draw = np.random.default_rng(SEED)
    tokens = np.zeros((ROWS, NODES), np.int32)
    children = np.zeros((ROWS, NODES, model.inputs[1].shape[-1] or 2), np.int32)
    for row in range(ROWS):
        words = int(draw.integers(2, (NODES + 1) // 2 + 1))
        tokens[row, :words] = draw.integers(1, table.input_dim, words)
        for number, place in enumerate(range(words, 2 * words - 1)):
            below = place if number else words  # the node before; at first the last word
            children[row, place, :2] = [words - 1 - number, below][: children.shape[2]]
    return {"tokens": tokens, "children": children}


def findings(
    model: keras.Model, used: Batch, loss: Callable | None = None
) -> Iterator[Finding]:
    """Values that are none, padding that changes outputs, and gradients that do not come down.

    Args:
        model: with a `TreeStates`.
        used: the batch.
        loss: from the model's outputs to a scalar; None: the sum of their squares.
    """
    run = record.recorded(model, used.inputs())
    yield from record.values(run)
    yield _padding(model, used)
    if keras.backend.backend() == "tensorflow":
        yield of_all_weights(model, used, loss)


def _padding(model: keras.Model, used: Batch) -> Finding:
    """Whether more nodes of padding leave the outputs as they are."""
    given = list(used.named.values())
    longer = [
        np.pad(each, ((0, 0), (0, MORE), *[(0, 0)] * (each.ndim - 2))) for each in given
    ]
    plain, padded = (
        np.asarray(keras.tree.flatten(model(each, training=False))[0])
        for each in (given, longer)
    )
    real = (used.named["tokens"] != 0) | (used.named["children"] != 0).any(-1)
    if plain.ndim == 3:  # of all nodes
        plain, padded = plain[real], padded[:, : plain.shape[1]][real]
    apart = float(np.abs(plain - padded).max())
    found = f"{MORE} more nodes of padding change the outputs by {apart:.1e}"
    if apart <= TOLERANCE:
        return Finding("ok", "masks", "model", found)
    return Finding(
        "warning",
        "masks",
        "model",
        found,
        "let what pools nodes leave out those that are none",
    )
