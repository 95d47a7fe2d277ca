"""What may come next, whatever the model says."""

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from seqzoo.decoding import arrays
from seqzoo.decoding.constraints import Constraints
from seqzoo.decoding.tensors import Tensor
from seqzoo.errors import InputError
from seqzoo.text.vocabulary import BOS, EOS, PAD

NEVER = float("-inf")
BLOCK = 64  # of 32 to 128 all do


@dataclass(frozen=True)
class Rules:
    """Limits on the sequences that decoding may give.

    Attributes:
        max_length: most tokens, `</s>` not counted: a whole number, or int32 (batch,), one for each
            example. After so many only `</s>` may come, so that every sequence is a whole one.
        min_length: fewest tokens, `</s>` not counted, up to an example's `max_length`.
        no_repeat_ngram: no n tokens come a second time in a sequence; 0: they may.
        repetition_penalty: log-probabilities of tokens that have come are multiplied by it (Keskar et al.
            2019, section 4.1, there of scores of any sign); at least 1, which changes nothing. What is chosen
            follows from it; what `log_probs` of a sequence is does not.
        forbidden: ids that never come.
        bos, eos: ids of what starts and ends a sequence.
        constraints: demands on the whole sequence, for NumPy's arrays alone; see
            `seqzoo.decoding.constraints`.
    """

    max_length: object = 100
    min_length: int = 0
    no_repeat_ngram: int = 0
    repetition_penalty: float = 1.0
    forbidden: Sequence[int] = (PAD, BOS)
    bos: int = BOS
    eos: int = EOS
    constraints: Constraints | None = None

    def __post_init__(self):
        for name in ("min_length", "no_repeat_ngram"):
            if getattr(self, name) < 0:
                raise InputError(f"{name}: expected at least 0; got {getattr(self, name)}")
        if not 1 <= self.repetition_penalty < float("inf"):
            raise InputError(
                f"repetition_penalty: expected at least 1; got {self.repetition_penalty}"
            )
        if isinstance(self.max_length, int) and self.max_length < self.min_length:
            raise InputError(
                f"max_length: expected at least min_length, {self.min_length}; got {self.max_length}"
            )
        if self.eos in self.forbidden:
            raise InputError(
                f"forbidden: {self.eos} is the end of a sequence, which must come"
            )
        if self.constraints is not None:
            self._check_constraints(self.constraints)

    def _check_constraints(self, constraints: Constraints) -> None:
        """Refuse rules that constraints do not know: together they could lead into a dead end."""
        for name in ("min_length", "no_repeat_ngram"):
            if getattr(self, name):
                raise InputError(f"{name}: expected 0 beside constraints")
        if self.eos != constraints.end:
            raise InputError(f"eos: expected {constraints.end}, the end of constraints")
        if unknown := set(self.forbidden) - constraints.never:
            raise InputError(
                f"forbidden: {min(unknown)}: expected among what constraints never allow"
            )
        if not isinstance(self.max_length, int) or self.max_length < constraints.longest:
            raise InputError(
                f"max_length: expected {constraints.longest} at least, as constraints may take"
            )

    def limits(self, rows: Any, like: Tensor) -> tuple[Tensor, Any]:
        """The greatest length of each example, int32 (rows,), and of all.

        Args:
            rows: how many there are.
            like: an array of the kind that is wanted.
        """
        ops = arrays.of(like)
        if isinstance(self.max_length, int):
            return ops.full((rows,), self.max_length, dtype="int32"), self.max_length
        limits = ops.cast(self.max_length, "int32")
        return limits, ops.max(limits)

    def repeated(self, count: int) -> "Rules":
        """The same for rows that each come so many times, one behind the other, where `max_length` is an
        array of NumPy's."""
        if isinstance(self.max_length, int):
            return self
        return dataclasses.replace(
            self, max_length=np.repeat(np.asarray(self.max_length), count)
        )

    def apply(self, t: Tensor, log_probs: Tensor, tokens: Tensor, limits: Tensor) -> Tensor:
        """`log_probs` with -inf for what may not come, and less for what has come.

        Args:
            t: how many tokens there are, int32 ().
            log_probs: (rows, vocabulary).
            tokens: those so far, int32 (rows, time), from `t` on anything.
            limits: int32 (rows,).
        """
        ops = arrays.of(log_probs)
        size = log_probs.shape[-1]
        never = ops.cast(NEVER, log_probs.dtype)
        log_probs = self._without_forbidden(log_probs)
        if self.repetition_penalty != 1:
            there = repeated(tokens, t, 1, size)
            factor = ops.convert_to_tensor(self.repetition_penalty, log_probs.dtype)
            log_probs = ops.where(there, log_probs * factor, log_probs)
        if self.constraints is not None:
            mask = allowed_behind(self.constraints, tokens, int(t))
            return np.where(mask, log_probs, never)
        at_limit = t >= limits  # (rows,)

        def is_other():
            ids = ops.arange(size, dtype="int32")
            return ops.expand_dims(ids != self.eos, 0)  # (1, vocabulary)

        def only_end():
            ends = ops.logical_and(ops.expand_dims(at_limit, 1), is_other())
            return ops.where(ends, never, log_probs)

        if self.min_length:
            rows = ops.arange(ops.shape(log_probs)[0], dtype="int32")
            too_short = t < ops.minimum(self.min_length, limits)  # (rows,)
            column = ops.where(too_short, never, log_probs[:, self.eos])
            places = ops.stack([rows, ops.full_like(rows, self.eos)], axis=1)
            log_probs = ops.scatter_update(log_probs, places, column)
        # Seldom, and costly: over all the vocabulary.
        log_probs = ops.cond(ops.any(at_limit), only_end, lambda: log_probs)
        if self.no_repeat_ngram:
            seen = repeated(tokens, t, self.no_repeat_ngram, size)
            log_probs = ops.where(ops.logical_and(seen, is_other()), never, log_probs)
        return log_probs

    def _without_forbidden(self, log_probs: Tensor) -> Tensor:
        """`log_probs` (rows, vocabulary) with -inf for ids that never come."""
        if isinstance(log_probs, np.ndarray):
            log_probs = log_probs.copy()
            log_probs[:, list(self.forbidden)] = NEVER
            return log_probs
        ops = arrays.of(log_probs)
        ids = ops.arange(log_probs.shape[-1], dtype="int32")
        banned = ops.zeros_like(ids, "bool")
        for id in self.forbidden:
            banned = ops.logical_or(banned, ids == id)
        never = ops.cast(NEVER, log_probs.dtype)
        return log_probs + ops.where(banned, never, ops.zeros_like(never))


def allowed_behind(constraints: Constraints, tokens: np.ndarray, t: int) -> np.ndarray:
    """What may come behind sequences, bool (rows, vocabulary); all, behind those that have ended.

    Args:
        constraints: the demands.
        tokens: int32 (rows, time), of which the first `t` count.
        t: how many.
    """
    masks = np.ones((len(tokens), constraints.size), bool)
    for row, sequence in zip(masks, tokens[:, :t].tolist(), strict=True):
        state = constraints.behind(tuple(sequence))
        if state is not None:
            row[:] = constraints.allowed(state)
    return masks


def repeated(tokens: Tensor, t: Tensor, n: int, vocabulary: int) -> Tensor:
    """Which tokens would end a sequence of n tokens that has been there: bool (rows, vocabulary).

    Args:
        tokens: int32 (rows, time), of which the first `t` count.
    """
    ops = arrays.of(tokens)
    rows, time = ops.shape(tokens)
    places = ops.arange(time, dtype="int32")  # i: tokens[i] ended an n-gram
    match = ops.logical_and(places >= n - 1, places < t)
    match = ops.broadcast_to(ops.expand_dims(match, 0), (rows, time))
    for back in range(1, n):
        last = ops.take(tokens, ops.maximum(t - back, 0), axis=1)  # (rows,)
        same = ops.roll(tokens, back, axis=1) == ops.expand_dims(last, 1)
        match = ops.logical_and(match, same)

    # A table (rows, vocabulary + 1) of marks, laid out flat; what doesn't match marks the id beyond the
    # vocabulary.
    width = vocabulary + 1
    ended = ops.where(match, tokens, vocabulary)
    starts = ops.expand_dims(ops.arange(rows, dtype="int32"), 1) * width
    flat = ops.reshape(ended + starts, (-1,))  # (rows * time,)
    marks = ops.zeros((rows * width,), "int32")
    marks = ops.scatter_update(marks, ops.expand_dims(flat, 1), ops.ones_like(flat))
    return ops.reshape(marks, (rows, width))[:, :vocabulary] > 0


def top_k(x: Tensor, k: int) -> tuple[Tensor, Tensor]:
    """`ops.top_k` of x (rows, many), to the last tie, in about half the time.

    The k largest are in the k blocks with the largest maxima, and those are quickly found.
    """
    ops = arrays.of(x)
    rows, many = ops.shape(x)
    count = -(-many // BLOCK)  # blocks, the last one filled up
    if count <= 2 * k or isinstance(x, np.ndarray):  # NumPy's has blocks of its own
        return ops.top_k(x, k)
    never = ops.full((rows, count * BLOCK - many), NEVER, dtype=x.dtype)
    x = ops.concatenate([x, never], axis=1)
    x = ops.reshape(x, (rows, count, BLOCK))

    _, blocks = ops.top_k(ops.max(x, axis=2), k)
    blocks = ops.cast(ops.sort(blocks, axis=1), "int32")  # of equals the first comes first
    members = ops.reshape(rows_of(x, blocks), (rows, k * BLOCK))
    values, places = ops.top_k(members, k)

    # Places among the members -> places in x.
    block, place = places // BLOCK, places % BLOCK
    first = ops.take_along_axis(blocks, block, axis=1) * BLOCK
    return values, first + ops.cast(place, "int32")


def rows_of(x: Tensor, indices: Tensor) -> Tensor:
    """x (batch, many, ...) and indices int32 (batch, few) -> (batch, few, ...)."""
    if isinstance(x, np.ndarray):
        return x[np.arange(len(x))[:, None], indices]
    ops = arrays.of(x)
    shape = ops.shape(x)
    first = ops.expand_dims(ops.arange(shape[0], dtype="int32") * shape[1], 1)
    flat = ops.reshape(x, (shape[0] * shape[1], *shape[2:]))  # (batch * many, ...)
    taken = ops.take(flat, ops.reshape(indices + first, (-1,)), axis=0)
    return ops.reshape(taken, (shape[0], ops.shape(indices)[1], *shape[2:]))


def value_at(x: Tensor, places: Tensor) -> Tensor:
    """The number of each row of x (rows, many) at its place, int32 (rows,): (rows,)."""
    ops = arrays.of(x)
    return ops.squeeze(ops.take_along_axis(x, ops.expand_dims(places, 1), axis=1), 1)


def put(buffer: Tensor, t: Tensor, values: Tensor) -> Tensor:
    """`buffer` (rows, time) with `values` (rows,) at time `t`."""
    ops = arrays.of(buffer)
    here = ops.arange(ops.shape(buffer)[1], dtype="int32") == t
    return ops.where(here, ops.cast(ops.expand_dims(values, 1), buffer.dtype), buffer)


def loop(condition: Callable, body: Callable, variables: Any) -> Any:
    """`ops.while_loop` for nested variables, None among them; the first tells of what kind they are."""
    if isinstance(variables[0], np.ndarray):
        while condition(*variables):
            variables = body(*variables)
        return variables
    from keras import ops, tree

    flat = [v for v in tree.flatten(variables) if v is not None]
    shapes = [tuple(v.shape) for v in flat]

    def pack(values):
        values = iter(values)
        return tree.map_structure(lambda v: None if v is None else next(values), variables)

    def step(*values):
        new = [v for v in tree.flatten(body(*pack(values))) if v is not None]
        for value, shape in zip(new, shapes, strict=True):
            if hasattr(value, "set_shape"):
                value.set_shape(shape)
        return tuple(new)

    return pack(ops.while_loop(lambda *values: condition(*pack(values)), step, tuple(flat)))
