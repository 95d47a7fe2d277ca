"""A token for each row, drawn by its probability."""

import numbers

from seqzoo.decoding import arrays
from seqzoo.decoding.bounds import LEAST_TEMPERATURE, MOST_TEMPERATURE
from seqzoo.decoding.rules import NEVER, value_at
from seqzoo.decoding.tensors import Tensor
from seqzoo.errors import InputError


def draw(
    log_probs: Tensor,
    drawn: Tensor,
    temperature: float,
    top_k: int | None,
    top_p: float | None,
) -> Tensor:
    """A token for each row, int32 (rows,).

    Args:
        log_probs: (rows, vocabulary), of any sum.
        drawn: numbers evenly from [0, 1), (rows,).
        temperature, top_k, top_p: as in `sample`.

    Raises:
        InputError: on a number out of its range.
    """
    check_draws(temperature, top_k, top_p)
    ops = arrays.of(log_probs)
    if top_k is None and top_p is None:  # no order is needed
        weights = _weights(log_probs, temperature)
        sums = ops.cumsum(weights, axis=-1)
        return _place(sums, sums[:, -1:], drawn)
    size = log_probs.shape[-1]
    if top_k is not None and top_k < size:
        values, ids = ops.top_k(log_probs, top_k)  # (rows, k), the likeliest first
        place = _drawn_place(values, drawn, temperature, top_p)
        return ops.cast(value_at(ids, place), "int32")
    # Sorting all numbers with their ids costs four times as much as without.
    values = ops.flip(ops.sort(log_probs, axis=-1), axis=-1)
    place = _drawn_place(values, drawn, temperature, top_p)
    return _at(log_probs, value_at(values, place), place)


def _drawn_place(values, drawn, temperature, top_p):
    """Where in the falling order of values (rows, many) a drawn share lies, int32 (rows,)."""
    ops = arrays.of(values)
    weights = _weights(values, temperature)
    sums = ops.cumsum(weights / ops.sum(weights, axis=-1, keepdims=True), axis=-1)
    before = ops.concatenate([ops.zeros_like(sums[:, :1]), sums[:, :-1]], axis=-1)
    kept = before < (1.0 if top_p is None else top_p)  # the first always
    total = ops.max(ops.where(kept, sums, 0.0), axis=-1, keepdims=True)
    last = ops.sum(ops.cast(kept, "int32"), -1) - 1
    return ops.minimum(_place(sums, total, drawn), last)


def _at(log_probs, value, place):
    """The id at a place of the falling order, whose value it is, int32 (rows,): equals stand by their ids."""
    ops = arrays.of(log_probs)
    value = ops.expand_dims(value, 1)
    greater = ops.sum(ops.cast(log_probs > value, "int32"), axis=-1)
    among = ops.expand_dims(place - greater, 1)  # how many equals stand before it
    equals = ops.cumsum(ops.cast(log_probs == value, "int32"), axis=-1)
    return ops.cast(ops.argmax(equals > among, axis=-1), "int32")


def _weights(log_probs, temperature):
    """What a token is drawn in proportion to, float64, 1 for the likeliest: nothing overflows."""
    ops = arrays.of(log_probs)
    greatest = ops.cast(ops.max(log_probs, axis=-1, keepdims=True), "float64")
    greatest = ops.where(greatest == NEVER, 0.0, greatest)  # where nothing may come
    return ops.exp((ops.cast(log_probs, "float64") - greatest) / temperature)


def _place(sums, total, drawn):
    """How many of the sums (rows, many) lie at or below a drawn share of the total, int32 (rows,).

    A share that was rounded up to 1 takes the last with a weight: behind it the sums grow no more.
    """
    ops = arrays.of(sums)
    below = sums <= ops.expand_dims(ops.cast(drawn, "float64"), 1) * total
    below = ops.logical_and(below, sums < total)
    return ops.minimum(ops.sum(ops.cast(below, "int32"), axis=-1), sums.shape[-1] - 1)


def check_draws(temperature: float, top_k: int | None, top_p: float | None) -> None:
    """Refuse what `sample` can't do.

    Raises:
        InputError: on what is no number, or out of its range.
    """
    for name, number in (("temperature", temperature), ("top_p", top_p)):
        left_out = name == "top_p" and number is None
        if not left_out and not isinstance(number, numbers.Real):
            raise InputError(f"{name}: expected a number; got {number!r}")
    # A NaN is in no range.
    if not LEAST_TEMPERATURE <= temperature <= MOST_TEMPERATURE:
        raise InputError(
            f"temperature: expected {LEAST_TEMPERATURE:g} to {MOST_TEMPERATURE:g}; got {temperature}"
        )
    if top_k is not None and (not isinstance(top_k, numbers.Integral) or top_k < 1):
        raise InputError(f"top_k: expected a whole number, at least 1; got {top_k}")
    if top_p is not None and not 0 < top_p <= 1:
        raise InputError(f"top_p: expected a number above 0, at most 1; got {top_p}")
