"""A memory network: it has no steps in time; values, padding and gradients are looked at."""

from collections.abc import Callable, Iterator

import keras
import numpy as np

from seqzoo.diagnosis import record
from seqzoo.diagnosis.batch import Batch
from seqzoo.diagnosis.result import Finding
from seqzoo.diagnosis.stepless import of_all_weights

ROWS, SENTENCES, WORDS, SEED = 8, 6, 5, 1  # of a batch that is made up
MORE = 2  # words and sentences of padding added
INPUTS = ["story", "question"]
TOLERANCE = 1e-4


def is_one(model: keras.Model) -> bool:
    """Whether a model reads a story and a question."""
    # A model of another class, or one that is not built yet, has no inputs.
    inputs = getattr(model, "inputs", None) or []
    return [each.name for each in inputs] == INPUTS


def made_up(model: keras.Model) -> dict[str, np.ndarray]:
    """Stories of random ids, of mixed lengths."""
    tables = (
        each for each in model._flatten_layers() if isinstance(each, keras.layers.Embedding)
    )
    count = max(table.input_dim for table in tables if table.name.startswith("words"))
    draw = np.random.default_rng(SEED)
    story = draw.integers(1, count, (ROWS, SENTENCES, WORDS)).astype(np.int32)
    for row in story:
        row[draw.integers(1, SENTENCES + 1) :] = 0
        for sentence in row:
            sentence[draw.integers(1, WORDS + 1) :] = 0
    return {"story": story, "question": draw.integers(1, count, (ROWS, WORDS), np.int32)}


def findings(
    model: keras.Model, used: Batch, loss: Callable | None = None
) -> Iterator[Finding]:
    """Values that are none, padding that changes answers, and gradients that do not come down.

    Args:
        model: see `is_one`.
        used: the batch.
        loss: from the model's outputs to a scalar; None: the sum of their squares.
    """
    yield from record.values(record.recorded(model, used.inputs()))
    yield _padding(model, used)
    if keras.backend.backend() == "tensorflow":
        yield of_all_weights(model, used, loss)


def _padding(model: keras.Model, used: Batch) -> Finding:
    """Whether more sentences and words of padding leave the answers as they are."""
    given = [used.named[name] for name in INPUTS]
    longer = [np.pad(each, ((0, 0), *[(0, MORE)] * (each.ndim - 1))) for each in given]
    plain, padded = (
        np.asarray(keras.tree.flatten(model(each, training=False))[0])
        for each in (given, longer)
    )
    apart = float(np.abs(plain - padded).max())
    found = f"{MORE} more words and sentences of padding change the answers by {apart:.1e}"
    if apart <= TOLERANCE:
        return Finding("ok", "masks", "model", found)
    return Finding(
        "warning", "masks", "model", found,
        "let sums over words and sentences leave out those that are none",
    )  # fmt: skip
