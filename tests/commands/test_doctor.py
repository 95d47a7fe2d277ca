"""`doctor` on the command line."""

import functools
import json
import zipfile

import keras
import pytest

from seqzoo import zoo
from seqzoo.__main__ import main
from seqzoo.layers import RNN, MGUCell
from seqzoo.models import language_model
from tests.support.command_line import failure
from tests.support.diagnosed import VOCABULARY, network

pytestmark = pytest.mark.filterwarnings("error::RuntimeWarning")


@pytest.fixture(autouse=True)
def seeded():
    keras.utils.set_random_seed(1)


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


def test_a_file_with_dropout_of_token_types_is_looked_over(tmp_path, capsys):
    model = language_model(VOCABULARY, units=4, embedding_dropout=0.1)
    model.save(tmp_path / "m.keras")
    assert main(["doctor", str(tmp_path / "m.keras")]) == 0
    assert "cannot be read" not in capsys.readouterr().out


def carried_states():
    inputs = keras.Input(batch_shape=(4, 10, 3))
    return inputs, keras.layers.LSTM(5, stateful=True)(inputs)


def numbers_beside_a_series():
    series, row = keras.Input((10, 3), name="series"), keras.Input((2,), name="row")
    return [series, row], keras.layers.concatenate([keras.layers.LSTM(5)(series), row])


@pytest.mark.parametrize("build", [carried_states, numbers_beside_a_series])
def test_stock_files_that_were_refused_are_looked_at(build, tmp_path, capfd):
    keras.Model(*build()).save(tmp_path / "stock.keras")
    assert main(["doctor", str(tmp_path / "stock.keras")]) == 0
    assert "gradients lstm" in capfd.readouterr().out


def test_carried_states_of_a_huge_batch_are_refused(tmp_path, capfd):
    inputs = keras.Input(batch_shape=(4, 10, 3))
    keras.Model(inputs, keras.layers.LSTM(5, stateful=True)(inputs)).save(
        tmp_path / "a.keras"
    )
    with (
        zipfile.ZipFile(tmp_path / "a.keras") as source,
        zipfile.ZipFile(tmp_path / "b.keras", "w") as target,
    ):
        for name in source.namelist():
            content = source.read(name)
            if name == "config.json":
                content = content.replace(b"[4, 10, 3]", b"[400000000, 10, 3]")
            target.writestr(name, content)
    assert "numbers of carried states; expected" in failure(
        capfd, main(["doctor", str(tmp_path / "b.keras")])
    )
