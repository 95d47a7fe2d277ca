"""Series as scaled channels, on disk, and windows of them as views."""

import functools
import itertools
import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from seqzoo.datasets.series import (
    Linear,
    Scaler,
    Windows,
)
from seqzoo.pipeline.batches import batches
from seqzoo.pipeline.naive import Naive
from seqzoo.pipeline.prepared import PARTS, Prepared, ready
from seqzoo.system.files import read_json
from seqzoo.tasks.series.forecasting import (
    anomalies,
    naive,
    naive_error,
    seen,
    widths,
)
from seqzoo.tasks.series.forecasting.corpora import Read
from seqzoo.tasks.series.forecasting.filling import (
    carried,
    with_flags,
    without_future,
    without_gaps,
)
from seqzoo.tasks.series.forecasting.inference import Inference, inference_of
from seqzoo.tasks.series.forecasting.origins import (
    known_of,
    mase_scale_of,
    measured_windows,
)
from seqzoo.tasks.series.forecasting.plan import (
    Plan,
    features_of_times,
    season_of,
)
from seqzoo.tasks.series.forecasting.preparing import (
    SCALER,
    SERIES,
    VALUES,
    border_of,
    written,
)
from seqzoo.tasks.series.forecasting.scores import Window

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

TIME = "time"  # the column of the times, where a corpus has them without a name


class Piece(NamedTuple):
    """A series among the others.

    Attributes:
        id: of the series.
        values: float32 (time, channels), scaled, NaN where missing.
        parts: its training, validation and test: steps.
        where: it was read from.
        static: float32 (static,), scaled.
    """

    id: str
    values: np.ndarray
    parts: tuple[slice, ...]
    where: str
    static: np.ndarray


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
        recursive: whether training windows have a target behind each step, not behind the last alone.
    """

    counted = "windows"

    def __init__(self, folder: Path, batch_size: int, seed: int):
        super().__init__(folder)
        self.batch_size, self.seed, self.stride = batch_size, seed, 1
        self.recursive = False
        self.series_plan = Plan.of(self.text_settings())
        self.scaler = Scaler.from_json((folder / SCALER).read_text("utf-8"))
        values = np.load(folder / VALUES, mmap_mode="r", allow_pickle=False)
        self.pieces = []
        begin = 0
        for said in read_json(folder / SERIES):
            own = values[begin : begin + said["steps"]]
            borders = said["borders"]
            parts = tuple(slice(a, b) for a, b in itertools.pairwise(borders))
            static = np.array(said.get("static", []), np.float32)
            self.pieces.append(Piece(said["id"], own, parts, said["where"], static))
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
                targets, tuple(others), first.known, cycles, step,
                time or (None if first.times is None else TIME), series_id, time_format,
                observed=missing == "mask", static=first.static_names,
            )  # fmt: skip
            until = None if end is None else border_of("end", end)
            borders = border_of("validation", validation), border_of("test", test), until
            return written(partial, read, plan, borders, scaling, scope)

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
        """Batches of values, known ones, static ones and targets; see `arrays`."""
        plan = self.series_plan
        steps, ahead = plan.look_back, plan.horizon
        if self.recursive:
            steps = ahead = steps + ahead - 1
        return batches(
            lambda: (self.arrays(rows) for rows in planned),
            ((None, steps, plan.count + plan.flags), "float32"),
            ((None, ahead, plan.known_count), "float32"),
            ((None, len(plan.static)), "float32"),
            ((None, ahead, len(plan.targets)), "float32"),
        )

    def arrays(self, rows: np.ndarray) -> tuple[np.ndarray, ...]:
        """Training windows by their numbers.

        Args:
            rows: int (windows,).

        Returns:
            `values` float32 (windows, look_back, channels) without gaps, `known` float32 (windows, horizon,
            known), `static` float32 (windows, static), `targets` float32 (windows, horizon, targets), NaN
            where missing. Of a recursive model all have look_back + horizon - 1 steps: known values and
            targets are those of the step after each, and features stand still from the horizon on.
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
        count = len(plan.targets)
        static = np.stack([self.pieces[each].static for each in owner])
        if self.recursive:
            raw = np.concatenate([inputs, ahead], axis=1)
            filled = carried(raw, plan.missing)
            known = filled[:, 1:, plan.count - plan.known_count :]
            read = without_future(filled, raw, plan.past_only, plan.look_back)
            values = with_flags(*read, plan.flags)[:, :-1]
            return values, known, static, raw[:, 1:, :count]
        values = with_flags(without_gaps(inputs, plan.missing), inputs, plan.flags)
        return values, known_of(ahead, plan), static, ahead[..., :count]

    def backtest(self, part: str) -> Iterator[Window]:
        """The rolling origins of a part, in batches; series after series, in the order of time."""
        first_block = 0
        for piece, windows in zip(
            self.pieces, self.windows(part, self.stride), strict=True
        ):
            train = piece.values[piece.parts[0]]
            yield from measured_windows(
                windows, self.series_plan, self.scaler, piece.id, first_block,
                mase_scale_of(train, self.series_plan), piece.static,
            )  # fmt: skip
            first_block += len(piece.values) // self.series_plan.horizon + 1

    def infer(self, model: "keras.Model") -> Inference:
        """A model of this data, ready to answer."""
        from seqzoo.models import described_for_use, parts
        from seqzoo.training.running import KerasNetwork

        arguments = described_for_use(model)["arguments"]
        (network,) = parts(model).values()
        return inference_of(KerasNetwork(network), self.series_plan, arguments)

    @functools.cached_property
    def linear(self) -> Linear | None:
        """The linear model of this data, to compare with; fitted at first use."""
        count = len(self.series_plan.targets)
        train = [piece.values[piece.parts[0], :count] for piece in self.pieces]
        return naive.fit(train, self.series_plan)

    def naive_answers(self, part: str) -> list[Naive]:
        """What repeating the last value or season, and a linear model, score on a part."""
        return naive.answers(lambda: self.backtest(part), self.series_plan, self.linear)

    def settle(self, model: "keras.Model") -> None:
        """Fit how wide the band must be, on the validation part."""
        inference = self.inference(model)
        inference.widths = widths.fit(self.backtest("validation"), inference)

    def save(self, folder: Path, model: "keras.Model") -> None:
        """Write scaler, linear model, the band's widths and the threshold of anomalies beside the network."""
        (folder / SCALER).write_text(self.scaler.to_json(), "utf-8")
        if self.series_plan.until is None:
            seen.save(folder / seen.FILE, self._ends())
        if self.linear is not None:
            naive.save(folder / naive.FILE, self.linear)
        inference, windows = self.inference(model), self.windows("validation")
        static = [piece.static for piece in self.pieces]
        if inference.widths is not None:
            widths.save(folder / widths.FILE, inference.widths)
        scores = anomalies.scores_of_windows(inference, windows, static)
        anomalies.save_threshold(folder / anomalies.FILE, scores)
        naive_error.save(
            folder / naive_error.FILE,
            {
                # The only series of a table has the name of its file.
                piece.id if self.series_plan.series_id else "": mase_scale_of(
                    piece.values[piece.parts[0]], self.series_plan
                )
                for piece in self.pieces
            },
        )

    def _ends(self) -> dict[str, seen.End]:
        """Where training and validation of each series end, by its id; the only one's is empty."""
        several = self.series_plan.series_id is not None
        return {
            said["id"] if several else "": seen.End(said["borders"][2], said["hashed"])
            for said in read_json(self.folder / SERIES)
            if "hashed" in said  # prepared by this version
        }
