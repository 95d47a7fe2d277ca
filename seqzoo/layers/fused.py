"""The compiled kernels as a TensorFlow operation with a gradient. TensorFlow's own; imported there alone.

The operation is a call back into Python (`tf.numpy_function`): nothing of it can be exported or compiled
by XLA. Where a call is traced for these, layers take Keras' loop: see `elsewhere`.
"""

import os
import sys
from types import FrameType
from typing import NamedTuple

import numpy as np
import tensorflow as tf
from tensorflow.python.eager import context

# No public name tells whether XLA is to compile what is being traced.
from tensorflow.python.ops.control_flow_util import GraphOrParentsInXlaContext

from seqzoo.layers.kernels.batch import Batch
from seqzoo.layers.kernels.records import Call, Direction
from seqzoo.layers.kernels.step import CELLS, GRU

# Modules that trace models to write them down.
EXPORTERS = (
    "keras.src.export",
    "keras.src.backend.tensorflow.export",
    "tensorflow.lite.python",
    "tensorflow.python.saved_model",
    "tf2onnx",
)
# Steps, and how many weights are few: measured by `python -m benchmarks.few_steps`.
FEW, FEW_OF_SMALL, SMALL = 5, 10, 140_000


# A forked process has none of the threads that TensorFlow waits for.
_forked = False
_FORKED = (
    "this process was forked from one that had used TensorFlow, which cannot compute here: start processes "
    'by multiprocessing.get_context("spawn"), or build models after the fork'
)


def recurrence(
    cell: str,
    x: tf.Tensor,
    mask: tf.Tensor | None,
    directions: list[dict],
    *,
    return_sequences: bool,
    zero: bool,
    flip: bool,
    training: bool | None,
) -> tuple[tf.Tensor, list[list[tf.Tensor]]]:
    """Run one or two directions of a recurrent layer.

    Args:
        cell: a name in `kernels.step.CELLS`.
        x: float32 or float64 (batch, time, features).
        mask: bool (batch, time), or None where every step counts.
        directions: for each a dictionary of kernel, recurrent_kernel, bias (or None), states (a
            list of (batch, units) tensors) and reverse, as `keras.layers` lay them out.
        return_sequences: all outputs, or the last.
        zero: masked steps give zeros, not the output before them.
        flip: a single reversed direction gives its outputs in the order they were made.
        training: keep what a gradient needs. Without it that is kept where one may be asked for; where one
            is asked for all the same, the loop runs again.

    Returns:
        output, (batch, time, units * directions) or (batch, units * directions), and for each
        direction the list of its last states.

    Raises:
        RuntimeError: in a process that was forked from one that had used TensorFlow.
    """
    if _forked:
        raise RuntimeError(_FORKED)
    kind = CELLS[cell]
    call = Call(kind, return_sequences, zero, flip, threads())
    reverse = [d["reverse"] for d in directions]
    weights = [_weights(kind, d, tf.shape(x)[0]) for d in directions]
    # A scalar stands for no mask; one row serves the batch, as it does in Keras.
    mask = tf.constant(True) if mask is None else tf.broadcast_to(mask, tf.shape(x)[:2])
    keep = _Keep(bool(training) or _recorded())
    outputs = _differentiable(call, reverse, keep)(
        x, mask, *(w for d in weights for w in d)
    )
    units = weights[0].recurrent.shape[0]
    time = [x.shape[1]] if return_sequences else []
    outputs[0].set_shape([x.shape[0], *time, units * len(directions)])
    states = []
    for d, last in zip(directions, _in(States, outputs[1:]), strict=True):
        ends = list(last)[: len(d["states"])]
        for end in ends:
            end.set_shape([x.shape[0], units])
        states.append(ends)
    return outputs[0], states


def threads() -> int:
    """How many threads a layer may use: TensorFlow's own setting, or one for each core at hand."""
    cores = (
        len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else os.cpu_count() or 1
    )
    return tf.config.threading.get_intra_op_parallelism_threads() or cores


def few(steps: int | None, weights: int) -> bool:
    """Whether TensorFlow's own operations, step by step, are the quicker way: in a graph, of few steps.

    A call into Python costs more than such a step of small weights, and packing them more than one of large
    ones. Without a graph it is the single operations that cost.

    Args:
        steps: their number, None where the graph does not know it.
        weights: how many a direction has.
    """
    most = FEW if weights > SMALL else FEW_OF_SMALL
    return steps is not None and 1 <= steps <= most and not tf.executing_eagerly()


def elsewhere() -> str | None:
    """Why a call that is being traced may not hold a call into Python; None where it may."""
    if tf.executing_eagerly():
        return None
    if GraphOrParentsInXlaContext(tf.compat.v1.get_default_graph()):
        return "XLA compiles it (jit_compile=True)"
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if frame.f_globals.get("__name__", "").startswith(EXPORTERS):
            return "it is traced for export"
        frame = frame.f_back
    return None


def gpu() -> bool:
    """Whether TensorFlow sees a GPU."""
    return bool(tf.config.list_logical_devices("GPU"))


def _weights(cell, d, batch):
    """`Weights` of a direction as tensors; no bias is a zero one."""
    kernel, recurrent = (
        tf.convert_to_tensor(d[name]) for name in ("kernel", "recurrent_kernel")
    )
    shape = (2, kernel.shape[1]) if cell is GRU else (kernel.shape[1],)
    bias = (
        tf.zeros(shape, kernel.dtype)
        if d["bias"] is None
        else tf.convert_to_tensor(d["bias"])
    )
    units = recurrent.shape[0]  # one state for the whole batch will do, as it does in Keras
    h, *rest = [tf.broadcast_to(state, (batch, units)) for state in d["states"]]
    c = rest[0] if rest else tf.zeros((batch, 0), h.dtype)
    return Weights(kernel, recurrent, bias, h, c)


class Weights(NamedTuple):
    """What a direction is computed with: kernel, recurrent_kernel, bias, and the first states."""

    kernel: tf.Tensor
    recurrent: tf.Tensor
    bias: tf.Tensor
    h: tf.Tensor
    c: tf.Tensor


class States(NamedTuple):
    """The last states of a direction; c has no units where the cell has none."""

    h: tf.Tensor
    c: tf.Tensor


class Kept(NamedTuple):
    """What of a direction its gradient needs."""

    gates: tf.Tensor
    hs: tf.Tensor
    cs: tf.Tensor


class _Keep:
    """Whether a call keeps what going back needs.

    A graph is built before it runs: that its gradient is wanted is known by the time of its first run.
    """

    def __init__(self, wanted: bool):
        self.wanted = wanted


def _recorded() -> bool:
    """Whether a call that runs at once may be asked for its gradient."""
    if not tf.executing_eagerly():
        return False
    try:
        from tensorflow.python.eager.record import could_possibly_record
    except ImportError:  # no public name tells it: what is not needed costs memory alone
        return True
    return could_possibly_record()


def _differentiable(call, reverse, keep):
    """The operation for a call: (x, mask, weights...) -> (output, h and c of each direction...)."""
    results = 1 + len(States._fields) * len(reverse)

    @tf.custom_gradient
    def operation(x, mask, *weights):
        every = _forward(call, reverse, keep, x, mask, weights)

        def gradient(d_output, *d_states):
            keep.wanted = True
            dx, *rest = _backward(
                call, reverse, x, mask, weights, every[results:], d_output, d_states
            )
            return dx, None, *rest

        return tuple(every[:results]), gradient

    return operation


def _forward(call, reverse, keep, x, mask, weights):
    """Output, last states, and for each direction gates, hs and cs: no rows where they are not wanted."""

    def forward(x, mask, *weights):
        batch = _batch(call, reverse, x, mask, _in(Weights, weights))
        output, states, kept = batch.forward(keep.wanted)
        return [output, *(s for d in states for s in d), *(a for d in kept for a in d)]

    types = [x.dtype] * (1 + len(reverse) * (len(States._fields) + len(Kept._fields)))
    return tf.numpy_function(forward, [x, mask, *weights], types, stateful=False)


def _backward(call, reverse, x, mask, weights, kept, d_output, d_states):
    """Gradients of x and of each direction's weights and states; these have none of their own.

    Args:
        weights, kept, d_states: `Weights`, `Kept` and `States` of each direction, in flat lists.
    """
    sizes = len(weights), len(kept)

    def backward(x, mask, d_output, *arrays):
        weights, rest = arrays[: sizes[0]], arrays[sizes[0] :]
        kept, d_states = _in(Kept, rest[: sizes[1]]), _in(States, rest[sizes[1] :])
        batch = _batch(call, reverse, x, mask, _in(Weights, weights))
        if not batch.has(kept):
            *_, kept = batch.forward(True)
        dx, gradients = batch.backward(kept, d_output, d_states)
        return [dx, *(g for d in gradients for g in d)]

    @tf.custom_gradient
    def operation(x, mask, d_output, *rest):
        types = [x.dtype] * (1 + len(weights))
        gradients = tf.numpy_function(
            backward, [x, mask, d_output, *rest], types, stateful=False
        )
        for gradient, of in zip(gradients, [x, *rest], strict=False):
            gradient.set_shape(of.shape)
        return tuple(gradients), second

    def second(*upstream):
        given = [x, d_output, *weights, *d_states]
        slopes = _second(call, reverse, mask, given, len(weights), upstream)
        d_x, d_d_output, *rest = slopes
        ours, theirs = rest[: len(weights)], rest[len(weights) :]
        return d_x, None, d_d_output, *ours, *[None] * len(kept), *theirs

    return operation(x, mask, d_output, *weights, *kept, *d_states)


def _second(call, reverse, mask, given, count, upstream):
    """Gradients of the gradients, by TensorFlow's own operations: `unfused` computes all of it again.

    Args:
        given: what the gradients are made of: x, that of the output, the weights and first states, and
            those of the last states.
        count: how many of these are weights and first states.
        upstream: the loss' gradients of the gradients of x and of these.
    """
    from seqzoo.layers import unfused

    with tf.GradientTape() as outer:
        outer.watch(given)
        x, d_output, *rest = given
        weights, d_states = rest[:count], rest[count:]
        with tf.GradientTape() as inner:
            inner.watch([x, *weights])
            made = unfused.outputs(call, reverse, x, mask, _in(Weights, weights))
        first = inner.gradient(
            made,
            [x, *weights],
            output_gradients=[d_output, *d_states],
            unconnected_gradients=tf.UnconnectedGradients.ZERO,
        )
    return outer.gradient(
        first,
        given,
        output_gradients=list(upstream),
        unconnected_gradients=tf.UnconnectedGradients.ZERO,
    )


def _in(kind, arrays) -> list:
    """A flat list as one of `Weights`, `Kept` or `States` for each direction."""
    size = len(kind._fields)
    return [kind(*arrays[start : start + size]) for start in range(0, len(arrays), size)]


def _batch(call, reverse, x, mask, weights):
    """The kernels' batch of `Weights` of each direction; a mask of no axes stands for none."""
    directions = [
        Direction(*map(np.ascontiguousarray, of), backwards)
        for of, backwards in zip(weights, reverse, strict=True)
    ]
    return Batch(call, np.ascontiguousarray(x), mask if mask.ndim else None, directions)


def refuse_second(*_: tf.Tensor) -> None:
    """A gradient of the gradients: an error, where TensorFlow would take it for zero.

    Raises:
        NotImplementedError: always.
    """
    raise NotImplementedError(
        "second derivatives and forward mode: this compiled operation has neither"
    )


def _note_fork() -> None:
    global _forked
    found = context.context_safe()
    _forked = _forked or (found is not None and found._initialized)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_note_fork)
