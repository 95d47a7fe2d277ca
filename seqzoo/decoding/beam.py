"""Batched beam search in which what has ended stays as it is."""

import numpy as np

from seqzoo.decoding import arrays
from seqzoo.decoding.beam_step import Beam, BeamStep, Penalties, started
from seqzoo.decoding.finished import Finished
from seqzoo.decoding.rules import Rules, loop
from seqzoo.decoding.tensors import Step, Tensor
from seqzoo.decoding.walk import Hypotheses
from seqzoo.errors import InputError
from seqzoo.text.vocabulary import PAD


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
