"""The scores of a tagger's CRF, as its artifact or a live layer has them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from seqzoo.decoding.viterbi import Chain
from seqzoo.errors import InputError
from seqzoo.text import schemes

NAMES = ("start", "transitions", "end")


def chain_of(scores: Any, tags: Sequence[str], scheme: str | None, where: str) -> Chain:
    """Scores of a file, and minus infinity for what the scheme forbids.

    Args:
        scores: `start`, `transitions` and `end` as lists of numbers, as `transitions.json` has them.
        tags: names of the tags.
        scheme: their scheme, if the CRF keeps to one.
        where: the file, for errors.

    Raises:
        InputError: if these are not scores of so many tags.
    """
    count = len(tags)
    try:
        arrays = [np.array(scores[name], np.float32) for name in NAMES]
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise InputError(f"{where}: not the scores of {count} tags: {error}") from error
    shapes = [(count,), (count, count), (count,)]
    if [array.shape for array in arrays] != shapes:
        raise InputError(f"{where}: not the scores of {count} tags: of another shape")
    if not all(np.isfinite(array).all() for array in arrays):
        raise InputError(
            f"{where}: not the scores of {count} tags: not all of them are finite"
        )
    wide = [array.astype(np.float64) for array in arrays]
    if scheme is None:
        return Chain(*wide)
    starts, allowed, ends = schemes.legal(list(tags), scheme)
    flags = zip(wide, (starts, allowed, ends), strict=True)
    return Chain(*(np.where(np.array(flag), array, -np.inf) for array, flag in flags))


def live_chain(layer: Any) -> Chain:
    """The scores that a `seqzoo.layers.CRF` has now."""
    return Chain(*(np.asarray(score, np.float64) for score in layer.scores()))


def lists(scores: Mapping[str, np.ndarray]) -> dict[str, list]:
    """A CRF's scores by name as lists for a JSON file, which has no infinity: None stands for it."""
    result = {}
    for name, array in scores.items():
        values = array.astype(object)
        values[~np.isfinite(array)] = None
        result[name] = values.tolist()
    return result
