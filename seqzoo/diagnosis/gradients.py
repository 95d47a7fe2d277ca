"""How much of the loss's gradient reaches each step of what the first recurrent layer reads."""

import inspect
from collections.abc import Callable

import keras
import numpy as np
from keras import ops, tree

from seqzoo.diagnosis.batch import Batch
from seqzoo.diagnosis.record import Run, calling, known_ids, unchanged
from seqzoo.diagnosis.result import Finding

VANISHING, EXPLODING = 1e-6, 1e3  # norm at the first step by that at the last
OVERFLOWING = 1e15  # a square of it overflows soon


def looked_at(
    model: keras.Model,
    batch: Batch,
    run: Run,
    layer: keras.layers.Layer,
    loss: Callable | None = None,
) -> tuple[list[Finding], list[list[float]], float | None]:
    """Norms of d loss / d x_t, x_t being what a layer reads at step t.

    Args:
        run: what the model did with the batch.
        layer: the recurrent layer that is called first.
        loss: of the model's outputs; None: the sum of their squares.

    Returns:
        Findings, for each row its norms at real steps, and the median over rows of first norm by last.
    """
    if keras.backend.backend() != "tensorflow":
        found = f"not looked at: Keras is on {keras.backend.backend()}, not on TensorFlow"
        return [Finding("note", "gradients", "model", found)], [], None
    call = run.first(layer)
    gradient = _gradient(model, batch, layer, loss or _squares)
    if call is None or gradient is None:
        found = "no gradient of the loss reaches what it reads"
        return [Finding("note", "gradients", layer.name, found)], [], None
    norms = np.sqrt(
        (np.asarray(gradient, np.float64) ** 2).sum(tuple(range(2, gradient.ndim)))
    )
    real = batch.real(norms.shape) if call.steps is None else call.steps
    rows = [row[which] for row, which in zip(norms, real, strict=True)]
    ratio = _ratio(rows)
    largest = max(
        float(np.abs(x).max(initial=0)) for x in call.outputs if x.dtype.kind == "f"
    )
    return (
        [_finding(layer.name, rows, ratio, largest)],
        [row.tolist() for row in rows],
        ratio,
    )


def _gradient(model, batch, layer, loss):
    """d loss / d x, (batch, time, features), or None where there is none."""
    import tensorflow as tf

    before, seen = layer.call, []
    signature = inspect.signature(before)

    def watching(*args, **kwargs):
        if not seen:
            seen.append(next(iter(signature.bind(*args, **kwargs).arguments.values())))
            tape.watch(seen[0])
        return before(*args, **kwargs)

    with (
        unchanged(model),
        known_ids(model, {}),
        tf.GradientTape(watch_accessed_variables=False) as tape,
        calling(layer, watching),
    ):
        total = loss(model(batch.inputs(), training=False))
    found = None if total is None else tape.gradient(total, seen[0])
    return None if found is None else ops.convert_to_numpy(found)


def _squares(outputs):
    """The sum of the squares of all outputs that are no integers; None where all are.

    Minus infinity is no signal but a ban, such as of a transition between tags, and does not count.
    """
    floats = [
        ops.cast(x, "float32")
        for x in tree.flatten(outputs)
        if keras.backend.is_float_dtype(x.dtype)
    ]
    squares = [
        ops.sum(ops.square(ops.where(x == -np.inf, ops.zeros_like(x), x))) for x in floats
    ]
    return sum(squares) if squares else None


def _ratio(rows) -> float | None:
    """The median of the first norm by the last, of rows of two steps at least and any gradient."""
    ends = [(row[0], row[-1]) for row in rows if len(row) > 1 and row[[0, -1]].any()]
    if not ends:
        return None
    first, last = np.array(ends).T
    with np.errstate(divide="ignore"):
        return float(np.median(first / last))


def _finding(name, rows, ratio, largest) -> Finding:
    if not largest < OVERFLOWING:
        return Finding("warning", "gradients", name, f"exploding: it gives numbers of {largest:.1g}",
                       "smaller recurrent weights, tanh in relu's place, inputs of deviation 1")  # fmt: skip
    if any(not np.isfinite(row).all() for row in rows):
        return Finding("warning", "gradients", name, "the gradient by its input is not finite",
                       "look at the loss, and at what divides or takes logarithms")  # fmt: skip
    if ratio is None:
        return Finding(
            "note", "gradients", name, "no row has two steps that a gradient reaches"
        )
    told = f"its norm at the first step is {ratio:.1e} of that at the last (median of {len(rows)} rows)"
    if ratio < VANISHING:
        return Finding("warning", "gradients", name, f"vanishing: {told}",
                       "an LSTM or GRU, a forget bias of 1, attention or pooling over all steps, "
                       "shorter sequences")  # fmt: skip
    if ratio > EXPLODING:
        return Finding("warning", "gradients", name, f"exploding: {told}",
                       "clip gradients (global_clipnorm=1), smaller recurrent weights, tanh in "
                       "relu's place")  # fmt: skip
    return Finding("ok", "gradients", name, told)
