"""What a beam is, and one step of its search."""

from typing import Any, NamedTuple

from seqzoo.decoding import arrays
from seqzoo.decoding.rules import NEVER, Rules, put, rows_of, top_k
from seqzoo.decoding.tensors import Tensor
from seqzoo.text.vocabulary import PAD


class Penalties(NamedTuple):
    """Wu et al. 2016, section 7, eq. 14: score = log P / ((5 + length) / 6)^alpha + beta * sum of
    log(min(attention received, 1)) over the source; `length` counts `</s>`."""

    length: float = 0.0
    coverage: float = 0.0

    def divisor(self, length: Tensor, dtype: str) -> Tensor:
        """What log-probabilities of sequences of this length are divided by."""
        ops = arrays.of(length)
        return ((5.0 + ops.cast(length, dtype)) / 6.0) ** self.length

    def of_coverage(self, coverage: Tensor, mask: Tensor) -> Tensor:
        """(batch, beam, source time) and (batch, source time) -> (batch, beam)."""
        ops = arrays.of(coverage)
        received = ops.log(ops.clip(coverage, 1e-9, 1.0))
        real = ops.cast(ops.expand_dims(mask, 1), coverage.dtype)
        return self.coverage * ops.sum(received * real, -1)


class Beam(NamedTuple):
    """Where a search is: what goes on, and what has ended. All (batch, beam, ...)."""

    tokens: Tensor
    log_probs: Tensor
    ranked: Tensor  # sums of what they are ranked by, with the repetition penalty
    coverage: Tensor | None
    mask: Tensor | None  # (batch, source time), for the coverage
    limit: Tensor  # (batch,)
    ended_tokens: Tensor
    ended_log_probs: Tensor
    ended_scores: Tensor
    done: Tensor  # (batch,)

    @property
    def ended(self) -> tuple[Tensor, Tensor, Tensor]:
        """Tokens, log-probabilities and scores of what has ended."""
        return self.ended_tokens, self.ended_log_probs, self.ended_scores


def started(
    limits: Tensor,
    size: int,
    longest: Any,
    log_probs: Tensor,
    alignments: Tensor | None,
    mask: Tensor | None,
) -> Beam:
    """One beginning for each example, the others impossible."""
    ops = arrays.of(log_probs)
    batch = ops.shape(limits)[0]
    # (rows,) -> (batch, beam)
    zero = ops.zeros_like(ops.reshape(log_probs[:, 0], (batch, size)))
    never = zero + ops.cast(NEVER, zero.dtype)
    tokens = ops.full((batch, size, longest + 1), PAD, dtype="int32")
    first = ops.concatenate([zero[:, :1], never[:, 1:]], axis=1)
    coverage = None
    if alignments is not None:
        coverage = ops.zeros_like(_by_example(alignments, batch, size))
    return Beam(
        tokens=tokens,
        log_probs=first,
        ranked=first,
        coverage=coverage,
        mask=mask,
        limit=limits,
        ended_tokens=tokens,
        ended_log_probs=never,
        ended_scores=never,
        done=ops.zeros((batch,), "bool"),
    )


def _by_example(x, batch, size):
    """(batch * beam, many) -> (batch, beam, many)."""
    ops = arrays.of(x)
    return ops.reshape(x, (batch, size, ops.shape(x)[-1]))


class BeamStep:
    """One step of the search; the candidates of a step are the 2 * beam best extensions."""

    def __init__(self, rules: Rules, penalties: Penalties, size: int, n_best: int):
        self.rules, self.penalties, self.size, self.n_best = rules, penalties, size, n_best

    def advance(
        self,
        t: Tensor,
        beam: Beam,
        log_probs: Tensor,
        alignments: Tensor | None,
        disfavoured: Tensor | None = None,
    ) -> tuple[Beam, Tensor, Tensor]:
        """Extend by a token: the beam, its last tokens and the rows they came from, (rows,) each.

        What is disfavoured, (batch, vocabulary), is taken off log-probabilities for the choice of this step
        alone: no sum has it.
        """
        ops = arrays.of(log_probs)
        batch, size = ops.shape(beam.log_probs)
        best, gains, ids, away = self._extensions(t, beam, log_probs, disfavoured)
        each = ids.shape[1]

        # (rows, each) -> (batch, beam, each)
        shape = (batch, size, each)
        total = ops.expand_dims(beam.log_probs, 2) + ops.reshape(gains, shape)
        ranked = ops.expand_dims(beam.ranked, 2) + ops.reshape(best, shape)
        scores, coverage = self._scores(t, beam, ranked, alignments)

        # (batch, beam, each) -> (batch, beam * each): an example's candidates side by side
        flat = (batch, size * each)
        scores = ops.reshape(scores, flat)
        order = scores
        if away is not None:
            order = scores - ops.reshape(away, flat) / self.penalties.divisor(
                t + 1, scores.dtype
            )
        _, places = ops.top_k(order, 2 * size)
        scores = ops.take_along_axis(scores, places, axis=1)
        total = ops.take_along_axis(ops.reshape(total, flat), places, axis=1)
        ranked = ops.take_along_axis(ops.reshape(ranked, flat), places, axis=1)
        chosen = ops.take_along_axis(ops.reshape(ids, flat), places, axis=1)
        parents = places // each
        tokens = self._extended(t, beam.tokens, parents, chosen)

        ends = ops.logical_and(chosen == self.rules.eos, scores > NEVER)
        beam = self._end(beam, ends, tokens, total, scores)
        new = _Candidates(tokens, total, ranked, scores, parents, chosen)
        return self._go_on(t, beam, ends, new, coverage)

    def _extensions(self, t, beam, log_probs, disfavoured):
        """The best extensions of each row, (rows, each): what they are ranked by, log-probabilities, ids, and
        how far they are disfavoured, or None."""
        ops = arrays.of(log_probs)
        batch, size = ops.shape(beam.log_probs)
        # (batch, beam, time) -> (rows, time)
        rows = ops.reshape(beam.tokens, (batch * size, ops.shape(beam.tokens)[2]))
        limits = ops.repeat(beam.limit, size, axis=0)  # (rows,)
        allowed = self.rules.apply(t, log_probs, rows, limits)

        # All that is added to a row is added to the whole of it: its best are found first.
        each = min(2 * size, allowed.shape[-1])
        best, ids, away = _best_of_rows(allowed, each, disfavoured, size)
        gains = best
        if self.rules.repetition_penalty != 1:
            gains = ops.take_along_axis(log_probs, ids, axis=1)
            gains = ops.where(best == NEVER, best, gains)
        return best, gains, ids, away

    def _scores(self, t, beam, ranked, alignments):
        """Scores of candidates of these sums (batch, beam, each), and the coverage so far."""
        scores = ranked / self.penalties.divisor(t + 1, ranked.dtype)
        if beam.coverage is None:
            return scores, None
        ops = arrays.of(ranked)
        batch, size = ops.shape(beam.log_probs)
        coverage = beam.coverage + _by_example(alignments, batch, size)
        penalty = self.penalties.of_coverage(coverage, beam.mask)  # (batch, beam)
        return scores + ops.expand_dims(penalty, 2), coverage

    def _extended(self, t, tokens, parents, chosen):
        """Tokens of the candidates, int32 (batch, 2 * beam, time)."""
        ops = arrays.of(parents)
        batch, many = ops.shape(parents)
        time = ops.shape(tokens)[2]
        rows = ops.reshape(rows_of(tokens, parents), (batch * many, time))
        rows = put(rows, t, ops.reshape(chosen, (-1,)))
        return ops.reshape(rows, (batch, many, time))

    def _end(self, beam, ends, tokens, total, scores):
        """Put aside what has ended; of examples that are done nothing changes."""
        ops = arrays.of(tokens)
        among_best = ops.arange(2 * self.size) < self.size
        going = ops.logical_not(ops.expand_dims(beam.done, 1))
        new = ops.logical_and(ops.logical_and(ends, among_best), going)
        never = ops.cast(NEVER, scores.dtype)

        # Old and new side by side, (batch, 3 * beam); the best `beam` of them stay.
        pool = ops.concatenate([beam.ended_scores, ops.where(new, scores, never)], axis=1)
        kept, places = ops.top_k(pool, self.size)
        all_tokens = ops.concatenate([beam.ended_tokens, tokens], axis=1)
        all_log_probs = ops.concatenate([beam.ended_log_probs, total], axis=1)
        there = kept > NEVER
        return beam._replace(
            ended_tokens=ops.where(
                ops.expand_dims(there, 2), rows_of(all_tokens, places), PAD
            ),
            ended_log_probs=ops.where(there, rows_of(all_log_probs, places), never),
            ended_scores=kept,
        )

    def _go_on(self, t, beam, ends, new, coverage):
        """Keep the best of what has not ended; see what is done."""
        ops = arrays.of(new.scores)
        never = ops.cast(NEVER, new.scores.dtype)
        # Candidates stand in their order: the first that have not ended go on.
        order = ops.cast(-ops.arange(2 * self.size), new.scores.dtype)
        _, places = ops.top_k(ops.where(ends, never, order), self.size)
        now = rows_of(ops.where(ends, never, new.scores), places)
        total = rows_of(ops.where(ends, never, new.total), places)
        ranked = rows_of(ops.where(ends, never, new.ranked), places)
        parents = rows_of(new.parents, places)
        chosen = rows_of(new.chosen, places)
        batch = ops.shape(parents)[0]

        # The most that a beginning can come to: nothing is lost any more, and it gets as long as may be.
        reach = ops.max(ranked, axis=1) / self.penalties.divisor(
            beam.limit + 1, ranked.dtype
        )
        worse = ops.max(now, axis=1) <= beam.ended_scores[:, -1]
        hopeless = reach <= beam.ended_scores[:, self.n_best - 1]
        done = ops.logical_or(worse, hopeless)

        beam = beam._replace(
            tokens=rows_of(new.tokens, places),
            log_probs=total,
            ranked=ranked,
            coverage=None if coverage is None else rows_of(coverage, parents),
            done=ops.logical_or(beam.done, ops.logical_or(done, t >= beam.limit)),
        )
        # Places in an example's beam -> rows of the batch.
        first = ops.expand_dims(ops.arange(batch, dtype="int32") * self.size, 1)
        return beam, ops.reshape(chosen, (-1,)), ops.reshape(parents + first, (-1,))


class _Candidates(NamedTuple):
    """The best extensions of a step, the best first: (batch, 2 * beam, ...)."""

    tokens: Tensor
    total: Tensor  # log-probabilities
    ranked: Tensor  # sums that they are ranked by
    scores: Tensor  # those with the penalties
    parents: Tensor  # places in the beam
    chosen: Tensor  # last tokens


def _best_of_rows(allowed, count, disfavoured, size):
    """The best of each row, their ids, and how far they are disfavoured, or None: (rows, count) each.

    Args:
        allowed: (rows, vocabulary).
        count: how many.
        disfavoured: (batch, vocabulary), or None.
        size: rows of an example.
    """
    if disfavoured is None:
        return *top_k(allowed, count), None
    ops = arrays.of(allowed)
    every = ops.repeat(disfavoured, size, axis=0)  # (rows, vocabulary)
    _, ids = top_k(allowed - every, count)
    best, away = (ops.take_along_axis(x, ids, axis=1) for x in (allowed, every))
    return best, ids, away
