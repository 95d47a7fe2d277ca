"""Series as scaled channels, on disk, and windows of them as views."""

import functools
import itertools
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from seqzoo.config import flag
from seqzoo.datasets.series import (
    Linear,
    Scaler,
    Series,
    Windows,
    chronological,
    tell_constant,
)
from seqzoo.datasets.series.splits import Border
from seqzoo.errors import InputError
from seqzoo.metrics.forecasts import mase_scale
from seqzoo.pipeline.batches import batches
from seqzoo.pipeline.naive import Naive
from seqzoo.pipeline.prepared import PARTS, Prepared, ready
from seqzoo.system.files import read_json, write_json
from seqzoo.tasks.series.forecasting import naive
from seqzoo.tasks.series.forecasting.corpora import Read
from seqzoo.tasks.series.forecasting.inference import Inference
from seqzoo.tasks.series.forecasting.plan import (
    Plan,
    features_of_times,
    season_of,
    without_gaps,
)
from seqzoo.tasks.series.forecasting.scores import Window

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

VALUES, SCALER, SERIES = "values.npy", "scaler.json", "series.json"
MEASURED = 256  # windows of a backtest that are copied at once


class Piece(NamedTuple):
    """A series among the others.

    Attributes:
        id: of the series.
        values: float32 (time, channels), scaled, NaN where missing.
        parts: its training, validation and test: steps.
        where: it was read from.
    """

    id: str
    values: np.ndarray
    parts: tuple[slice, ...]
    where: str


class Forecasts(Prepared):
    """Series in three parts, in the order of time.

    Args:
        folder: where `prepare` put them.
        batch_size, seed: of the training batches.

    Attributes:
        plan: of the channels.
        scaler: fitted on the training parts.
        pieces: the series.
        stride: steps from one origin that is measured to the next.
    """

    counted = "windows"

    def __init__(self, folder: Path, batch_size: int, seed: int):
        super().__init__(folder)
        self.batch_size, self.seed, self.stride = batch_size, seed, 1
        self.series_plan = Plan.of(self.text_settings())
        self.scaler = Scaler.from_json((folder / SCALER).read_text("utf-8"))
        values = np.load(folder / VALUES, mmap_mode="r", allow_pickle=False)
        self.pieces = []
        begin = 0
        for said in read_json(folder / SERIES):
            own = values[begin : begin + said["steps"]]
            borders = said["borders"]
            parts = tuple(slice(a, b) for a, b in itertools.pairwise(borders))
            self.pieces.append(Piece(said["id"], own, parts, said["where"]))
            begin += said["steps"]

    @classmethod
    def prepare(
        cls,
        folder: Path,
        read: Read,
        *,
        look_back: int,
        horizon: int,
        validation: str,
        test: str,
        end: str | None,
        scaling: str,
        scope: str,
        missing: str,
        calendar: bool,
        season: int | None,
        time: str | None,
        series_id: str | None,
        time_format: str | None,
        batch_size: int,
        seed: int,
    ) -> "Forecasts":
        """Split, scale and write series, or take what is there.

        Args:
            folder: of the prepared data.
            read: the series.
            look_back, horizon, season: steps.
            validation, test, end: borders, as the flags have them.
            scaling, scope: see `Scaler`.
            missing: see `without_gaps`.
            calendar: whether to read features of the times.
            time, series_id, time_format: names of columns and the times' format, for the predictor.
            batch_size, seed: of the training batches.

        Raises:
            InputError: on a part without a window, a column without a value, or a border that is none.
        """

        def write(partial: Path) -> dict[str, Any]:
            cycles, step = features_of_times(read.series, calendar)
            first = read.series[0]
            targets = tuple(first.names[place] for place in first.target_channels)
            others = [n for n in first.names if n not in (*targets, *first.known)]
            plan = Plan(
                look_back, horizon, season or season_of(first.times), missing,
                targets, tuple(others), first.known, cycles, step, time, series_id, time_format,
            )  # fmt: skip
            borders = tuple(
                border_of(name, value)
                for name, value in (
                    ("validation", validation),
                    ("test", test),
                    ("end", end),
                )
            )
            return _write(partial, read, plan, borders, scaling, scope)

        return cls(ready(folder, write), batch_size, seed)

    def windows(self, part: str, stride: int = 1) -> list[Windows]:
        """The windows of each series whose horizons lie in a part; views, no copies."""
        plan, place = self.series_plan, PARTS.index(part)
        return [
            Windows(
                piece.values,
                plan.look_back,
                plan.horizon,
                piece.parts[place],
                stride,
                within=place == 0,
            )
            for piece in self.pieces
        ]

    @functools.cached_property
    def _training(self) -> tuple[list[Windows], np.ndarray]:
        """The training windows of each series, and how many there are up to each."""
        windows = self.windows("train")
        return windows, np.cumsum([len(each) for each in windows])

    def plan(self, epoch: int) -> list[np.ndarray]:
        """Numbers of the windows of each training batch, all in a new order in each epoch."""
        total = int(self._training[1][-1])
        order = np.random.default_rng((self.seed, epoch)).permutation(total)
        count = math.ceil(total / self.batch_size)
        return np.array_split(order, count) if count > 1 else [order]

    def batches(self, planned: list[np.ndarray]) -> "tf.data.Dataset":
        """Batches of values, known ones and targets; see `arrays`."""
        plan = self.series_plan
        return batches(
            lambda: (self.arrays(rows) for rows in planned),
            ((None, plan.look_back, plan.count), "float32"),
            ((None, plan.horizon, plan.known_count), "float32"),
            ((None, plan.horizon, len(plan.targets)), "float32"),
        )

    def arrays(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Training windows by their numbers.

        Args:
            rows: int (windows,).

        Returns:
            `values` float32 (windows, look_back, channels) without gaps, `known` float32 (windows, horizon,
            known), `targets` float32 (windows, horizon, targets), NaN where missing.
        """
        windows, ends = self._training
        plan = self.series_plan
        owner = np.searchsorted(ends, rows, side="right")
        inputs = np.empty((len(rows), plan.look_back, plan.count), np.float32)
        ahead = np.empty((len(rows), plan.horizon, plan.count), np.float32)
        for each in np.unique(owner):
            mine = owner == each
            within = rows[mine] - (ends[each] - len(windows[each]))
            inputs[mine], ahead[mine] = windows[each].batch(within)
        values = without_gaps(inputs, plan.missing)
        return values, known_of(ahead, plan), ahead[..., : len(plan.targets)]

    def backtest(self, part: str) -> Iterator[Window]:
        """The rolling origins of a part, in batches; series after series, in the order of time."""
        first_block = 0
        for piece, windows in zip(
            self.pieces, self.windows(part, self.stride), strict=True
        ):
            train = piece.values[piece.parts[0]]
            yield from measured_windows(
                windows, self.series_plan, self.scaler, piece.id, first_block,
                mase_scale_of(train, self.series_plan),
            )  # fmt: skip
            first_block += len(piece.values) // self.series_plan.horizon + 1

    def infer(self, model: "keras.Model") -> Inference:
        """A model of this data, ready to answer."""
        from seqzoo.models import described_for_use
        from seqzoo.training.running import KerasNetwork

        arguments = described_for_use(model)["arguments"]
        return Inference(
            KerasNetwork(model),
            arguments.get("distribution", "point"),
            tuple(arguments.get("quantiles", (0.1, 0.5, 0.9))),
        )

    @functools.cached_property
    def linear(self) -> Linear | None:
        """The linear model of this data, to compare with; fitted at first use."""
        count = len(self.series_plan.targets)
        train = [piece.values[piece.parts[0], :count] for piece in self.pieces]
        return naive.fit(train, self.series_plan)

    def naive_answers(self, part: str) -> list[Naive]:
        """What repeating the last value or season, and a linear model, score on a part."""
        return naive.answers(lambda: self.backtest(part), self.series_plan, self.linear)

    def save(self, folder: Path, model: "keras.Model") -> None:
        """Write the scaler and the linear model beside the network."""
        (folder / SCALER).write_text(self.scaler.to_json(), "utf-8")
        if self.linear is not None:
            naive.save(folder / naive.FILE, self.linear)


def border_of(name: str, text: str | None) -> Border | None:
    """A border as a flag has it: `0.2` a share, `2880` steps, else a time.

    Raises:
        InputError: on a number that is neither.
    """
    if text is None:
        return None
    try:
        number = float(text)
    except ValueError:
        return text
    if 0 < number < 1:
        return number
    # A year alone, such as 1990, is a number of steps.
    if number >= 1 and number.is_integer():
        return int(number)
    raise InputError(
        f"--{flag(name)}: expected a share below 1, a number of steps, or a time; got {text!r}"
    )


def known_of(ahead: np.ndarray, plan: Plan) -> np.ndarray:
    """What is known of the steps ahead, float32 (..., horizon, known); a missing value is 0, the mean."""
    known = ahead[..., plan.count - plan.known_count :]
    return np.nan_to_num(known, nan=0.0).astype(np.float32)


def mase_scale_of(train: np.ndarray, plan: Plan) -> np.ndarray:
    """What MASE divides by, float64 (targets,), of scaled training values; NaN for a constant column."""
    season = plan.season if plan.season < len(train) else 1
    try:
        return mase_scale(train[:, : len(plan.targets)], season)
    except ValueError:
        return np.full(len(plan.targets), np.nan)


def measured_windows(
    windows: Windows,
    plan: Plan,
    scaler: Scaler,
    series_id: str,
    first_block: int,
    mase_scale: np.ndarray,
) -> Iterator[Window]:
    """Rolling origins of a series in batches; see `Window`."""
    count = len(plan.targets)
    places = np.arange(count)
    center = scaler.inverse(np.zeros(count), series_id, places)
    scale = scaler.inverse_deviation(np.ones(count), series_id, places)
    origins = windows.origins
    for start in range(0, len(windows), MEASURED):
        some = slice(start, start + MEASURED)
        inputs, ahead = windows.batch(some)
        yield Window(
            inputs,
            known_of(ahead, plan),
            ahead[..., :count],
            first_block + origins[some] // plan.horizon,
            center,
            scale,
            mase_scale,
        )


def _write(
    folder: Path,
    read: Read,
    plan: Plan,
    borders: Sequence[Border | None],
    scaling: str,
    scope: str,
) -> dict[str, Any]:
    """Write channels, scaler and borders; returns what `ready` asks for."""
    validation, test, end = borders
    series = [plan.ordered(each) for each in read.series]
    parts = [chronological(each, validation, test, end) for each in series]
    train = [each.part(p.train) for each, p in zip(series, parts, strict=True)]
    tell_constant(train)
    scaler = Scaler.fit(train, scaling, scope)
    said, channels = [], []
    for each, own in zip(series, parts, strict=True):
        used = each.part(slice(0, own.test.stop))
        _check_windows(used, own, plan)
        channels.append(plan.channels(used, scaler))
        steps = [0, own.train.stop, own.validation.stop, own.test.stop]
        said.append(
            {"id": each.id, "steps": len(used), "borders": steps, "where": each.where}
        )
    np.save(folder / VALUES, np.concatenate(channels))
    (folder / SCALER).write_text(scaler.to_json(), "utf-8")
    write_json(folder / SERIES, said)
    sizes = {
        part: sum(_count(own[place], plan, place == 0) for own in parts)
        for place, part in enumerate(PARTS)
    }
    text = {**vars(plan), "until": _until(series, parts)}
    about = {"series": len(series), "steps": sum(each["steps"] for each in said)}
    return {"description": read.description, "text": text, "sizes": sizes | about}


def _until(series: Sequence[Series], parts: Sequence[Any]) -> str | None:
    """The last time before a test part, in ISO 8601; None: there are no times."""
    last = [
        each.times[own.validation.stop - 1]
        for each, own in zip(series, parts, strict=True)
        if each.times is not None
    ]
    return str(max(last)) if last else None


def _count(part: slice, plan: Plan, within: bool) -> int:
    """The windows whose horizons lie in a part."""
    first = max(part.start + plan.look_back if within else part.start, plan.look_back)
    return part.stop - first - plan.horizon + 1


def _check_windows(series: Series, parts: Any, plan: Plan) -> None:
    """Refuse parts without a window.

    Raises:
        InputError: naming series and part.
    """
    for place, name in enumerate(PARTS):
        if _count(parts[place], plan, place == 0) < 1:
            steps = parts[place].stop - parts[place].start
            needed = plan.horizon + (plan.look_back if place == 0 else 0)
            raise InputError(
                f"{series.where}: expected {needed} steps at least in the {name} part; it has {steps}; a "
                f"shorter --horizon or --look-back needs fewer"
            )
