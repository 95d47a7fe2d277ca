"""What the doctor leaves as it was, refuses, and says on the command line."""

import functools
import json

import keras
import numpy as np
import pytest
from keras import layers, ops

import seqzoo
from seqzoo import zoo
from seqzoo.__main__ import main
from seqzoo.diagnosis.record import recorded
from seqzoo.layers import LSTM, RNN, Carried, MGUCell
from seqzoo.models import language_model, translator
from tests.support.diagnosed import ROWS, VOCABULARY, ids, network


@pytest.fixture(autouse=True)
def seeded():
    keras.utils.set_random_seed(1)


def test_carried_states_and_seeds_stay():
    model = language_model(VOCABULARY, units=4, batch_size=ROWS, dropout=0.5)
    model(ids())
    carried = next(layer for layer in model.layers if isinstance(layer, Carried))
    stateful = keras.Sequential(
        [keras.Input(batch_shape=(ROWS, None, 3)), layers.GRU(4, stateful=True)]
    )
    stateful(np.ones((ROWS, 5, 3), np.float32))
    states = [carried.states[0], stateful.layers[0].states[0]]
    before = [np.array(state.numpy()) for state in states]
    for each in (model, stateful):
        assert seqzoo.diagnose(each).warnings == []
        assert not any("call" in vars(layer) for layer in each._flatten_layers())
    for old, state in zip(before, states, strict=True):
        assert old.any()
        np.testing.assert_array_equal(old, state.numpy())


def test_layers_are_themselves_again_after_an_error():
    model = network(LSTM(4), pool=lambda x: ops.reshape(x, (ROWS, 4)))
    with pytest.raises(Exception, match=r"[Rr]eshape"):
        recorded(model, ids()[:2])
    assert not any("call" in vars(layer) for layer in model.operations)


@pytest.mark.parametrize(
    ("model", "batch", "message"),
    [
        (lambda: "model", None, r"expected a keras.Model .*; got str"),
        (lambda: keras.Sequential([LSTM(4)]), None, "expected a model that has been built"),
        (lambda: keras.Sequential([keras.Input((3,)), layers.Dense(1)]), None, "a recurrent layer"),
        (lambda: keras.Sequential([keras.Input((7,)), layers.Reshape((7, 1)), LSTM(4)]), None,
         "no embedding"),
        (lambda: network(LSTM(4)), ids()[0], r"tokens: expected numbers, \(batch, time\) or more"),
        (lambda: network(LSTM(4)), ids()[..., None], r"tokens: expected shape \(None, None\)"),
        (lambda: network(LSTM(4)), ids() * 0.5, "tokens: expected integers, as ids are; got float64"),
        (lambda: network(LSTM(4)), [["a"]], "tokens: expected numbers"),
        (lambda: network(LSTM(4)), [[1, 2], [3]], "tokens: expected rows of one length"),
        (lambda: network(LSTM(4)), ids()[:0], "no empty array"),
        (lambda: network(LSTM(4)), {"token": ids()}, "did you mean 'tokens'"),
        (lambda: translator(9, 9, units=4), ids(), "expected a list or a dictionary of source, target"),
        (lambda: translator(9, 9, units=4), {"source": ids()}, "no target"),
        (lambda: translator(9, 9, units=4), [ids(), ids()[:2]], "expected one number of rows"),
    ],
)  # fmt: skip
def test_bad_input_is_refused(model, batch, message):
    with pytest.raises(seqzoo.InputError, match=message):
        seqzoo.diagnose(model(), batch)


@pytest.fixture
def read_once(monkeypatch):
    """A published model is read from disk once a test."""
    monkeypatch.setattr(zoo, "load", functools.cache(zoo.load))


@pytest.mark.parametrize(
    ("name", "data", "shape"),
    [
        (
            "sentiment-imdb",
            "positive\tA wonderful film.\nnegative\tWhat a bore\n",
            "tokens (2, 4)",
        ),
        (
            "segmentation-peoples-daily",
            "江泽民  在  北京\n人民\n",
            "tokens (2, 6), bigrams (2, 6)",
        ),
        ("lm-ptb-small", "the company said it would\nnot\n", "tokens (1, 8)"),
        (
            "translation-en-de",
            "A man.\tEin Mann.\nTwo dogs run.\tZwei Hunde rennen.\n",
            "target (2,",
        ),
    ],
)
def test_doctor_on_every_kind_of_model(name, data, shape, tmp_path, capfd, read_once):
    (tmp_path / "data.tsv").write_text(data, "utf-8")
    assert main(["doctor", name, "--data", str(tmp_path / "data.tsv"), "--json"]) == 0
    told = json.loads(capfd.readouterr().out)
    assert shape in told["batch"]
    assert not [finding for finding in told["findings"] if finding["severity"] == "warning"]
    assert main(["doctor", name]) == 0
    out = capfd.readouterr().out
    assert "made-up batch of random ids" in out
    assert "warning: 0" in out


def test_doctor_refuses_what_it_cannot_read(tmp_path, capfd, read_once):
    (tmp_path / "empty.tsv").write_text("")
    for path, message in (
        ("/nowhere.tsv", "No such file"),
        (tmp_path / "empty.tsv", "there are none"),
    ):
        assert main(["doctor", "sentiment-imdb", "--data", str(path)]) == 2
        assert message in capfd.readouterr().err


def test_a_keras_file_is_looked_at(tmp_path, capsys):
    path = tmp_path / "mine.keras"
    network(RNN(MGUCell(4))).save(path)
    assert main(["doctor", str(path)]) == 0
    assert "the gates of a MGUCell are not looked at" in capsys.readouterr().out
    assert main(["doctor", str(path), "--data", str(path)]) == 2
    path.write_bytes(b"no model")
    assert main(["doctor", str(path)]) == 2
    assert "mine.keras: not a .keras file" in capsys.readouterr().err


def test_an_explosion_that_overflows_is_called_one():
    layer = keras.layers.SimpleRNN(
        4,
        activation="relu",
        recurrent_initializer=keras.initializers.Constant(5.0),
        use_bias=False,
    )
    x = np.ones((2, 30, 3), np.float32)
    found = seqzoo.diagnose(
        keras.Sequential([keras.Input((None, 3)), layer, layers.Dense(1)]), x
    )
    assert any("exploding: it gives numbers of" in each.found for each in found.warnings)


def test_a_file_with_dropout_of_token_types_is_looked_over(tmp_path, capsys):
    model = language_model(VOCABULARY, units=4, embedding_dropout=0.1)
    model.save(tmp_path / "m.keras")
    assert main(["doctor", str(tmp_path / "m.keras")]) == 0
    assert "cannot be read" not in capsys.readouterr().out
