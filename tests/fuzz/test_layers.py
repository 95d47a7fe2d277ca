"""Recurrent layers of random kinds, sizes, masks, states and precisions against Keras' own in float64."""

from typing import NamedTuple

import keras
import numpy as np
import pytest
import tensorflow as tf

import seqzoo.layers as ours
from seqzoo.layers import CELLS, fused, recurrent
from tests.support.recurrence import KINDS, MASKS, gradients, layer, plain_loop, randomise
from tests.support.reference import STATES

FEWEST_FEATURES = 0
POLICIES = ("float64", "float32", "mixed_float16", "float16", "mixed_bfloat16", "bfloat16")
# Errors allowed, beside the greatest number of the result or 1: of half precision two units in the last
# place, as what is computed in float32 is rounded once. Inputs and weights are such numbers from the start.
CLOSE = {
    "float64": 1e-10,
    "float32": 1e-5,
    "float16": 2 * 2.0**-10,
    "bfloat16": 2 * 2.0**-7,
}
STEEP = {"float64": 1e-9, "float32": 1e-4}  # of gradients
ANY_WEIGHTS = {
    "recurrent_initializer": "zeros"
}  # Keras' own has no bfloat16; others are set
FEW, MANY = range(40), range(1000, 2500)


class Case(NamedTuple):
    """A layer and what it is given."""

    kind: str
    cell: str
    policy: str
    direction: str
    mask: str
    sequences: bool
    bias: bool
    start: bool
    threads: int
    batch: int
    time: int
    features: int
    units: int
    seed: int


def draw(seed: int) -> Case:
    generator = np.random.default_rng(seed)

    def one(choices):
        return choices[generator.integers(len(choices))]

    truth = (False, True)
    return Case(
        kind=one(sorted(KINDS)),
        cell=one(sorted(CELLS)),
        policy=one(POLICIES),
        direction=one(("forward", "backward", "both")),
        mask=one(sorted(MASKS)),
        sequences=one(truth),
        bias=one(truth),
        start=one(truth),
        threads=one((1, 2)),
        batch=one((1, 2, 3, 7, 40)),
        time=one((1, 2, 5, 12)),
        features=one((FEWEST_FEATURES, 1, 2, 5, 16, 33)),
        units=one((1, 3, 8, 17, 33, 70)),
        seed=seed,
    )


def rounded(array, dtype: str):
    """The nearest numbers of a type, as float64."""
    return tf.cast(tf.cast(tf.constant(array, "float64"), dtype), "float64").numpy()


def given(case: Case, dtype: str, sizes: list[int]):
    """Inputs, mask, first states of such sizes or None, and a generator for more, numbers of a type."""
    generator = np.random.default_rng(case.seed)
    x = rounded(generator.standard_normal((case.batch, case.time, case.features)), dtype)
    mask = MASKS[case.mask](case.batch, case.time, generator)
    states = [
        rounded(generator.standard_normal((case.batch, size)), dtype) for size in sizes
    ]
    return x, mask, states if case.start else None, generator


def apply(tested, dtype: str, x, mask, states):
    """Output and last states as float64, and the output's type."""
    states = None if states is None else [tf.constant(state, dtype) for state in states]
    results = tf.nest.flatten(
        tested(tf.constant(x, dtype), mask=mask, initial_state=states)
    )
    return [tf.cast(result, "float64").numpy() for result in results], results[0].dtype.name


def distance(got, expected) -> float:
    """The greatest error beside the greatest number, or 1."""
    for a, b in zip(got, expected, strict=True):
        assert a.shape == b.shape
    return max(
        np.abs(a - b).max(initial=0) / np.abs(b).max(initial=1)
        for a, b in zip(got, expected, strict=True)
    )


def check_outputs(case: Case) -> None:
    """A layer of Keras' kinds: its output and states are those of Keras' in float64."""
    dtype = keras.DTypePolicy(case.policy).compute_dtype
    settings = {"return_sequences": case.sequences, "use_bias": case.bias, **ANY_WEIGHTS}
    tested = layer(case.kind, case.units, ours, case.direction, case.policy, **settings)
    exact = layer(
        case.kind, case.units, keras.layers, case.direction, "float64", **settings
    )
    count = STATES[case.kind] * (2 if case.direction == "both" else 1)
    x, mask, states, generator = given(case, dtype, [case.units] * count)
    for one in (tested, exact):
        one.build(x.shape)
    weights = [
        rounded(weight, dtype) for weight in randomise(exact.get_weights(), generator)
    ]
    for one in (tested, exact):
        one.set_weights(weights)
    got, kind = apply(tested, dtype, x, mask, states)
    assert (tested.loop, kind) == ("fused", dtype)
    assert distance(got, apply(exact, "float64", x, mask, states)[0]) <= CLOSE[dtype], case


def check_gradients(case: Case) -> None:
    """Gradients of inputs, weights and states are those of Keras' loop over the cell in float64."""
    dtype = (
        "float64"
        if case.policy == "float64" or case.kind == "simple_rnn_relu"
        else "float32"
    )
    settings = {"return_sequences": case.sequences, "use_bias": case.bias, **ANY_WEIGHTS}
    tested = layer(case.kind, case.units, ours, case.direction, dtype, **settings)
    exact = plain_loop(tested, case.direction)
    count = STATES[case.kind] * (2 if case.direction == "both" else 1)
    x, mask, states, generator = given(
        case._replace(start=True), dtype, [case.units] * count
    )
    for one in (tested, exact):
        one.build(x.shape)
    weights = [
        rounded(weight, dtype) for weight in randomise(tested.get_weights(), generator)
    ]
    for one in (tested, exact):
        one.set_weights(weights)
    expected = gradients(exact, x, mask, states)
    for training in (True, False):
        got = gradients(
            tested,
            x.astype(dtype),
            mask,
            [state.astype(dtype) for state in states],
            training,
        )
        for a, b in zip(got, expected, strict=True):
            a, b = np.asarray(a, "float64"), np.asarray(b)
            assert np.abs(a - b).max(initial=0) <= STEEP[dtype] * np.abs(b).max(
                initial=1
            ), case


def of_table(case: Case, policy: str, make=None):
    """A layer of the table's cell in a precision; with `make`, of Keras' own around the same cell."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        made = recurrent(
            case.cell,
            case.units,
            return_sequences=case.sequences,
            return_state=True,
            initial_scale=0.1,
        )
        if make is not None:
            made = make(made.cell, return_sequences=case.sequences, return_state=True)
        made.build((case.batch, case.time, case.features))
        return made
    finally:
        keras.config.set_dtype_policy(before)


def check_cell(case: Case) -> None:
    """A cell of the table: as Keras' loop over it in float64; in half precision as near as Keras' in that."""
    dtype = keras.DTypePolicy(case.policy).compute_dtype
    tested = of_table(case, case.policy)
    stock, exact = (
        of_table(case, policy, keras.layers.RNN) for policy in (case.policy, "float64")
    )
    sizes = keras.tree.flatten(tested.cell.state_size)
    x, mask, states, generator = given(case, dtype, sizes)
    weights = [
        rounded(weight, dtype) for weight in randomise(exact.get_weights(), generator)
    ]
    for one in (tested, stock, exact):
        one.set_weights(weights)
    expected, _ = apply(exact, "float64", x, mask, states)
    allowed = CLOSE[dtype]
    if dtype in ("float16", "bfloat16"):
        allowed = max(
            allowed, 2 * distance(apply(stock, dtype, x, mask, states)[0], expected)
        )
    assert distance(apply(tested, dtype, x, mask, states)[0], expected) <= allowed, case


CHECKS = {"outputs": check_outputs, "gradients": check_gradients, "cells": check_cell}


def check(name: str, seed: int, monkeypatch) -> None:
    case = draw(seed)
    monkeypatch.setattr(fused, "threads", lambda: case.threads)
    CHECKS[name](case)


@pytest.mark.parametrize("seed", FEW)
@pytest.mark.parametrize("name", CHECKS)
def test_random_layers(name, seed, monkeypatch):
    check(name, seed, monkeypatch)


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_in_every_precision(kind, policy):
    for number, direction in enumerate(("forward", "backward", "both")):
        check_outputs(draw(number)._replace(kind=kind, policy=policy, direction=direction))


@pytest.mark.slow
@pytest.mark.parametrize("seed", MANY)
@pytest.mark.parametrize("name", CHECKS)
def test_random_layers_at_length(name, seed, monkeypatch):
    check(name, seed, monkeypatch)
