"""Search for the most likely transcripts of connectionist temporal classification.

A transcript's probability is the sum over all paths that read as it (Graves 2012, "Supervised sequence
labelling with recurrent neural networks", section 7.5; with a language model Hannun et al. 2014, "First-pass
large vocabulary continuous speech recognition using bi-directional recurrent DNNs"). The search keeps the
best beginnings, and of each the weight of the paths that end in a blank and that of those that do not.
"""

from collections.abc import Callable
from typing import Any, NamedTuple
from weakref import WeakValueDictionary

import numpy as np

from seqzoo.decoding.scorers import Scorer
from seqzoo.errors import InputError

NEVER = -np.inf
PRUNE = -10.0


class Hypothesis(NamedTuple):
    """A transcript.

    Attributes:
        labels: its labels.
        score: what it is ranked by: log_prob + weight * the scorer's + bonus * number of labels.
        log_prob: the logarithm of its probability, of the paths that the search kept.
    """

    labels: tuple[int, ...]
    score: float
    log_prob: float


def prefix_beam(
    log_probs: np.ndarray,
    size: int,
    *,
    blank: int = 0,
    scorer: Scorer | None = None,
    bonus: float = 0.0,
    weight: float = 1.0,
    prune: float = PRUNE,
) -> list[Hypothesis]:
    """The best transcripts. `ctc.aligned` tells when their labels are emitted.

    With a size of as many beginnings as there are, and nothing pruned, the search is exhaustive.

    Args:
        log_probs: float (time, vocab), see `ctc.log_softmax`.
        size: beginnings kept at each frame, at least 1.
        blank: the symbol that stands for no label.
        scorer: a language model, as `scorers.WordScorer`.
        bonus: what each label adds to the score; `WordScorer` has one of its own for words.
        weight: what the scorer's part is multiplied by, at least 0.
        prune: a label that is less likely than this at a frame is not begun there; minus infinity: all are.

    Returns:
        At most `size`, best first; fewer where there are not as many, or the scorer rules them out.

    Raises:
        InputError: on another shape, what is no number, or a number out of its range.
    """
    log_probs = np.asarray(log_probs, np.float64)
    if log_probs.ndim != 2 or not 0 <= blank < log_probs.shape[1]:
        raise InputError(
            f"expected log_probs (time, vocab) and a blank below vocab; got {log_probs.shape} and {blank}"
        )
    if np.isnan(log_probs).any():
        raise InputError("log_probs: expected numbers; got NaN")
    if size < 1:
        raise InputError(f"size: expected at least 1; got {size}")
    if not weight >= 0:
        raise InputError(f"weight: expected at least 0; got {weight}")

    extend = _scored(scorer, weight, bonus)
    start = None if scorer is None else scorer.start()
    beam = _Beam([_Prefix(None, -1, start, 0.0)], np.zeros(1), np.full(1, NEVER))
    for frame in log_probs:
        beam = _advanced(beam, frame, size, blank, prune, extend)
    return _ended(beam, scorer, weight)


class _Prefix:
    """A beginning of transcripts. One that is dropped, and begins none that is kept, is forgotten.

    Args:
        parent: the beginning without the last label.
        label: the last label, -1 of the empty one.
        state: the scorer's.
        extra: what scorer and bonus add to the score.
    """

    __slots__ = ("__weakref__", "children", "extra", "label", "parent", "state", "steps")

    def __init__(self, parent: "_Prefix | None", label: int, state: Any, extra: float):
        self.parent, self.label, self.state, self.extra = parent, label, state, extra
        self.steps: dict[int, tuple[float, Any]] = {}  # label -> extra and state behind it
        self.children: WeakValueDictionary[int, _Prefix] = WeakValueDictionary()

    def child(self, label: int) -> "_Prefix":
        """The beginning with one more label: the one that is there, for others may go on from it."""
        found = self.children.get(label)
        if found is None:
            extra, state = self.steps[label]
            found = self.children[label] = _Prefix(self, label, state, extra)
        return found

    def labels(self) -> tuple[int, ...]:
        """All its labels."""
        found, prefix = [], self
        while prefix.parent is not None:
            found.append(prefix.label)
            prefix = prefix.parent
        return tuple(reversed(found))


class _Beam(NamedTuple):
    """Beginnings, and the log weights of their paths that end in a blank and of those that do not."""

    prefixes: list[_Prefix]
    blank: np.ndarray
    label: np.ndarray


Extend = Callable[[_Prefix, int], tuple[float, Any]]


def _scored(scorer: Scorer | None, weight: float, bonus: float) -> Extend:
    """What scorer and bonus say of a beginning with one more label: extra and state."""

    def extend(prefix: _Prefix, label: int) -> tuple[float, Any]:
        if scorer is None:
            return prefix.extra + bonus, None
        score, state = scorer.step(prefix.state, label)
        return prefix.extra + _times(weight, score) + bonus, state

    return extend


def _times(weight, score):
    """0 times minus infinity is not a number: a weight of 0 leaves the scorer out."""
    return weight * score if weight else 0.0


def _advanced(beam, frame, size, blank, prune, extend) -> _Beam:
    """The best beginnings one frame on."""
    labels = np.flatnonzero(frame >= prune)
    labels = labels[labels != blank]
    lasts = np.array([prefix.label for prefix in beam.prefixes], np.int64)
    total = np.logaddexp(beam.blank, beam.label)

    # As they are: a blank, or the last label again.
    blanks = total + frame[blank]
    again = np.where(lasts >= 0, beam.label + frame[lasts], NEVER)
    # With one more label, (beginnings, labels); a label that repeats the last needs a blank between.
    repeats = lasts[:, None] == labels
    longer = np.where(repeats, beam.blank[:, None], total[:, None]) + frame[labels]
    _merge(beam.prefixes, lasts, labels, longer, again)

    extras = np.array([prefix.extra for prefix in beam.prefixes], np.float64)
    scores = np.logaddexp(blanks, again) + extras
    rated = longer + _extras(beam.prefixes, labels, longer, extend)
    every = np.concatenate([scores, rated.ravel()])
    best = np.argsort(-every, kind="stable")[:size]
    best = best[every[best] > NEVER]

    count = len(beam.prefixes)
    prefixes = []
    for place in best.tolist():
        if place < count:
            prefixes.append(beam.prefixes[place])
        else:
            row, column = divmod(place - count, len(labels))
            prefixes.append(beam.prefixes[row].child(int(labels[column])))
    never = np.full(longer.size, NEVER)
    return _Beam(
        prefixes,
        np.concatenate([blanks, never])[best],
        np.concatenate([again, longer.ravel()])[best],
    )


def _merge(prefixes, lasts, labels, longer, again):
    """Move the weight of a beginning with one more label to where that is kept already, if it is."""
    rows = {prefix: row for row, prefix in enumerate(prefixes)}
    columns = {label: column for column, label in enumerate(labels.tolist())}
    for row, prefix in enumerate(prefixes):
        shorter, column = rows.get(prefix.parent), columns.get(int(lasts[row]))
        if shorter is not None and column is not None:
            again[row] = np.logaddexp(again[row], longer[shorter, column])
            longer[shorter, column] = NEVER


def _extras(prefixes, labels, longer, extend):
    """What scorer and bonus add to each beginning with one more label, float64 (beginnings, labels)."""
    extras = np.zeros(longer.shape)
    for row, prefix in enumerate(prefixes):
        steps = prefix.steps
        for column, label in enumerate(labels.tolist()):
            if longer[row, column] == NEVER:
                continue
            step = steps.get(label)
            if step is None:
                step = steps[label] = extend(prefix, label)
            extras[row, column] = step[0]
    return extras


def _ended(beam, scorer, weight) -> list[Hypothesis]:
    """The beginnings as transcripts, best first."""
    totals = np.logaddexp(beam.blank, beam.label)
    found = []
    for prefix, log_prob in zip(beam.prefixes, totals.tolist(), strict=True):
        score = log_prob + prefix.extra
        if scorer is not None:
            score += _times(weight, scorer.finish(prefix.state))
        if score > NEVER:
            found.append(Hypothesis(prefix.labels(), score, log_prob))
    return sorted(found, key=lambda hypothesis: -hypothesis.score)
