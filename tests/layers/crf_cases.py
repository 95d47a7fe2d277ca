"""Chains and layers that the CRF's tests share."""

import functools
import itertools

import keras
import numpy as np
from keras import ops

from seqzoo.layers import CRF, chain

TAGS, TIME = 5, 6
PATHS = np.array(list(itertools.product(range(TAGS), repeat=TIME)))  # (paths, time)


def array(x):
    return ops.convert_to_numpy(x)


def case(seed, forbid=False):
    """A random layer in float64 and emissions (1, time, tags)."""
    random = np.random.default_rng(seed)
    flags = {}
    if forbid:
        flags["allowed"] = random.random((TAGS, TAGS)) < 0.7
        flags["starts"], flags["ends"] = random.random((2, TAGS)) < 0.7
        for flag in flags.values():
            flag.flat[random.integers(flag.size)] = True
        np.fill_diagonal(flags["allowed"], True)
    layer = CRF(TAGS, dtype="float64", **flags)
    layer.build((None, None, TAGS))
    layer.set_weights([random.normal(size=w.shape) * 2 for w in layer.weights])
    return layer, random.normal(size=(1, TIME, TAGS)) * 2


def weights_of_paths(layer, emissions):
    """Log weight of each of PATHS, worked out term by term; -inf where one is forbidden."""
    start, transitions, end = (array(w).copy() for w in layer.weights)
    for weight, flag in (
        (start, layer.starts),
        (transitions, layer.allowed),
        (end, layer.ends),
    ):
        if flag is not None:
            weight[~np.array(flag)] = -np.inf
    total = start[PATHS[:, 0]] + end[PATHS[:, -1]]
    total = total + emissions[0, np.arange(TIME), PATHS].sum(-1)
    return total + transitions[PATHS[:, :-1], PATHS[:, 1:]].sum(-1)


def log_sum(x):
    return np.logaddexp.reduce(x) if len(x) else -np.inf


@functools.cache
def cases(count, forbid=False):
    """Layers, emissions (count, time, tags), weights (count, paths), potentials of as many cases."""
    made = [case(seed, forbid) for seed in range(count)]
    made = [
        c for c in made if np.isfinite(weights_of_paths(*c)).any()
    ]  # a chain that has a path
    assert len(made) > 0.8 * count
    layers, emissions = zip(*made, strict=True)
    weights = np.stack([weights_of_paths(*c) for c in made])
    potentials = np.concatenate([array(layer.potentials(e)) for layer, e in made])
    return layers, np.concatenate(emissions), weights, potentials


def close(got, expected):
    np.testing.assert_allclose(array(got), expected, atol=1e-8)


def trainer(tags, time, masked=False):
    """A model that is a CRF and nothing else."""
    inputs = keras.Input((time, tags), dtype="float64")
    mask = keras.Input((time,), dtype="bool")
    layer = CRF(tags, dtype="float64", name="crf")
    outputs = layer(inputs, mask=mask) if masked else layer(inputs)
    return keras.Model([inputs, mask] if masked else inputs, outputs), layer


def field(tags, steps=None, dtype="float32", **flags):
    """A CRF whose weights are all zero."""
    layer = CRF(tags, dtype=dtype, **flags)
    layer.build((None, steps, tags))
    return layer


def slope_of_emissions(layer, emissions, labels, mask=None):
    """Log-likelihood (batch,) and the gradient of its sum by the emissions."""
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        x = tf.Variable(emissions)
        with tf.GradientTape() as tape:
            value = chain.log_likelihood(labels, layer.potentials(x, mask))
        return array(value), array(tape.gradient(value, x))
    if keras.backend.backend() == "jax":
        import jax

        def total(x):
            value = chain.log_likelihood(labels, layer.potentials(x, mask))
            return value.sum(), value

        (_, value), slope = jax.value_and_grad(total, has_aux=True)(emissions)
        return array(value), array(slope)
    x = ops.convert_to_tensor(emissions).detach().clone().requires_grad_()
    value = chain.log_likelihood(labels, layer.potentials(x, mask))
    value.sum().backward()
    return array(value), array(x.grad)
