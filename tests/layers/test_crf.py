"""The CRF against all paths, written out; `test_backends.py` runs this file on JAX and PyTorch too."""

import keras
import numpy as np
import pytest
from keras import ops

from seqzoo.layers import CRF, CRFLoss, chain
from tests.layers.crf_cases import (
    PATHS,
    TAGS,
    TIME,
    array,
    case,
    cases,
    close,
    log_sum,
    trainer,
    weights_of_paths,
)


@pytest.mark.parametrize("forbid", [False, True])
@pytest.mark.parametrize("own", [False, True], ids=["layer", "plain operations"])
def test_three_hundred_cases_against_all_paths(own, forbid, monkeypatch):
    if own:  # the loops in Keras' operations, which other backends and GPUs take
        monkeypatch.setattr(chain, "_fused", lambda: None)
    _, _, weights, potentials = cases(150 if not forbid else 180, forbid)
    everything = np.array([log_sum(w) for w in weights])
    close(chain.log_partition(potentials), everything)
    np.testing.assert_array_equal(
        array(chain.best_path(potentials)), PATHS[weights.argmax(1)]
    )
    random = np.random.default_rng(0)
    chosen = np.array([random.choice(np.flatnonzero(np.isfinite(w))) for w in weights])
    likely = chain.log_likelihood(PATHS[chosen], potentials)
    close(likely, weights[np.arange(len(weights)), chosen] - everything)
    shares = np.exp(weights - everything[:, None])
    marginals = [
        [shares[:, PATHS[:, t] == k].sum(1) for k in range(TAGS)] for t in range(TIME)
    ]
    close(chain.marginals(potentials), np.transpose(marginals, (2, 0, 1)))


def test_the_n_best_paths():
    layers, emissions, weights, potentials = cases(60)
    order = np.argsort(-weights, axis=1)[:, :4]
    tags, found = chain.viterbi(potentials, 4)
    np.testing.assert_array_equal(array(tags), PATHS[order])
    close(found, np.take_along_axis(weights, order, axis=1))
    _, found = chain.viterbi(layers[0].potentials(emissions[:1, :1]), 7)
    assert (array(found)[0, TAGS:] == -np.inf).all(), "there are 5 paths only"
    tags, _ = chain.viterbi(layers[0].potentials(emissions[:1, :1]), 7)
    assert not array(tags)[0, TAGS:].any()


def test_labels_known_in_part():
    random = np.random.default_rng(0)
    _, _, weights, potentials = cases(60)
    count = len(weights)
    may = random.random((count, TIME, TAGS)) < 0.6
    sure = random.integers(TAGS, size=(count, TIME))
    may |= np.eye(TAGS, dtype=bool)[sure]
    fits = may[:, np.arange(TIME), PATHS].all(-1)
    expected = [log_sum(w[f]) - log_sum(w) for w, f in zip(weights, fits, strict=True)]
    close(chain.log_likelihood(may, potentials), expected)
    gold = np.where(random.random((count, TIME)) < 0.5, -1, sure)
    fits = ((gold[:, None] == PATHS) | (gold[:, None] < 0)).all(-1)
    expected = [log_sum(w[f]) - log_sum(w) for w, f in zip(weights, fits, strict=True)]
    close(chain.log_likelihood(gold, potentials), expected)


MASKS = ([1, 1, 1, 1, 0, 0], [0, 0, 1, 1, 1, 1], [0, 1, 0, 1, 1, 0], [0, 0, 0, 1, 0, 0])


@pytest.mark.parametrize("mask", MASKS, ids=str)
@pytest.mark.parametrize("forbid", [False, True])
def test_masked_steps_are_as_if_cut_out(mask, forbid):
    mask = np.array(mask, bool)
    layers, emissions, _, _ = cases(20, forbid)
    pairs = list(zip(layers, emissions[:, None], strict=True))
    whole = np.concatenate([array(layer.potentials(e, mask[None])) for layer, e in pairs])
    cut = np.concatenate([array(layer.potentials(e[:, mask])) for layer, e in pairs])
    close(chain.log_partition(whole), array(chain.log_partition(cut)))
    close(chain.viterbi(whole)[1], array(chain.viterbi(cut)[1]))
    tags, marginals = array(chain.best_path(whole)), array(chain.marginals(whole))
    np.testing.assert_array_equal(tags[:, mask], array(chain.best_path(cut)))
    close(marginals[:, mask], array(chain.marginals(cut)))
    assert not tags[:, ~mask].any()
    assert not marginals[:, ~mask].any()
    gold = np.where(mask, tags, 4)
    close(
        chain.log_likelihood(gold, whole), array(chain.log_likelihood(gold[:, mask], cut))
    )


def test_a_row_without_a_token_weighs_nothing():
    layer, emissions = case(0)
    potentials = layer.potentials(emissions, np.zeros((1, TIME), bool))
    close(chain.log_likelihood(np.full((1, TIME), 3), potentials), [0.0])


def test_the_gradient_is_that_of_finite_differences():
    emissions = np.random.default_rng(1).normal(size=(2, 4, 3))
    gold = np.array([[0, 2, 1, 1], [2, -1, 0, 0]])
    mask = np.array([[1, 1, 1, 1], [1, 1, 1, 0]], bool)
    model, layer = trainer(3, 4, masked=True)
    layer.set_weights(
        [np.random.default_rng(2).normal(size=w.shape) for w in layer.weights]
    )

    def loss():
        return -array(chain.log_likelihood(gold, layer.potentials(emissions, mask))).mean()

    before = layer.get_weights()
    model.compile(
        keras.optimizers.SGD(1.0),
        {"potentials": CRFLoss(dtype="float64")},
        jit_compile=False,
    )
    model.train_on_batch([emissions, mask], {"potentials": gold})
    steps = [old - new for old, new in zip(before, layer.get_weights(), strict=True)]
    for number, step in enumerate(steps):
        for place in np.ndindex(step.shape):
            differences = []
            for move in (1e-5, -1e-5):
                moved = [w.copy() for w in before]
                moved[number][place] += move
                layer.set_weights(moved)
                differences.append(loss())
            assert step[place] == pytest.approx(
                (differences[0] - differences[1]) / 2e-5, abs=1e-7
            )


@pytest.mark.parametrize("policy", ["float32", "mixed_float16", "mixed_bfloat16"])
def test_fit_predict_save_and_load(policy, tmp_path):
    """Only the first token tells its tag, each other tag follows from the one before."""
    keras.utils.set_random_seed(1)
    random = np.random.default_rng(0)
    tokens, lengths = np.full((256, 12), 8), random.integers(3, 13, size=256)
    tokens[:, 0] = random.integers(1, 3, size=256)
    tokens[np.arange(12) >= lengths[:, None]] = 0
    tags = np.where(tokens > 0, (tokens[:, :1] - 1 + np.arange(12)) % 3, 0)
    inputs = keras.Input((None,), dtype="int32")
    x = keras.layers.Embedding(9, 8, dtype=policy)(inputs)
    x = keras.layers.Dense(3, dtype=policy)(x)
    crf = CRF(3, starts=[True, True, False], dtype=policy, name="crf")
    outputs = crf(x, mask=ops.not_equal(inputs, 0))
    model = keras.Model(inputs, outputs)
    model.compile(keras.optimizers.Adam(0.05), {"potentials": CRFLoss()},
                  metrics={"tags": [keras.metrics.Accuracy()]})  # fmt: skip
    history = model.fit(
        tokens, {"tags": tags, "potentials": tags}, epochs=20, verbose=0
    ).history
    assert history["loss"][-1] < history["loss"][0] / 10
    assert np.isfinite(history["loss"]).all()
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    before, after = model.predict(tokens, verbose=0), loaded.predict(tokens, verbose=0)
    np.testing.assert_array_equal(before["tags"], after["tags"])
    assert before["potentials"].dtype == np.float32
    assert loaded.evaluate(
        tokens, {"tags": tags, "potentials": tags}, verbose=0, return_dict=True
    )
    assert (before["tags"][tokens == 0] == 0).all()
    assert (before["tags"][:, 0] < 2).all()


def test_long_sequences_in_half_precision_stay_finite():
    layer = CRF(4, dtype="mixed_float16")
    emissions = np.random.default_rng(0).normal(size=(2, 3000, 4)).astype("float16") * 50
    potentials = array(layer(emissions)["potentials"])
    exact = array(chain.log_partition(potentials.astype("float64")))
    np.testing.assert_allclose(array(chain.log_partition(potentials)), exact, rtol=1e-4)


def test_labels_that_are_all_but_impossible_keep_their_likelihood():
    layer, emissions = case(0)
    emissions = emissions * 1000
    gold = PATHS[weights_of_paths(layer, emissions).argmin()][None]
    likely = chain.log_likelihood(gold, layer.potentials(emissions))
    weights = weights_of_paths(layer, emissions)
    np.testing.assert_allclose(
        array(likely)[0], weights.min() - log_sum(weights), rtol=1e-9
    )
    layer, emissions = case(3, forbid=True)
    forbidden = PATHS[~np.isfinite(weights_of_paths(layer, emissions))][:1]
    assert array(chain.log_likelihood(forbidden, layer.potentials(emissions)))[0] == -np.inf


@pytest.mark.parametrize("value", [np.nan, -np.inf])
def test_what_is_no_number_does_no_harm(value):
    layer, _ = case(0)
    for time in (3, 3000):
        emissions = np.zeros((4, time, TAGS))
        emissions[:, time // 2 :] = value
        tags = array(layer(emissions)["tags"])
        assert ((tags >= 0) & (tags < TAGS)).all()
    emissions[:] = 0
    emissions[:, :, 1] = -np.inf
    likely = array(
        chain.log_likelihood(np.zeros((4, 3000), int), layer.potentials(emissions))
    )
    assert np.isfinite(likely).all()


def test_a_weight_for_each_token_is_refused():
    layer, emissions = case(0)
    potentials = layer.potentials(np.repeat(emissions, TIME, 0))
    gold, loss = np.zeros((TIME, TIME), int), CRFLoss(reduction="sum")
    one, two = (float(array(loss(gold, potentials, np.full(TIME, w)))) for w in (1.0, 2.0))
    assert two == pytest.approx(2 * one)
    with pytest.raises(ValueError, match=r"one a sequence, shape \(batch,\); got \(6, 6\)"):
        loss(gold, potentials, np.ones((TIME, TIME)))


def test_wrong_shapes_are_named():
    with pytest.raises(ValueError, match=r"num_tags: expected .* at least 1; got 0"):
        CRF(0)
    with pytest.raises(ValueError, match=r"allowed: expected shape \(2, 2\); got \(3,\)"):
        CRF(2, allowed=[True, False, True])
    with pytest.raises(ValueError, match="starts: expected at least one tag"):
        CRF(2, starts=[False, False])
    with pytest.raises(ValueError, match=r"expected emissions \(batch, time, 4\)"):
        CRF(4)(np.zeros((1, 2, 3)))
