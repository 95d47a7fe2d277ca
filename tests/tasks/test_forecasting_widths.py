"""A band is as wide as the validation part asks for, step by step, wherever the model answers."""

import json

import numpy as np
import pytest

import seqzoo
from seqzoo import InputError
from seqzoo.recipes import forecasting
from seqzoo.tasks.series.forecasting import widths
from seqzoo.tasks.series.forecasting.bands import Forecast
from seqzoo.training.command import run_recipe

FLAGS = "--look-back 24 --horizon 6 --units 4 --epochs 1 --validation 0.2"
FLAGS += " --time date --target load,wind --known price"
LEVELS = (0.1, 0.5, 0.9)


def trained(loads_file, folder, flags):
    told = ["--data", str(loads_file), *FLAGS.split(), *flags.split()]
    assert run_recipe(forecasting, [*told, "--output", str(folder)]) == 0
    return folder


class Inference:
    """Says the same of each step: a middle of 0, ends at -1 and 2."""

    distribution = "quantiles"

    def of_windows(self):
        return lambda window: Forecast(
            np.tile([-1.0, 0.0, 2.0], (*window.targets.shape, 1)), "quantiles", LEVELS
        )


class Batch:
    def __init__(self, targets):
        self.targets = targets


def test_factors_are_those_with_which_the_share_is_held():
    values = np.random.default_rng(0).standard_normal((500, 3, 2)) * [[[1], [5], [0.2]]]
    values[7, 1, 0] = np.nan
    found = widths.fit(iter([Batch(values[:200]), Batch(values[200:])]), Inference())
    assert found.shape == (3,)
    low, high = -found[:, None], 2 * found[:, None]
    there = ~np.isnan(values)
    inside = (values >= low) & (values <= high) & there
    shares = inside.sum(axis=(0, 2)) / there.sum(axis=(0, 2))
    np.testing.assert_allclose(shares, 0.8, atol=0.002)


def test_few_values_share_a_factor_and_none_have_none():
    values = np.random.default_rng(0).standard_normal((10, 3, 1))
    found = widths.fit(iter([Batch(values)]), Inference())
    assert len(set(found)) == 1
    assert (np.abs(values) <= np.where(values < 0, 1, 2) * found[0]).sum() == 25
    assert widths.fit(iter([Batch(values * np.nan)]), Inference()) is None
    assert widths.fit(iter([]), Inference()) is None


@pytest.mark.parametrize("kind", ["point", "negative_binomial"])
def test_counts_and_points_are_left_as_they_are(kind):
    inference = Inference()
    inference.distribution = kind
    assert widths.fit(iter([Batch(np.ones((100, 3, 1)))]), inference) is None


def test_a_forecast_is_widened_about_its_middle():
    factors = np.array([1.0, 2.0, 0.5])
    given = np.random.default_rng(0).standard_normal((4, 3, 2, 3))
    given.sort(axis=-1)
    for forecast in (
        Forecast(given, "quantiles", LEVELS),
        Forecast(given, "quantiles", LEVELS, given.mean(axis=-1)),
        Forecast(np.abs(given[..., :2]), "normal"),
        Forecast(np.abs(given) + 2, "student_t"),
    ):
        wider = forecast.widened(factors)
        np.testing.assert_allclose(wider.middle, forecast.middle)
        before, after = (
            each.quantiles(LEVELS) - each.middle[..., None] for each in (forecast, wider)
        )
        np.testing.assert_allclose(after, before * factors[:, None, None], atol=1e-12)
        assert forecast.widened(None) is forecast


@pytest.fixture(
    scope="module",
    params=[
        "--distribution quantiles",
        "--distribution student_t",
        "--mode recursive --distribution normal",
    ],
)
def model(request, loads_file, tmp_path_factory):
    folder = tmp_path_factory.mktemp("widths") / "model"
    return seqzoo.load(trained(loads_file, folder, request.param))


def test_the_validation_part_is_covered_as_promised(model):
    metrics = json.loads(model.artifact.path("metrics.json").read_text("utf-8"))
    assert metrics["validation"]["coverage"] == pytest.approx(0.8, abs=0.03)
    assert model.inference.widths.shape == (6,)


def test_an_answer_is_widened(model):
    (table,) = model.samples(1, 40)
    wide = model.predict(table)
    factors, model.inference.widths = model.inference.widths, None
    try:
        narrow = model.predict(table)
    finally:
        model.inference.widths = factors
    assert wide["forecast"] == narrow["forecast"]
    for name in wide["forecast"]:
        middle = np.array(wide["forecast"][name])
        for end in ("low", "high"):
            before, after = (np.array(each[end][name]) - middle for each in (narrow, wide))
            np.testing.assert_allclose(after, before * factors, rtol=1e-4, atol=1e-6)


def test_a_damaged_file_is_refused(model, monkeypatch):
    for content in ({}, {"widths": [1.0]}, {"widths": [1.0, 2.0, 0.0, 1.0, 1.0, 1.0]}, []):
        monkeypatch.setattr(widths, "read_json", lambda path, content=content: content)
        with pytest.raises(InputError, match=r"widths\.json: damaged: expected 6 numbers"):
            widths.load(model.artifact, 6)
