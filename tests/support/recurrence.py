"""Layers of every kind, masks, weights and gradients for tests of the compiled loop."""

import keras
import numpy as np
import tensorflow as tf

import seqzoo.layers as ours

KINDS = {
    "simple_rnn": ("SimpleRNN", {}),
    "simple_rnn_relu": ("SimpleRNN", {"activation": "relu"}),
    "lstm": ("LSTM", {}),
    "gru": ("GRU", {}),
    "gru_reset_before": ("GRU", {"reset_after": False}),
}
MASKS = {
    "none": lambda b, t, g: None,
    "right": lambda b, t, g: np.arange(t) < g.integers(1, t + 1, (b, 1)),
    "left": lambda b, t, g: np.arange(t) >= g.integers(0, t, (b, 1)),
    "holes": lambda b, t, g: g.random((b, t)) < 0.6,
    "empty row": lambda b, t, g: (np.arange(b) > 0)[:, None] & (g.random((b, t)) < 0.8),
}


def layer(kind, units, library=ours, direction="forward", dtype="float32", **more):
    name, arguments = KINDS[kind]
    more |= arguments | {"return_state": True, "dtype": dtype}
    built = getattr(library, name)(units, go_backwards=direction == "backward", **more)
    return library.Bidirectional(built, dtype=dtype) if direction == "both" else built


def randomise(weights, generator, gain=0.8):
    """Weights under which a state neither dies away nor grows."""
    return [
        generator.standard_normal(w.shape) * gain / np.sqrt(w.shape[0] if w.ndim > 1 else 4)
        for w in weights
    ]


def gradients(tested, x, mask, states, training=True):
    """Gradients of a fixed random projection of all outputs, for inputs, weights and first states."""
    x = tf.constant(x)
    states = [tf.constant(s) for s in states]
    with tf.GradientTape() as tape:
        tape.watch([x, *states])
        outputs = tested(x, mask=mask, initial_state=states, training=training)
        generator = np.random.default_rng(1)
        loss = sum(
            tf.reduce_sum(y * tf.cast(generator.standard_normal(y.shape), y.dtype))
            for y in outputs
        )
    return tape.gradient(loss, [x, *tested.trainable_variables, *states])


def plain_loop(fast, direction):
    """`keras.layers.RNN` over the cell of a layer, or both of them."""

    def one(of):
        cell = type(of.cell).from_config(of.cell.get_config())
        names = ("return_sequences", "return_state", "go_backwards", "zero_output_for_mask")
        return keras.layers.RNN(
            cell, **{name: getattr(of, name) for name in names}, dtype="float64"
        )

    if direction != "both":
        return one(fast)
    return keras.layers.Bidirectional(
        one(fast.forward_layer), backward_layer=one(fast.backward_layer), dtype="float64"
    )
