"""A loop whose next input may depend on its last output."""

from collections.abc import Callable
from typing import Any

import keras
from keras import ops, tree

from seqzoo.layers.cells.base import in_steps
from seqzoo.layers.loop import scan
from seqzoo.layers.tensors import Tensor


def raw_rnn(
    cell: keras.layers.Layer, loop_fn: Callable, steps: int, *, training: bool = False
) -> tuple[Tensor, Any, list]:
    """Run a cell with every input, state and output in the hands of a function, as `tf.nn.raw_rnn` did.

    Args:
        cell: a cell of seqzoo's or of Keras'.
        loop_fn: (time, output, states, carry) -> (finished, next_input, states, emitted, carry), called
            before the first step with time 0 and None for the rest, then after each. `time`: int32 scalar;
            `output` and `states`: what the cell gave; `finished`: bool (batch,); `next_input`:
            (batch, features); `states`: a list, those to go on from; `emitted`: a tensor (batch, ...), what
            is kept of the step; at time 0 one of the same shape and dtype; `carry`: a list of tensors of the
            function's own, or [].
        steps: the most steps that are taken. The loop goes on that long, finished rows standing still.
        training: whether the cell drops out.

    Returns:
        What was emitted (batch, steps, ...), zeros once a row has finished, the last states and carry.
    """
    zero = ops.convert_to_tensor(0, "int32")
    finished, x, states, emitted, carry = loop_fn(zero, None, None, None)
    if not cell.built:
        cell.build(tuple(x.shape))
    inner, count = in_steps(cell), len(tree.flatten(states))
    fixed, fresh = inner.draw(ops.repeat(ops.expand_dims(x, 1), steps, axis=1), training)
    flat = tree.flatten(fresh)

    def step(state, inputs):
        done, x, *rest = state
        before, carry = tree.pack_sequence_as(states, rest[:count]), rest[count:-1]
        now = tree.pack_sequence_as(fresh, inputs[1:]) if flat else fresh
        output, after = inner.advance(inner.project(x, fixed, now), before, fixed, now)
        newly, x, after, emitted, carry = loop_fn(inputs[0] + 1, output, after, carry)
        after = [
            _chosen(done, old, new)
            for old, new in zip(rest[:count], tree.flatten(after), strict=True)
        ]
        kept = _chosen(done, ops.zeros_like(emitted), emitted)
        return [ops.logical_or(done, newly), x, *after, *carry, kept]

    first = [finished, x, *tree.flatten(states), *carry, ops.zeros_like(emitted)]
    inputs = [
        ops.arange(steps, dtype="int32"),
        *(ops.swapaxes(value, 0, 1) for value in flat),
    ]
    ends, (emitted,) = scan(step, first, inputs, kept=1)
    ends = list(ends)[2:-1]
    return (
        ops.swapaxes(emitted, 0, 1),
        tree.pack_sequence_as(states, ends[:count]),
        ends[count:],
    )


def _chosen(done, old, new):
    """Rows of `old` where done, (batch,), else of `new`."""
    return ops.where(ops.reshape(done, (-1, *[1] * (len(new.shape) - 1))), old, new)
