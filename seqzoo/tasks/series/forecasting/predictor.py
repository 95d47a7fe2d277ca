"""Use a trained forecaster: the steps that follow a series."""

import functools
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from seqzoo.artifact import Artifact
from seqzoo.datasets.reading.settings import Form
from seqzoo.datasets.series import Linear, Scaler, Series
from seqzoo.errors import InputError
from seqzoo.layers.distribution_table import DISTRIBUTIONS
from seqzoo.tasks import calls
from seqzoo.tasks.predictor import Predictor
from seqzoo.tasks.series.forecasting import anomalies, naive, rows, widths
from seqzoo.tasks.series.forecasting.bands import POINT, QUANTILES, Forecast
from seqzoo.tasks.series.forecasting.inference import inference_of
from seqzoo.tasks.series.forecasting.options import AnswerOptions, drawing
from seqzoo.tasks.series.forecasting.past import Past, past_of, read, with_a_future
from seqzoo.tasks.series.forecasting.plan import SOUND, Plan
from seqzoo.tasks.series.forecasting.preparing import SCALER
from seqzoo.tasks.series.forecasting.reader_paths import PATHS
from seqzoo.tasks.series.forecasting.samples import made
from seqzoo.tasks.series.forecasting.stream import Stream
from seqzoo.tasks.series_input import SeriesTable

if TYPE_CHECKING:
    from seqzoo.diagnosis import Finding

Columns = dict[str, list[float | None]]


class Forecaster(Predictor):
    """A forecaster of series of numbers, from a table with the columns of the training.

    An answer has `times` (ISO 8601; without them `steps` from 1), `forecast` and `naive`, each a list a
    target, in the original unit. `naive` repeats the last season, or the last value. Of a distribution it has
    `low` and `high`, the ends of `band`, and its parameters or `quantiles`; `forecast` is the mean or the
    median. Of a model of several series the answer is `{"series": [...]}`, each with its `id`.

    Args:
        folder: an artifact of this task.

    Attributes:
        plan: which columns play which part.
        scaler: of the training.
        inference: the network on windows.
        linear: the linear model to compare with; None: there is none.
        threshold: the score above which a step is an anomaly.
    """

    READS: ClassVar[tuple[str, ...]] = ("series",)
    BUILDER: ClassVar[str] = "forecaster"
    TEXT: ClassVar[dict] = SOUND
    FOR_DRAWING: ClassVar[dict[str, Any]] = {"history": True}
    IN_JSON: ClassVar[tuple[str, ...]] = ("history", "anomalies")

    def __init__(self, folder: Path | Artifact):
        super().__init__(folder)
        self.plan = Plan.of(self.config["text"])
        self.scaler = Scaler.from_json(self.artifact.path(SCALER).read_text("utf-8"))
        self.inference = inference_of(self.network(), self.plan, self.arguments)
        self.inference.widths = widths.load(self.artifact, self.plan.horizon)
        self.linear: Linear | None = None
        if naive.FILE in self.artifact.names:
            self.linear = naive.load(self.artifact.path(naive.FILE), self.plan)

    def options(self, **given: Any) -> AnswerOptions:
        """Options of an answer; see `Predictor.options`.

        Raises:
            InputError: also on what is said of paths, of a model that draws none.
        """
        chosen: AnswerOptions = super().options(**given)
        for name in ("paths", "seed"):
            if getattr(chosen, name) is not None and not self.inference.draws:
                raise InputError(
                    f"{name}: only a recursive model with a distribution draws paths; this one is "
                    f"{self.arguments.get('mode', 'direct')}, {self.inference.distribution}"
                )
        return chosen

    def effort(self, options: AnswerOptions) -> float:
        """Paths, by how many there are usually."""
        return (options.paths or PATHS) / PATHS

    def predict(self, items: Any, **given: Any) -> Any:
        """Answer tables: a frame or an object of columns is one; see `Predictor.predict`."""
        if isinstance(items, (dict, SeriesTable, np.ndarray)) or calls.is_frame(items):
            return super().predict([items], **given)[0]
        return super().predict(items, **given)

    def encode(self, item: SeriesTable, where: str) -> list[Past]:
        """The end of each series of a table.

        Raises:
            InputError: see `past.read` and `past.past_of`.
        """
        return [self.past(each) for each in read(item, self.plan)]

    def past(self, series: Series) -> Past:
        """What a forecast of a series begins with; see `past.past_of`."""
        return past_of(series, self.plan, self.scaler, self.inference.whole)

    def answers(
        self, items: Sequence[tuple[SeriesTable, list[Past]]], options: AnswerOptions
    ) -> list[dict[str, Any]]:
        """The forecasts of tables, given with what `encode` made of them."""
        return self.answer_pasts([own for _, own in items], options)

    def answer_pasts(
        self, items: Sequence[list[Past]], options: AnswerOptions
    ) -> list[dict[str, Any]]:
        """The forecasts behind the ends of series: an answer for each list of those of a table."""
        pasts = [past for own in items for past in own]
        forecast = self.inference.of_pasts(pasts, *drawing(options))
        found = iter(
            self.answer(past, one, options)
            for past, one in zip(pasts, forecast.rows(), strict=True)
        )
        several = self.plan.series_id is not None
        answers = []
        for own in items:
            each = [next(found) for _ in own]
            answers.append({"series": each} if several else each[0])
        return answers

    def answer(
        self, past: Past, forecast: Forecast, options: AnswerOptions
    ) -> dict[str, Any]:
        """The answer for one series.

        Args:
            past: of the series.
            forecast: of its horizon, scaled.
            options: what the user set.
        """
        count = len(self.plan.targets)
        places = np.arange(count)
        center = past.scaler.inverse(np.zeros(count), past.id, places)
        scale = past.scaler.inverse_deviation(np.ones(count), past.id, places)
        forecast = forecast.restored(center, scale)
        answer: dict[str, Any] = {} if self.plan.series_id is None else {"id": past.id}
        answer |= _steps(past.ahead, self.plan.horizon)
        answer["forecast"] = self._columns(forecast.middle)
        if forecast.distribution != POINT:
            answer |= self._distribution(forecast)
        repeated = naive.of_history(past.history[np.newaxis], self.plan)[0]
        answer["naive"] = self._columns(repeated)
        if options.history:
            steps = _steps(past.times, self.plan.look_back)
            answer["history"] = steps | {"values": self._columns(past.history)}
        if options.anomalies:
            answer["anomalies"] = self._anomalies(past)
        return answer

    @functools.cached_property
    def threshold(self) -> float:
        """The score above which a step is an anomaly.

        Raises:
            InputError: if the model has none.
        """
        if anomalies.FILE not in self.artifact.names:
            raise InputError(
                f"{self.artifact.folder}: expected {anomalies.FILE}; train again"
            )
        return anomalies.load_threshold(self.artifact.path(anomalies.FILE))

    def _anomalies(self, past: Past) -> dict[str, Any]:
        """The score of each step of a series, and the threshold."""
        scores = anomalies.of_series(self.inference, self.plan, past.scaler, past.series)
        ahead = np.isnan(past.series.values[:, : len(self.plan.targets)]).all(axis=1)
        end = int(np.flatnonzero(~ahead)[-1]) + 1
        times = None if past.series.times is None else past.series.times[:end]
        return _steps(times, end) | {
            "score": [None if v != v else v for v in scores[:end].tolist()],
            "threshold": self.threshold,
        }

    def _distribution(self, forecast: Forecast) -> dict[str, Any]:
        """The band of a forecast (horizon, targets, count), and its quantiles or parameters."""
        ends = forecast.quantiles(forecast.band)  # (horizon, targets, 2)
        found: dict[str, Any] = {
            "band": list(forecast.band),
            "low": self._columns(ends[..., 0]),
            "high": self._columns(ends[..., 1]),
        }
        if forecast.distribution == QUANTILES:
            found["quantiles"] = {
                str(level): self._columns(forecast.given[..., place])
                for place, level in enumerate(forecast.levels)
            }
            return found
        names = DISTRIBUTIONS[forecast.distribution].parameters
        return found | {
            name: self._columns(forecast.given[..., place])
            for place, name in enumerate(names)
        }

    def _columns(self, values: np.ndarray) -> Columns:
        """Numbers (steps, targets) as a list a target; a missing one is None."""
        return {
            name: [None if v != v else v for v in values[:, place].tolist()]
            for place, name in enumerate(self.plan.targets)
        }

    def to_plain(self, answer: dict[str, Any]) -> str:
        """The forecast's numbers in four digits, with spaces between; a line a series and target."""
        lines = []
        for each in answer.get("series", [answer]):
            for name, values in each["forecast"].items():
                begin = [str(each["id"])] if "id" in each else []
                begin += [name] if len(self.plan.targets) > 1 else []
                lines.append(" ".join([*begin, *(f"{value:.4g}" for value in values)]))
        return "\n".join(lines)

    def about(self) -> dict[str, Any]:
        """What a server tells of the model beside its name and task."""
        plan = self.plan
        columns: dict[str, Any] = {"time": plan.time, "series_id": plan.series_id}
        columns |= {"target": plan.targets, "features": plan.features, "known": plan.known}
        columns["static"] = plan.static
        said = {name: value for name, value in columns.items() if value}
        return {"columns": said, "look_back": plan.look_back, "horizon": plan.horizon}

    def samples(self, count: int, longest: int) -> list[dict[str, list]]:
        """Made tables, an object of columns each: random walks near the training's mean."""
        draw = np.random.default_rng(0)
        return [made(self.plan, self.scaler, draw) for _ in range(count)]

    def network_rows(
        self, path: Path, asked: Form | None = None
    ) -> Iterator[dict[str, np.ndarray]]:
        """The end of each series of a file, as the network takes it, for `seqzoo doctor --data`."""
        self.refuse_form(asked)
        for each in read(SeriesTable(path), self.plan):
            given = self.inference.given(self.past(with_a_future(each, self.plan)))
            yield {name: value[0] for name, value in given.items()}

    def sicknesses(self, path: Path, asked: Form | None = None) -> list["Finding"]:
        """What is wrong with the forecasts of a file; see `diagnosis`."""
        from seqzoo.tasks.series.forecasting.diagnosis import findings

        return list(findings(self, path))

    def stream(
        self, series_id: str | None = None, static: Mapping[str, float] | None = None
    ) -> Stream:
        """What takes observations one by one and forecasts from the last of them.

        Args:
            series_id: of a model of several series, which one.
            static: what does not change over it, by the names of the columns.

        Raises:
            InputError: see `Stream`.
        """
        return Stream(self, series_id, static)

    def table(self, answer: dict[str, Any]) -> tuple[list[str], list[list[Any]]]:
        """An answer as a table with a row a step: names of columns, and rows."""
        return rows.table(answer, self.plan)

    def draw(self, answer: dict[str, Any], path: Path) -> None:
        """Draw history, forecast, band and naive line of each target of the first series, a PNG file.

        Args:
            answer: with `history`.
            path: of the picture.
        """
        from seqzoo.reports.pictures import forecast_lines

        first = answer.get("series", [answer])[0]
        forecast_lines(first, list(self.plan.targets)).savefig(path, format="png", dpi=150)

    def batch(self, path: Path, asked: Form | None = None) -> dict[str, np.ndarray]:
        """The ends of a file's series, as the network takes them; see `network_rows`."""
        rows = list(self.network_rows(path, asked))
        return {name: np.stack([row[name] for row in rows]) for name in rows[0]}


def _steps(times: np.ndarray | None, count: int) -> dict[str, list]:
    """The times of steps in ISO 8601, or their numbers."""
    if times is None:
        return {"steps": list(range(1, count + 1))}
    moments = times.astype("datetime64[us]")
    for unit in ("D", "m", "s", "us"):
        if (moments.astype(f"datetime64[{unit}]") == moments).all():
            break
    return {"times": [str(each) for each in moments.astype(f"datetime64[{unit}]")]}
