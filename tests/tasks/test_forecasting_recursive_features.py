"""Recursive forecasters that read columns whose future nobody knows: ahead, the last value stands."""

import csv

import numpy as np
import pytest
from scipy import stats

import seqzoo
from seqzoo.export import export
from seqzoo.recipes import forecasting
from seqzoo.tasks.series.forecasting import reader_paths
from seqzoo.tasks.series.forecasting.filling import carried, with_flags
from seqzoo.tasks.series.forecasting.measure import origins_of
from seqzoo.tasks.series.forecasting.options import MeasureOptions
from seqzoo.tasks.series.forecasting.past import read
from seqzoo.tasks.series_input import SeriesTable, from_json
from seqzoo.training.command import run_recipe

COLUMNS = "--time date --target load --features wind --known price"
FLAGS = "--mode recursive --look-back 24 --horizon 6 --units 4 --epochs 2 --batch-size 32"
KINDS = {
    "narx": "--cell narx --missing mask",
    "normal": "--distribution normal",
    "flagged": "--distribution normal --missing mask --normalization none",
}
AHEAD = 6


@pytest.fixture(scope="module", params=KINDS)
def folder(request, loads_file, tmp_path_factory):
    place = tmp_path_factory.mktemp(request.param) / "model"
    told = ["--data", str(loads_file), *COLUMNS.split(), *FLAGS.split()]
    flags = KINDS[request.param].split()
    assert run_recipe(forecasting, [*told, *flags, "--output", str(place)]) == 0
    return place


@pytest.fixture(scope="module")
def model(folder):
    return seqzoo.load(folder)


@pytest.fixture(scope="module")
def table(loads_file):
    """The rows, with a gap in the feature just before the step 60."""
    with loads_file.open(newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        row["load"] = row["load"] or None
    rows[59]["wind"] = None
    return rows


def asked(table, until):
    """The table up to a step, and the price alone of the steps behind it."""
    ahead = [{**row, "load": None, "wind": None} for row in table[until : until + AHEAD]]
    return [*table[:until], *ahead]


def brute(model, raw, known, where):
    """Paths by the whole network in Keras, the past read anew for each step ahead: (paths, horizon)."""
    plan, network = model.plan, model.model
    filled = carried(raw[None], plan.missing)[0]
    begin = with_flags(filled, raw, plan.flags)
    paths = []
    for path in range(1 if where is None else where.shape[-1]):
        steps, found = begin, []
        for step in range(AHEAD):
            own = steps[1:, plan.count - plan.known_count : plan.count]
            following = np.concatenate([own, known[step : step + 1]])
            lengths = np.array([len(steps)], np.int32)
            given = np.asarray(network([steps[None], lengths, following[None]]))[0, -1, 0]
            value = given
            if where is not None:
                value = stats.norm.ppf(where[step, 0, path], *given.astype(np.float64))
            found.append(float(value))
            # The load, the wind of the last step, the price and the calendar; what was observed: no wind.
            observed = [1, 0, 1][: plan.flags]
            more = [[value], [filled[-1, 1]], known[step], observed]
            steps = np.concatenate([steps, np.concatenate(more)[None]], dtype=np.float32)
        paths.append(found)
    return np.array(paths)


@pytest.mark.parametrize("until", [60, 280])
def test_a_forecast_is_that_of_the_whole_network_with_the_feature_standing_still(
    model, table, until
):
    (series,) = read(from_json(asked(table, until), "rows"), model.plan)
    past = model.past(series)
    where = (
        reader_paths.shares(AHEAD, 1, paths=4, seed=2) if model.inference.draws else None
    )
    expected = brute(model, past.values, past.known, where)
    forecast = model.inference.of_pasts([past], paths=4, seed=2)
    found = forecast.middle[0, :, 0]
    np.testing.assert_allclose(found, expected.mean(axis=0), rtol=1e-3, atol=1e-5)


def test_what_comes_of_the_feature_behind_the_origin_changes_nothing(model, table):
    told = asked(table, 280)
    for row in told[280:]:
        row["wind"] = 99
    assert model.predict([told]) == model.predict([asked(table, 280)])


def test_the_feature_of_the_past_changes_the_forecast(model, table):
    other = [dict(row) for row in asked(table, 280)]
    for row in other[270:280]:
        row["wind"] = 30
    (found,), (expected,) = model.predict([other]), model.predict([asked(table, 280)])
    assert found["forecast"] != expected["forecast"]


def test_a_stream_and_the_backtest_forecast_as_the_whole_series_does(
    model, loads_file, table
):
    stream = model.stream()
    for row in table[:281]:
        stream.feed(row)
    ahead = [{"date": r["date"], "price": r["price"]} for r in table[281:287]]
    found = stream.forecast(ahead)
    (expected,) = model.predict([asked(table, 281)])
    assert found["forecast"]["load"] == pytest.approx(expected["forecast"]["load"], 1e-4)

    (series,) = read(SeriesTable(loads_file), model.plan)
    channels = model.plan.channels(series, model.scaler)
    with pytest.warns(UserWarning, match="the training ends"):
        origins = origins_of(model, loads_file, MeasureOptions(stride=4))
    answer = model.inference.of_windows()
    for window in origins():
        measured = answer(window).middle
        origin = model.inference.origin(
            model.inference.begin(), channels[: window.origins[3]]
        )
        alone = model.inference.ahead([origin], window.known[3:4])
        np.testing.assert_allclose(measured[3], alone.middle[0], atol=2e-4)


def test_an_export_forecasts_the_same(model, table, tmp_path, monkeypatch):
    monkeypatch.setattr("seqzoo.export.proof.REPEATS", 1)

    def number(cell):
        try:
            return None if cell is None else float(cell)
        except ValueError:
            return cell

    texts = [
        {name: [number(row[name]) for row in asked(table, until)] for name in table[0]}
        for until in (60, 280)
    ]
    assert export(model, "onnx", tmp_path / "onnx", texts=texts)["difference"] < 1e-4


def test_in_a_training_window_the_feature_stands_still_from_the_horizon_on(
    loads_file, tmp_path
):
    config = forecasting.Config(
        data=str(loads_file), time="date", target=("load",), features=("wind",), known=("price",),
        look_back=24, horizon=6, mode="recursive", missing="mask", batch_size=32,
    )  # fmt: skip
    data = forecasting.load(config, tmp_path / "data")
    values, known, _, targets = data.arrays(np.array([60, 5]))
    plan, series = data.series_plan, np.asarray(data.pieces[0].values)
    assert values.shape == (2, 29, plan.count + plan.flags)
    for row, begin in enumerate((60, 5)):
        wind = series[begin : begin + 29, 1]
        np.testing.assert_array_equal(values[row, :24, 1], wind[:24])
        np.testing.assert_array_equal(values[row, 24:, 1], np.full(5, wind[23]))
        np.testing.assert_array_equal(
            values[row, :, plan.count + 1], np.repeat([1, 0], [24, 5])
        )
        # Load, price and calendar are the series' own at each step.
        ahead = series[begin + 1 : begin + 30]
        np.testing.assert_array_equal(targets[row, :, 0], ahead[:, 0])
        np.testing.assert_array_equal(known[row], ahead[:, 2:])
