"""The handwriter: float64, padding, steps one by one, ONNX, every cell."""

import keras
import numpy as np
import onnxruntime
import pytest

from seqzoo import InputError
from seqzoo.export.onnx.model import to_onnx
from seqzoo.layers import CELLS, PenLoss, to_stock
from seqzoo.models import description_of, handwriter, parts, rebuild, regressor
from seqzoo.models.handwriter import stepped_of

RNG = np.random.default_rng(1)
POINTS = RNG.normal(size=(3, 9, 3)).astype(np.float32)
TOKENS = np.array([[3, 4, 5, 1], [6, 1, 0, 0], [2, 2, 1, 0]], np.int32)
TEXTS = [None, 7]


def small(vocab_size=None, **more):
    keras.utils.set_random_seed(0)
    settings = {"units": 5, "mixtures": 2, "window": 3, "embedding_dim": 4, "pace": 0.4}
    return handwriter(vocab_size=vocab_size, **settings | more)


def given(model, points=POINTS, tokens=TOKENS):
    return points if len(model.inputs) == 1 else [points, tokens]


def mixture(model, *arrays):
    return np.asarray(model(given(model, *arrays), training=False))


def stepped(model, run, points=POINTS, tokens=TOKENS, size=1):
    """What a network gives for pieces of `size` steps, its states handed on."""
    network = stepped_of(model)
    held = {
        name: np.zeros((len(points), x.shape[-1]), np.float32)
        for name, x in network.input.items()
        if name.startswith("state_")
    }
    if len(model.inputs) == 2:
        held["tokens"] = tokens
    found = []
    for begin in range(0, points.shape[1], size):
        after = run(network, held | {"points": points[:, begin : begin + size]})
        found.append(np.asarray(after["mixture"]))
        states = [name for name in held if name.startswith("state_")]
        held |= {name: np.asarray(after[name]) for name in states}
    return np.concatenate(found, axis=1), after


def on_keras(network, arrays):
    return network(arrays, training=False)


@pytest.mark.parametrize("vocab_size", TEXTS)
def test_padding_and_neighbours_change_nothing(vocab_size):
    model = small(vocab_size, dropout=0.3)
    whole = mixture(model)
    assert whole.shape == (3, 9, 13)
    longer = np.concatenate([POINTS, np.full((3, 4, 3), 9, np.float32)], axis=1)
    more = np.pad(TOKENS, ((0, 0), (0, 3)))
    np.testing.assert_allclose(mixture(model, longer, more)[:, :9], whole, atol=1e-6)
    for row in range(3):
        text = TOKENS[row : row + 1, : (TOKENS[row] != 0).sum()]
        alone = mixture(model, POINTS[row : row + 1], text)
        np.testing.assert_allclose(alone[0], whole[row], atol=1e-6)


@pytest.mark.parametrize("cell", sorted(CELLS))
@pytest.mark.parametrize("vocab_size", TEXTS)
def test_steps_one_by_one_give_what_the_whole_gives(vocab_size, cell):
    model = small(vocab_size, cell=cell, dropout=0.3)
    found, _ = stepped(model, on_keras)
    np.testing.assert_allclose(found, mixture(model), atol=1e-5)


def test_without_a_text_pieces_of_any_length_go_on():
    model = small()
    for size in (2, 4, 9):
        found, _ = stepped(model, on_keras, size=size)
        np.testing.assert_allclose(found, mixture(model), atol=1e-5)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def lstm(x, h, c, weights):
    i, f, g, o = np.split(x @ weights[0] + h @ weights[1] + weights[2], 4, axis=-1)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c


@pytest.mark.parametrize("vocab_size", TEXTS)
def test_it_is_the_network_of_the_paper_in_float64(vocab_size):
    """Graves 2013, equations 2 to 4 and 46 to 53, step by step."""
    model = small(vocab_size, num_layers=3)
    weights = {
        layer.name: [np.asarray(w, np.float64) for w in layer.get_weights()]
        for layer in model.layers
    }
    table = weights["embedding"][0] if vocab_size else None
    for row in range(3):
        h, c = np.zeros((3, 5)), np.zeros((3, 5))
        context = np.zeros(4 if vocab_size else 0)
        place, text = np.zeros(3), TOKENS[row][TOKENS[row] != 0]
        for time, point in enumerate(POINTS[row].astype(np.float64)):
            below = np.zeros(0)
            for n in range(3):
                if n == 0 and vocab_size:
                    first, kernel, bias = weights["windowed"][:3], *weights["windowed"][3:]
                    h[0], c[0] = lstm(np.concatenate([point, context]), h[0], c[0], first)
                    a, b, k = np.split(h[0] @ kernel + bias, 3)
                    place = place + np.logaddexp(0, k + np.log(np.expm1(0.4)))
                    away = place[:, None] - np.arange(len(text))
                    bells = np.exp(-np.logaddexp(0, b)[:, None] * away**2)
                    context = np.logaddexp(0, a) @ bells @ table[text]
                else:
                    x = np.concatenate([point, context, below])
                    h[n], c[n] = lstm(x, h[n], c[n], weights[f"lstm_{n + 1}"])
                below = h[n]
            kernel, bias = weights["mixture"]
            expected = h.reshape(-1) @ kernel + bias
            np.testing.assert_allclose(mixture(model)[row, time], expected, atol=1e-5)


@pytest.mark.parametrize("cell", ["lstm", "gru", "mgu", "layer_norm_gru"])
@pytest.mark.parametrize("vocab_size", TEXTS)
def test_onnx_gives_what_keras_gives(vocab_size, cell):
    model = small(vocab_size, cell=cell)
    (network,) = parts(model).values()
    graph = to_onnx(to_stock(network))
    session = onnxruntime.InferenceSession(graph.SerializeToString())

    def run(_network, arrays):
        names = [x.name for x in session.get_outputs()]
        values = session.run(None, arrays)
        named = zip(names, values, strict=True)
        return {name.removeprefix("next_"): value for name, value in named}

    found, last = stepped(model, run)
    np.testing.assert_allclose(found, mixture(model), atol=1e-5)
    _, expected = stepped(model, on_keras)
    assert last.keys() == expected.keys()
    for name, value in last.items():
        np.testing.assert_allclose(value, expected[name], atol=1e-5)


def test_the_window_reads_the_text():
    model = small(7)
    _, last = stepped(model, on_keras)
    assert not np.asarray(last["alignments"])[TOKENS == 0].any()
    other = np.where(TOKENS == 3, 5, TOKENS)
    assert np.abs(mixture(model, POINTS, other)[0] - mixture(model)[0]).max() > 1e-4
    np.testing.assert_array_equal(mixture(model, POINTS, other)[1], mixture(model)[1])


@pytest.mark.parametrize("vocab_size", TEXTS)
def test_it_learns(vocab_size):
    """A pen that goes on in its way, and lifts at every third point."""
    model = small(vocab_size, units=16, mixtures=1, num_layers=1)
    turn = np.stack([np.cos(np.arange(31) / 2), np.sin(np.arange(31) / 2)], axis=1)
    lifted = (np.arange(31) % 3 == 2)[:, None]
    rows = np.concatenate([turn, lifted], axis=1)[None].astype(np.float32)
    model.compile(keras.optimizers.Adam(0.02), PenLoss())
    inputs = given(model, rows[:, :-1], TOKENS[:1])
    before = model.evaluate(inputs, rows[:, 1:], verbose=0)
    model.fit(inputs, rows[:, 1:], epochs=40, verbose=0)
    assert model.evaluate(inputs, rows[:, 1:], verbose=0) < before - 1


@pytest.mark.parametrize("vocab_size", TEXTS)
def test_it_is_built_again_from_its_description(vocab_size, tmp_path):
    model = small(vocab_size, units=[4, 6], num_layers=1)
    again = rebuild(description_of(model), "here")
    again.set_weights(model.get_weights())
    np.testing.assert_array_equal(mixture(again), mixture(model))
    model.save(tmp_path / "m.keras")
    loaded = keras.saving.load_model(tmp_path / "m.keras")
    np.testing.assert_allclose(mixture(loaded), mixture(model), atol=1e-6)


def test_ids_outside_of_the_vocabulary_are_refused():
    model = small(7)
    assert model.vocabularies == {"tokens": 7}
    with pytest.raises(
        InputError, match=r"^tokens\[0, 0\]: expected an id from 0 to 6; got 9$"
    ):
        model.predict([POINTS, np.where(TOKENS == 3, 9, TOKENS)], verbose=0)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"mixtures": 0}, r"^mixtures: expected a whole number of at least 1; got 0$"),
        ({"window": 0}, r"^window: expected a whole number"),
        ({"vocab_size": 0}, r"^vocab_size: expected a whole number"),
        ({"vocab_size": 7, "pace": 0.0}, r"^pace: expected more than 0"),
        ({"cell": "lstn"}, r"^cell: expected one of .*got 'lstn'"),
        ({"dropout": 1.0}, r"^dropout: expected a share"),
    ],
)
def test_wrong_numbers_and_names_are_refused(settings, message):
    with pytest.raises(InputError, match=message):
        small(**settings)


def test_another_builder_s_model_has_no_steps():
    with pytest.raises(InputError, match=r"^regressor: expected a model that `handwriter`"):
        stepped_of(regressor(9, units=4))
