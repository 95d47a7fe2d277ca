"""The best sequence by a beam, in NumPy, one step of the decoder at a time."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
from runtime import Network

PAD, _, START, END = range(4)  # ids


class Hypothesis(NamedTuple):
    """A sequence in the making, or an ended one.

    Attributes:
        score: log-probability; of an ended one over `Beam.divisor`.
        ids: without `<s>` and `</s>`.
        looks: what each id attended to, float (source time,) each; empty without attention.
        row: the row of the decoder's batch that it goes on from.
    """

    score: float
    ids: list[int]
    looks: list[np.ndarray]
    row: int


class Beam:
    """A beam search like the model's own; scores are log-probabilities over `divisor`.

    Args:
        folder: of the export, with the networks `encoder` and `step`.
        size: beginnings kept.
        penalty: of lengths; see `divisor`.
        shortest: ids at least, `</s>` not counted.
    """

    def __init__(self, folder: Path, size: int, penalty: float, shortest: int = 0):
        self.encoder, self.step = Network(folder, "encoder"), Network(folder, "step")
        self.size, self.penalty, self.shortest = size, penalty, shortest

    def best(
        self, given: Mapping[str, np.ndarray], limit: int
    ) -> tuple[float, list[int], list[np.ndarray]]:
        """The best sequence.

        Args:
            given: the encoder's inputs, (1, ...).
            limit: ids at most, `</s>` not counted.

        Returns:
            Its score, its ids without `</s>`, and what each of these and `</s>` attended to, float
            (source time,) each; the last is empty without attention.
        """
        encoded = self.encoder.run(given)
        # (1, ...) -> (beam, ...)
        state = {name: np.repeat(x, self.size, axis=0) for name, x in encoded.items()}
        tokens = np.full((self.size, 1), START, np.int32)
        # All rows are alike at first: but for one they get no share.
        totals = np.full(self.size, -np.inf, np.float32)
        totals[0] = 0.0
        alive = [Hypothesis(float(total), [], [], row) for row, total in enumerate(totals)]
        ended: list[Hypothesis] = []

        for t in range(limit + 1):
            outputs = self.step.run({"token": tokens, **state})
            every = totals[:, None] + outputs["log_probs"]  # (beam, vocabulary)
            every[:, self._banned(t, limit, every.shape[1])] = -np.inf

            alive, new = self._expanded(alive, every, outputs.get("alignments"), t + 1)
            ended = sorted([*ended, *new], key=lambda one: -one.score)[: self.size]
            totals = np.array([one.score for one in alive])
            if self._is_over(totals, ended, t + 1, limit + 1):
                break

            tokens = np.array([[one.ids[-1]] for one in alive], np.int32)
            rows = [one.row for one in alive]
            state = {
                name: outputs.get(f"next_{name}", x)[rows] for name, x in state.items()
            }
        best = ended[0]
        return best.score, best.ids, best.looks

    def _banned(self, count: int, limit: int, vocabulary: int) -> np.ndarray:
        """Which ids may not come behind so many, bool (vocabulary,)."""
        ids = np.arange(vocabulary)
        if count >= limit:
            return ids != END
        return np.isin(ids, [PAD, START] if count >= self.shortest else [PAD, START, END])

    def _expanded(
        self,
        alive: list[Hypothesis],
        every: np.ndarray,
        alignments: np.ndarray | None,
        length: int,
    ) -> tuple[list[Hypothesis], list[Hypothesis]]:
        """The hypotheses that go on, and those that end, of total scores (beam, vocabulary).

        Of the best twice `size` continuations those that end count only among the first `size`; so there are
        always enough that go on.
        """
        going, ending = [], []
        for rank, (row, id) in enumerate(_largest(every, 2 * self.size)):
            score, parent = every[row, id], alive[row]
            looks = [] if alignments is None else [*parent.looks, alignments[row]]
            if id != END:
                going.append(Hypothesis(score, [*parent.ids, id], looks, row))
            elif rank < self.size and np.isfinite(score):
                ended_score = score / self.divisor(length)
                ending.append(Hypothesis(ended_score, parent.ids, looks, row))
        return going[: self.size], ending

    def _is_over(
        self, totals: np.ndarray, ended: list[Hypothesis], length: int, longest: int
    ) -> bool:
        """Whether no hypothesis of totals (beam,) can still get among the ended ones.

        The best one must beat the worst of `size` ended ones now, or the best of them at full length.
        """
        worst = ended[-1].score if len(ended) == self.size else -np.inf
        if totals[0] / self.divisor(length) <= worst:
            return True
        return bool(ended) and totals.max() / self.divisor(longest) <= ended[0].score

    def divisor(self, length: int) -> float:
        """What log-probabilities of a sequence of `length` tokens, `</s>` counted, are divided by.

        ((5 + length) / 6) ^ penalty (Wu et al. 2016, eq. 14).
        """
        return ((5.0 + length) / 6.0) ** self.penalty


def _largest(scores: np.ndarray, count: int) -> list[tuple[int, int]]:
    """Row and column of the largest, in falling order."""
    flat = -scores.ravel()
    best = np.sort(np.argpartition(flat, min(count, len(flat) - 1))[:count])
    order = np.argsort(flat[best], kind="stable")
    return [divmod(int(place), scores.shape[1]) for place in best[order]]
