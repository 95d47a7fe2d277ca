"""Forecasters of several series that read what does not change over each."""

import csv
import random

import numpy as np
import pytest

import seqzoo
from seqzoo import InputError
from seqzoo.export import export
from seqzoo.recipes import forecasting
from seqzoo.tasks.series.forecasting.plan import SOUND, Plan
from seqzoo.training.command import run_recipe
from tests.support.command_line import failure

COLUMNS = "--time date --target sold --series-id shop --static size,age"
FLAGS = (
    "--look-back 8 --horizon 4 --units 8 --epochs 3 --batch-size 16 --learning-rate 0.02"
)
MODES = {
    "direct": "--distribution quantiles",
    "recursive": "--mode recursive --distribution normal --missing mask",
}


@pytest.fixture(scope="module")
def shops():
    """Rows of three shops of 60 days; one has no age."""
    generator = random.Random(0)
    found = {}
    for shop, size, age in (("a", 10, 1), ("b", 50, 7), ("c", 90, None)):
        found[shop] = [
            {
                "date": f"2024-{1 + day // 30:02}-{1 + day % 28:02}",
                "shop": shop,
                "size": size,
                "age": age,
                "sold": round(size / 10 + day % 7 + generator.gauss(0, 0.3), 3),
            }
            for day in range(28)
        ] + [
            {
                "date": f"2024-03-{1 + day:02}",
                "shop": shop,
                "size": size,
                "age": age,
                "sold": round(size / 10 + day % 7 + generator.gauss(0, 0.3), 3),
            }
            for day in range(31)
        ]
    return found


def written(shops, path):
    with path.open("w", newline="") as out:
        writer = csv.DictWriter(out, list(shops["a"][0]))
        writer.writeheader()
        for rows in shops.values():
            writer.writerows(rows)
    return path


@pytest.fixture(scope="module", params=MODES)
def model(request, shops, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    data = ["--data", str(written(shops, folder / "shops.csv")), *COLUMNS.split()]
    flags = [*data, *FLAGS.split(), *MODES[request.param].split()]
    assert run_recipe(forecasting, [*flags, "--output", str(folder / "m")]) == 0
    return seqzoo.load(folder / "m")


def test_static_numbers_are_scaled_over_the_series(model):
    plan = model.plan
    assert plan.static == ("size", "age")
    assert plan.static_center == (50, 4), "a missing one does not count"
    np.testing.assert_allclose(plan.static_scale, (np.std([10, 50, 90]), 3))
    assert model.arguments["static_features"] == 2


def test_an_answer_depends_on_them(model, shops):
    (one,) = model.predict([shops["a"]])
    (other,) = model.predict([[{**row, "size": 90} for row in shops["a"]]])
    one, other = one["series"][0], other["series"][0]
    assert one["id"] == "a" and one["times"] == other["times"]
    assert one["forecast"] != other["forecast"]
    with pytest.raises(
        InputError, match="column 'size': expected '10', as in the first row"
    ):
        model.predict([[*shops["a"][:-1], {**shops["a"][-1], "size": 11}]])
    (unknown,) = model.predict([[{**row, "age": None} for row in shops["a"]]])
    (mean,) = model.predict([[{**row, "age": 4} for row in shops["a"]]])
    assert unknown == mean, "a missing one is the mean"


def test_a_stream_is_told_them_once(model, shops):
    with pytest.raises(InputError, match="static: expected numbers of size, age; got none"):
        model.stream("a")
    stream = model.stream("c", {"size": 90, "age": None})
    for row in shops["c"]:
        stream.feed(row)
    found = stream.forecast()
    (expected,) = model.predict([shops["c"]])
    for name in ("forecast", "low", "high"):
        assert found[name]["sold"] == pytest.approx(
            expected["series"][0][name]["sold"], rel=1e-4
        )


def test_exports_read_them(model, shops, tmp_path, monkeypatch):
    monkeypatch.setattr("seqzoo.export.proof.REPEATS", 1)
    tables = [{n: [row[n] for row in rows] for n in rows[0]} for rows in shops.values()]
    assert export(model, "onnx", tmp_path / "onnx", texts=tables)["difference"] < 1e-4
    assert len(model.samples(2, 1)) == 2 and model.predict(model.samples(1, 1))


def test_what_tells_nothing_is_refused(shops, tmp_path, capfd):
    same = {name: [{**row, "age": 3} for row in rows] for name, rows in shops.items()}
    path = written(same, tmp_path / "same.csv")
    out = ["--data", str(path), *FLAGS.split(), "--output", str(tmp_path / "m")]
    for flags, message in (
        (COLUMNS, "--static age: all series have 3; it tells nothing"),
        (f"{COLUMNS} --mode segments --segment 4", "--static size plays no part"),
        ("--static size", "expected '10', as in the first row"),
    ):
        if "segments" in flags:
            written(shops, path)
        assert message in failure(capfd, run_recipe(forecasting, [*out, *flags.split()]))
    one = written({"a": shops["a"]}, tmp_path / "one.csv")
    out[1] = str(one)
    found = failure(capfd, run_recipe(forecasting, [*out, *COLUMNS.split()]))
    assert "--static size: expected several series" in found


def test_a_damaged_plan_is_an_error():
    said = dict.fromkeys(SOUND) | {"targets": ["a"], "static": ["x"]}
    with pytest.raises(InputError, match="static columns"):
        Plan.of(said)
    sound = {"static_center": [1.0], "static_scale": [2.0]}
    assert Plan.of({**said, **sound}).static == ("x",)
