"""The square loss of telling near words, against a sum over every token and every word in float64."""

import numpy as np
import pytest
import tensorflow as tf

from seqzoo.tasks.classification.near_losses import NEAR, Told, bags_of, square_loss

BATCH, TIME, UNITS, WORDS = 3, 13, 4, 9


def made(directions):
    """Tokens, states, and vectors of all words; two of them, and the padding, are not told."""
    generator = np.random.default_rng(1)
    tokens = generator.integers(1, WORDS, (BATCH, TIME))
    tokens[1, 8:], tokens[2, 1:] = 0, 0
    counts = generator.integers(1, 50, WORDS).astype(float)
    counts[:3] = 0
    states = generator.normal(size=(BATCH, TIME, directions * UNITS))
    every = generator.normal(size=(1, WORDS, directions * (UNITS + 1)))
    told = Told(*(each.astype(float) for each in Told.of(counts)))
    return tokens, states, every, told


def bag(row, place, backward):
    """The words of a bag, by hand."""
    ahead = (
        range(place - 1, place - NEAR - 1, -1)
        if backward
        else range(place + 1, place + NEAR + 1)
    )
    return {row[at] for at in ahead if 0 <= at < len(row) and row[at]}


def counted(tokens, states, every, told, directions):
    """The loss, and that of zeros, by loops."""
    total = nothing = 0.0
    for row, place, number in np.ndindex(*tokens.shape, directions):
        if not tokens[row, place]:
            continue
        state = states[row, place, number * UNITS : (number + 1) * UNITS]
        near = bag(tokens[row], place, number == 1)
        for word in range(WORDS):
            half = every[0, word, number * (UNITS + 1) : (number + 1) * (UNITS + 1)]
            said = told.scale[word] * (state @ half[:-1] + half[-1])
            total += told.weight[word] * (said - (word in near)) ** 2
            nothing += told.weight[word] * (word in near)
    return total, nothing


@pytest.mark.parametrize("directions", [1, 2])
def test_the_loss_is_the_sum_over_every_word(directions):
    tokens, states, every, told = made(directions)
    near = every[0][tokens]
    found = square_loss(
        tf.constant(tokens),
        *(tf.constant(a) for a in (states, near, every)),
        told,
        directions,
    )
    assert np.allclose(found, counted(tokens, states, every, told, directions), rtol=1e-12)


def test_zeros_tell_nothing():
    tokens, states, every, told = made(2)
    zeros = [tf.constant(0 * a) for a in (states, every[0][tokens], every)]
    loss, nothing = square_loss(tf.constant(tokens), *zeros, told, 2)
    assert float(loss) == pytest.approx(float(nothing))
    assert float(nothing) > 10


def test_a_word_that_comes_twice_is_in_a_bag_once():
    tokens = tf.constant([[5, 7, 7, 8, 5, 7, 9]])
    ahead, behind = (bags_of(tokens, way, tf.float64).numpy()[0] for way in (False, True))
    assert ahead[0].tolist() == [0, 1, 0, 1, 1, 0, 0]
    assert behind[6].tolist() == [0, 0, 0, 1, 1, 1, 0]


def test_more_padding_changes_no_loss():
    tokens, states, every, told = made(2)
    losses = []
    for more in (0, 5):
        wide = np.pad(tokens, [(0, 0), (0, more)])
        seen = np.pad(states, [(0, 0), (0, more), (0, 0)], constant_values=9.0)
        arrays = (wide, seen, every[0][wide], every)
        losses.append(square_loss(*map(tf.constant, arrays), told, 2))
    assert np.allclose(*losses, rtol=1e-12)


def test_a_word_that_is_rare_weighs_more_and_one_that_is_not_told_nothing():
    told = Told.of(np.array([0.0, 0.0, 30.0, 10.0]))
    assert told.weight[:2].tolist() == told.scale[:2].tolist() == [0, 0]
    assert told.weight[3] > told.weight[2] > 0
    assert told.scale[2] > told.scale[3] > 0
