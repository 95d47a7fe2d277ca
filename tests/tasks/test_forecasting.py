"""Forecasting, from a table to answers, scores, and exports."""

import csv
import json

import numpy as np
import pytest

import seqzoo
from seqzoo import InputError
from seqzoo.__main__ import main
from seqzoo.datasets.series import Series, repeat_last
from seqzoo.export import export
from seqzoo.export.proof import open_reader
from seqzoo.layers.distribution_table import DISTRIBUTIONS
from seqzoo.metrics import forecasts
from seqzoo.recipes import forecasting
from seqzoo.tasks.series.forecasting import anomalies
from seqzoo.tasks.series.forecasting.bands import Forecast
from seqzoo.tasks.series.forecasting.checks import leaks, tell_leaks
from seqzoo.tasks.series.forecasting.corpora import Read
from seqzoo.tasks.series.forecasting.data import Forecasts
from seqzoo.tasks.series.forecasting.filling import without_gaps
from seqzoo.tasks.series.forecasting.past import read
from seqzoo.tasks.series.forecasting.plan import Plan, season_of
from seqzoo.tasks.series.forecasting.rows import table
from seqzoo.tasks.series.forecasting.scores import Window, backtest
from seqzoo.tasks.series.forecasting.training import PREPARATION
from seqzoo.tasks.series_input import SeriesTable
from seqzoo.training.command import run_recipe
from tests.support.command_line import failure

RNG = np.random.default_rng(0)


@pytest.fixture(scope="module")
def model(forecaster):
    return seqzoo.load(forecaster)


@pytest.fixture(scope="module")
def future(loads_file, tmp_path_factory):
    """The table, with six more hours of which the price alone is known."""
    path = tmp_path_factory.mktemp("future") / "future.csv"
    more = [f"2024-01-13 {hour}:00,,,{1 + (hour in (18, 19))}" for hour in range(12, 18)]
    path.write_text(loads_file.read_text() + "\n".join(more) + "\n")
    return path


@pytest.fixture(scope="module")
def data(loads_file, tmp_path_factory):
    """Prepared data, without a network."""
    config = forecasting.Config(
        data=str(loads_file), time="date", target=("load",), known=("price",), features=("wind",),
        look_back=24, horizon=6, batch_size=32,
    )  # fmt: skip
    return forecasting.load(config, tmp_path_factory.mktemp("prepared") / "data")


def test_channels_are_in_order_and_scaled_by_the_training_part(data):
    plan, piece = data.series_plan, data.pieces[0]
    assert plan.columns == ("load", "wind", "price")
    assert plan.cycles == ("hour", "weekday", "month", "day_of_year")
    assert (plan.season, plan.step) == (24, 0)
    train = np.asarray(piece.values[piece.parts[0]])
    assert train.shape == (210, 3 + 8)
    np.testing.assert_allclose(np.nanmean(train[:, :3], axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(np.nanstd(train[:, :3], axis=0), 1, atol=1e-5)
    assert data.sizes() == {
        "train": 210 - 24 - 6 + 1, "validation": 30 - 6 + 1, "test": 60 - 6 + 1, "series": 1, "steps": 300,
    }  # fmt: skip


def test_each_training_window_comes_once_an_epoch_and_is_what_the_series_has(data):
    rows = np.concatenate(data.plan(0))
    assert sorted(rows) == list(range(181))
    assert not (rows == np.concatenate(data.plan(1))).all()
    values, known, _, targets = data.arrays(np.array([20, 12]))
    series = np.asarray(data.pieces[0].values)
    for place, begin in enumerate((20, 12)):
        window, ahead = series[begin : begin + 24], series[begin + 24 : begin + 30]
        there = ~np.isnan(window)
        np.testing.assert_array_equal(values[place][there], window[there])
        np.testing.assert_array_equal(known[place], ahead[:, 2:])
        np.testing.assert_array_equal(targets[place], ahead[:, :1])
    assert not np.isnan(values).any()
    assert np.isnan(targets).any(), "the gap at hour 40 stays a gap in the targets"


def test_channels_are_written_in_blocks_as_all_at_once(tmp_path, monkeypatch):
    """Of steps that are not equally far apart: the time since the step before goes over a block's border."""
    steps = np.cumsum(RNG.integers(1, 5, 300)).astype("timedelta64[h]")
    times = (np.datetime64("2024-01-01") + steps).astype("datetime64[us]")
    series = Series(RNG.normal(size=(300, 1)).astype(np.float32), ("a",), times, where="s")
    config = forecasting.Config(look_back=24, horizon=6)
    settings = {name: getattr(config, name) for name in PREPARATION}
    found = []
    for block in (7, 10_000):
        monkeypatch.setattr("seqzoo.tasks.series.forecasting.preparing.BLOCK", block)
        read = Read([series], "made")
        data = Forecasts.prepare(tmp_path / str(block), read, **settings)
        found.append(np.asarray(data.pieces[0].values))
    assert data.series_plan.step > 0
    np.testing.assert_array_equal(*found)
    np.testing.assert_array_equal(found[0], data.series_plan.channels(series, data.scaler))


def test_a_gap_is_filled_from_its_own_window_alone():
    windows = np.array([[1, np.nan, 3], [1, 2, np.nan], [np.nan] * 3], np.float32)[
        ..., None
    ]
    found = without_gaps(windows, "interpolate")[..., 0]
    np.testing.assert_array_equal(found, [[1, 2, 3], [1, 2, 2], [0, 0, 0]])
    found = without_gaps(windows, "mask")[..., 0]
    np.testing.assert_array_equal(found, [[1, 0, 3], [1, 2, 0], [0, 0, 0]])
    with pytest.raises(InputError, match="missing"):
        without_gaps(windows[:2], "error")


@pytest.mark.parametrize(
    "step, season", [("h", 24), ("D", 7), ("M", 12), ("Y", 1), (None, 1)]
)
def test_a_season_follows_from_the_times(step, season):
    times = None if step is None else np.arange("2001", "2031", dtype=f"datetime64[{step}]")
    assert (
        season_of(None if times is None else times[:30].astype("datetime64[us]")) == season
    )


def test_the_backtest_scores_as_the_metrics_on_all_windows_do(data):
    inputs, targets = data.windows("test")[0].batch(slice(None))
    answer = repeat_last(inputs[..., :1], 6)
    found = backtest(
        data.backtest("test"),
        lambda window: Forecast(repeat_last(window.values[..., :1], 6)),
    )
    target = targets[..., :1]
    assert found.figures["mse"] == pytest.approx(forecasts.mse(target, answer))
    assert found.figures["mae"] == pytest.approx(forecasts.mae(target, answer))
    unit = data.scaler.inverse(target, "", [0]), data.scaler.inverse(answer, "", [0])
    assert found.figures["smape"] == pytest.approx(forecasts.smape(*unit))
    train = np.asarray(data.pieces[0].values[:210, :1])
    scale = forecasts.mase_scale(train, 24)
    assert found.figures["mase"] == pytest.approx(forecasts.mase(target, answer, scale))
    assert found.squares[:, 1].sum() == (~np.isnan(target)).sum()


@pytest.mark.parametrize(
    "name", [n for n in DISTRIBUTIONS if n not in ("point", "quantiles")]
)
def test_quantiles_hold_their_share_of_samples_also_in_the_original_unit(name):
    from scipy import stats

    given = {
        "normal": [2.0, 0.5],
        "student_t": [2.0, 0.5, 5.0],
        "negative_binomial": [20.0, 0.2],
    }[name]
    center, scale = np.array([10.0]), np.array([3.0])
    forecast = Forecast(np.array([[given]]), name).restored(center, scale)
    unit = (1.0, 0.0) if name == "negative_binomial" else (3.0, 10.0)
    kinds = {
        "normal": stats.norm(2.0, 0.5),
        "student_t": stats.t(5.0, 2.0, 0.5),
        "negative_binomial": stats.nbinom(5.0, 5.0 / 25.0),
    }
    expected = kinds[name].ppf([0.1, 0.9]) * unit[0] + unit[1]
    np.testing.assert_allclose(forecast.quantiles((0.1, 0.9))[0, 0], expected)
    assert forecast.middle[0, 0] == pytest.approx(kinds[name].mean() * unit[0] + unit[1])


def test_metrics_and_card_have_the_naive_answers(forecaster):
    test = json.loads((forecaster / "metrics.json").read_text())["test"]
    assert test["score"] == -test["mse"]
    assert {"mae", "mase", "smape", "crps", "coverage"} <= test.keys()
    assert {"last_mse", "seasonal_mse", "linear_mse"} <= test.keys()
    assert f"{test['linear_mse']:.4f}" in (forecaster / "README.md").read_text()


def test_an_answer_has_times_and_numbers_in_the_original_unit(model, future):
    answer = model.predict(future, history=True)
    assert answer["times"] == [f"2024-01-13T{hour}:00" for hour in range(12, 18)]
    low, middle, high = (np.array(answer[n]["load"]) for n in ("low", "forecast", "high"))
    assert (low <= middle).all() and (middle <= high).all()
    assert (middle > 40).all() and (middle < 75).all()
    assert answer["quantiles"]["0.5"] == answer["forecast"]
    history = answer["history"]["values"]["load"]
    assert len(history) == len(answer["history"]["times"]) == 24
    assert answer["naive"]["load"] == pytest.approx(history[:6])
    assert "history" not in model.predict(future)


def test_frames_columns_and_rows_are_answered_as_the_file_is(model, future):
    pandas = pytest.importorskip("pandas")
    expected = model.predict(future)
    frame = pandas.read_csv(future)
    assert model.predict(frame) == expected
    columns = {name: list(frame[name]) for name in frame}
    assert model.predict(columns) == expected
    assert model.predict([future.read_text()]) == [expected]
    assert model.predict([frame.to_dict("records")]) == [expected]
    assert model.predict([frame.values.tolist()]) == [expected]
    for each in model.predict(
        [frame, columns]
    ):  # together numbers may differ in their last digits
        assert each["forecast"]["load"] == pytest.approx(
            expected["forecast"]["load"], rel=1e-5
        )


def test_tables_that_cannot_be_used(model, loads_file, future, tmp_path):
    lines = future.read_text().splitlines()
    for name, some, message in (
        ("known", lines[:301], "expected 6 more steps with price, and no load"),
        ("short", [lines[0], *lines[280:]], "expected 24 steps at least, as the network reads; got 21"),
        ("column", [line.rpartition(",")[0] for line in lines], "price"),
        ("cell", [*lines[:99], lines[99].replace(",", ",x", 1), *lines[100:]], "csv:100, column 'load'"),
        ("order", [*lines[:100], lines[50], *lines[100:]], "order.csv:101, column 'date'"),
    ):  # fmt: skip
        path = tmp_path / f"{name}.csv"
        path.write_text("\n".join(some) + "\n")
        with pytest.raises(InputError, match=message):
            model.predict(path)


def test_predict_answers_from_the_command_line(forecaster, future, capsys):
    assert main(["predict", str(forecaster), str(future)]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["file"], len(answer["forecast"]["load"])) == (str(future), 6)
    assert main(["predict", str(forecaster), str(future), "--plain"]) == 0


def test_a_forecast_is_written_as_a_table(forecaster, future, tmp_path, capsys):
    out = tmp_path / "forecast.csv"
    arguments = ["predict", str(forecaster), str(future)]
    assert main([*arguments, "--output", str(out)]) == 0
    assert capsys.readouterr().out == ""
    with out.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["date", "load", "load_low", "load_high", "load_naive"]
    answer = seqzoo.load(forecaster).predict(future)
    assert [row["date"] for row in rows] == answer["times"]
    low = [float(row["load_low"]) for row in rows]
    assert low == pytest.approx(answer["low"]["load"], rel=1e-6)
    assert all(len(row["load_naive"].replace(".", "")) <= 7 for row in rows)
    assert main([*arguments, "--format", "csv"]) == 0
    assert capsys.readouterr().out == out.read_text()


def test_a_forecast_is_drawn(forecaster, future, tmp_path):
    picture = tmp_path / "forecast.png"
    assert main(["predict", str(forecaster), str(future), "--plot", str(picture)]) == 0
    assert picture.read_bytes()[:4] == b"\x89PNG"


def test_a_stream_forecasts_as_the_whole_series_does(model, loads_file):
    with loads_file.open(newline="") as file:
        rows = list(csv.DictReader(file))
    rows = [{name: cell or None for name, cell in row.items()} for row in rows]
    stream = model.stream()
    for place, row in enumerate(rows[:257]):
        ahead = rows[place + 1 : place + 7]
        known = [{"date": each["date"], "price": each["price"]} for each in ahead]
        stream.feed(row)
        assert stream.ready == (place >= 23)
        # After hour 250 the load is missing; the steps that are kept have long been full.
        if place not in (23, 42, 249, 251, 256):
            continue
        table = [*rows[: place + 1], *({"load": None, "wind": None, **e} for e in known)]
        (expected,) = model.predict([table])
        found = stream.forecast(known)
        assert found["times"] == expected["times"]
        for name in ("forecast", "low", "naive"):
            assert found[name]["load"] == pytest.approx(expected[name]["load"], rel=1e-5)
    assert len(stream._values) == 24 + 6
    assert stream.count == 257


def test_a_stream_refuses_what_it_cannot_use_and_stays_as_it_was(model):
    stream = model.stream()
    good = {"date": "2024-01-01 00:00", "load": 3.0, "wind": "1", "price": 1}
    stream.feed(good)
    for wrong, message in (
        ({**good, "date": "2024-01-01"}, "expected a time after"),
        ({"date": "2024-01-02"}, "expected the column 'load'"),
        ({**good, "date": "2024-01-02", "wind": "x"}, "'wind': expected a number; got 'x'"),
        ({"load": 1}, "expected the time 'date'"),
    ):
        with pytest.raises(InputError, match=message):
            stream.feed(wrong)
    assert (stream.count, len(stream._values), len(stream._times)) == (1, 1, 1)
    with pytest.raises(InputError, match="expected 24 steps at least"):
        stream.forecast()
    with pytest.raises(InputError, match="no id: the model has one series"):
        model.stream("a")


def test_anomalies_are_scored_as_step_by_step(model, loads_file):
    plan, scaler = model.plan, model.scaler
    (series,) = read(SeriesTable(loads_file), plan)
    scores = anomalies.of_series(model.inference, plan, scaler, series)
    assert np.isnan(scores[:24]).all()
    assert np.isnan(scores[250]) and np.isnan(scores[40])
    channels = plan.channels(series, scaler)
    for step in (24, 100, 290):
        window = without_gaps(channels[None, step - 24 : step], plan.missing)
        known = channels[None, step : step + 6, 2:]
        middle = model.inference(window, known, np.empty(0)).middle[0, 0, 0]
        assert scores[step] == pytest.approx(abs(channels[step, 0] - middle), rel=1e-4)
    answer = model.predict([loads_with(loads_file, {})], anomalies=True)[0]["anomalies"]
    assert len(answer["score"]) == len(answer["times"]) == 300 - 6
    shown = np.array([np.nan if v is None else v for v in answer["score"]])
    np.testing.assert_allclose(shown[24:280], scores[24:280], rtol=1e-4)
    assert answer["threshold"] == model.threshold > 0
    names, rows = table({"anomalies": answer}, plan)
    assert names == ["date", "score", "anomaly"]
    above = [score is not None and score > model.threshold for score in answer["score"]]
    assert [row[2] for row in rows] == [int(each) for each in above]


def loads_with(path, changed):
    """The table with other loads at some hours, and none in the last six, which are ahead."""
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    for place, row in enumerate(rows):
        row["load"] = changed.get(place, row["load"]) if place < 294 else ""
    return [{name: cell or None for name, cell in row.items()} for row in rows]


def test_marked_anomalies_are_measured(forecaster, loads_file, tmp_path, capsys):
    rows = loads_file.read_text().splitlines()
    faults = (255, 265, 280)
    lines = [rows[0] + ",fault"]
    for hour, row in enumerate(rows[1:]):
        date, load, *rest = row.split(",")
        load = "200" if hour in faults else load
        lines.append(",".join([date, load, *rest, str(int(hour in faults))]))
    path = tmp_path / "faults.csv"
    path.write_text("\n".join(lines) + "\n")
    arguments = ["evaluate", str(forecaster), "--json", "--data", str(path)]
    with pytest.warns(UserWarning, match="the training ends"):
        assert main([*arguments, "--anomaly-column", "fault"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["anomaly_recall"] == told["anomaly_intervals"] == 1
    assert told["anomaly_auc"] > 0.9
    path.write_text("\n".join(lines).replace(",1\n", ",3\n"))
    with pytest.warns(UserWarning, match="the training ends"):
        assert main([*arguments, "--anomaly-column", "fault"]) == 2
    assert "fault: expected 0 or 1 in each row" in capsys.readouterr().err


def test_found_anomalies_are_counted_by_steps_and_intervals():
    scores = np.array([np.nan, 5, 1, 1, 9, 9, 1, 8])
    marked = np.array([1, 1, 0, 0, 0, 1, 1, 0], bool)
    found = anomalies.found(scores, marked, threshold=4)
    assert found[:4] == (2 / 4, 2 / 3, 4 / 7, 1.0)
    assert anomalies.found(scores, marked, threshold=8)[3] == 0.5
    assert anomalies.found(scores, ~marked & False, threshold=4) == (0, 0, 0, 0, None)


def test_several_series_are_a_table_with_their_ids():
    plan = Plan(2, 2, 1, "mask", ("a", "b"), series_id="shop", time="day")
    columns = {"forecast": {"a": [1, 2], "b": [3, 4]}, "naive": {"a": [5, 6], "b": [7, 8]}}
    each = [{"id": name, "times": ["x", "y"], **columns} for name in ("s", "t")]
    names, rows = table({"series": each}, plan)
    assert names == ["shop", "day", "a", "a_naive", "b", "b_naive"]
    assert rows[0] == ["s", "x", 1, 5, 3, 7]
    assert rows[3] == ["t", "y", 2, 6, 4, 8]


def test_doctor_looks_at_the_forecasts_of_a_file(forecaster, future, loads_file, capsys):
    for path in (future, loads_file):
        assert main(["doctor", str(forecaster), "--data", str(path), "--json"]) == 0
        told = json.loads(capsys.readouterr().out)
        assert [f["where"] for f in told["findings"] if f["check"] == "answers"] == ["load"]
    assert main(["doctor", str(forecaster)]) == 0
    out = capsys.readouterr().out
    assert "made-up batch of random numbers" in out
    assert "the batch has no padding to be masked" in out


@pytest.mark.parametrize(
    "forecast, found",
    [
        ("shifted", "this forecast is the last value shifted"),
        ("constant", "one value for all"),
        ("wrong", "repeating the last value is as good"),
        ("right", "mean squared error"),
    ],
)
def test_sick_forecasts_are_told(forecast, found):
    from seqzoo.tasks.series.forecasting.diagnosis import Looked, of_target

    target = RNG.normal(size=(200, 4)).cumsum(axis=1).cumsum(axis=0)
    last = target[:, :1] - RNG.normal(size=(200, 1))
    noise = RNG.normal(size=target.shape)
    given = {
        "shifted": last + 0.01 * noise,
        "constant": np.full_like(target, 0.5),
        "wrong": last + 30 * noise,
        "right": target + 0.1 * noise,
    }[forecast]
    (finding,) = of_target("load", Looked(given, target, last))
    assert found in finding.found
    assert (finding.severity == "ok") == (forecast == "right")


def test_a_target_among_the_known_columns_is_a_leak():
    values = RNG.normal(size=(50, 3)).astype(np.float32)
    values[:, 2] = 3 * values[:, 0] - 1
    plan = Plan(2, 1, 1, "mask", ("load",), known=("price", "double"))
    series = Series(values, ("load", "price", "double"))
    assert leaks(series, plan) == [("double", "load")]
    with pytest.warns(UserWarning, match="--known double: it tells the target load"):
        tell_leaks([series], plan)


def test_evaluate_measures_what_stands_behind_the_training(forecaster, loads_file, capsys):
    with pytest.warns(UserWarning, match="the training ends at 2024-01-10 23:00:00;"):
        assert main(["evaluate", str(forecaster), "--json", "--data", str(loads_file)]) == 0
    found = json.loads(capsys.readouterr().out)
    test = json.loads((forecaster / "metrics.json").read_text())["test"]
    assert found["windows"] == 55
    for name in ("mse", "mae", "crps", "coverage", "last_mse", "linear_mse"):
        assert found[name] == pytest.approx(test[name], rel=1e-4), name
    assert found["interval"]["low"] <= found["mse"] <= found["interval"]["high"]


def test_litert_has_one_network_of_the_look_back(model, tmp_path, monkeypatch):
    pytest.importorskip("ai_edge_litert")
    monkeypatch.setattr("seqzoo.export.proof.REPEATS", 1)
    report = export(model, "litert", tmp_path / "litert", texts=model.samples(3, 60))
    assert report["difference"] < 1e-4
    assert [path.name for path in (tmp_path / "litert").glob("*.tflite")] == [
        "model-24.tflite"
    ]


def test_a_backtest_tells_the_scores_of_each_step_ahead(forecaster, loads_file, capsys):
    arguments = ["evaluate", str(forecaster), "--data", str(loads_file)]
    with pytest.warns(UserWarning, match="the training ends"):
        assert main([*arguments, "--json", "--backtest"]) == 0
    found = json.loads(capsys.readouterr().out)
    steps = found["steps"]
    assert list(steps) == ["1", "2", "3", "4", "5", "6"]
    # No target is missing there, so each step has as many values.
    for name in ("mse", "mae", "last_mse", "last_mae"):
        mean = sum(each[name] for each in steps.values()) / 6
        assert mean == pytest.approx(found[name], rel=1e-6), name
    assert steps["1"]["last_mse"] < steps["6"]["last_mse"]
    with pytest.warns(UserWarning, match="the training ends"):
        assert main([*arguments, "--backtest"]) == 0
    assert "steps     mse     mae  last_mse  last_mae" in capsys.readouterr().out


def test_steps_ahead_are_scored_without_what_is_missing():
    targets = np.array([[[1.0], [2.0]], [[3.0], [np.nan]], [[5.0], [np.nan]]])
    wrong = np.array([[[1.0], [-2.0]], [[3.0], [9.0]], [[0.0], [9.0]]])
    empty = np.zeros((3, 4, 1), np.float32)
    window = Window(
        empty, empty, targets, np.arange(3), np.zeros(1), np.ones(1), np.ones(1), empty[0],
        np.arange(3), np.empty(0),
    )  # fmt: skip
    middle = np.where(np.isnan(targets), 0, targets) + wrong
    found = backtest(iter([window, window]), lambda given: Forecast(middle))
    np.testing.assert_allclose(found.steps, [[10 / 3, 4 / 3], [4, 2]])


def test_gaps_are_refused_before_the_training_where_they_are(loads_file, tmp_path, capfd):
    """Each mode, and every part: not from within the training, as an error of a batch."""
    flags = (
        "--time date --target load --features wind --known price --look-back 24 --horizon 6"
    )
    for mode in ("direct", "recursive"):
        out = ["--output", str(tmp_path / mode), "--mode", mode]
        told = ["--data", str(loads_file), *flags.split(), *out]
        found = failure(capfd, run_recipe(forecasting, [*told, "--missing", "error"]))
        assert (
            "loads.csv:2, column 'load': the value of step 41 (2024-01-02 16:00:00)"
            in found
        )


def test_settings_that_exclude_each_other(tmp_path, capfd):
    out = ["--output", str(tmp_path / "run")]
    for flags, message in (
        (
            "--mode recurrent",
            "expected one of direct, encoder_decoder, recursive, segments",
        ),
        ("--time date", "--time: it is for --data"),
        ("--validation 1.5", "--validation: expected a share"),
        ("--look-back 3000", "steps at least in the train part"),
    ):
        assert message in failure(capfd, run_recipe(forecasting, [*flags.split(), *out]))


def test_no_step_of_a_series_is_left_out(forecaster, future, capsys):
    assert main(["predict", str(forecaster), str(future), "--skip-bad-rows"]) == 2
    assert "--skip-bad-rows" in capsys.readouterr().err
    arguments = ["--data", str(future), "--skip-bad-rows"]
    assert main(["evaluate", str(forecaster), *arguments]) == 2
    assert "a series has all its steps" in capsys.readouterr().err


def test_exports_answer_as_the_model(model, tmp_path, monkeypatch):
    monkeypatch.setattr("seqzoo.export.proof.REPEATS", 1)
    texts = model.samples(3, 1)
    assert export(model, "onnx", tmp_path / "onnx", texts=texts)["difference"] < 1e-4


@pytest.mark.parametrize(
    "flags",
    [
        "--distribution student_t",
        "--distribution negative_binomial --scaling none --normalization none",
    ],
)
def test_exports_give_the_band(flags, loads_file, tmp_path, monkeypatch):
    monkeypatch.setattr("seqzoo.export.proof.REPEATS", 1)
    told = ["--data", str(loads_file), "--time", "date", "--target", "load", *flags.split()]
    small = "--look-back 24 --horizon 6 --units 4 --epochs 1 --batch-size 32"
    told += small.split()
    assert run_recipe(forecasting, [*told, "--output", str(tmp_path / "model")]) == 0
    model = seqzoo.load(tmp_path / "model")
    texts = model.samples(3, 1)
    assert export(model, "onnx", tmp_path / "onnx", texts=texts)["difference"] < 1e-4
    (given,) = open_reader(tmp_path / "onnx").predict(texts[:1])
    answer = model.predict(texts)[0]
    assert given.keys() == answer.keys() - {"naive"}
    assert {"band", "low", "high"} <= given.keys()


def test_several_series_have_an_answer_each():
    plan = Plan(2, 1, 1, "interpolate", ("a",), series_id="id")
    assert plan.count == 1
    series = Series(np.ones((3, 2), np.float32), ("b", "a"))
    assert plan.ordered(series).names == ("a",)
