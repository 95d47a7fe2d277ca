"""Reading a stream: layouts, the neural cache and dynamic evaluation against their equations."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from seqzoo.artifact import weights
from seqzoo.engine import GraphFile, Network
from seqzoo.errors import InputError
from seqzoo.export import graphs
from seqzoo.layers import to_stock
from seqzoo.models import classifier, language_model, stateless_of
from seqzoo.tasks.language.adaptation import Cache, Dynamic
from seqzoo.tasks.language.inference import Reading, losses_of
from seqzoo.training.running import KerasNetwork


@pytest.fixture(scope="module")
def network():
    """A network of random weights, large enough for its guesses to differ."""
    keras.utils.set_random_seed(0)
    return stateless_of(language_model(12, units=(6, 5), initial_scale=1.0))


@pytest.fixture(scope="module", params=["keras", "engine"])
def reading(request, network, tmp_path_factory):
    """The network as training runs it, and as a predictor does."""
    if request.param == "keras":
        return Reading(KerasNetwork(network), 12)
    path = tmp_path_factory.mktemp("engine") / "model.keras"
    to_stock(network).save(path)
    graph = GraphFile.parse(graphs.graph(network, path.name))
    return Reading(Network(graph, weights.arrays(path), path.name), 12)


def outputs_of(network, tokens, states=None):
    """What Keras gives for ids, int (rows, time), and the states behind them."""
    names = ["state_1", "state_2", "state_3", "state_4"]
    sizes = zip(names, (6, 6, 5, 5), strict=True)
    zero = {name: tf.zeros((len(tokens), size)) for name, size in sizes}
    states = zero if states is None else states
    outputs = network({"tokens": tf.constant(tokens, tf.int32), **states}, training=False)
    return outputs, {name: outputs[name] for name in names}


IDS = np.random.default_rng(0).integers(1, 12, 300).astype(np.int32)


def total(reading, ids, rows):
    return sum(
        float(losses[real].sum(dtype=np.float64))
        for losses, _, _, real in reading.chunks(ids, rows)
    )


@pytest.mark.parametrize("rows", [1, 2, 7, 20])
def test_layouts_of_one_stream_have_the_same_total(network, reading, rows):
    """Twenty rows side by side cost what twenty streams, each begun anew, cost one after the other."""
    length = -(-len(IDS) // rows)
    expected = 0.0
    for start in range(0, len(IDS), length):
        before, part = IDS[start - 1 : start] if start else [3], IDS[start : start + length]
        outputs, _ = outputs_of(network, np.concatenate([before, part[:-1]])[None])
        log_probs = tf.nn.log_softmax(tf.cast(outputs["logits"][0], tf.float64)).numpy()
        expected -= log_probs[np.arange(len(part)), part].sum()
    assert total(reading, IDS, rows) == pytest.approx(expected, rel=1e-6)
    assert reading.mean_loss(IDS, rows) == pytest.approx(expected / len(IDS), rel=1e-6)


def test_rows_that_are_handed_the_states_before_them_cost_what_one_row_costs(reading):
    """The same stream in batches of 1 and of 20, where each row begins with the true state."""
    tokens, starts = np.concatenate([[3], IDS[:-1]]).astype(np.int32), []
    states = reading.first_states(1)
    for place in range(0, 300, 15):
        starts.append(states)
        _, states = reading.run(tokens[None, place : place + 15], states)
    states = {name: np.concatenate([each[name] for each in starts]) for name in states}
    outputs, _ = reading.run(tokens.reshape(20, 15), states)
    losses = losses_of(outputs["logits"], IDS.reshape(20, 15))
    assert float(losses.sum()) == pytest.approx(total(reading, IDS, 1), rel=1e-5)


def test_what_a_text_costs_does_not_depend_on_its_batch(reading):
    """Alone, beside longer ones and shorter ones, and whatever stands before and behind it."""
    texts = [
        IDS[start : start + size] for start, size in enumerate((1, 130, 64, 65, 7, 63))
    ]
    together = reading.texts(texts)
    turned = reading.texts(texts[::-1])[::-1]
    for text, here, there in zip(texts, together, turned, strict=True):
        (alone,) = reading.texts([text])
        assert alone.shape == (len(text),)
        np.testing.assert_allclose(here, alone, rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(there, alone, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("words", [3, 50_000, 2**17 + 1])
def test_losses_are_cross_entropies(words):
    """Of scores far apart and of many words, against double precision, in blocks of any size."""
    draw = np.random.default_rng(words)
    logits = (20 * draw.standard_normal((2, 3, words))).astype(np.float32)
    logits[0, 0] += 1e4
    following = draw.integers(0, words, (2, 3))
    wide = logits.astype(np.float64)
    whole = np.log(np.exp(wide - wide.max(-1, keepdims=True)).sum(-1)) + wide.max(-1)
    expected = whole - np.take_along_axis(wide, following[..., None], 2)[..., 0]
    found = losses_of(logits, following)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)


def test_another_tasks_network_is_refused(network):
    with pytest.raises(InputError, match="expected tokens and states, logits of 13 words"):
        Reading(KerasNetwork(network), 13)
    with pytest.raises(InputError, match="expected tokens and states"):
        Reading(KerasNetwork(classifier(12, 12, units=3)), 12)


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


def test_dynamic_evaluation_learns_from_what_it_has_measured(network, reading):
    """theta <- theta - rate gradient + decay (trained - theta), by hand beside it."""
    variables = network.trainable_variables
    trained = [v.numpy() for v in variables]
    plain = np.concatenate([losses[0] for losses, *_ in reading.chunks(IDS)])
    found = np.concatenate(list(Dynamic(0.5, 0.1, steps=6).applied(network, IDS[:18])))
    np.testing.assert_allclose(found[:6], plain[:6], atol=1e-5)
    assert np.abs(found[6:] - plain[6:18]).max() > 1e-3
    for variable, value in zip(variables, trained, strict=True):
        np.testing.assert_array_equal(variable.numpy(), value)
    states, tokens = None, np.concatenate([[3], IDS])[None]
    for start in (0, 6, 12):
        with tf.GradientTape() as tape:
            outputs, states = outputs_of(network, tokens[:, start : start + 6], states)
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


def test_two_texts_measured_at_once_do_not_learn_from_each_other(network):
    dynamic = Dynamic(0.5)
    alone = np.concatenate(list(dynamic.applied(network, IDS[:40])))
    one, other = dynamic.applied(network, IDS[:40]), dynamic.applied(network, IDS[40:80])
    together = np.concatenate([a for a, _ in zip(one, other, strict=True)])
    np.testing.assert_array_equal(together, alone)


def test_helping_text_that_repeats_itself(network, reading):
    ids = np.tile(IDS[:20], 15)
    plain = reading.mean_loss(ids, 1)
    assert (
        np.mean(np.concatenate(list(Cache(100, 0.3, 0.5).applied(reading.chunks(ids)))))
        < plain - 0.05
    )
    assert np.mean(np.concatenate(list(Dynamic(0.5).applied(network, ids)))) < plain - 0.05
