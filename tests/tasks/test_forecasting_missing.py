"""Forecasters that read, too, which values were observed."""

import csv
import json

import numpy as np
import pytest

import seqzoo
from seqzoo.export import export
from seqzoo.recipes import forecasting
from seqzoo.tasks.series.forecasting.filling import carried, with_flags
from seqzoo.tasks.series.forecasting.plan import SOUND, Plan
from seqzoo.training.command import run_recipe

FLAGS = "--time date --target load --look-back 24 --horizon 6 --units 4 --epochs 2 --batch-size 32"
MODES = {
    "direct": "--features wind --known price --distribution normal --no-linear",
    "recursive": "--mode recursive --known price --distribution normal",
}


@pytest.fixture(scope="module")
def rows(loads_file):
    """The loads with more gaps, of loads and of prices."""
    with loads_file.open(newline="") as file:
        found = [
            {n: cell or None for n, cell in row.items()} for row in csv.DictReader(file)
        ]
    for hour, row in enumerate(found):
        if hour % 7 == 3:
            row["load"] = None
        if hour % 11 == 5:
            row["price"] = None
    for hour in range(294, 300):
        found[hour] |= {"load": None, "price": found[hour]["price"] or "1"}
    return found


@pytest.fixture(scope="module", params=MODES)
def model(request, rows, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    path = folder / "gaps.csv"
    with path.open("w", newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows(row for row in rows[:294])
    flags = ["--data", str(path), *FLAGS.split(), *MODES[request.param].split()]
    assert (
        run_recipe(
            forecasting, [*flags, "--missing", "mask", "--output", str(folder / "m")]
        )
        == 0
    )
    return seqzoo.load(folder / "m")


def used(model, rows):
    """The columns that a model reads."""
    names = [model.plan.time, *model.plan.columns]
    return [{name: row[name] for name in names} for row in rows]


def test_each_column_has_a_flag_behind_the_channels(model):
    plan = model.plan
    assert plan.observed and plan.flags == len(plan.columns)
    assert model.inference.channels == plan.count + plan.flags
    assert model.arguments["observed_features"] == plan.flags


def test_an_observed_value_is_told_from_a_missing_one(model, rows):
    """0 after scaling stands for a missing value of other modes; the flag tells them apart."""
    rows = used(model, rows)
    place = max(n for n in range(294) if rows[n]["load"] is None and rows[n - 1]["load"])
    as_filled = model.scaler.inverse(np.zeros(1), "", [0])[0]
    if model.inference.whole:
        as_filled = float(rows[place - 1]["load"])
    changed = [*rows[:place], {**rows[place], "load": str(as_filled)}, *rows[place + 1 :]]
    gap, value = model.predict([rows, changed])
    assert gap["times"] == value["times"]
    assert (
        np.abs(np.subtract(gap["forecast"]["load"], value["forecast"]["load"])).max() > 1e-6
    )


def test_stream_and_export_read_the_flags(model, rows, tmp_path, monkeypatch):
    rows = used(model, rows)
    stream = model.stream()
    for row in rows[:294]:
        stream.feed(row)
    found = stream.forecast(rows[294:])
    (expected,) = model.predict([rows])
    for name in ("forecast", "low", "high"):
        assert found[name]["load"] == pytest.approx(expected[name]["load"], rel=1e-4)

    monkeypatch.setattr("seqzoo.export.proof.REPEATS", 1)
    table = {
        name: [row[name] if name == "date" else _number(row[name]) for row in rows]
        for name in rows[0]
    }
    report = export(model, "onnx", tmp_path / "onnx", texts=[table])
    assert report["difference"] < 1e-4
    assert json.loads((tmp_path / "onnx" / "text.json").read_text())["observed"] is True


def _number(cell):
    return None if cell is None else float(cell)


def test_models_without_flags_are_read_as_before():
    said = {
        "look_back": 2, "horizon": 1, "season": 1, "missing": "mask", "targets": ["a"], "features": [],
        "known": [], "cycles": [], "step": 0.0, "time": None, "series_id": None, "time_format": None,
        "until": None,
    }  # fmt: skip
    assert said.keys() == SOUND.keys()
    assert Plan.of(said).flags == 0
    assert Plan.of({**said, "observed": True}).flags == 1
    assert Plan.of({**said, "observed": True, "cycles": ["hour"], "step": 2.0}).flags == 2


def test_the_last_value_is_carried_over_gaps_and_from_before():
    nan = np.nan
    windows = np.array([[[nan, 1], [2, nan], [nan, nan], [4, 5]]], np.float32)
    found = carried(windows, "mask")
    np.testing.assert_array_equal(found[0], [[0, 1], [2, 1], [2, 1], [4, 5]])
    before = np.array([[7, 8]], np.float32)
    np.testing.assert_array_equal(carried(windows, "mask", before)[0, 0], [7, 1])
    flags = with_flags(found, windows, 1)[0, :, 2]
    np.testing.assert_array_equal(flags, [0, 1, 0, 1])
