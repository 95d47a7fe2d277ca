"""MASE divides by one number, in training and whenever a forecaster is measured later."""

import json

import numpy as np
import pytest

import seqzoo
from seqzoo import InputError
from seqzoo.metrics import forecasts
from seqzoo.recipes import forecasting
from seqzoo.tasks.series.forecasting import naive_error


def measured(folder, path):
    model = seqzoo.load(folder)
    measure = model.task.module("measure").measure
    return measure(model, path, model.task.measure_options(), print)


def test_the_model_keeps_the_naive_error_of_the_training_part(
    forecaster, loads_file, tmp_path
):
    config = forecasting.Config(
        data=str(loads_file), time="date", target=("load",), features=("wind",),
        known=("price",), look_back=24, horizon=6, distribution="quantiles",
    )  # fmt: skip
    data = forecasting.load(config, tmp_path / "data")
    (piece,) = data.pieces
    train = piece.values[piece.parts[0], :1]
    kept = json.loads((forecaster / naive_error.FILE).read_text())
    expected = forecasts.mase_scale(train, data.series_plan.season)
    assert kept == {"": [pytest.approx(expected[0], rel=1e-6)]}


def test_evaluate_divides_by_what_the_model_keeps(
    forecaster, loads_file, monkeypatch, tmp_path
):
    path = tmp_path / "other.csv"
    path.write_text(loads_file.read_text())
    usual = measured(forecaster, path)
    load = naive_error.load
    doubled = lambda *given: {name: 2 * error for name, error in load(*given).items()}  # noqa: E731
    monkeypatch.setattr(naive_error, "load", doubled)
    found = measured(forecaster, path)
    assert found["mase"] == pytest.approx(usual["mase"] / 2)
    assert found["last_mase"] == pytest.approx(usual["last_mase"] / 2)
    # A model that has none kept measures all the same.
    monkeypatch.setattr(naive_error, "load", lambda *given: {})
    assert measured(forecaster, path)["mase"] > 0


@pytest.mark.parametrize("content", [[1.0], {"": [1.0, 2.0]}, {"": [-1.0]}, {"": ["1"]}])
def test_a_damaged_file_is_told(content, tmp_path):
    class Folder:
        names = (naive_error.FILE,)

        def path(self, name):
            return tmp_path / name

    (tmp_path / naive_error.FILE).write_text(json.dumps(content))
    with pytest.raises(InputError, match="damaged: expected 1 numbers a series"):
        naive_error.load(Folder(), 1)


def test_a_constant_column_stays_without_a_number(tmp_path):
    class Folder:
        names = (naive_error.FILE,)

        def path(self, name):
            return tmp_path / name

    naive_error.save(tmp_path / naive_error.FILE, {"a": np.array([0.5, np.nan])})
    np.testing.assert_array_equal(naive_error.load(Folder(), 2)["a"], [0.5, np.nan])
