"""A conditional random field over whole batches, in NumPy: the best path, and how likely each tag is.

Rows are right-padded and of any lengths; sums are in double precision and in one order, so that ties come
out as they do in `seqzoo.layers.CRF`.
"""

from collections.abc import Iterable, Sequence
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
        lengths: int (batch,), steps of each row that are real, at least 1.
        chain: the scores.

    Returns:
        int32 (batch, time); 0 behind a row's end, and throughout a row on which every path is forbidden.
    """
    batch, time, _ = emissions.shape
    if batch == 1:
        tags = np.zeros((1, time), np.int32)
        stop = int(lengths[0])
        tags[:, :stop] = _path_of_one(emissions[:, :stop], chain)
        return tags
    best = _scores(emissions, chain)  # (time, tags, batch)
    rows = np.arange(batch)
    whole = best[lengths - 1, :, rows] + chain.end  # (batch, tags), of whole paths
    real = np.arange(time)[:, None] < lengths  # (time, batch)
    real[:, whole.max(axis=1) == -np.inf] = False
    before = _before(best, chain, real)
    # A tag of a row stands at tag * batch + row of its step: a path is a walk along such places.
    walk = np.empty((time, batch), np.intp)
    walk[-1] = whole.argmax(axis=1) * batch + rows
    for t in range(time - 1, 0, -1):
        before[t - 1].take(walk[t], out=walk[t - 1])
    tags = np.where(real, walk // batch, 0)
    return np.ascontiguousarray(tags.T, np.int32)  # (batch, time)


def _path_of_one(emissions: np.ndarray, chain: Chain) -> list[int]:
    """The best path of one row without padding, as `best_path` has it, with fewer calls of NumPy.

    Args:
        emissions: float (1, time, tags).
        chain: the scores.
    """
    best = _scores(emissions, chain)[..., 0]  # (time, tags)
    whole = best[-1] + chain.end
    tag = int(whole.argmax())
    if whole[tag] == -np.inf:
        return [0] * len(best)
    paths = best[:-1, :, None] + chain.transitions  # (time - 1, tag before, tag)
    walk = [tag]
    for pointers in reversed(paths.argmax(axis=1).tolist()):
        tag = pointers[tag]
        walk.append(tag)
    return walk[::-1]


class Bonus(NamedTuple):
    """What a path gains that has some tags at a place.

    Attributes:
        start: the first step of these tags.
        tags: which they are, by number.
        score: what is added to the path's score, above 0.
    """

    start: int
    tags: tuple[int, ...]
    score: float


def best_path_with(
    emissions: np.ndarray, chain: Chain, bonuses: Iterable[Bonus]
) -> list[int]:
    """The tags of the best path of one row, where some runs of tags gain a bonus.

    Of two bonuses whose steps overlap no path may have both, as of two words that overlap.

    Args:
        emissions: float (time, tags).
        chain: the scores.
        bonuses: all of whose steps are in the row.

    Returns:
        The tags; 0 throughout where every path is forbidden.
    """
    steps = emissions.astype(np.float64)
    ending: dict[int, list[Bonus]] = {}
    for bonus in bonuses:
        ending.setdefault(bonus.start + len(bonus.tags) - 1, []).append(bonus)

    best = np.empty_like(steps)  # of paths that end in each tag at each step
    entered: list[list[tuple[int, ...]]] = []  # for each step and tag the path's last tags
    for t, row in enumerate(steps):
        paths = chain.start[None] if t == 0 else best[t - 1][:, None] + chain.transitions
        best[t] = paths.max(axis=0) + row
        before = paths.argmax(axis=0).tolist()
        entered.append(
            [(tag,) if t == 0 else (before[tag], tag) for tag in range(len(row))]
        )
        for bonus in ending.get(t, ()):
            score = _of_run(best, steps, chain, bonus)
            if score > best[t, bonus.tags[-1]]:
                best[t, bonus.tags[-1]] = score
                entered[t][bonus.tags[-1]] = _run_and_before(best, chain, bonus)
    whole = best[-1] + chain.end
    if whole.max() == -np.inf:
        return [0] * len(steps)

    walk = [int(whole.argmax())]
    while len(walk) < len(steps):
        walk += reversed(entered[len(steps) - len(walk)][walk[-1]][:-1])
    return walk[::-1]


def _first_of(best: np.ndarray, chain: Chain, bonus: Bonus) -> np.ndarray:
    """Scores of the paths to a run's first tag, without its own: float64 (tags before,), or (1,)."""
    if bonus.start == 0:
        return chain.start[[bonus.tags[0]]]
    return best[bonus.start - 1] + chain.transitions[:, bonus.tags[0]]


def _of_run(best: np.ndarray, steps: np.ndarray, chain: Chain, bonus: Bonus) -> float:
    """The score of the best path that ends with a run of tags, its bonus in it."""
    tags = list(bonus.tags)
    own = steps[range(bonus.start, bonus.start + len(tags)), tags].sum()
    inner = chain.transitions[tags[:-1], tags[1:]].sum()
    return float(_first_of(best, chain, bonus).max() + own + inner + bonus.score)


def _run_and_before(best: np.ndarray, chain: Chain, bonus: Bonus) -> tuple[int, ...]:
    """A run's tags, behind the one before it on the best path."""
    if bonus.start == 0:
        return bonus.tags
    return (int(_first_of(best, chain, bonus).argmax()), *bonus.tags)


def score_of(path: Sequence[int], emissions: np.ndarray, chain: Chain) -> float:
    """The score of one path.

    Args:
        path: its tags, (time,).
        emissions: float (time, tags).
        chain: the scores.
    """
    tags = list(path)
    own = emissions[range(len(tags)), tags].astype(np.float64).sum()
    ends = chain.start[tags[0]] + chain.end[tags[-1]]
    return float(own + chain.transitions[tags[:-1], tags[1:]].sum() + ends)


def _scores(emissions: np.ndarray, chain: Chain) -> np.ndarray:
    """Scores of the best paths to each tag at each step, float64 (time, tags, batch).

    Steps behind a row's end get some, too: they are of no use and do no harm.
    """
    # Rows stand last: NumPy computes long last axes fast.
    best = np.array(emissions.transpose(1, 2, 0), np.float64, order="C")  # a copy
    into = chain.transitions[:, :, None]  # (tag before, tag, 1)
    paths = np.empty((*chain.transitions.shape, best.shape[2]))
    highest = np.empty(best.shape[1:])
    best[0] += chain.start[:, None]
    add, largest = np.add, np.maximum.reduce
    for before, now in zip(best[:-1, :, None], best[1:], strict=True):
        add(before, into, paths)
        largest(paths, axis=0, out=highest)
        add(now, highest, now)
    return best


def _before(best: np.ndarray, chain: Chain, real: np.ndarray) -> np.ndarray:
    """Where in its step the best path to each tag was one step before.

    Args:
        best: as `_scores` gives them, (time, tags, batch).
        chain: the scores.
        real: bool (time, batch), what is no padding; there paths keep their tag.

    Returns:
        int (time - 1, tags * batch): tag before * batch + row, of the steps from the second on.
    """
    time, count, batch = best.shape
    places = np.arange(count * batch).reshape(count, batch)
    into = chain.transitions[:, :, None]  # (tag before, tag, 1)
    highest = best[:-1, :1] + into[0]  # (time - 1, tags, batch)
    before = np.empty((time - 1, count, batch), np.intp)
    before[:] = places[0]
    for tag in range(1, count):
        paths = best[:-1, tag, None] + into[tag]
        # Only a better path takes the place of one from a lower tag.
        np.copyto(before, places[tag], where=paths > highest)
        np.maximum(highest, paths, out=highest)
    np.copyto(before, places, where=~real[1:, None])
    return before.reshape(time - 1, count * batch)  # (time - 1, tags, batch) -> places


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
