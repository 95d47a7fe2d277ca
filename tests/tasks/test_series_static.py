"""Series classifiers that read what does not change over a series."""

import csv
import json
import random

import numpy as np
import pytest

import seqzoo
from seqzoo import InputError
from seqzoo.__main__ import main
from seqzoo.export import export
from seqzoo.recipes import series
from seqzoo.tasks.series.classification.form import SOUND, SeriesForm
from seqzoo.training.command import run_recipe
from tests.support.command_line import failure

COLUMNS = "--label kind --series-id id --features x --static size,age"
FLAGS = (
    "--units 4 --convolve none --epochs 30 --learning-rate 0.05 --average 1 --validation 0"
)


@pytest.fixture(scope="module")
def patients():
    """Rows of 40 series, noise alone, whose class is told by a size; some have no age."""
    generator = random.Random(0)
    rows = []
    for number in range(40):
        size = generator.choice((10, 30)) + generator.random()
        about = {"id": f"p{number}", "kind": "big" if size > 20 else "small"}
        about |= {"size": size, "age": None if number % 5 == 0 else 20 + number}
        steps = range(generator.randint(3, 8))
        rows += [{**about, "x": round(generator.gauss(0, 1), 3)} for _ in steps]
    return rows


def written(rows, path):
    with path.open("w", newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture(scope="module")
def file(patients, tmp_path_factory):
    return written(patients, tmp_path_factory.mktemp("patients") / "patients.csv")


@pytest.fixture(scope="module")
def folder(file, tmp_path_factory):
    place = tmp_path_factory.mktemp("static") / "model"
    data = ["--data", str(file), *COLUMNS.split(), *FLAGS.split()]
    assert run_recipe(series, [*data, "--output", str(place)]) == 0
    return place


@pytest.fixture(scope="module")
def model(folder):
    return seqzoo.load(folder)


def of(number, patients, **changed):
    rows = [row for row in patients if row["id"] == f"p{number}"]
    return [{n: v for n, v in {**row, **changed}.items() if n != "kind"} for row in rows]


def test_the_numbers_of_a_series_decide(model, patients):
    for size, label in ((10, "small"), (30, "big")):
        (answer,) = model.predict([of(3, patients, size=size)])
        assert answer["series"][0]["label"] == label


def test_they_are_scaled_by_the_training_series_each_once(model, file, tmp_path):
    config = series.Config(
        data=str(file),
        label="kind",
        series_id="id",
        features=("x",),
        static=("size", "age"),
    )
    data = series.load(config, tmp_path / "data")
    static = data.static_of("train")
    sizes = data.sizes()
    assert static.shape == (sizes["train"], 2)
    np.testing.assert_allclose(static[:, 0].mean(), 0, atol=1e-5)
    np.testing.assert_allclose(static[:, 0].std(), 1, atol=1e-5)
    assert (static[:, 1] == 0).any(), "what is missing is the mean"
    rows = np.array([4, 0, 7])
    np.testing.assert_array_equal(data.arrays(rows)[2], static[rows])
    assert model.form.static == ("size", "age")


def test_a_missing_number_is_the_mean(model, patients):
    (expected,) = model.predict([of(3, patients, age=model.form.static_center[1])])
    (found,) = model.predict([of(3, patients, age=None)])
    given = found["series"][0]["probabilities"]
    assert given == pytest.approx(expected["series"][0]["probabilities"], abs=1e-6)


def test_commands_read_them(folder, file, tmp_path, capsys):
    assert main(["evaluate", str(folder), "--json", "--data", str(file)]) == 0
    assert json.loads(capsys.readouterr().out)["accuracy"] == 1
    assert main(["predict", str(folder), str(file), "--plot", str(tmp_path / "p.png")]) == 0
    assert len(json.loads(capsys.readouterr().out)["series"]) == 40
    assert main(["doctor", str(folder), "--data", str(file)]) == 0
    assert "2 of 2 classes are given" in capsys.readouterr().out


def test_an_export_reads_them(model, tmp_path, monkeypatch):
    monkeypatch.setattr("seqzoo.export.proof.REPEATS", 1)
    texts = model.samples(5, 20)
    texts[2]["age"] = [None] * len(texts[2]["age"])
    assert export(model, "onnx", tmp_path / "onnx", texts=texts)["difference"] < 1e-4


def test_what_cannot_be_used_is_told(model, patients, file, folder, tmp_path, capfd):
    out = ["--output", str(tmp_path / "run")]
    same = written([{**row, "size": 3} for row in patients], tmp_path / "same.csv")
    empty = written([{**row, "age": None} for row in patients], tmp_path / "empty.csv")
    rows = [dict(row) for row in patients]
    rows[1]["size"] = 99
    changing = written(rows, tmp_path / "changing.csv")
    for flags, message in (
        (["--data", str(same), *COLUMNS.split()], "--static size: all series have 3"),
        (["--data", str(empty), *COLUMNS.split()], "--static age: no series has a number"),
        (["--data", str(changing), *COLUMNS.split()], "changing.csv:3, column 'size'"),
        (["--data", str(file), *COLUMNS.replace("age", "sex").split()], "'sex'"),
        (["--static", "size"], "--static: it is for --data; there is none"),
    ):
        assert message in failure(capfd, run_recipe(series, [*flags, *out])), flags
    with pytest.raises(InputError, match="the model reads 'size', too"):
        model.predict([[0.1, 0.2, 0.3]])
    with pytest.raises(InputError, match="size"):
        model.predict([{"id": ["a", "a"], "x": [1, 2]}])
    text = {name: getattr(model.form, name) for name in SOUND}
    text["channels"] = list(text["channels"])
    assert SeriesForm.of(text).static == ()
    with pytest.raises(InputError, match="names and numbers of static columns"):
        SeriesForm.of(text | {"static": ["size"], "static_center": [1.0]})
