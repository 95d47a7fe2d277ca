"""Transcripts out of connectionist temporal classification (Graves et al. 2006), with their places in time.

Each frame emits a label or a blank. A path of frames reads as a transcript: repetitions are merged, then
blanks are dropped. This file stands alone: exports take it along. It needs NumPy alone.
"""

import math
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

SPACE = " "  # the symbol between words


class Label(NamedTuple):
    """A label and the frames that emit it.

    Attributes:
        label: its number.
        begin, end: its first frame, and the one behind its last.
        confidence: the geometric mean of its probabilities at these frames, 0 to 1.
    """

    label: int
    begin: int
    end: int
    confidence: float


def log_softmax(logits: np.ndarray) -> np.ndarray:
    """Logarithms of the probabilities of each frame's symbols.

    Args:
        logits: float (..., vocab), unnormalised.

    Returns:
        float32 (..., vocab), or float64 of such logits.
    """
    wide = np.asarray(logits)
    wide = wide.astype(np.result_type(wide.dtype, np.float32), copy=False)
    shifted = wide - wide.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def greedy(log_probs: np.ndarray, blank: int = 0) -> list[Label]:
    """The labels of the best path: the best symbol of each frame (section 3.2).

    Args:
        log_probs: float (time, vocab), see `log_softmax`.
        blank: the symbol that stands for no label.

    Raises:
        ValueError: on another shape, or a blank that is no symbol.
    """
    log_probs = _checked(log_probs, blank)
    best = log_probs.argmax(axis=1)
    return _runs(log_probs, best, best, blank)


def aligned(log_probs: np.ndarray, labels: Sequence[int], blank: int = 0) -> list[Label]:
    """The best path of a known transcript (Viterbi 1967): when each of its labels is emitted.

    Args:
        log_probs: float (time, vocab), see `log_softmax`.
        labels: the transcript, none of them the blank.
        blank: the symbol that stands for no label.

    Returns:
        One for each label, in order.

    Raises:
        ValueError: on another shape, a label that is none, too few frames, or probabilities of 0 that
            rule out every path.
    """
    log_probs = _checked(log_probs, blank)
    time, vocab = log_probs.shape
    path = np.asarray(labels, np.int64).reshape(-1)
    wrong = (path < 0) | (path >= vocab) | (path == blank)
    if wrong.any():
        place = int(wrong.argmax())
        raise ValueError(
            f"labels: expected 0 to {vocab - 1} and not the blank, {blank}; got {path[place]} in "
            f"place {place}"
        )
    needed = len(path) + int(np.sum(path[1:] == path[:-1]))
    if needed > time:
        raise ValueError(
            f"log_probs: expected at least {needed} frames for the labels; got {time}"
        )
    if not time:
        return []
    # The labels with a blank before, between and behind them.
    symbols = np.full(2 * len(path) + 1, blank)
    symbols[1::2] = path
    states = _best_states(log_probs[:, symbols].astype(np.float64), symbols)
    return _runs(log_probs, symbols[states], states, blank)


def text(labels: Iterable[Label], symbols: Sequence[str]) -> str:
    """The labels' symbols, with one space between words.

    Args:
        labels: as `greedy` and `aligned` give them.
        symbols: of each label's number.
    """
    return SPACE.join(_spelled(word, symbols) for word in _words(labels, symbols))


def words(
    labels: Iterable[Label],
    symbols: Sequence[str],
    seconds_per_frame: float,
    sounding: np.ndarray | None = None,
) -> list[dict[str, Any]]:
    """The words of a transcript and when they are said.

    A network of two directions may emit a word's first label long before the word. Silence at either end is
    therefore no part of it.

    Args:
        labels: as `greedy` and `aligned` give them.
        symbols: of each label's number; a space stands between words.
        seconds_per_frame: how long a frame is.
        sounding: which frames are no silence, bool (time,); None: all.

    Returns:
        For each word `word`, `start` and `end`, seconds rounded to 0.01, and `confidence`: the geometric mean
        of its labels' confidences, each label counted once.
    """
    found = []
    for word in _words(labels, symbols):
        logs = [
            math.log(each.confidence) if each.confidence else -math.inf for each in word
        ]
        begin, end = _without_silence(word[0].begin, word[-1].end, sounding)
        found.append(
            {
                "word": _spelled(word, symbols),
                "start": round(begin * seconds_per_frame, 2),
                "end": round(end * seconds_per_frame, 2),
                "confidence": math.exp(sum(logs) / len(logs)),
            }
        )
    return found


def _without_silence(begin, end, sounding):
    """A word's frames from the first to the last that sounds; all of them, where none does."""
    if sounding is None or not sounding[begin:end].any():
        return begin, end
    places = np.flatnonzero(sounding[begin:end])
    return begin + int(places[0]), begin + int(places[-1]) + 1


def _words(labels, symbols):
    """The labels of each word."""
    word: list[Label] = []
    for each in labels:
        if symbols[each.label] != SPACE:
            word.append(each)
        elif word:
            yield word
            word = []
    if word:
        yield word


def _spelled(word, symbols):
    return "".join(symbols[each.label] for each in word)


def _checked(log_probs, blank):
    """The array, if it is one of a shape that fits."""
    log_probs = np.asarray(log_probs)
    if log_probs.ndim != 2 or not 0 <= blank < log_probs.shape[1]:
        raise ValueError(
            f"expected log_probs (time, vocab) and a blank below vocab; got {log_probs.shape} and {blank}"
        )
    return log_probs


def _runs(log_probs, path, states, blank):
    """Labels of a path.

    Args:
        log_probs: float (time, vocab).
        path: the symbol of each frame, int (time,).
        states: what differs between neighbouring labels, int (time,).
        blank: the symbol of no label.
    """
    bounds = np.flatnonzero(states[1:] != states[:-1]) + 1
    begins = [0, *bounds.tolist()] if len(states) else []
    ends = [*bounds.tolist(), len(states)]
    labels = []
    for begin, end in zip(begins, ends, strict=False):
        symbol = int(path[begin])
        if symbol != blank:
            mean = float(log_probs[begin:end, symbol].mean(dtype=np.float64))
            labels.append(Label(symbol, begin, end, math.exp(mean)))
    return labels


def _best_states(emissions, symbols):
    """The best way through the states, int (time,).

    Args:
        emissions: log-probabilities of the states' symbols, float64 (time, states).
        symbols: of the states, int (states,); every other one is the blank.
    """
    time, states = emissions.shape
    may_skip = np.zeros(states, bool)
    may_skip[3::2] = symbols[3::2] != symbols[1:-2:2]
    # Before the first frame the path is in the first state.
    scores = np.where(np.arange(states) == 0, 0.0, -np.inf)
    steps = np.empty((time, states), np.int64)
    for t in range(time):
        before = np.concatenate([[-np.inf, -np.inf], scores])
        skipped = np.where(may_skip, before[:-2], -np.inf)
        ways = np.stack([before[2:], before[1:-1], skipped])  # (3, states)
        steps[t] = ways.argmax(axis=0)
        scores = ways.max(axis=0) + emissions[t]
    state = states - 1
    if states > 1 and scores[state - 1] > scores[state]:
        state -= 1
    if not scores[state] > -np.inf:
        raise ValueError("log_probs: expected a path of the labels that is not ruled out")
    path = np.empty(time, np.int64)
    for t in range(time - 1, -1, -1):
        path[t] = state
        state -= steps[t, state]
    return path
