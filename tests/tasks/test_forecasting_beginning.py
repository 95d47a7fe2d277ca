"""A forecaster with `linear` begins as the linear model, and its band as wide as that model's errors."""

import json

import numpy as np
import pytest
from scipy import stats

from seqzoo.recipes import forecasting
from seqzoo.tasks.series.forecasting import beginning
from seqzoo.tasks.series.forecasting.bands import Forecast
from seqzoo.training.command import run_recipe

FLAGS = {"look_back": 24, "horizon": 6, "units": 4, "segment": 6}
LEVELS = (0.05, 0.5, 0.6, 0.99)


def prepared(loads_file, folder, **settings):
    config = forecasting.Config(
        data=str(loads_file), time="date", target=("load", "wind"), known=("price",),
        quantiles=LEVELS if settings.get("distribution") == "quantiles" else (0.1, 0.5, 0.9),
        **FLAGS | settings,
    )  # fmt: skip
    return config, forecasting.load(config, folder / "data")


@pytest.mark.parametrize("normalization", ["none", "last", "reversible"])
@pytest.mark.parametrize("distribution", ["quantiles", "normal", "student_t"])
@pytest.mark.parametrize("mode", ["direct", "encoder_decoder", "segments"])
def test_it_begins_as_the_matrix_with_its_errors_about_it(
    mode, distribution, normalization, loads_file, tmp_path
):
    config, data = prepared(
        loads_file,
        tmp_path,
        mode=mode,
        distribution=distribution,
        normalization=normalization,
    )
    model = forecasting.build(config, data)
    windows = data.windows("train")[0]
    some = np.flatnonzero(~np.isnan(windows.inputs).any(axis=(1, 2)))[:5]
    inputs = windows.inputs[some]
    known = windows.targets[some][..., 2:]
    given = {"values": inputs, "lengths": np.full(5, 24, np.int32), "known": known}
    given["values"] = given["values"][..., : model.inputs[0].shape[-1]]
    raw = np.asarray(model([given[each.name] for each in model.inputs]))
    forecast = Forecast(raw, distribution, LEVELS)
    matrix = data.linear.predict(inputs[..., :2])
    middle = (
        forecast.quantiles((0.5,))[..., 0] if distribution != "quantiles" else raw[..., 1]
    )
    np.testing.assert_allclose(middle, matrix, atol=2e-4)

    # By hand: what the matrix misses in the training part.
    past, ahead = windows.inputs[..., :2], windows.targets[..., :2]
    wrong = ahead - data.linear.predict(past)
    unit = np.ones((5, 1, 2))
    if normalization == "reversible":
        wrong = wrong / np.nanstd(past, axis=1, keepdims=True)
        unit = inputs[..., :2].std(axis=1, keepdims=True)
    width = np.sqrt(np.nanmean(wrong**2)) * unit
    if distribution != "quantiles":
        np.testing.assert_allclose(
            raw[..., 1], np.broadcast_to(width, raw.shape[:3]), rtol=1e-3
        )
        return
    for place, level in enumerate(LEVELS):
        expected = matrix + width * stats.norm.ppf(level)
        np.testing.assert_allclose(raw[..., place], expected, rtol=2e-3, atol=2e-3)


def test_errors_are_taken_of_windows_all_over_a_long_training_part(
    loads_file, tmp_path, monkeypatch
):
    _, data = prepared(loads_file, tmp_path)
    every = beginning.error_of(data, data.linear, "last")
    monkeypatch.setattr(beginning, "WINDOWS", 10)
    pieces = list(beginning._spread_over(data))
    assert sum(len(past) for past, _ in pieces) <= 10
    assert beginning.error_of(data, data.linear, "last") == pytest.approx(every, rel=0.3)


def test_a_band_of_few_steps_of_training_is_as_wide_as_the_errors(tmp_path):
    """As wide as 1.4 deviations it would hold all that comes, and forecasts would stand too high."""
    generator = np.random.default_rng(0)
    steps = np.arange(300)
    load = 10 * np.sin(steps / 12 * 2 * np.pi) + generator.normal(0, 0.3, 300)
    path = tmp_path / "waves.csv"
    path.write_text("\n".join(["load", *(f"{each:.4f}" for each in load)]) + "\n")
    flags = (
        "--look-back 24 --horizon 6 --units 4 --epochs 1 --distribution quantiles --output"
    )
    run = tmp_path / "run"
    assert run_recipe(forecasting, ["--data", str(path), *flags.split(), str(run)]) == 0
    test = json.loads((run / "metrics.json").read_text())["test"]
    assert test["mse"] < 1.2 * test["linear_mse"]
    assert 0.6 < test["coverage"] < 0.95
