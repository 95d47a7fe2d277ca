"""Training a forecaster: data, network, loss, scores."""

from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from seqzoo import models
from seqzoo.errors import InputError
from seqzoo.layers import ForecastLoss
from seqzoo.models.segmented import quick_of
from seqzoo.tasks.series.forecasting import corpora
from seqzoo.tasks.series.forecasting.beginning import begin
from seqzoo.tasks.series.forecasting.data import Forecasts
from seqzoo.tasks.series.forecasting.inference import RECURSIVE
from seqzoo.tasks.series.forecasting.scores import backtest
from seqzoo.tasks.series.forecasting.settings import Settings

PREPARATION = (
    "look_back", "horizon", "validation", "test", "end", "scaling", "scope", "missing", "calendar", "season",
    "time", "series_id", "time_format", "batch_size", "seed",
)  # fmt: skip
NETWORK = (
    "mode", "cell", "units", "num_layers", "segment", "normalization", "distribution", "quantiles", "dropout",
    "recurrent_dropout", "residual",
)  # fmt: skip


def load(config: Settings, folder: Path) -> Forecasts:
    """The prepared series, from `folder` if an earlier run has put them there.

    Raises:
        InputError: see `corpora.load` and `Forecasts.prepare`.
    """
    settings = {name: getattr(config, name) for name in PREPARATION}
    data = Forecasts.prepare(folder, corpora.load(config), **settings)
    data.stride = config.stride
    data.recursive = config.mode == RECURSIVE
    return data


def build(config: Settings, data: Forecasts) -> keras.Model:
    """The uncompiled model that the settings describe.

    Raises:
        InputError: on settings that exclude each other.
    """
    plan = data.series_plan
    if config.distribution == "negative_binomial" and config.scaling != "none":
        raise InputError(
            "--distribution negative_binomial: counts are not scaled; expected --scaling none"
        )
    matrix = None
    recursive = config.mode == RECURSIVE
    if recursive:
        _check_recursive(config)
    elif config.linear and config.distribution != "negative_binomial":
        matrix = data.linear
        if matrix is None:
            raise InputError(
                "--linear: no training window is without missing values; expected --no-linear"
            )
    by_channel = config.mode == "segments"
    for name, columns in (("features", plan.features), ("static", plan.static)):
        if by_channel and columns:
            raise InputError(
                f"--mode segments: each column is forecast from itself alone; --{name} {columns[0]} "
                "plays no part"
            )
    model = models.forecaster(
        len(plan.targets) if by_channel else plan.count + plan.flags,
        plan.horizon,
        num_targets=len(plan.targets),
        known_features=plan.known_count,
        static_features=len(plan.static),
        observed_features=0 if by_channel else plan.flags,
        look_back=None if recursive else plan.look_back,
        linear=matrix is not None,
        **{name: getattr(config, name) for name in NETWORK},
    )
    if matrix is not None:
        begin(model, config, data, matrix)
    return model


def _check_recursive(config: Settings) -> None:
    """Refuse what a forecast that is made step by step cannot have.

    Raises:
        InputError: naming it.
    """
    if config.distribution == "quantiles":
        raise InputError(
            "--mode recursive: paths are drawn from a distribution; expected --distribution point, normal, "
            "student_t or negative_binomial; got quantiles"
        )


def loss(
    config: Settings, model: keras.Model, batch: tuple[tf.Tensor, ...]
) -> tuple[tf.Tensor, tf.Tensor]:
    """The loss of a training batch, summed over its windows, and how many these are: float32 () both.

    Args:
        config: says which loss.
        model: a builder's.
        batch: see `Forecasts.arrays`.
    """
    values, known, static, targets = batch
    quick = quick_of(model)
    if quick is None:
        forecast = model(inputs_of(model, values, known, static), training=True)
    else:
        forecast = quick(values[..., : model.inputs[0].shape[-1]])
    measure = ForecastLoss(
        config.distribution, config.quantiles, config.point, reduction="sum"
    )
    return measure(targets, forecast), tf.cast(tf.shape(targets)[0], tf.float32)


def inputs_of(
    model: keras.Model, values: tf.Tensor, known: tf.Tensor, static: tf.Tensor
) -> list[tf.Tensor]:
    """Windows as a model takes them: in the order of its inputs.

    Args:
        model: a builder's; it may read the first channels alone.
        values: float32 (batch, look_back, channels).
        known: float32 (batch, horizon, known).
        static: float32 (batch, static).
    """
    rows, steps = tf.shape(values)[0], tf.shape(values)[1]
    given = {
        "values": values[..., : model.inputs[0].shape[-1]],
        "lengths": tf.fill([rows], steps),
        "known": known,
        "static": static,
    }
    return [given[each.name] for each in model.inputs]


def evaluate(model: keras.Model, data: Forecasts, part: str) -> dict[str, Any]:
    """Scores of a model on the rolling origins of a part of its own data; see `scores.backtest`."""
    scores = backtest(data.backtest(part), data.inference(model).of_windows())
    return dict(scores.figures)
