"""All nodes of one height in one step. TensorFlow's own; imported there alone.

The loop keeps no step for the way back: that composes each level anew from the states below it. Memory
grows with the nodes, not with nodes times heights, and each step touches the nodes of its level alone.
"""

from typing import Any, NamedTuple

import keras
import tensorflow as tf

from seqzoo.layers.tensors import Tensor


class Levels(NamedTuple):
    """The nodes of a batch, those of one height together.

    Attributes:
        order: int32 (real nodes,), places in the batch from 0, the lowest first.
        starts: int32 (levels + 1,), where each level begins in `order`, and the end.
        children: int32 (nodes, arity), places from 1, 0 for none.
        slots: int32 (nodes,), the row of each node's word; row 0 is of those without.
    """

    order: Tensor
    starts: Tensor
    children: Tensor
    slots: Tensor


def states(composition: Any, vectors: Tensor, tokens: Tensor, children: Tensor) -> Tensor:
    """The states of all nodes, float (batch, nodes, size); see `TreeStates.call`."""
    shape = tf.shape(children)
    batch, nodes = shape[0], shape[1]
    levels = planned(tokens, children)
    # (batch, nodes, features) -> (words, features), a row of zeros before them
    words = tf.boolean_mask(vectors, tf.not_equal(tokens, 0))
    x = composition.read(tf.pad(words, [[1, 0], [0, 0]]))

    weights = composition.trainable_variables
    found = _composed(composition, weights, levels, x)
    # (batch * nodes, size) -> (batch, nodes, size)
    return tf.reshape(found, (batch, nodes, composition.size))


def planned(tokens: Tensor, children: Tensor) -> Levels:
    """The levels of a batch: tokens (batch, nodes), children (batch, nodes, arity)."""
    shape = tf.shape(children)
    batch, nodes, arity = shape[0], shape[1], shape[2]
    has_word, has_child = tf.not_equal(tokens, 0), tf.greater(children, 0)
    # Places in a tree become places in the batch, whose trees lie one behind the other.
    before = tf.reshape(tf.range(batch) * nodes, (batch, 1, 1))
    flat = tf.where(has_child, children + before, 0)
    flat = tf.reshape(flat, (batch * nodes, arity))

    real = tf.reshape(has_word | tf.reduce_any(has_child, -1), (-1,))
    heights = tf.where(real, _heights(flat, nodes), -1)
    order = tf.argsort(heights, stable=True)
    counts = tf.math.bincount(heights + 1)  # the first is of those that are no nodes
    starts = tf.cumsum(counts)
    words = tf.cast(tf.reshape(has_word, (-1,)), tf.int32)
    slots = tf.cumsum(words) * words
    return Levels(order, starts, flat, slots)


def _heights(children: Tensor, most: Tensor) -> Tensor:
    """How far each node is from its farthest leaf, int32 (nodes,); no tree has more nodes than `most`."""

    def grown(heights: Tensor, _: Tensor) -> tuple[Tensor, Tensor]:
        below = tf.gather(tf.pad(heights, [[1, 0]], constant_values=-1), children)
        new = tf.reduce_max(below, -1) + 1
        return new, tf.reduce_any(tf.not_equal(new, heights))

    first = tf.zeros(tf.shape(children)[:1], tf.int32)
    heights, _ = tf.while_loop(
        lambda _, changed: changed,
        grown,
        (first, tf.constant(True)),
        maximum_iterations=most,
    )
    return heights


def _composed(composition: Any, weights: list, levels: Levels, x: Tensor) -> Tensor:
    """States, float (nodes, size), of words' shares x (words + 1, width)."""
    order, starts, children, slots = levels
    nodes, height = tf.shape(slots)[0], tf.shape(starts)[0] - 1

    def composed(values: list, x: Tensor, below: Tensor | None) -> Tensor:
        pairs = list(zip(weights, values, strict=True))
        with keras.StatelessScope(state_mapping=pairs):
            return composition.compose(x, below)

    @tf.custom_gradient
    def forward(x: Tensor, *values: Tensor) -> Any:
        def level(k: Tensor, states: Tensor) -> tuple[Tensor, Tensor]:
            rows = order[starts[k] : starts[k + 1]]
            below = tf.gather(states, tf.gather(children, rows))
            new = composed(list(values), tf.gather(x, tf.gather(slots, rows)), below)
            return k + 1, tf.tensor_scatter_nd_update(states, rows[:, None] + 1, new)

        leaves = order[starts[0] : starts[1]]
        lowest = composed(list(values), tf.gather(x, tf.gather(slots, leaves)), None)
        states = tf.zeros((nodes + 1, composition.size), x.dtype)
        states = tf.tensor_scatter_nd_update(states, leaves[:, None] + 1, lowest)
        _, states = tf.while_loop(lambda k, _: k < height, level, (tf.constant(1), states))

        def backward(upstream: Tensor) -> tuple:
            return _backward(composed, levels, x, list(values), states, upstream)

        return states[1:], backward

    return forward(x, *[each.value for each in weights])


def _backward(
    composed: Any, levels: Levels, x: Tensor, values: list, states: Tensor, upstream: Tensor
) -> tuple:
    """Gradients of x and the weights, the highest level first."""
    order, starts, children, slots = levels
    height = tf.shape(starts)[0] - 1

    def one(rows: Tensor, below: Tensor | None, of_states: Tensor) -> list:
        ours = tf.gather(x, tf.gather(slots, rows))
        sources = [ours, *values] if below is None else [ours, *values, below]
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(sources)
            new = composed(values, ours, below)
        above = tf.gather(of_states, rows + 1)
        return tape.gradient(new, sources, above, tf.UnconnectedGradients.ZERO)

    def summed(rows: Tensor, found: list, of_x: Tensor, of_values: list) -> tuple:
        of_x = tf.tensor_scatter_nd_add(of_x, tf.gather(slots, rows)[:, None], found[0])
        new = found[1 : 1 + len(values)]
        return of_x, [a + b for a, b in zip(of_values, new, strict=True)]

    def level(k: Tensor, of_states: Tensor, of_x: Tensor, of_values: list) -> tuple:
        rows = order[starts[k] : starts[k + 1]]
        places = tf.gather(children, rows)  # (rows, arity)
        found = one(rows, tf.gather(states, places), of_states)
        of_states = tf.tensor_scatter_nd_add(of_states, places[..., None], found[-1])
        return k - 1, of_states, *summed(rows, found, of_x, of_values)

    first = tf.pad(upstream, [[1, 0], [0, 0]])
    blank = tf.zeros_like(x), [tf.zeros_like(each) for each in values]
    _, of_states, of_x, of_values = tf.while_loop(
        lambda k, *_: k > 0, level, (height - 1, first, *blank)
    )
    leaves = order[starts[0] : starts[1]]
    found = one(leaves, None, of_states)
    of_x, of_values = summed(leaves, found, of_x, of_values)
    return of_x, *of_values
