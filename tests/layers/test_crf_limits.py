"""The CRF at its limits: bans, large scores, masked steps, rows without a path, labels that are no tags."""

import keras
import numpy as np
import pytest

from seqzoo.layers import CRFLoss, chain
from tests.fuzz import chains
from tests.layers.crf_cases import (
    TAGS,
    TIME,
    array,
    case,
    close,
    field,
    slope_of_emissions,
    trainer,
)


@pytest.fixture(params=["layer", "plain operations"])
def way(request, monkeypatch):
    """The loops that run here, and those in Keras' operations."""
    if request.param != "layer":
        monkeypatch.setattr(chain, "_fused", lambda: None)


DTYPES = ["float32", "float64"]


def turning(gap, steps, dtype):
    """Emissions (1, steps, 2) that are for tag 0 in the first half, then for tag 1."""
    first = np.arange(steps) < steps // 2
    return (gap * np.stack([first, ~first], axis=1)[None]).astype(dtype)


@pytest.mark.parametrize("dtype", DTYPES)
def test_tags_that_never_change_over_a_thousand_steps(way, dtype):
    """Backward scores overflowed where forward ones were zero: all was NaN."""
    gap, steps = (10, 1000) if chain.compiled() else (100, 100)
    layer, emissions = (
        field(2, dtype=dtype, allowed=np.eye(2, dtype=bool)),
        turning(gap, steps, dtype),
    )
    potentials = layer.potentials(emissions)
    np.testing.assert_allclose(
        array(chain.log_partition(potentials)), [5000.693147], rtol=1e-7
    )
    np.testing.assert_allclose(array(chain.marginals(potentials)), 0.5, atol=1e-5)
    value, slope = slope_of_emissions(layer, emissions, np.zeros((1, steps), int))
    np.testing.assert_allclose(value, [-np.log(2)], atol=1e-5)
    np.testing.assert_allclose(slope, np.broadcast_to([0.5, -0.5], slope.shape), atol=1e-5)


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_tag_that_cannot_be_reached_weighs_nothing(way, dtype):
    layer = field(
        2, dtype=dtype, allowed=[[True, False], [True, True]], starts=[True, False]
    )
    emissions = np.tile(np.array([0, 80], dtype), (1, 20, 1))
    potentials = layer.potentials(emissions)
    assert array(chain.log_partition(potentials))[0] == 0
    np.testing.assert_array_equal(
        array(chain.marginals(potentials)), np.tile([1.0, 0.0], (1, 20, 1))
    )
    value, slope = slope_of_emissions(layer, emissions, np.zeros((1, 20), int))
    assert value[0] == 0
    assert not slope.any()


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_path_far_behind_that_comes_to_lead(way, dtype):
    layer = field(2, dtype=dtype, allowed=np.eye(2, dtype=bool))
    emissions = np.array([[[110, 0], [0, 60], [0, 60]]], dtype)
    potentials = layer.potentials(emissions)
    exact = np.logaddexp(110.0, 120.0)
    np.testing.assert_allclose(array(chain.log_partition(potentials)), [exact], rtol=1e-7)
    value, slope = slope_of_emissions(layer, emissions, np.ones((1, 3), int))
    np.testing.assert_allclose(
        value, [120 - exact], atol=1e-6 if dtype == "float32" else 1e-12
    )
    behind = np.exp(110 - exact)
    np.testing.assert_allclose(slope[0, :, 0], [-behind] * 3, rtol=3e-3)


@pytest.mark.parametrize("kind", ["left to right", "random", "BMES"])
@pytest.mark.parametrize("scale", [5, 20, 30, 50])
@pytest.mark.parametrize("dtype", DTYPES)
def test_constrained_chains_with_large_emissions(way, dtype, kind, scale):
    random = np.random.default_rng(scale)
    tags = 8 if kind == "BMES" else 4
    layer = field(tags, dtype=dtype, **chains.constraints(kind, tags, random))
    steps = 100 if chain.compiled() else 30  # each of Keras' operations takes its time
    emissions = (random.normal(size=(6, steps, tags)) * scale).astype(dtype)
    potentials = array(layer.potentials(emissions))
    rows = [row[:, :tags].astype(float) for row in potentials]
    exact = [chains.log_partition(row) for row in rows]
    np.testing.assert_allclose(array(chain.log_partition(potentials)), exact, rtol=1e-6)
    pairs = np.array([chains.pair_marginals(row) for row in rows])
    np.testing.assert_allclose(
        array(chain.pair_marginals(potentials)),
        pairs,
        atol=1e-3 if dtype == "float32" else 1e-9,
    )


@pytest.mark.parametrize(("gap", "steps"), [(10, 3000), (20, 2000), (1.1e4, 2)])
@pytest.mark.parametrize("dtype", DTYPES)
def test_no_gap_is_worth_what_is_forbidden(way, dtype, gap, steps):
    """A ban of -1e4 lost to sums of scores: Viterbi changed the tag, and the partition was 20000."""
    if (
        not chain.compiled() and steps > 100
    ):  # as much in fewer steps, each of which takes its time
        gap, steps = 50 * gap, steps // 50
    layer, emissions = (
        field(2, dtype=dtype, allowed=np.eye(2, dtype=bool)),
        turning(gap, steps, dtype),
    )
    outputs = layer(emissions)
    assert len(set(array(outputs["tags"])[0])) == 1
    assert len(set(array(chain.best_path(outputs["potentials"]))[0])) == 1
    exact = np.log(2) + gap * steps / 2
    np.testing.assert_allclose(
        array(chain.log_partition(outputs["potentials"])), [exact], rtol=1e-7
    )


@pytest.mark.parametrize("dtype", DTYPES)
def test_no_gap_brings_a_forbidden_path_among_the_best(dtype):
    layer, emissions = (
        field(2, dtype=dtype, allowed=np.eye(2, dtype=bool)),
        turning(500, 60, dtype),
    )
    tags, weights = chain.viterbi(layer.potentials(emissions), 3)
    assert array(tags)[0].sum(axis=1).tolist() in ([0, 60, 0], [60, 0, 0])
    np.testing.assert_allclose(array(weights)[0], [15000, 15000, -np.inf])


@pytest.mark.parametrize("low", [-6e4, -1e9, -np.inf])
def test_a_tag_masked_by_its_emission_is_a_step_all_the_same(way, low):
    """Below -5e4 on the last tag a step counted as masked."""
    random = np.random.default_rng(0)
    two, three = field(2), field(3)
    start, transitions, end = (random.normal(size=w.shape) for w in three.weights)
    three.set_weights([start, transitions, end])
    two.set_weights([start[:2], transitions[:2, :2], end[:2]])
    emissions = random.normal(size=(4, 6, 3)).astype("float32")
    emissions[:, :, 2] = low
    labels = random.integers(2, size=(4, 6))
    small, large = two(emissions[:, :, :2]), three(emissions)
    np.testing.assert_array_equal(array(large["tags"]), array(small["tags"]))
    marginals = array(chain.marginals(large["potentials"]))
    np.testing.assert_allclose(
        marginals[:, :, :2], array(chain.marginals(small["potentials"])), atol=1e-5
    )
    expected, found = (
        chain.log_likelihood(labels, part["potentials"]) for part in (small, large)
    )
    np.testing.assert_allclose(array(found), array(expected), atol=1e-5)


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_row_on_which_every_path_is_banned(way, dtype):
    """Of three rows the second starts where it must not; of the last all is masked."""
    random = np.random.default_rng(0)
    layer = field(3, dtype=dtype, starts=[True, False, False], ends=[True, True, False])
    emissions = random.normal(size=(4, 5, 3)).astype(dtype)
    emissions[1, 0, 0] = -np.inf
    emissions[2, 3] = -np.inf
    mask = np.array([[True] * 4 + [False]] * 3 + [[False] * 5])
    labels = np.array([[0, 2, 1, 0, 0], [0] * 5, [-1] * 5, [2] * 5])
    outputs = layer(emissions, mask=mask)
    potentials = outputs["potentials"]
    assert not array(outputs["tags"])[1:].any()
    assert not array(chain.best_path(potentials))[1:].any()
    tags, weights = (array(x) for x in chain.viterbi(potentials, 2))
    assert not tags[1:].any()
    assert (weights[1:3] == -np.inf).all()
    assert weights[3].tolist() == [0, -np.inf]
    total = array(chain.log_partition(potentials))
    assert (total[1:3] == -np.inf).all()
    assert total[3] == 0
    marginals = array(chain.marginals(potentials))
    assert not marginals[1:].any()
    value, slope = slope_of_emissions(layer, emissions, labels, mask)
    assert np.isfinite(value[0])
    assert value[1:].tolist() == [-np.inf, -np.inf, 0]
    assert slope[0, :4].any()
    assert not slope[1:].any()
    assert not slope[:, 4].any()


def test_banned_labels_have_no_likelihood_and_no_gradient(way):
    layer = field(2, allowed=np.eye(2, dtype=bool))
    emissions = np.zeros((3, 3, 2), "float32")
    flags = np.ones((3, 3, 2), bool)
    flags[1, 1] = False  # no tag may be
    value, slope = slope_of_emissions(
        layer, emissions, np.array([[0, 1, 1], [0, 0, 0], [0, -1, 1]])
    )
    np.testing.assert_allclose(value, [-np.inf, -np.log(2), -np.inf], rtol=1e-6)
    assert np.any(slope, axis=(1, 2)).tolist() == [False, True, False]
    value, slope = slope_of_emissions(layer, emissions, flags)
    np.testing.assert_allclose(value, [0, -np.inf, 0], atol=1e-6)
    np.testing.assert_allclose(slope, 0, atol=1e-6)
    assert (
        float(array(CRFLoss()(np.array([[0, 1, 1]]), layer.potentials(emissions[:1]))))
        == np.inf
    )


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e30])
def test_what_stands_at_masked_steps_never_counts(way, value):
    random = np.random.default_rng(0)
    layer = field(3)
    layer.set_weights([random.normal(size=w.shape) for w in layer.weights])
    mask = random.random((5, 7)) < 0.6
    clean = random.normal(size=(5, 7, 3)).astype("float32")
    dirty = np.where(mask[:, :, None], clean, np.float32(value))
    labels = np.where(mask, random.integers(3, size=(5, 7)), 99)
    (first, slope), (second, dirty_slope) = (
        slope_of_emissions(layer, emissions, labels, mask) for emissions in (clean, dirty)
    )
    np.testing.assert_array_equal(first, second)
    np.testing.assert_array_equal(slope, dirty_slope)
    one, other = layer(clean, mask=mask), layer(dirty, mask=mask)
    np.testing.assert_array_equal(array(one["tags"]), array(other["tags"]))
    potentials = array(other["potentials"]).copy()
    potentials[:, :, :3][~mask] = value  # as if another layer had written them
    np.testing.assert_array_equal(
        array(chain.marginals(potentials)), array(chain.marginals(one["potentials"]))
    )
    np.testing.assert_array_equal(array(chain.log_likelihood(labels, potentials)), first)
    for found, expected in zip(
        chain.viterbi(potentials, 2), chain.viterbi(one["potentials"], 2), strict=True
    ):
        np.testing.assert_array_equal(array(found), array(expected))


@pytest.mark.parametrize("label", [4, 7, -2])
def test_a_label_outside_the_tags_is_an_error(way, label):
    """It had a likelihood of -200002."""
    layer, labels = field(4), np.zeros((3, 6), int)
    labels[2, 5] = label
    potentials = layer.potentials(np.zeros((3, 6, 4), "float32"))
    expected = rf"labels: expected 0 to 3, or -1 where it is not known; got {label} in row 2, step 5"
    with pytest.raises(ValueError, match=expected):
        chain.log_likelihood(labels, potentials)
    with pytest.raises(ValueError, match=expected):
        CRFLoss()(labels, potentials)


@pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="a graph of TensorFlow's"
)
def test_a_label_outside_the_tags_is_an_error_in_training():
    import tensorflow as tf

    model, _ = trainer(4, 6)
    model.compile("sgd", {"potentials": CRFLoss(dtype="float64")})
    labels = np.zeros((3, 6), int)
    labels[1, 2] = 9
    with pytest.raises(
        tf.errors.InvalidArgumentError,
        match=r"labels: expected 0 to 3, .* got 9 in row 1, step 2",
    ):
        model.fit(np.zeros((3, 6, 4)), {"potentials": labels}, shuffle=False, verbose=0)


@pytest.mark.parametrize("shape", [(3, 5), (2, 6), (3, 6, 3), (3, 6, 4, 4), (3,)])
def test_labels_of_another_shape_are_refused(shape):
    potentials = field(4).potentials(np.zeros((3, 6, 4), "float32"))
    with pytest.raises(
        ValueError, match=r"labels: expected int \(3, 6\), or bool \(3, 6, 4\); got"
    ):
        chain.log_likelihood(np.zeros(shape, int), potentials)


def test_potentials_without_flags_are_all_real(way):
    layer, emissions = case(0)
    potentials = array(layer.potentials(emissions))
    plain = potentials[:, :, :TAGS]
    close(chain.log_partition(plain), array(chain.log_partition(potentials)))
    close(chain.pair_marginals(plain), array(chain.pair_marginals(potentials)))
    labels = np.ones((1, TIME), int)
    close(
        chain.log_likelihood(labels, plain), array(chain.log_likelihood(labels, potentials))
    )
    np.testing.assert_array_equal(
        array(chain.best_path(plain)), array(chain.best_path(potentials))
    )
    with pytest.raises(ValueError, match="potentials: expected"):
        chain.log_partition(potentials[:, :, :3])
