"""Reading a stream: layouts, the neural cache and dynamic evaluation against their equations."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from seqzoo.models import language_model, stateless_of
from seqzoo.tasks.language.adaptation import Cache, Dynamic
from seqzoo.tasks.language.inference import Reading


@pytest.fixture(scope="module")
def reading():
    """A network of random weights, large enough for its guesses to differ."""
    keras.utils.set_random_seed(0)
    return Reading(stateless_of(language_model(12, units=(6, 5), initial_scale=1.0)))


IDS = np.random.default_rng(0).integers(1, 12, 300).astype(np.int32)


def total(reading, ids, rows):
    return sum(
        float(losses[real].sum(dtype=np.float64))
        for losses, _, _, real in reading.chunks(ids, rows)
    )


@pytest.mark.parametrize("rows", [1, 2, 7, 20])
def test_layouts_of_one_stream_have_the_same_total(reading, rows):
    """Twenty rows side by side cost what twenty streams, each begun anew, cost one after the other."""
    length = -(-len(IDS) // rows)
    expected = 0.0
    for start in range(0, len(IDS), length):
        before, part = IDS[start - 1 : start] if start else [3], IDS[start : start + length]
        outputs, _ = reading.run(
            tf.constant(np.concatenate([before, part[:-1]])[None].astype(np.int32)),
            [tf.zeros((1, size)) for size in (6, 6, 5, 5)],
        )
        log_probs = tf.nn.log_softmax(tf.cast(outputs["logits"][0], tf.float64)).numpy()
        expected -= log_probs[np.arange(len(part)), part].sum()
    assert total(reading, IDS, rows) == pytest.approx(expected, rel=1e-6)
    assert reading.mean_loss(IDS, rows) == pytest.approx(expected / len(IDS), rel=1e-6)


def test_rows_that_are_handed_the_states_before_them_cost_what_one_row_costs(reading):
    """The same stream in batches of 1 and of 20, where each row begins with the true state."""
    tokens, starts = np.concatenate([[3], IDS[:-1]]).astype(np.int32), []
    states = [tf.zeros((1, size)) for size in (6, 6, 5, 5)]
    for place in range(0, 300, 15):
        starts.append(states)
        _, states = reading.run(tf.constant(tokens[None, place : place + 15]), states)
    states = [tf.concat(parts, axis=0) for parts in zip(*starts, strict=True)]
    outputs, _ = reading.run(tf.constant(tokens.reshape(20, 15)), states)
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(
        IDS.reshape(20, 15), outputs["logits"]
    )
    assert float(tf.reduce_sum(losses)) == pytest.approx(total(reading, IDS, 1), rel=1e-5)


@pytest.mark.parametrize(
    "cache", [Cache(7, 0.3, 0.8), Cache(100, 0.1, 0.0), Cache(1000, 0.5, 2.0)], ids=str
)
def test_the_cache_is_what_its_equation_says(reading, cache):
    losses, features = [], []
    for losses_, features_, *_ in reading.chunks(IDS):
        losses += list(losses_[0].astype(float))
        features += list(features_[0].astype(float))
    expected = []
    for t in range(len(IDS)):
        mass = dict.fromkeys(range(12), 0.0)
        for i in range(max(0, t - cache.size), t):
            mass[IDS[i]] += np.exp(cache.flatness * features[t] @ features[i])
        p = np.exp(-losses[t])
        if t:
            p = (1 - cache.weight) * p + cache.weight * mass[IDS[t]] / sum(mass.values())
        expected.append(-np.log(p))
    found = np.concatenate(list(cache.applied(reading.chunks(IDS))))
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_dynamic_evaluation_learns_from_what_it_has_measured(reading):
    """theta <- theta - rate gradient + decay (trained - theta), by hand beside it."""
    trained = [v.numpy() for v in reading.network.trainable_variables]
    plain = np.concatenate([losses[0] for losses, *_ in reading.chunks(IDS)])
    found = np.concatenate(list(Dynamic(0.5, 0.1, steps=6).applied(reading, IDS[:18])))
    np.testing.assert_allclose(found[:6], plain[:6], atol=1e-5)
    assert np.abs(found[6:] - plain[6:18]).max() > 1e-3
    for variable, value in zip(reading.network.trainable_variables, trained, strict=True):
        np.testing.assert_array_equal(variable.numpy(), value)
    states, tokens = (
        [tf.zeros((1, size)) for size in (6, 6, 5, 5)],
        np.concatenate([[3], IDS])[None],
    )
    variables = reading.network.trainable_variables
    for start in (0, 6, 12):
        with tf.GradientTape() as tape:
            outputs, states = reading.run(
                tf.constant(tokens[:, start : start + 6], tf.int32), states
            )
            chosen = tf.gather(
                tf.nn.log_softmax(outputs["logits"][0]),
                IDS[start : start + 6],
                batch_dims=1,
            )
            mean = -tf.reduce_mean(chosen)
        np.testing.assert_allclose(-chosen.numpy(), found[start : start + 6], atol=1e-5)
        for v, w, g in zip(variables, trained, tape.gradient(mean, variables), strict=True):
            v.assign(v - 0.5 * tf.convert_to_tensor(g) + 0.1 * (w - v))
    for variable, value in zip(variables, trained, strict=True):
        variable.assign(value)


def test_two_texts_measured_at_once_do_not_learn_from_each_other(reading):
    dynamic = Dynamic(0.5)
    alone = np.concatenate(list(dynamic.applied(reading, IDS[:40])))
    one, other = dynamic.applied(reading, IDS[:40]), dynamic.applied(reading, IDS[40:80])
    together = np.concatenate([a for a, _ in zip(one, other, strict=True)])
    np.testing.assert_array_equal(together, alone)


def test_helping_text_that_repeats_itself(reading):
    ids = np.tile(IDS[:20], 15)
    plain = reading.mean_loss(ids, 1)
    assert (
        np.mean(np.concatenate(list(Cache(100, 0.3, 0.5).applied(reading.chunks(ids)))))
        < plain - 0.05
    )
    assert np.mean(np.concatenate(list(Dynamic(0.5).applied(reading, ids)))) < plain - 0.05
