"""Recursive forecasters: a state that goes along a series, and paths of the steps ahead."""

import csv
import json

import keras
import numpy as np
import pytest
from scipy import stats

import seqzoo
from seqzoo import InputError
from seqzoo.__main__ import main
from seqzoo.export import export
from seqzoo.models import described_for_use
from seqzoo.models.stepped import stepped_of
from seqzoo.recipes import forecasting
from seqzoo.tasks.series.forecasting import anomalies, reader_paths
from seqzoo.tasks.series.forecasting.filling import carried
from seqzoo.tasks.series.forecasting.inference import inference_of
from seqzoo.tasks.series.forecasting.measure import origins_of
from seqzoo.tasks.series.forecasting.options import MeasureOptions
from seqzoo.tasks.series.forecasting.past import read
from seqzoo.tasks.series.forecasting.scores import backtest
from seqzoo.tasks.series_input import SeriesTable, from_json
from seqzoo.training.command import run_recipe
from seqzoo.training.running import KerasNetwork
from tests.support.command_line import failure

FLAGS = "--mode recursive --look-back 24 --horizon 6 --units 4 --epochs 2 --batch-size 32"
FLAGS += " --learning-rate 0.02"
COUNTS = "--distribution negative_binomial --scaling none --normalization none"
KINDS = {
    "point": "--cell narx",
    "normal": "--distribution normal --num-layers 2 --residual --cell lstm",
    "student_t": "--distribution student_t",
    "negative_binomial": COUNTS,
}


def trained(path, folder, flags):
    columns = "--time date --target load --known price"
    told = ["--data", str(path), *columns.split(), *FLAGS.split(), *flags.split()]
    assert run_recipe(forecasting, [*told, "--output", str(folder)]) == 0
    return folder


@pytest.fixture(scope="module")
def table(loads_file):
    """The loads as rows, without a column that no recursive model reads; whole numbers; a gap at the end."""
    with loads_file.open(newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        row.pop("wind")
        row["load"] = str(round(float(row["load"]))) if row["load"] else None
    rows[292]["load"] = rows[293]["load"] = None
    return rows


@pytest.fixture(scope="module")
def file(table, tmp_path_factory):
    path = tmp_path_factory.mktemp("counts") / "counts.csv"
    with path.open("w", newline="") as out:
        writer = csv.DictWriter(out, ["date", "load", "price"])
        writer.writeheader()
        writer.writerows(table)
    return path


@pytest.fixture(scope="module", params=KINDS)
def folder(request, file, tmp_path_factory):
    place = tmp_path_factory.mktemp(request.param) / "model"
    return trained(file, place, KINDS[request.param])


@pytest.fixture(scope="module")
def model(folder):
    return seqzoo.load(folder)


@pytest.fixture(scope="module")
def normal(file, tmp_path_factory):
    place = tmp_path_factory.mktemp("one") / "model"
    return trained(file, place, "--distribution normal")


def asked(table, until, horizon=6):
    """The table up to a step, and what is known of the steps behind it."""
    ahead = [{**row, "load": None} for row in table[until : until + horizon]]
    return [*table[:until], *ahead]


def brute(model, raw, known, where):
    """The forecast behind a series by the whole network in Keras, the past read anew for each step ahead.

    Args:
        model: the predictor.
        raw: float32 (steps, channels), scaled, NaN where missing.
        known: float32 (horizon, known).
        where: of the paths' steps, (horizon, 1, paths); None: one path.
    """
    plan, network = model.plan, model.model
    distribution = described_for_use(network)["arguments"]["distribution"]
    filled = carried(raw[None], plan.missing)[0]
    begin = plan.count - plan.known_count
    paths = []
    for path in range(1 if where is None else where.shape[-1]):
        steps, found = filled, []
        for step in range(len(known)):
            following = np.concatenate([steps[1:, begin:], known[step : step + 1]])
            lengths = np.array([len(steps)], np.int32)
            given = np.asarray(network([steps[None], lengths, following[None]]))[0, -1, 0]
            value = given
            if where is not None:
                value = drawn(distribution, where[step, 0, path], given)
            found.append(float(value))
            more = np.concatenate([[value], known[step]]).astype(np.float32)
            steps = np.concatenate([steps, more[None]])
        paths.append(found)
    return np.array(paths)


def drawn(distribution, share, given):
    given = given.astype(np.float64)
    if distribution == "normal":
        return stats.norm.ppf(share, *given)
    if distribution == "student_t":
        return stats.t.ppf(share, given[2], given[0], given[1])
    size = 1 / given[1]
    return stats.nbinom.ppf(share, size, size / (size + given[0]))


def test_a_forecast_is_that_of_the_whole_network_step_by_step(model, table):
    """In the engine states are carried; here each step reads the whole past again."""
    (series,) = read(from_json(asked(table, 60), "rows"), model.plan)
    past = model.past(series)
    assert past.values.shape == (60, model.plan.count), "all steps, not a look-back alone"
    where = None
    if model.inference.draws:
        where = reader_paths.shares(6, 1, paths=5, seed=3)
    paths = brute(model, past.values, past.known, where)
    forecast = model.inference.of_pasts([past], paths=5, seed=3)
    middle = np.median if model.inference.distribution == "student_t" else np.mean
    np.testing.assert_allclose(forecast.middle[0, :, 0], middle(paths, axis=0), rtol=1e-3)
    if where is not None:
        levels = np.quantile(paths, (0.1, 0.9), axis=0).T
        if model.inference.widths is not None:  # counts have none
            center = forecast.middle[0]
            levels = center + (levels - center) * model.inference.widths[:, None]
        np.testing.assert_allclose(
            forecast.quantiles((0.1, 0.9))[0, :, 0], levels, rtol=1e-3
        )


def test_an_answer_has_a_band_in_the_original_unit(model, table):
    (answer,) = model.predict([asked(table, 290)])
    middle = np.array(answer["forecast"]["load"])
    assert answer["times"][0] == "2024-01-13T02:00" and len(middle) == 6
    counts = model.inference.distribution == "negative_binomial"  # begins far off, at 0
    assert (middle > (0 if counts else 20)).all() and (middle < 150).all()
    if not model.inference.draws:
        assert "low" not in answer
        return
    assert answer["band"] == [0.1, 0.9] and len(answer["quantiles"]) == 19
    low, high = np.array(answer["low"]["load"]), np.array(answer["high"]["load"])
    assert (low <= middle).all() and (middle <= high).all()
    assert answer["quantiles"]["0.1"] == answer["low"]
    same, other = (model.predict([asked(table, 290)], seed=seed)[0] for seed in (0, 1))
    assert same == answer
    assert counts or other["low"] != answer["low"]
    for each in model.predict([asked(table, 290), asked(table, 200)])[:1]:
        assert each["low"]["load"] == pytest.approx(answer["low"]["load"], rel=1e-4)


def test_a_stream_carries_the_state_and_forecasts_as_the_whole_series_does(
    model, table, monkeypatch
):
    read_steps = []
    run = model.inference._run

    def counted(values, known, static, states):
        read_steps.append(values.shape[0] * values.shape[1])
        return run(values, known, static, states)

    monkeypatch.setattr(model.inference, "_run", counted)
    stream = model.stream()
    for place, row in enumerate(table[:296]):
        read_steps.clear()
        stream.feed(row)
        assert sum(read_steps) <= 1, "no step is read again"
        if place not in (23, 42, 251, 292, 293, 295):
            continue
        ahead = [{**r, "load": None} for r in table[place + 1 : place + 7]]
        ahead += [
            {"date": f"2024-01-13 {12 + n}:00", "price": 1} for n in range(6 - len(ahead))
        ]
        found = stream.forecast(ahead)
        (expected,) = model.predict(
            [[*table[: place + 1], *({"load": None, **a} for a in ahead)]]
        )
        assert found["times"] == expected["times"]
        for name in found.keys() & {"forecast", "low", "high", "naive"}:
            tolerance = {"abs": 1.01} if "binomial" in model.inference.distribution else {}
            assert found[name]["load"] == pytest.approx(
                expected[name]["load"], **(tolerance or {"rel": 1e-4})
            )
    assert len(stream._values) == 24 + 6
    with pytest.raises(InputError, match="holds no series"):
        stream.forecast(ahead, anomalies=True)


def test_the_backtest_forecasts_from_each_origin_as_predict_does(folder, model, file):
    """States go along the series; a forecast from the series up to the origin alone is the same."""
    if model.inference.distribution == "negative_binomial":
        pytest.skip("a count may jump")
    (series,) = read(SeriesTable(file), model.plan)
    channels = model.plan.channels(series, model.scaler)
    with pytest.warns(UserWarning, match="the training ends"):
        origins = origins_of(model, file, MeasureOptions(stride=4))
    answer = model.inference.of_windows()
    for window in origins():
        found = answer(window).middle
        for place in (0, 7, len(found) - 1):
            origin = model.inference.origin(
                model.inference.begin(), channels[: window.origins[place]]
            )
            alone = model.inference.ahead([origin], window.known[place : place + 1])
            np.testing.assert_allclose(found[place], alone.middle[0], atol=2e-4)
    again = backtest(origins(), model.inference.of_windows())
    assert again.figures == backtest(origins(), answer).figures, "it begins anew"


def test_evaluate_gives_what_the_training_measured(folder, file, capsys):
    with pytest.warns(UserWarning, match="the training ends"):
        assert main(["evaluate", str(folder), "--json", "--data", str(file)]) == 0
    found = json.loads(capsys.readouterr().out)
    test = json.loads((folder / "metrics.json").read_text())["test"]
    for name in found.keys() & {"mse", "mae", "crps", "coverage", "last_mse"}:
        assert found[name] == pytest.approx(test[name], rel=1e-2), name


def test_steps_ahead_are_scored_as_anomalies_by_the_step_before(model, file):
    (series,) = read(SeriesTable(file), model.plan)
    scores = anomalies.of_series(model.inference, model.plan, model.scaler, series)
    channels = model.plan.channels(series, model.scaler)
    assert np.isnan(scores[:24]).all() and np.isnan(scores[293])
    known = channels[:, model.plan.count - model.plan.known_count :]
    for step in (24, 100, 299):
        origin = model.inference.origin(model.inference.begin(), channels[:step])
        states = origin.states
        given, _ = model.inference._run(
            origin.values[None], known[None, step : step + 1], np.empty((1, 0)), states
        )
        middle = given[0, 0, 0] if given.ndim == 3 else given[0, 0, 0, 0]
        assert scores[step] == pytest.approx(abs(channels[step, 0] - middle), rel=1e-3)
    assert model.threshold > 0


def test_exports_step_the_network_and_draw_the_same_paths(
    model, table, tmp_path, monkeypatch
):
    monkeypatch.setattr("seqzoo.export.proof.REPEATS", 1)
    texts = [
        {name: [_number(row[name]) for row in asked(table, until)] for name in table[0]}
        for until in (290, 292, 60)
    ]
    report = export(model, "onnx", tmp_path / "onnx", texts=texts)
    assert report["difference"] < 1e-4
    hard = model.inference.distribution in ("student_t", "negative_binomial")
    assert ("scipy" in (tmp_path / "onnx" / "README.md").read_text()) == hard


def test_litert_steps_the_network_as_the_engine_does(model, table, tmp_path, monkeypatch):
    """States that are handed on, too: those of a NARX cell."""
    pytest.importorskip("ai_edge_litert")
    monkeypatch.setattr("seqzoo.export.proof.REPEATS", 1)
    text = {name: [_number(row[name]) for row in asked(table, 60)] for name in table[0]}
    report = export(model, "litert", tmp_path / "litert", texts=[text])
    assert report["difference"] < 1e-4


def _number(cell):
    try:
        return None if cell is None else float(cell)
    except ValueError:
        return cell


def test_no_step_of_a_training_window_knows_a_later_one(file, tmp_path):
    """Gaps have the last value, not a line to a later one; each step's target is the next."""
    config = forecasting.Config(
        data=str(file), time="date", target=("load",), known=("price",), look_back=24, horizon=6,
        mode="recursive", normalization="none", batch_size=32,
    )  # fmt: skip
    data = forecasting.load(config, tmp_path / "data")
    values, known, _, targets = data.arrays(np.array([20, 0]))
    series = np.asarray(data.pieces[0].values)
    assert values.shape == (2, 29, data.series_plan.count)
    assert known.shape[:2] == targets.shape[:2] == (2, 29)
    for row, begin in enumerate((20, 0)):
        last = np.zeros(series.shape[1])
        for step in range(30):
            now = series[begin + step]
            last = np.where(np.isnan(now), last, now)
            if step < 29:
                np.testing.assert_array_equal(values[row, step], last)
            if step:
                np.testing.assert_array_equal(known[row, step - 1], last[1:])
                np.testing.assert_array_equal(targets[row, step - 1], now[:1])
    assert np.isnan(targets[0]).sum() == 2, "what is missing is left out of the loss"
    (batch,) = list(data.batches([np.array([0, 20])]))
    model = forecasting.build(config, data)
    total, count = forecasting.loss(config, model, batch)
    assert np.isfinite(float(total)) and float(count) == 2
    forecast = np.asarray(model([values[::-1], np.full(2, 29, np.int32), known[::-1]]))
    error = (forecast - targets[::-1]) ** 2
    expected = np.nanmean(error.reshape(2, -1), axis=1).sum()
    assert float(total) == pytest.approx(expected, rel=1e-4)


def test_shares_of_a_step_are_one_of_each_part():
    found = reader_paths.shares(4, 2, paths=10, seed=1)
    assert found.shape == (4, 2, 10) and (found > 0).all() and (found < 1).all()
    np.testing.assert_array_equal(
        np.sort(np.floor(found * 10), axis=-1), np.tile(np.arange(10), (4, 2, 1))
    )
    assert not (found[0] == found[1]).any()
    np.testing.assert_array_equal(found, reader_paths.shares(4, 2, paths=10, seed=1))


def test_paths_spread_as_the_sum_of_their_steps():
    """A random walk with normal steps of 1: after h steps the deviation is the root of h."""

    def run(values, known, static, states):
        given = np.stack([values, np.ones_like(values)], axis=-1)  # mean: the value before
        return given, states

    walk = reader_paths.Walk(run, "normal")
    known = np.empty((3, 16, 0), np.float32)
    given = np.tile([0.0, 1.0], (3, 1, 1))
    start = reader_paths.Start(given, {}, known, np.empty((3, 0)), np.empty((3, 0)))
    middle, quantiles = walk.drawn(start, reader_paths.shares(16, 1, paths=4000))
    assert middle.shape == (3, 16, 1) and quantiles.shape == (3, 16, 1, 19)
    np.testing.assert_allclose(middle, 0, atol=0.05)
    deviation = np.sqrt(np.arange(1, 17))
    expected = stats.norm.ppf(np.array(reader_paths.LEVELS)) * deviation[:, None]
    np.testing.assert_allclose(quantiles[1, :, 0], expected, atol=0.25)


def test_settings_that_no_recursive_model_can_have(
    loads_file, normal, forecaster, tmp_path, capfd
):
    data = ["--data", str(loads_file), "--time", "date", "--target", "load"]
    out = ["--output", str(tmp_path / "run"), *FLAGS.split()]
    for flags, message in (
        ("--distribution quantiles", "paths are drawn from a distribution"),
        ("--normalization reversible", "expected none or last"),
        ("--linear", "--mode recursive it plays no part"),
    ):
        found = run_recipe(forecasting, [*data, *out, *flags.split()])
        assert message in failure(capfd, found)
    for options in ({"seed": 1}, {"paths": 9}):
        with pytest.raises(InputError, match="only a recursive model with a distribution"):
            seqzoo.load(forecaster).predict([[{"date": "2024"}]], **options)
    with pytest.raises(InputError, match="paths: expected at least 2"):
        seqzoo.load(normal).predict([[{"date": "2024"}]], paths=1)


def test_a_gap_is_refused_where_gaps_are(file, table, tmp_path):
    rows = [{**row, "load": row["load"] or "50"} for row in table]
    path = tmp_path / "whole.csv"
    with path.open("w", newline="") as out:
        writer = csv.DictWriter(out, ["date", "load", "price"])
        writer.writeheader()
        writer.writerows(rows)
    model = seqzoo.load(trained(path, tmp_path / "model", "--missing error"))
    with pytest.raises(InputError, match="column 'load': the value of step 41"):
        model.predict([asked(table, 60)])
    stream = model.stream()
    for row in table[:40]:
        stream.feed(row)
    with pytest.raises(InputError, match="a value is missing"):
        stream.feed(table[40])
    stream.feed({**table[40], "load": 50})
    assert stream.count == 41


def test_doctor_looks_at_a_recursive_model(normal, file, capsys):
    assert main(["doctor", str(normal), "--data", str(file), "--json"]) == 0
    assert main(["doctor", str(normal)]) == 0


def test_the_engine_answers_as_keras_does(normal, table):
    model = seqzoo.load(normal)
    (series,) = read(from_json(asked(table, 100), "rows"), model.plan)
    past = model.past(series)
    live = inference_of(KerasNetwork(stepped_of(model.model)), model.plan, model.arguments)
    ours, theirs = model.inference.of_pasts([past]), live.of_pasts([past])
    np.testing.assert_allclose(ours.middle, theirs.middle, atol=1e-4)
    assert isinstance(model.model, keras.Model)
