"""Naive forecasts: by hand, and the matrix against least squares over all windows at once."""

from pathlib import Path

import numpy as np
import pytest

from seqzoo.datasets.series import (
    Columns,
    Linear,
    Scaler,
    Windows,
    chronological,
    drift,
    read_table,
    repeat_last,
    seasonal,
)
from seqzoo.errors import InputError
from seqzoo.metrics import forecasts

SHARED = Path(__file__).parents[4] / "shared/data/series"
NAN = float("nan")


@pytest.mark.parametrize(
    "forecast, expected",
    [
        (lambda history: repeat_last(history, 3), [[4, 4, 4], [6, 6, 6]]),
        (lambda history: seasonal(history, 3, 2), [[2, 4, 2], [6, 6, 6]]),
        (lambda history: seasonal(history, 2, 3), [[3, 2], [6, 6]]),
        (lambda history: drift(history, 3), [[5, 6, 7], [6, 6, 6]]),
    ],
)
def test_forecasts_worked_out_by_hand(forecast, expected):
    # One window with two channels; the second has gaps: what was seen last stands in them.
    history = np.array([[[1, NAN], [3, 6], [2, NAN], [4, NAN]]])
    np.testing.assert_allclose(forecast(history)[0].T, expected)


def test_a_channel_without_any_value_is_forecast_as_zero():
    history = np.full((1, 3, 1), NAN)
    assert repeat_last(history, 2).ravel().tolist() == [0, 0]


@pytest.mark.parametrize("season", [0, 5])
def test_a_season_must_fit_into_the_history(season):
    with pytest.raises(InputError, match="season: expected 1 to 4"):
        seasonal(np.ones((1, 4, 1)), 2, season)


def walks(*lengths):
    generator = np.random.default_rng(0)
    return [generator.normal(size=(length, 2)).cumsum(axis=0) for length in lengths]


def pairs_of(series, look_back, horizon):
    """All windows without a missing value, one by one: inputs and outputs."""
    rows = []
    for values in series:
        for column in values.T:
            for begin in range(len(column) - look_back - horizon + 1):
                row = column[begin : begin + look_back + horizon]
                if not np.isnan(row).any():
                    rows.append(row)
    rows = np.array(rows)
    return rows[:, :look_back], rows[:, look_back:]


@pytest.mark.parametrize("subtract_last", [True, False])
@pytest.mark.parametrize("ridge", [1e-9, 0.1])
def test_the_matrix_is_that_of_least_squares_over_all_windows(subtract_last, ridge):
    series = walks(60, 40)
    series[0][17, 0] = series[1][30, 1] = NAN
    linear = Linear.fit(series, 5, 3, ridge, subtract_last)
    inputs, outputs = pairs_of(series, 5, 3)
    assert linear.windows == len(inputs)
    last = inputs[:, -1:] if subtract_last else 0
    x, y = inputs - last, outputs - last
    # The penalty as further rows: sqrt(n penalty) I, with the output 0; the bias has none.
    penalty = np.sqrt(len(x) * ridge * (x**2).mean())
    extended = np.vstack(
        [np.c_[x, np.ones(len(x))], np.c_[penalty * np.eye(5), np.zeros(5)]]
    )
    answers = np.vstack([y, np.zeros((5, 3))])
    best = np.linalg.lstsq(extended, answers, rcond=None)[0]
    np.testing.assert_allclose(linear.weights, best[:5], atol=1e-7)
    np.testing.assert_allclose(linear.bias, best[5], atol=1e-7)
    history = np.stack([inputs[:4], inputs[4:8]], axis=-1)  # (windows, look_back, channels)
    found = linear.predict(history)
    expected = x[4:8] @ best[:5] + best[5] + (last[4:8] if subtract_last else 0)
    np.testing.assert_allclose(found[:, :, 1], expected, atol=1e-6)


def test_blocks_change_nothing(monkeypatch):
    from seqzoo.datasets.series import naive

    whole = Linear.fit(walks(500), 6, 2)
    monkeypatch.setattr(naive, "BLOCK", 37)
    pieces = Linear.fit(walks(500), 6, 2)
    np.testing.assert_allclose(pieces.weights, whole.weights, rtol=1e-9)


def test_a_constant_series_and_one_that_is_too_short():
    linear = Linear.fit([np.full((50, 1), 3.0)], 4, 2)
    np.testing.assert_allclose(linear.predict(np.full((1, 4, 1), 3.0)), 3.0)
    for ridge, message in ((1.0, "expected 6 steps in a row"), (0.0, "ridge: expected")):
        with pytest.raises(InputError, match=message):
            Linear.fit([np.ones((5, 1))], 4, 2, ridge)


def test_a_series_far_from_zero_keeps_its_digits():
    near, far = walks(200), [walks(200)[0] + 1e9]
    expected = Linear.fit(near, 6, 2).weights
    np.testing.assert_allclose(Linear.fit(far, 6, 2).weights, expected, atol=1e-5)


@pytest.mark.skipif(not SHARED.is_dir(), reason="no ../shared/data/series")
def test_the_figures_that_the_field_reports_of_etth1():
    """Zeng et al. 2023 have 1.29 for repeating the last value and 0.386 for DLinear."""
    (series,) = read_table(SHARED / "ETTh1.csv.gz", Columns("date"))
    parts = chronological(series, validation=2880, test=2880, end=14400)
    values = Scaler.fit([series.part(parts.train)]).transform(series.values)
    windows = Windows(values, 96, 96, parts.test)
    linear = Linear.fit([values[parts.train]], 96, 96)
    found = {
        "repeat_last": repeat_last(windows.inputs, 96),
        "seasonal": seasonal(windows.inputs, 96, 24),
        "linear": linear.predict(windows.inputs),
    }
    scores = {name: forecasts.mse(windows.targets, each) for name, each in found.items()}
    print(scores)
    assert scores["repeat_last"] == pytest.approx(1.294, abs=5e-4)
    assert scores["seasonal"] == pytest.approx(0.512, abs=5e-4)
    assert scores["linear"] == pytest.approx(0.383, abs=2e-3)
