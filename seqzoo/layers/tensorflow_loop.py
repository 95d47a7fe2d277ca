"""`loop.scan` on TensorFlow. TensorFlow's own; imported there alone."""

from collections.abc import Callable

import tensorflow as tf


def scan(body: Callable, state: list, inputs: list, kept: int) -> tuple[list, list]:
    """See `layers.loop.scan`.

    Keras' own stacks the whole state at every step and carries it in arrays, twice the work.
    """
    state = [
        tf.convert_to_tensor(value) for value in state
    ]  # a stateful layer's are variables
    time, shapes = tf.shape(inputs[0])[0], [value.shape for value in state]
    inputs = [
        tf.TensorArray(x.dtype, time, element_shape=x.shape[1:]).unstack(x) for x in inputs
    ]
    last = state[len(state) - kept :]
    outputs = [tf.TensorArray(x.dtype, time, element_shape=x.shape) for x in last]

    def step(t, state, outputs):
        state = body(list(state), [x.read(t) for x in inputs])
        for value, shape in zip(state, shapes, strict=True):
            value.set_shape(shape)
        last = state[len(state) - kept :]
        return t + 1, state, [o.write(t, x) for o, x in zip(outputs, last, strict=True)]

    loop = (tf.constant(0), list(state), outputs)
    _, state, outputs = tf.while_loop(
        lambda t, *_: t < time, step, loop, maximum_iterations=time
    )
    return list(state), [o.stack() for o in outputs]
