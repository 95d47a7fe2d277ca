"""The compiled kernels as a TensorFlow operation with a gradient. TensorFlow's own; imported there alone.

The operation is a call back into Python (`tf.numpy_function`): nothing of it can be exported or
compiled by XLA, which is why what seqzoo saves is the stock twin of a model.
"""

import os

import numpy as np
import tensorflow as tf

from seqzoo.layers.kernels import chain, run, softmax
from seqzoo.layers.kernels.sequence import CELLS, GRU


def recurrence(cell, x, mask, directions, *, return_sequences, zero, flip, training):
    """Run one or two directions of a recurrent layer.

    Args:
        cell: a name in `kernels.sequence.CELLS`.
        x: float32 or float64 (batch, time, features).
        mask: bool (batch, time), or None where every step counts.
        directions: for each a dictionary of kernel, recurrent_kernel, bias (or None), states (a
            list of (batch, units) tensors) and reverse, as `keras.layers` lay them out.
        return_sequences: all outputs, or the last.
        zero: masked steps give zeros, not the output before them.
        flip: a single reversed direction gives its outputs in the order they were made.
        training: keep what a gradient needs; without it one that is asked for runs the loop again.

    Returns:
        output, (batch, time, units * directions) or (batch, units * directions), and for each
        direction the list of its last states.
    """
    cell = CELLS[cell]
    call = run.Call(cell, return_sequences, zero, flip, threads())
    reverse = [d["reverse"] for d in directions]
    weights = [_weights(cell, d, tf.shape(x)[0]) for d in directions]
    # A scalar stands for no mask; one row serves the batch, as it does in Keras.
    mask = tf.constant(True) if mask is None else tf.broadcast_to(mask, tf.shape(x)[:2])
    outputs = _differentiable(call, reverse, bool(training))(x, mask, *(w for d in weights for w in d))
    units = weights[0][1].shape[0]
    time = [x.shape[1]] if return_sequences else []
    outputs[0].set_shape([x.shape[0], *time, units * len(directions)])
    states = []
    for number, d in enumerate(directions):
        ends = list(outputs[1 + 2 * number : 3 + 2 * number])[: len(d["states"])]
        for end in ends:
            end.set_shape([x.shape[0], units])
        states.append(ends)
    return outputs[0], states


def threads() -> int:
    """How many threads a layer may use: TensorFlow's own setting, or one for each core at hand."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return tf.config.threading.get_intra_op_parallelism_threads() or cores


def gpu() -> bool:
    """Whether TensorFlow sees a GPU."""
    return bool(tf.config.list_logical_devices("GPU"))


def _weights(cell, d, batch):
    """kernel, recurrent_kernel, bias, h, c of a direction as tensors; no bias is a zero one."""
    kernel, recurrent = (tf.convert_to_tensor(d[name]) for name in ("kernel", "recurrent_kernel"))
    shape = (2, kernel.shape[1]) if cell == GRU else (kernel.shape[1],)
    bias = tf.zeros(shape, kernel.dtype) if d["bias"] is None else tf.convert_to_tensor(d["bias"])
    units = recurrent.shape[0]  # one state for the whole batch will do, as it does in Keras
    h, *rest = [tf.broadcast_to(state, (batch, units)) for state in d["states"]]
    return kernel, recurrent, bias, h, rest[0] if rest else tf.zeros((batch, 0), h.dtype)


def _differentiable(call, reverse, training):
    """The operation for a call: (x, mask, weights...) -> (output, h and c of each direction...)."""
    count = len(reverse)
    results = 1 + 2 * count

    @tf.custom_gradient
    def operation(x, mask, *weights):
        every = _forward(call, reverse, training, x, mask, weights)

        def gradient(*upstream):
            kept = (every if training else _forward(call, reverse, True, x, mask, weights))[results:]
            dx, *rest = _backward(call, reverse, x, mask, *weights, *kept, *upstream)
            return dx, None, *rest

        return tuple(every[:results]), gradient

    return operation


def _forward(call, reverse, keep, x, mask, weights):
    count = len(reverse)

    def forward(x, mask, *weights):
        directions = _directions(weights, reverse)
        output, states, kept = run.Batch(call, x, mask if mask.ndim else None, directions).forward(keep)
        return [output, *(s for d in states for s in d), *(a for d in kept if keep for a in d)]

    types = [x.dtype] * (1 + 2 * count + 3 * count * keep)
    return tf.numpy_function(forward, [x, mask, *weights], types, stateful=False)


def _backward(call, reverse, *arrays):
    """Gradients of x and of each direction's kernel, recurrent_kernel, bias, h and c."""
    count = len(reverse)

    def backward(x, mask, *arrays):
        directions = _directions(arrays[: 5 * count], reverse)
        kept = [arrays[5 * count + 3 * i : 5 * count + 3 * i + 3] for i in range(count)]
        d_output, *d_ends = arrays[8 * count :]
        d_states = [d_ends[2 * i : 2 * i + 2] for i in range(count)]
        dx, gradients = run.Batch(call, x, mask if mask.ndim else None, directions).backward(
            kept, d_output, d_states
        )
        return [dx, *(g for d in gradients for g in d)]

    @tf.custom_gradient
    def operation(x, mask, *rest):
        types = [x.dtype] * (1 + 5 * count)
        gradients = tf.numpy_function(backward, [x, mask, *rest], types, stateful=False)
        for gradient, of in zip(gradients, [x, *rest], strict=False):
            gradient.set_shape(of.shape)
        return tuple(gradients), _refuse

    return operation(*arrays)


def _refuse(*_):
    """A gradient of the gradients: an error, where TensorFlow would take it for zero."""
    raise NotImplementedError(
        "second derivatives and forward mode: the compiled recurrent layers have neither; build them "
        "with fused=False"
    )


def _directions(arrays, reverse):
    arrays = [np.ascontiguousarray(a) for a in arrays]
    return [run.Direction(*arrays[5 * i : 5 * i + 5], r) for i, r in enumerate(reverse)]


def cross_entropy(x, weights, bias, targets, by_class):
    """`layers.output.cross_entropy`, compiled."""
    weights = tf.convert_to_tensor(weights)
    classes = weights.shape[0 if by_class else 1]
    bias = tf.zeros((classes,), x.dtype) if bias is None else tf.convert_to_tensor(bias)
    targets, count = tf.cast(targets, tf.int32), threads()
    matrix = (lambda w: w.T) if by_class else (lambda w: w)

    def forward(x, weights, bias, targets):
        losses, saved = softmax.forward(x, matrix(weights), bias, targets, count)
        return [losses, *saved]

    def backward(x, weights, targets, *arrays):
        *saved, upstream = arrays
        return softmax.backward(x, matrix(weights), targets, softmax.Saved(*saved), upstream, by_class, count)

    @tf.custom_gradient
    def operation(x, weights, bias):
        losses, *saved = tf.numpy_function(
            forward, [x, weights, bias, targets], [x.dtype] * 4, stateful=False
        )
        losses.set_shape(x.shape[:1])

        def gradient(upstream):
            return _cross_entropy_gradients(backward, x, weights, bias, targets, *saved, upstream)

        return losses, gradient

    return operation(x, weights, bias)


def _cross_entropy_gradients(backward, x, weights, bias, *arrays):
    """Gradients of x, weights and bias; they have none of their own."""

    @tf.custom_gradient
    def operation(x, weights, bias, *arrays):
        gradients = tf.numpy_function(backward, [x, weights, *arrays], [x.dtype] * 3, stateful=False)
        for gradient, of in zip(gradients, (x, weights, bias), strict=True):
            gradient.set_shape(of.shape)
        return tuple(gradients), _refuse

    return operation(x, weights, bias, *arrays)


def forward_backward(potentials, start):
    """A chain's log partition (batch,) and pairs' probabilities (as `potentials`); no gradient."""

    types = [potentials.dtype, potentials.dtype]
    total, pairs = tf.numpy_function(chain.forward_backward, [potentials, start], types, stateful=False)
    total.set_shape(potentials.shape[:1])
    pairs.set_shape(potentials.shape)
    return total, pairs


def best_path(potentials, start):
    """A chain's best path, int32 (batch, time)."""

    def best(potentials, start):
        tags = np.empty(potentials.shape[:2], np.int32)
        chain.best_path(np.ascontiguousarray(potentials), start, tags)
        return tags

    tags = tf.numpy_function(best, [potentials, start], tf.int32, stateful=False)
    tags.set_shape(potentials.shape[:2])
    return tags
