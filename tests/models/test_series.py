import keras
import numpy as np
import onnxruntime
import pytest

from seqzoo import InputError, layers
from seqzoo.datasets.series import Linear
from seqzoo.export.onnx.model import to_onnx
from seqzoo.layers import to_stock
from seqzoo.layers.distributions import DISTRIBUTIONS
from seqzoo.models import description_of, forecaster, rebuild, series_classifier
from seqzoo.models.networks import called
from seqzoo.models.stepped import stepped_of
from tests.support import reference

RNG = np.random.default_rng(1)
VALUES = RNG.normal(size=(3, 12, 3)).astype(np.float32)
LENGTHS = np.array([12, 7, 1], np.int32)
STATIC = RNG.normal(size=(3, 2)).astype(np.float32)
MODES = ("direct", "encoder_decoder", "recursive")  # for windows of any length
CONVOLUTIONS = ({}, {"convolution": (4, 5)}, {"convolution": (4, 5, 3, 3), "beside": True})


def small_classifier(**more):
    keras.utils.set_random_seed(0)
    return series_classifier(3, 2, **{"units": 4, "static_features": 2, **more})


def small_forecaster(mode, **more):
    keras.utils.set_random_seed(0)
    if mode == "segments":
        more = {"look_back": 12, "segment": 4, **more}
    return forecaster(3, 8, mode=mode, **{"units": 4, **more})


def known_of(mode, features=2):
    return RNG.normal(size=(3, 12 if mode == "recursive" else 8, features)).astype(
        np.float32
    )


def output(model, *given):
    return np.asarray(model(list(given), training=False))


def real(y, mode, lengths=LENGTHS):
    """A forecast without what a recursive one has behind the end of a row."""
    return (
        [row[:n] for row, n in zip(y, lengths, strict=True)]
        if mode == "recursive"
        else [*y]
    )


def assert_same(ours, theirs, **tolerance):
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(one, other, **(tolerance or {"atol": 2e-6}))


def moved(model):
    """The model with moving means and variances of batch normalisation that are not those of the start."""
    for variable in model.non_trainable_variables:
        if "moving" in variable.path:
            variable.assign(RNG.uniform(0.5, 2, variable.shape))
    return model


@pytest.mark.parametrize("settings", CONVOLUTIONS)
@pytest.mark.parametrize("pooling", ["last", "max_mean"])
def test_padding_and_batching_change_no_class(settings, pooling):
    model = moved(small_classifier(pooling=pooling, **settings))
    expected = output(model, VALUES, LENGTHS, STATIC)
    np.testing.assert_allclose(expected.sum(1), 1, rtol=1e-5)
    more = np.pad(VALUES, ((0, 0), (0, 5), (0, 0)), constant_values=9.0)
    assert_same(output(model, more, LENGTHS, STATIC), expected)
    for row, length in enumerate(LENGTHS):
        rows = slice(row, row + 1)
        alone = output(model, VALUES[rows, :length], LENGTHS[rows], STATIC[rows])
        assert_same(alone, expected[rows])


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("normalization", ["none", "last", "reversible"])
def test_padding_and_batching_change_no_forecast(mode, normalization):
    if mode == "recursive" and normalization == "reversible":
        pytest.skip("refused")
    more = {"known_features": 2, "static_features": 2, "normalization": normalization}
    model = small_forecaster(
        mode, num_layers=2, distribution="normal", num_targets=2, **more
    )
    known = known_of(mode)
    y = output(model, VALUES, LENGTHS, known, STATIC)
    assert y.shape == (3, 12 if mode == "recursive" else 8, 2, 2)
    expected = real(y, mode)
    padding = ((0, 0), (0, 5), (0, 0))
    wider = np.pad(VALUES, padding, constant_values=9.0)
    wider_known = np.pad(known, padding) if mode == "recursive" else known
    assert_same(real(output(model, wider, LENGTHS, wider_known, STATIC), mode), expected)
    for row, length in enumerate(LENGTHS):
        rows = slice(row, row + 1)
        some = known[rows, :length] if mode == "recursive" else known[rows]
        alone = output(model, VALUES[rows, :length], LENGTHS[rows], some, STATIC[rows])
        assert_same(alone, [expected[row]])


@pytest.mark.slow
@pytest.mark.parametrize("cell", sorted(layers.CELLS))
def test_every_cell_forecasts(cell):
    """Its states go from the encoder to the decoder."""
    y = output(small_forecaster("encoder_decoder", cell=cell), VALUES, LENGTHS)
    assert y.shape == (3, 8, 3)
    assert np.isfinite(y).all()


@pytest.mark.parametrize("mode", [*MODES, "segments"])
def test_one_step_changes_every_weight(mode):
    normalization = "none" if mode == "recursive" else "reversible"
    model = small_forecaster(
        mode, num_layers=2, known_features=2, normalization=normalization
    )
    model.compile(keras.optimizers.SGD(0.5), "mse")
    before = model.get_weights()
    given = [VALUES, np.full(3, 12, np.int32), known_of(mode)]
    model.train_on_batch(given, RNG.normal(size=model(given).shape))
    for variable, old in zip(model.trainable_variables, before, strict=True):
        assert not np.array_equal(np.asarray(variable), old), variable.path


@pytest.mark.parametrize("mode", ["direct", "encoder_decoder", "segments"])
@pytest.mark.parametrize("distribution", sorted(set(DISTRIBUTIONS) - {"negative_binomial"}))
def test_a_forecast_moves_and_grows_with_its_window(mode, distribution):
    """Locations move by as much and grow by as much; scales grow; degrees of freedom do neither."""
    full = np.full(3, 12, np.int32)
    kind = DISTRIBUTIONS[distribution]
    names = kind.parameters or ("q",) * 3
    location = np.array([name in kind.location or name == "q" for name in names], float)
    scale = np.array([name in kind.scales for name in names], float)
    for normalization, factor in (("last", 1.0), ("reversible", 3.0)):
        model = small_forecaster(
            mode, normalization=normalization, distribution=distribution
        )
        before = output(model, VALUES, full)
        after = output(model, factor * VALUES + 5, full)
        if distribution == "point":
            before, after = before[..., None], after[..., None]
        grown = before * np.where(location + scale > 0, factor, 1.0)
        np.testing.assert_allclose(after, grown + 5 * location, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("mode", ["direct", "encoder_decoder", "segments"])
@pytest.mark.parametrize("normalization", ["none", "last", "reversible"])
def test_a_network_with_a_matrix_begins_as_the_matrix(mode, normalization):
    model = small_forecaster(mode, normalization=normalization, linear=True, look_back=12)
    matrix = Linear.fit([RNG.normal(size=(200, 3)).cumsum(axis=0)], 12, 8)
    model.get_layer("linear").set_weights([matrix.weights, matrix.bias])
    found = output(model, VALUES, np.full(3, 12, np.int32))
    np.testing.assert_allclose(found, matrix.predict(VALUES), rtol=1e-4, atol=1e-5)
    assert not [each for each in model.trainable_weights if "linear" in each.path]


@pytest.mark.parametrize(
    "more, message",
    [
        ({"mode": "recursive"}, "no look-back of one length"),
        ({"mode": "direct", "distribution": "negative_binomial"}, "counts are not below 0"),
        ({"mode": "direct", "look_back": None}, "look_back"),
    ],
)
def test_a_matrix_needs_a_look_back_and_no_counts(more, message):
    with pytest.raises(InputError, match=message):
        small_forecaster(**{"linear": True, "look_back": 12, **more})


def test_a_recursive_forecast_knows_nothing_of_later_steps():
    model = small_forecaster("recursive", num_layers=2)
    changed = VALUES.copy()
    changed[:, 6:] += 1
    full = np.full(3, 12, np.int32)
    before, after = output(model, VALUES, full), output(model, changed, full)
    np.testing.assert_allclose(after[:, :6], before[:, :6], atol=1e-6)
    assert (np.abs(after[:, 6:] - before[:, 6:]) > 1e-4).all(axis=(0, 2)).all()


@pytest.mark.parametrize("cell", ["gru", "lstm", "narx"])
def test_a_recursive_forecaster_goes_on_from_its_states(cell):
    """In pieces it gives what the whole series has, in Keras and in ONNX Runtime."""
    model = small_forecaster(
        "recursive", cell=cell, units=(4, 4), residual=True, known_features=2, static_features=2,
        distribution="student_t", normalization="last", num_targets=2,
    )  # fmt: skip
    known = known_of("recursive")
    expected = output(model, VALUES, np.full(3, 12, np.int32), known, STATIC)
    assert expected.shape == (3, 12, 2, 3)
    network = stepped_of(model)
    graph = to_onnx(to_stock(network), "network").SerializeToString()
    session = onnxruntime.InferenceSession(graph)
    states = {
        name: np.zeros((3, each.shape[-1]), np.float32)
        for name, each in network.input.items()
        if name.startswith("state_")
    }
    ours = {"keras": dict(states), "onnx": dict(states)}
    for begin, end in ((0, 7), (7, 8), (8, 12)):
        given = {
            "values": VALUES[:, begin:end],
            "known": known[:, begin:end],
            "static": STATIC,
        }
        for way, held in ours.items():
            if way == "keras":
                found = called(network, given | held)
            else:
                names = [each.name for each in session.get_outputs()]
                answers = session.run(names, given | held)
                found = dict(zip(names, answers, strict=True))
            held |= {name: np.asarray(found[f"next_{name}"]) for name in states}
            assert_same(np.asarray(found["forecast"]), expected[:, begin:end], atol=1e-5)


FLAGS = np.array([[0, 2, 3, 11], [1, 4, 6, 6], [0, 0, 0, 0]])  # missing steps of each row


def flagged(filler):
    """Values of two channels, the second known, with the flags of the first, and what is missing."""
    flags = np.ones((3, 12, 1), np.float32)
    for row, steps in enumerate(FLAGS):
        flags[row, steps] = 0
    values = np.where(
        flags == 1, VALUES[..., :2], np.where([1, 0], filler, VALUES[..., :2])
    )
    return np.concatenate([values, flags], axis=-1, dtype=np.float32), flags[..., 0] == 1


@pytest.mark.parametrize("normalization", ["last", "reversible"])
@pytest.mark.parametrize("mode", ["direct", "encoder_decoder"])
def test_what_is_missing_plays_no_part_beside_its_flag(mode, normalization):
    keras.utils.set_random_seed(0)
    model = forecaster(
        3, 8, mode=mode, units=4, num_targets=1, observed_features=1, normalization=normalization,
        linear=True, look_back=12,
    )  # fmt: skip
    model.get_layer("linear").set_weights([RNG.normal(size=(12, 8)), np.zeros(8)])
    values, _ = flagged(0.0)
    expected = output(model, values, LENGTHS)
    assert_same(output(model, flagged(7.0)[0], LENGTHS), expected)
    values[..., :1] += 5 * values[..., 2:]
    moved_by = np.array([5, 5, 0])[:, None, None]  # of the last row nothing was observed
    assert_same(output(model, values, LENGTHS), expected + moved_by, atol=1e-4)


def test_the_last_value_is_the_last_that_was_observed():
    """A network that begins with nothing but its matrix of 0 repeats it."""
    model = forecaster(
        3, 8, units=4, num_targets=1, observed_features=1, linear=True, look_back=12
    )
    values, there = flagged(0.0)
    found = output(model, values, LENGTHS)
    for row, length in enumerate(LENGTHS):
        seen = np.flatnonzero(there[row, :length])
        last = values[row, seen[-1], 0] if len(seen) else 0
        np.testing.assert_allclose(found[row], last, atol=1e-6)


@pytest.mark.parametrize("count, targets", [(2, 1), (1, 3)])
def test_flags_without_their_channels_are_refused(count, targets):
    with pytest.raises(InputError, match="observed_features"):
        forecaster(3, 8, num_targets=targets, observed_features=count)


def test_segments_are_those_of_the_equations():
    """Lin et al. 2023 in float64, a channel at a time; the last value is taken off and put back."""
    model = small_forecaster("segments", normalization="last")
    ours = output(model, VALUES, np.full(3, 12, np.int32))
    weights = {
        v.path.split("/")[-2] + "/" + v.name: np.asarray(v, np.float64)
        for v in model.weights
    }
    gru = [weights[f"{name}"] for name in weights if "gru" in name or "recurrent" in name]
    gru = [np.asarray(w, np.float64) for w in model.get_layer("gru_1").get_weights()]
    for row, channel in np.ndindex(3, 3):
        series = VALUES[row, :, channel].astype(np.float64)
        parts = (series - series[-1]).reshape(3, 4)
        x = np.maximum(parts @ weights["segment/kernel"] + weights["segment/bias"], 0)
        mask = np.ones((1, 3), bool)
        _, ends = reference.run("gru", x[None], mask, gru, None, sequences=False)
        for ahead in range(2):
            place = np.concatenate([
                weights["position/embeddings"][ahead], weights["channel/embeddings"][channel],
            ])  # fmt: skip
            (h,) = reference.step("gru", place, [ends[0][0]], *gru)
            expected = h @ weights["steps/kernel"] + weights["steps/bias"] + series[-1]
            got = ours[row, 4 * ahead : 4 * ahead + 4, channel]
            np.testing.assert_allclose(got, expected, atol=1e-5)


def models_of_all_kinds():
    for mode in MODES:
        normalization = "none" if mode == "recursive" else "reversible"
        for cell, distribution in (("lstm", "student_t"), ("narx", "point")):
            more = {
                "cell": cell,
                "distribution": distribution,
                "normalization": normalization,
            }
            model = small_forecaster(mode, known_features=2, static_features=2, **more)
            yield mode, model, [VALUES, LENGTHS, known_of(mode), STATIC]
    for normalization in ("last", "reversible"):
        model = forecaster(
            3, 8, units=4, num_targets=1, observed_features=1, normalization=normalization,
            linear=True, look_back=12,
        )  # fmt: skip
        yield "direct", model, [flagged(0.0)[0], LENGTHS]
    model = small_forecaster(
        "segments", num_layers=2, distribution="quantiles", known_features=1
    )
    yield "segments", model, [VALUES, np.full(3, 12, np.int32), known_of("segments", 1)]
    for settings in CONVOLUTIONS:
        model = moved(small_classifier(pooling="attention", **settings))
        yield "classifier", model, [VALUES, LENGTHS, STATIC]


def test_graphs_stock_twins_and_models_built_again_answer_alike():
    for mode, model, given in models_of_all_kinds():
        expected = real(output(model, *given), mode)
        again = rebuild(description_of(model), "here")
        again.set_weights(model.get_weights())
        assert_same(real(output(again, *given), mode), expected)
        assert_same(real(output(to_stock(model), *given), mode), expected, atol=1e-5)
        session = onnxruntime.InferenceSession(to_onnx(model).SerializeToString())
        feed = {x.name: array for x, array in zip(model.inputs, given, strict=True)}
        (found,) = session.run(None, feed)
        assert_same(real(found, mode), expected, atol=1e-5)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"mode": "guess"}, "mode"),
        ({"num_targets": 4}, "num_targets: 4; num_features is 3"),
        ({"mode": "segments"}, "look_back"),
        ({"mode": "segments", "look_back": 10, "segment": 4}, "divisor of look_back, 10"),
        ({"mode": "segments", "look_back": 12, "segment": 3}, "divisor of horizon, 8"),
        (
            {"mode": "segments", "look_back": 12, "segment": 4, "num_targets": 1},
            "itself alone",
        ),
        ({"mode": "recursive", "normalization": "reversible"}, "future"),
        ({"distribution": "negative_binomial", "normalization": "last"}, "counts"),
        ({"normalization": "minmax"}, "normalization"),
        ({"known_features": -1}, "known_features"),
        ({"units": 0}, "units"),
    ],
)
def test_a_forecaster_that_cannot_be_is_refused(arguments, message):
    with pytest.raises(InputError, match=message):
        forecaster(3, 8, **arguments)


def test_a_classifier_that_cannot_be_is_refused():
    for arguments, message in (
        ({"beside": True}, "convolution has none"),
        ({"pooling": "first"}, "pooling"),
        ({"convolution": (4,), "kernel_sizes": ()}, "kernel_sizes"),
    ):
        with pytest.raises(InputError, match=message):
            series_classifier(3, 2, **arguments)
