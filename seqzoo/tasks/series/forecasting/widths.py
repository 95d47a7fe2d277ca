"""How much wider than a network says its band must be, step by step ahead, so that it holds what it promises.

A network's band is as wide as its errors were in training. Drawn paths take the noise of a measurement for a
change of what is measured, and hand it on. So the distance from the middle is multiplied by a factor for each
step ahead: the one with which the band of the validation part holds its share (split conformal prediction;
Vovk et al. 2005, Romano et al. 2019, with a ratio of distances as the score). Counts are left as they are.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from seqzoo.artifact import Artifact
from seqzoo.errors import InputError
from seqzoo.system.files import read_json, write_json
from seqzoo.tasks.series.forecasting.bands import POINT, Forecast
from seqzoo.tasks.series.forecasting.inference import Inference
from seqzoo.tasks.series.forecasting.reader_paths import COUNTS
from seqzoo.tasks.series.forecasting.scores import Window

FILE = "widths.json"
LEAST = 50  # values of a step; with fewer all steps share a factor
SMALLEST = 1e-9  # of a distance


def fit(windows: Iterator[Window], inference: Inference) -> np.ndarray | None:
    """The factors, float64 (horizon,).

    Args:
        windows: of the validation part, in batches.
        inference: of the network, without factors.

    Returns:
        None where there is no band whose ends may stand anywhere, or nothing to fit to.
    """
    if inference.distribution in (POINT, COUNTS):
        return None
    ratios, share, answer = [], 0.0, inference.of_windows()
    for batch in windows:
        forecast = answer(batch)
        share = forecast.band[1] - forecast.band[0]
        ratios.append(_ratios(batch.targets.astype(np.float64), forecast))
    if not ratios or share <= 0:
        return None
    every = np.concatenate(ratios)  # (windows, horizon, targets)
    steps = [_factor(every[:, step], share) for step in range(every.shape[1])]
    if any(factor is None for factor in steps):
        steps = [_factor(every, share, least=1)] * len(steps)
    return None if None in steps else np.array(steps, np.float64)


def _ratios(target: np.ndarray, forecast: Forecast) -> np.ndarray:
    """How far each target lies from the middle, by the band's end on its side; NaN where it is missing."""
    ends, middle = forecast.quantiles(forecast.band), forecast.middle
    apart = target - middle
    end = np.where(apart >= 0, ends[..., 1] - middle, middle - ends[..., 0])
    return np.abs(apart) / np.maximum(end, SMALLEST)


def _factor(ratios: np.ndarray, share: float, least: int = LEAST) -> float | None:
    """The ratio that a share of the values do not exceed; None: there are fewer than `least`."""
    there = np.sort(ratios[~np.isnan(ratios)])
    if len(there) < least:
        return None
    # One more than there are: the value to come is among them.
    place = min(int(np.ceil((len(there) + 1) * share)), len(there)) - 1
    return max(float(there[place]), SMALLEST)


def save(path: Path, factors: np.ndarray) -> None:
    """Keep factors, float64 (horizon,)."""
    write_json(path, {"widths": factors.tolist()})


def load(artifact: Artifact, horizon: int) -> np.ndarray | None:
    """What `save` kept; None of a model without it.

    Args:
        artifact: of a forecaster.
        horizon: its steps ahead.

    Raises:
        InputError: if the file is damaged.
    """
    if FILE not in artifact.names:
        return None
    path = artifact.path(FILE)
    said = read_json(path)
    given = said.get("widths") if isinstance(said, dict) else None
    if not isinstance(given, list) or len(given) != horizon or not all(map(_sound, given)):
        raise InputError(f"{path}: damaged: expected {horizon} numbers above 0")
    return np.array(given, np.float64)


def _sound(value: object) -> bool:
    return isinstance(value, float) and 0 < value < np.inf
