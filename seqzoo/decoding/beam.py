"""Batched beam search in which what has ended stays as it is."""

from typing import Any, NamedTuple

import numpy as np

from seqzoo.decoding import arrays
from seqzoo.decoding.finished import Finished
from seqzoo.decoding.rules import NEVER, Rules, loop, put, rows_of, top_k
from seqzoo.decoding.tensors import Step, Tensor
from seqzoo.decoding.walk import Hypotheses
from seqzoo.errors import InputError
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


def beam_search(
    step: Step,
    state: list,
    rules: Rules,
    *,
    beam_size: int = 5,
    n_best: int = 1,
    length_penalty: float = 0.0,
    coverage_penalty: float = 0.0,
    source_mask: Tensor | None = None,
) -> Hypotheses:
    """The best sequences by a search that keeps the `beam_size` best beginnings.

    At each step the 2 * beam_size best extensions are found; of the first beam_size those with `</s>`
    have ended, are put aside with their score and never touched again; the best others go on. The
    beam_size best that have ended are kept. An example is done when there are so many and none that
    goes on is, as long as it is now, better than the worst of them; or when nothing that goes on can
    still reach the n best, at whatever length. A beam of 1 is greedy search, one of V^(T-1) is exhaustive.

    Args:
        step: see `seqzoo.decoding`; rows are batch * beam_size, an example's together.
        state: a list of tensors (batch, ...).
        rules: what may come.
        beam_size: sequences kept.
        n_best: sequences given, at most beam_size.
        length_penalty: alpha of `Penalties`, at least 0.
        coverage_penalty: beta of `Penalties`, at least 0; `step` must give alignments.
        source_mask: bool (batch, source time), for the coverage.

    Raises:
        InputError: on a number out of its range, or a coverage penalty without alignments.
    """
    penalties = Penalties(length_penalty, coverage_penalty)
    _check(beam_size, n_best, penalties)
    ops = arrays.of(state[0])
    batch = ops.shape(state[0])[0]
    state = [ops.repeat(tensor, beam_size, axis=0) for tensor in state]

    # The first step is outside the loop: it tells types and sizes.
    last = ops.full((batch * beam_size,), rules.bos, dtype="int32")
    log_probs, state, alignments = step(last, state)
    if coverage_penalty and (alignments is None or source_mask is None):
        raise InputError(
            "coverage_penalty: expected a step that gives alignments, and source_mask"
        )
    if not coverage_penalty:
        alignments = source_mask = None
    limits, longest = rules.limits(batch, log_probs)
    beam = started(limits, beam_size, longest, log_probs, alignments, source_mask)
    search = BeamStep(rules, penalties, beam_size, n_best)
    tokens, totals, scores = _run(search, step, longest, beam, log_probs, alignments, state)
    return best_of(tokens, totals, scores, n_best)


def _run(search, step, longest, beam, log_probs, alignments, state):
    """What has ended when all examples are done: see `Beam.ended`."""
    ops = arrays.of(log_probs)
    finished = None
    if isinstance(log_probs, np.ndarray):
        finished = Finished(len(beam.done))

    def goes_on(t, beam, *_):
        return ops.logical_and(t <= longest, ops.logical_not(ops.all(beam.done)))

    def body(t, beam, log_probs, alignments, state):
        beam, last, parents = search.advance(t, beam, log_probs, alignments)
        if arrays.is_false(goes_on(t + 1, beam)):  # what a step would give is not needed
            return t + 1, beam, log_probs, alignments, state
        if finished:
            beam, last, parents = _without_done(finished, beam, last, parents)
        state = [ops.take(tensor, parents, axis=0) for tensor in state]
        log_probs, state, alignments = step(last, state)
        if beam.coverage is None:
            alignments = None
        return t + 1, beam, log_probs, alignments, state

    first = (ops.zeros((), "int32"), beam, log_probs, alignments, state)
    _, beam, *_ = loop(goes_on, body, first)
    return finished.whole(beam.ended) if finished else beam.ended


def _check(beam_size, n_best, penalties):
    """Refuse numbers out of their range."""
    if not 1 <= n_best <= beam_size:
        raise InputError(f"n_best: expected 1 to beam_size, {beam_size}; got {n_best}")
    for name, value in zip(penalties._fields, penalties, strict=True):
        if not value >= 0:
            raise InputError(f"{name}_penalty: expected at least 0; got {value}")


def best_of(tokens: Tensor, log_probs: Tensor, scores: Tensor, count: int) -> Hypotheses:
    """The best sequences that have ended, `count` an example."""
    ops = arrays.of(tokens)
    tokens = tokens[:, :count]  # (batch, count, time)
    lengths = ops.cast(ops.sum(tokens != PAD, axis=-1), "int32")
    return Hypotheses(tokens, lengths, log_probs[:, :count], scores[:, :count])


def _without_done(finished: Finished, beam: Beam, last, parents):
    """Beam, last tokens and the rows that they come from, without examples that are done. NumPy alone."""
    going = finished.left(beam.done, beam.ended)
    if going is None:
        return beam, last, parents
    rest = Beam(*(None if x is None else x[going] for x in beam))
    size = beam.log_probs.shape[1]
    # (rows,) -> (batch, beam) -> (fewer rows,)
    last, parents = (x.reshape(-1, size)[going].reshape(-1) for x in (last, parents))
    return rest, last, parents


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
        rows = ops.reshape(beam.tokens, (batch * size, ops.shape(beam.tokens)[2]))
        limits = ops.repeat(beam.limit, size, axis=0)  # (rows,)
        allowed = self.rules.apply(t, log_probs, rows, limits)

        # All that is added to a row is added to the whole of it: its best are found first.
        each = min(2 * size, allowed.shape[-1])
        best, ids, away = _best_of_rows(allowed, each, disfavoured, size)  # (rows, each)
        gains = best
        if self.rules.repetition_penalty != 1:
            gains = ops.take_along_axis(log_probs, ids, axis=1)
            gains = ops.where(best == NEVER, best, gains)

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
