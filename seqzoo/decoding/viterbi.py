"""A conditional random field over whole batches, in NumPy: the best path, and how likely each tag is.

Rows are right-padded and of any lengths; sums are in double precision and in one order, so that ties come
out as they do in `seqzoo.layers.CRF`.
"""

from typing import NamedTuple

import numpy as np


class Chain(NamedTuple):
    """The scores of a linear-chain CRF, float64; minus infinity for what must not be.

    Attributes:
        start: (tags,), of a first tag.
        transitions: (tags, tags), of a tag (row) and the one behind it (column).
        end: (tags,), of a last tag.
    """

    start: np.ndarray
    transitions: np.ndarray
    end: np.ndarray


def best_path(emissions: np.ndarray, lengths: np.ndarray, chain: Chain) -> np.ndarray:
    """The tags of the best path of each row (Viterbi 1967); of equal paths the one of lower tags.

    Args:
        emissions: float (batch, time, tags), the score of each tag at each step.
        lengths: int (batch,), steps of each row that are real.
        chain: the scores.

    Returns:
        int32 (batch, time); 0 behind a row's end, and throughout a row on which every path is forbidden.
    """
    batch, time, count = emissions.shape
    order = np.argsort(-lengths, kind="stable")  # rows that go on stand first
    left = _rows_at(lengths, time)
    wide = emissions[order].astype(np.float64)
    into = np.ascontiguousarray(chain.transitions.T)  # (tag, tag before)
    scores = chain.start + wide[:, 0]  # (batch, tags)
    before = np.zeros((time, batch, count), np.intp)
    for t in range(1, time):
        now = scores[: left[t]]
        paths = now[:, None, :] + into  # (rows, tag, tag before)
        before[t, : left[t]] = paths.argmax(axis=2)
        scores[: left[t]] = paths.max(axis=2) + wide[: left[t], t]
    scores = scores + chain.end
    tags = _back(scores, before, left)
    tags[scores.max(axis=1) == -np.inf] = 0
    result = np.empty_like(tags)
    result[order] = tags
    return result


def _rows_at(lengths: np.ndarray, time: int) -> list[int]:
    """How many rows are real at each step."""
    return [int((lengths > t).sum()) for t in range(time)]


def _back(scores: np.ndarray, before: np.ndarray, left: list[int]) -> np.ndarray:
    """The tags, int32 (batch, time), from the last one of each row.

    Args:
        scores: (batch, tags), of whole paths by their last tag; longer rows stand first.
        before: the tag before each tag on its best path, (time, batch, tags).
        left: rows that are real at each step.
    """
    time, batch, _ = before.shape
    tags = np.zeros((batch, time), np.int32)
    now = scores.argmax(axis=1)
    rows = np.arange(batch)
    for t in range(time - 1, -1, -1):
        tags[: left[t], t] = now[: left[t]]
        if t:
            real = left[t]
            now[:real] = before[t, rows[:real], now[:real]]
    return tags


def marginals(emissions: np.ndarray, lengths: np.ndarray, chain: Chain) -> np.ndarray:
    """The probability of each tag at each step, by the forward and the backward sums (Rabiner 1989).

    Args:
        emissions, lengths, chain: as for `best_path`.

    Returns:
        float64 (batch, time, tags); 0 behind a row's end, and throughout a row on which every path is
        forbidden.
    """
    batch, time, count = emissions.shape
    wide = emissions.astype(np.float64)
    real = np.arange(time) < lengths[:, None]  # (batch, time)
    forward = np.full((batch, time, count), -np.inf)
    forward[:, 0] = chain.start + wide[:, 0]
    for t in range(1, time):
        paths = forward[:, t - 1, :, None] + chain.transitions  # (batch, tag before, tag)
        forward[:, t] = _log_sum(paths, 1) + wide[:, t]

    backward = np.zeros((batch, time, count)) + chain.end
    for t in range(time - 2, -1, -1):
        following = wide[:, t + 1] + backward[:, t + 1]  # (batch, tag)
        paths = chain.transitions + following[:, None, :]  # (batch, tag before, tag)
        # The last real step is followed by the end alone.
        backward[:, t] = np.where(real[:, t + 1, None], _log_sum(paths, 2), chain.end)

    total = forward + backward
    shares = np.exp(total - _finite(_log_sum(total, 2))[..., None])
    return np.where(real[..., None], shares, 0.0)


def _log_sum(x: np.ndarray, axis: int) -> np.ndarray:
    """log(sum(exp(x))) along an axis; minus infinity where all of x is."""
    top = _finite(x.max(axis=axis, keepdims=True))
    with np.errstate(divide="ignore"):
        return np.log(np.exp(x - top).sum(axis=axis)) + top.squeeze(axis)


def _finite(x: np.ndarray) -> np.ndarray:
    """x with 0 in the place of minus infinity."""
    return np.where(x == -np.inf, 0.0, x)
