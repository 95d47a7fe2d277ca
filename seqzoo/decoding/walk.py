"""One token after the other: greedy, sampled, or given."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from seqzoo.decoding import arrays
from seqzoo.decoding.draws import check_draws, draw
from seqzoo.decoding.finished import Finished
from seqzoo.decoding.rules import NEVER, Rules, loop, put, value_at
from seqzoo.decoding.tensors import Step, Tensor
from seqzoo.errors import InputError
from seqzoo.text.vocabulary import PAD


class Hypotheses(NamedTuple):
    """What decoding gives: for each example its sequences, best first.

    Attributes:
        tokens: int32 (batch, n, time), `</s>` at each one's end, then 0.
        lengths: int32 (batch, n), `</s>` counted; 0 where there are fewer than n sequences.
        log_probs: float (batch, n), of the whole sequence, `</s>` included; -inf where there is none.
        scores: float (batch, n), what they were ranked by: `log_probs` with the penalties.
    """

    tokens: Tensor
    lengths: Tensor
    log_probs: Tensor
    scores: Tensor


def greedy(step: Step, state: list, rules: Rules) -> Hypotheses:
    """The likeliest token at every step. An example of which at some step nothing may come has no sequence.

    Args:
        step: see `seqzoo.decoding`.
        state: a list of tensors (batch, ...).
        rules: what may come.
    """
    return _hypotheses(
        _walk(
            step, state, rules, lambda t, allowed, _: arrays.of(allowed).argmax(allowed, -1)
        ),
        rules,
    )


def sample(
    step: Step,
    state: list,
    rules: Rules,
    *,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
    seeds: Sequence = (0,),
) -> Hypotheses:
    """A token drawn at every step. An example of which at some step nothing may come has no sequence.

    Args:
        step, state, rules: as in `greedy`; a `max_length` that is no number is a NumPy array.
        temperature: log-probabilities are divided by it; from `LEAST_TEMPERATURE` to `MOST_TEMPERATURE`.
        top_k: draw from the k likeliest alone (Fan et al. 2018).
        top_p: draw from the fewest likeliest whose probabilities sum to it or more (Holtzman et al. 2020).
        seeds: one for each row, a whole number or several: what a row gives does not depend on others.

    Raises:
        InputError: on a number out of its range.
    """
    check_draws(temperature, top_k, top_p)
    if len(seeds) != state[0].shape[0]:
        raise InputError(
            f"sample: expected a seed for each of {state[0].shape[0]} rows; got {len(seeds)}"
        )
    if not isinstance(rules.max_length, (int, np.ndarray)):
        raise InputError(
            f"max_length: expected a number or a NumPy array; got {type(rules.max_length)}"
        )
    ops = arrays.of(state[0])
    longest = int(np.max(rules.max_length))
    draws = [np.random.default_rng(seed).random(longest + 1) for seed in seeds]
    draws = ops.convert_to_tensor(np.array(draws))

    def choose(t, allowed, rows):
        drawn = ops.take(draws, ops.minimum(t, longest), axis=1)
        drawn = ops.take(drawn, rows, axis=0)
        return draw(allowed, drawn, temperature, top_k, top_p)

    return _hypotheses(_walk(step, state, rules, choose), rules)


def score(
    step: Step, state: list, targets: Tensor, rules: Rules | None = None
) -> tuple[Tensor, Tensor | None]:
    """Log-probabilities of given sequences.

    Args:
        step, state: as in `greedy`.
        targets: int32 (rows, time), each with its `</s>`, then 0.

    Returns:
        log_probs, float (rows, time), 0 behind a sequence's end; and alignments (rows, time, source
        time), or None.
    """
    ops = arrays.of(state[0])
    rules = rules or Rules()
    time = ops.shape(targets)[1]
    if not isinstance(time, int):
        raise InputError("targets: expected a known number of steps")
    targets = ops.cast(targets, "int32")
    first = ops.full_like(targets[:, :1], rules.bos)
    given = ops.concatenate([first, targets[:, :-1]], axis=1)
    log_probs, state, alignments = step(given[:, 0], state)
    columns = [value_at(log_probs, targets[:, 0])]
    kept = [alignments]
    for t in range(1, time):
        log_probs, state, alignments = step(given[:, t], state)
        columns.append(value_at(log_probs, targets[:, t]))
        kept.append(alignments)
    log_probs = ops.stack(columns, axis=1) * ops.cast(targets != PAD, columns[0].dtype)
    return log_probs, None if alignments is None else ops.stack(kept, axis=1)


class _Walk(NamedTuple):
    """Where each row is."""

    rows: Tensor  # (rows,), the places of these in the batch
    limits: Tensor  # (rows,)
    tokens: Tensor  # (rows, time)
    done: Tensor  # (rows,)
    total: Tensor  # (rows,), of log-probabilities


def _walk(step, state, rules, choose):
    """Tokens int32 (rows, time) and their log-probabilities' sum (rows,); PAD and -inf where none may be.

    `choose(t, allowed, rows)` gives tokens (rows,) of log-probabilities (rows, vocabulary).
    """
    ops = arrays.of(state[0])
    count = ops.shape(state[0])[0]
    limits, longest = rules.limits(count, state[0])
    last = ops.full((count,), rules.bos, dtype="int32")
    # The first step is outside the loop: it tells the type of the sums.
    log_probs, state, _ = step(last, state)
    first = _Walk(
        rows=ops.arange(count, dtype="int32"),
        limits=limits,
        tokens=ops.full((count, longest + 1), PAD, dtype="int32"),
        done=ops.zeros((count,), "bool"),
        total=ops.zeros_like(log_probs[:, 0]),
    )
    finished = Finished(count) if isinstance(log_probs, np.ndarray) else None

    def goes_on(t, walk, *_):
        return ops.logical_and(t <= longest, ops.logical_not(ops.all(walk.done)))

    def body(t, walk, log_probs, state):
        walk, chosen = _advance(t, walk, log_probs, rules, choose)
        if arrays.is_false(goes_on(t + 1, walk)):  # what a step would give is not needed
            return t + 1, walk, log_probs, state
        going = finished and finished.left(walk.done, (walk.tokens, walk.total))
        if going is not None:
            walk, chosen = _Walk(*(x[going] for x in walk)), chosen[going]
            state = [x[going] for x in state]
        log_probs, state, _ = step(chosen, state)
        return t + 1, walk, log_probs, state

    variables = (ops.zeros((), "int32"), first, log_probs, list(state))
    _, walk, *_ = loop(goes_on, body, variables)
    tokens, total = walk.tokens, walk.total
    if finished:
        tokens, total = finished.whole((tokens, total))
    return ops.where(ops.expand_dims(total == NEVER, 1), PAD, tokens), total


def _advance(t, walk, log_probs, rules, choose):
    """The walk a token further, and that token, (rows,)."""
    ops = arrays.of(log_probs)
    _, limits, tokens, done, total = walk
    allowed = rules.apply(t, log_probs, tokens, limits)
    stuck = ops.logical_and(ops.max(allowed, axis=-1) == NEVER, ops.logical_not(done))
    done = ops.logical_or(done, stuck)
    chosen = ops.cast(choose(t, allowed, walk.rows), "int32")
    chosen = ops.where(done, PAD, chosen)
    # What may come has its own log-probability, whatever made it likely to be chosen.
    gain = ops.where(done, ops.zeros_like(total), value_at(log_probs, chosen))
    total = ops.where(stuck, ops.cast(NEVER, total.dtype), total + gain)
    done = ops.logical_or(done, chosen == rules.eos)
    walk = walk._replace(tokens=put(tokens, t, chosen), done=done, total=total)
    return walk, chosen


def _hypotheses(walked, rules):
    tokens, total = walked
    ops = arrays.of(tokens)
    lengths = ops.cast(ops.sum(tokens != PAD, axis=1, keepdims=True), "int32")
    total = ops.expand_dims(total, 1)
    return Hypotheses(ops.expand_dims(tokens, 1), lengths, total, total)
