"""A batch for each kind of trained model, out of a user's file: what `seqzoo doctor --data` looks at."""

import itertools
from pathlib import Path

import numpy as np

from seqzoo.errors import InputError

ROWS, STEPS = 32, 64  # at most: texts, and tokens of a row of running text


def batch_of(model, path: Path):
    """The first texts of a file, as a trained model's network takes them.

    Args:
        model: a `seqzoo.predictors.Predictor`.
        path: a file as `seqzoo evaluate --data` takes it.

    Returns:
        int32 arrays (texts, time), padded with 0 on the right, in a dictionary by the network's inputs.

    Raises:
        InputError: if the file can't be read, or has nothing for the model.
    """
    rows = list(itertools.islice(_READERS[model.config["task"]](model, path), ROWS))
    if not rows:
        raise InputError(f"{path}: expected texts; there are none")
    batch = {name: _padded([row[name] for row in rows]) for name in rows[0]}
    if model.config["task"] == "language":
        batch |= {name: np.zeros((len(rows), model.model.input[name].shape[-1]), np.float32)
                  for name in model.reading.names}  # fmt: skip
    return batch


def _padded(rows) -> np.ndarray:
    ids = np.zeros((len(rows), max(map(len, rows))), np.int32)
    for place, row in zip(ids, rows, strict=True):
        place[: len(row)] = row
    return ids


def _classes(model, path):
    from seqzoo.datasets import read_examples

    for example in read_examples(path):
        yield {_names(model)[0]: model.encode(example.text, example.source)}


def _words(model, path):
    from seqzoo.datasets.tagged import read_segmentation

    return _tagged(model, read_segmentation(path))


def _entities(model, path):
    from seqzoo.datasets.tagged import read_entities

    return _tagged(model, read_entities(path, model.tagging.scheme, model.unit))


def _tagged(model, examples):
    coder = model.tagging.coder
    for example in examples:
        columns = coder.columns(coder.ids(example.tokens[: coder.max_length]))
        yield dict(zip(_names(model), columns.T, strict=True))


def _pairs(model, path):
    from seqzoo.datasets import read_columns
    from seqzoo.translator import check_length
    from seqzoo.vocabulary import BOS, EOS

    for pair in read_columns(path):
        source, target = model.translating.encode(pair.source), model.translating.target.encode(pair.target)
        check_length(source, pair.where)
        yield {"source": source, "target": np.array([BOS, *target, EOS])}


def _running(model, path):
    """Rows of one stream, all of one length: the states of language models go on, past no padding."""
    from seqzoo.datasets import running

    ids = model.ids(itertools.islice(running.read(path), 1), str(path))
    steps = min(len(ids), STEPS)
    for start in range(0, len(ids) - steps + 1, steps):
        yield {"tokens": ids[start : start + steps]}


def _names(model) -> list[str]:
    return [x.name for x in model.model.inputs]


_READERS = {
    "classification": _classes,
    "entities": _entities,
    "language": _running,
    "segmentation": _words,
    "translation": _pairs,
}
