"""Where an utterance is quiet: pauses between its words, and its words in another order.

A network may learn a word by its place: where each recording begins with the same word, the first word needs
no hearing. Words in another order stand at other places. This file stands alone: exports take it along. It
needs NumPy alone.
"""

from typing import NamedTuple

import numpy as np

LEAST = 0.1  # seconds of a pause and of a word, at least
CLEARER = 2.0  # times that a pause is as long as any quiet stretch within a word, at least
SMOOTHED = 0.05  # seconds that loudness is a mean of
QUIET, LOUD = 0.05, 0.95  # quantiles of loudness
PAUSE, SILENCE = (
    0.5,
    0.35,
)  # how far from the one to the other a pause and a silence may reach


class Reordered(NamedTuple):
    """An utterance with its words in another order.

    Attributes:
        frames: float (time, features).
        labels: int (symbols,).
    """

    frames: np.ndarray
    labels: np.ndarray


def pauses(loudness: np.ndarray, words: int, hop: float) -> np.ndarray | None:
    """Where an utterance may be cut without cutting a word.

    Words are parted where the quiet stretches say so without doubt: between n words, n - 1 stretches are
    pauses, and any other is at most half as long as the shortest of them.

    Args:
        loudness: of each frame, in any unit that grows with its energy, float (time,).
        words: how many are said.
        hop: seconds from a frame to the next.

    Returns:
        The first frame of each pause, and the one behind its last, int64 (words + 1, 2): before the first
        word, between words, behind the last. The outer two are at most as long as the longest between words.
        None: there are fewer than two words, or quiet stretches do not part them.
    """
    if words < 2:
        return None
    quiet = _quiet(loudness, hop, PAUSE)
    within = quiet[(quiet[:, 0] > 0) & (quiet[:, 1] < len(loudness))]
    lengths = within[:, 1] - within[:, 0]
    longest = np.argsort(-lengths, kind="stable")
    between, others = longest[: words - 1], longest[words - 1 :]
    least = LEAST / hop
    if len(between) < words - 1 or lengths[between].min() < least:
        return None
    if len(others) and lengths[between].min() < CLEARER * lengths[others].max():
        return None

    inner = within[np.sort(between)]
    first = quiet[0, 1] if quiet[0, 0] == 0 else 0
    last = quiet[-1, 0] if quiet[-1, 1] == len(loudness) else len(loudness)
    said = np.append(inner[:, 0], last) - np.insert(inner[:, 1], 0, first)
    if said.min() < least:
        return None
    most = int(lengths[between].max())
    outer = (max(0, first - most), first), (last, min(len(loudness), last + most))
    return np.array([outer[0], *inner.tolist(), outer[1]], np.int64)


def sounding(loudness: np.ndarray, hop: float, stack: int = 1) -> np.ndarray:
    """Which steps of an utterance are not within a silence of a tenth of a second or more.

    Args:
        loudness: of each frame, in any unit that grows with its energy, float (time,).
        hop: seconds from a frame to the next.
        stack: frames of a step.

    Returns:
        bool (steps,), steps = ceil(time / stack): a step sounds if a frame of it does.
    """
    sounds = np.ones(-(-len(loudness) // stack) * stack, bool)
    sounds[len(loudness) :] = False
    for begin, end in _quiet(loudness, hop, SILENCE):
        if end - begin >= LEAST / hop:
            sounds[begin:end] = False
    steps = sounds.reshape(-1, stack)  # (steps * stack,) -> (steps, stack)
    return np.any(steps, axis=1)


def _quiet(loudness: np.ndarray, hop: float, share: float) -> np.ndarray:
    """The quiet stretches: the first frame of each and the one behind its last, int64 (stretches, 2).

    Args:
        loudness: float (time,).
        hop: seconds from a frame to the next.
        share: what is quiet, from 0, the quiet quantile, to 1, the loud one.
    """
    width = max(1, round(SMOOTHED / hop))
    padded = np.pad(
        np.asarray(loudness, np.float64), (width // 2, (width - 1) // 2), "edge"
    )
    smooth = np.convolve(padded, np.full(width, 1 / width), "valid")  # (time,)
    low, high = np.quantile(smooth, [QUIET, LOUD])
    below = smooth < low + share * (high - low)
    edges = np.flatnonzero(np.diff(below.astype(np.int8), prepend=0, append=0))
    return edges.reshape(-1, 2)  # (2 * stretches,) -> (stretches, 2)


def reordered(
    frames: np.ndarray,
    labels: np.ndarray,
    pauses: np.ndarray,
    space: int,
    rng: np.random.Generator,
) -> Reordered:
    """An utterance with its words in an order that is drawn, and shorter pauses between them.

    It is cut within pauses, at frames that are drawn, too. What is cut out of a pause goes to the silence at
    either end. Frames and symbols are those from before, so are their numbers, and the steps that CTC needs.

    Args:
        frames: float (time, features); not changed.
        labels: the symbols of its words, int (symbols,), `space` between them.
        pauses: as `pauses` found them, int (words + 1, 2).
        space: the symbol between words.
        rng: drawn from.

    Raises:
        ValueError: if the labels have another number of words.
    """
    words = np.split(labels, np.flatnonzero(labels == space))
    words = [words[0], *(each[1:] for each in words[1:])]
    if len(words) != len(pauses) - 1:
        raise ValueError(f"labels: expected {len(pauses) - 1} words; got {len(words)}")
    cuts = rng.integers(pauses[:, :1], pauses[:, 1:], (len(pauses), 2), endpoint=True)
    cuts.sort(axis=1)  # the end of the word before, the begin of the word behind
    pieces = [frames[cuts[i, 1] : cuts[i + 1, 0]] for i in range(len(words))]
    silence = [frames[begin:end] for begin, end in cuts]
    ends: list[list[np.ndarray]] = [[frames[: cuts[0, 0]]], []]
    for each, place in zip(silence, rng.integers(0, 2, len(silence)), strict=True):
        ends[place].append(each)
    order = rng.permutation(len(words))

    said = [part for place in order for part in ([space], words[place])][1:]
    heard = [*ends[0], *(pieces[place] for place in order), *ends[1], frames[cuts[-1, 1] :]]
    return Reordered(np.concatenate(heard), np.concatenate(said).astype(labels.dtype))
