"""Diverse beam search: groups of a beam, each kept apart from those before it."""

import numpy as np

from seqzoo.decoding import arrays
from seqzoo.decoding.beam import best_of
from seqzoo.decoding.beam_step import Beam, BeamStep, Penalties, started
from seqzoo.decoding.rules import NEVER, Rules, loop, rows_of
from seqzoo.decoding.tensors import Step, Tensor
from seqzoo.decoding.walk import Hypotheses
from seqzoo.errors import InputError
from seqzoo.text.vocabulary import PAD


def diverse_beam_search(
    step: Step,
    state: list,
    rules: Rules,
    *,
    beam_size: int,
    groups: int,
    diversity: float = 0.5,
    n_best: int = 1,
    length_penalty: float = 0.0,
) -> Hypotheses:
    """Beam search by groups with a Hamming penalty (Vijayakumar et al. 2016, algorithm 1).

    Each group is a beam of its own. At a step the groups choose in turn: `diversity`, times how many
    beginnings of earlier groups go on with a token at this step, is taken off the token's log-probability
    for the choice; the sums are without it. What ended in any group stands in one order by its score, each
    sequence once. With a diversity of 0 all groups find the same.

    Args:
        step, state, rules, length_penalty: as in `beam_search`; rows are batch * beam_size.
        beam_size: sequences kept, of all groups together.
        groups: a divisor of it.
        diversity: at least 0.
        n_best: sequences given, at most beam_size.

    Raises:
        InputError: on a number out of its range.
    """
    _check(beam_size, groups, diversity, n_best, length_penalty)
    size = beam_size // groups
    ops = arrays.of(state[0])
    batch = ops.shape(state[0])[0]
    state = [ops.repeat(tensor, beam_size, axis=0) for tensor in state]

    # The first step is outside the loop: it tells types and sizes.
    last = ops.full((batch * beam_size,), rules.bos, dtype="int32")
    log_probs, state, _ = step(last, state)
    limits, longest = rules.limits(batch, log_probs)
    first = _of_groups(log_probs, batch, groups, size)
    beams = tuple(started(limits, size, longest, each, None, None) for each in first)
    one = BeamStep(rules, Penalties(length_penalty), size, size)

    def goes_on(t, beams, *_):
        done = ops.all(ops.stack([beam.done for beam in beams]))
        return ops.logical_and(t <= longest, ops.logical_not(done))

    def body(t, beams, log_probs, state):
        parts = _of_groups(log_probs, batch, groups, size)
        beams, last, parents = _advanced(one, t, beams, parts, diversity)
        if arrays.is_false(goes_on(t + 1, beams)):  # what a step would give is not needed
            return t + 1, beams, log_probs, state
        state = [ops.take(tensor, parents, axis=0) for tensor in state]
        log_probs, state, _ = step(last, state)
        return t + 1, beams, log_probs, state

    variables = (ops.zeros((), "int32"), beams, log_probs, list(state))
    _, beams, *_ = loop(goes_on, body, variables)
    return _together(beams, n_best)


def _check(beam_size, groups, diversity, n_best, length_penalty):
    """Refuse numbers out of their range."""
    if groups < 1 or beam_size < 1 or beam_size % groups:
        raise InputError(
            f"groups: expected a divisor of beam_size, {beam_size}; got {groups}"
        )
    if not 1 <= n_best <= beam_size:
        raise InputError(f"n_best: expected 1 to beam_size, {beam_size}; got {n_best}")
    for name, value in (("diversity", diversity), ("length_penalty", length_penalty)):
        if not value >= 0:
            raise InputError(f"{name}: expected at least 0; got {value}")


def _of_groups(log_probs, batch, groups, size):
    """(batch * groups * size, vocabulary) -> for each group (batch * size, vocabulary)."""
    ops = arrays.of(log_probs)
    vocabulary = log_probs.shape[-1]
    parts = ops.reshape(log_probs, (batch, groups, size, vocabulary))
    shape = (batch * size, vocabulary)
    return [ops.reshape(parts[:, group], shape) for group in range(groups)]


def _advanced(
    one: BeamStep, t: Tensor, beams: tuple[Beam, ...], parts: list, diversity: float
) -> tuple:
    """All groups a token further: the beams, last tokens, and the rows that they come from, (rows,) each."""
    ops = arrays.of(parts[0])
    batch, size = ops.shape(beams[0].log_probs)
    groups, vocabulary = len(beams), parts[0].shape[-1]
    counts = ops.zeros((batch, vocabulary), parts[0].dtype)
    example = ops.expand_dims(ops.arange(batch, dtype="int32"), 1)  # (batch, 1)
    after, lasts, rows = [], [], []
    for group, (before, log_probs) in enumerate(zip(beams, parts, strict=True)):
        away = diversity * counts if group else None
        beam, last, parents = one.advance(t, before, log_probs, None, away)
        # (batch * size,) -> (batch, size)
        last, parents = (ops.reshape(x, (batch, size)) for x in (last, parents))
        going = ops.logical_and(
            beam.log_probs > NEVER, ops.logical_not(ops.expand_dims(before.done, 1))
        )
        counts = counts + _counted(last, going, vocabulary, counts.dtype)
        after.append(beam)
        lasts.append(last)
        # A row of the group -> its place in the beam -> a row of all groups.
        rows.append((example * groups + group) * size + parents - example * size)
    flat = (batch * groups * size,)
    last, parents = (ops.reshape(ops.concatenate(x, axis=1), flat) for x in (lasts, rows))
    return tuple(after), last, parents


def _counted(tokens, which, vocabulary, dtype):
    """How often each id is among tokens (batch, many) that count, bool alike: (batch, vocabulary)."""
    ops = arrays.of(tokens)
    ids = ops.expand_dims(ops.arange(vocabulary, dtype="int32"), 0)
    total = 0
    for place in range(tokens.shape[1]):
        here = ops.logical_and(ids == tokens[:, place, None], which[:, place, None])
        total = total + ops.cast(here, dtype)
    return total


def _together(beams: tuple[Beam, ...], n_best: int) -> Hypotheses:
    """What ended in all groups, the best first, each sequence once."""
    ops = arrays.of(beams[0].log_probs)
    ended = zip(*(beam.ended for beam in beams), strict=True)
    tokens, log_probs, scores = (ops.concatenate(parts, axis=1) for parts in ended)
    # (batch, 1, many, time) == (batch, many, 1, time) -> (batch, many, many)
    same = ops.all(ops.expand_dims(tokens, 1) == ops.expand_dims(tokens, 2), axis=-1)
    many = tokens.shape[1]
    earlier = np.tril(np.ones((many, many), bool), -1)
    again = ops.any(ops.logical_and(same, ops.convert_to_tensor(earlier)), axis=-1)
    never = ops.cast(NEVER, scores.dtype)
    scores, places = ops.top_k(ops.where(again, never, scores), n_best)
    there = scores > NEVER
    tokens = ops.where(ops.expand_dims(there, 2), rows_of(tokens, places), PAD)
    return best_of(
        tokens, ops.where(there, rows_of(log_probs, places), never), scores, n_best
    )
