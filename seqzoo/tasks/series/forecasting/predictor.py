"""Use a trained forecaster: the steps that follow a series."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from seqzoo.artifact import Artifact
from seqzoo.datasets.reading.settings import Form
from seqzoo.datasets.series import Linear, Scaler
from seqzoo.layers.distribution_table import DISTRIBUTIONS
from seqzoo.tasks import calls
from seqzoo.tasks.predictor import Predictor
from seqzoo.tasks.series.forecasting import naive, rows
from seqzoo.tasks.series.forecasting.bands import POINT, QUANTILES, Forecast
from seqzoo.tasks.series.forecasting.inference import Inference
from seqzoo.tasks.series.forecasting.options import AnswerOptions
from seqzoo.tasks.series.forecasting.past import Past, past_of, read, with_a_future
from seqzoo.tasks.series.forecasting.plan import SOUND, Plan
from seqzoo.tasks.series.forecasting.preparing import SCALER
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
    """

    READS: ClassVar[tuple[str, ...]] = ("series",)
    BUILDER: ClassVar[str] = "forecaster"
    TEXT: ClassVar[dict] = SOUND
    FOR_DRAWING: ClassVar[dict[str, Any]] = {"history": True}

    def __init__(self, folder: Path | Artifact):
        super().__init__(folder)
        self.plan = Plan.of(self.config["text"])
        self.scaler = Scaler.from_json(self.artifact.path(SCALER).read_text("utf-8"))
        self.inference = Inference(
            self.network(),
            self.arguments.get("distribution", POINT),
            tuple(self.arguments.get("quantiles", (0.1, 0.5, 0.9))),
        )
        self.linear: Linear | None = None
        if naive.FILE in self.artifact.names:
            self.linear = naive.load(self.artifact.path(naive.FILE), self.plan)

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
        return [past_of(each, self.plan, self.scaler) for each in read(item, self.plan)]

    def answers(
        self, items: Sequence[tuple[SeriesTable, list[Past]]], options: AnswerOptions
    ) -> list[dict[str, Any]]:
        """The forecasts of tables, given with what `encode` made of them."""
        pasts = [past for _, own in items for past in own]
        forecast = self.inference(
            np.stack([past.values for past in pasts]),
            np.stack([past.known for past in pasts]),
        )
        found = iter(
            self._answer(past, forecast._replace(given=given), options)
            for past, given in zip(pasts, forecast.given, strict=True)
        )
        several = self.plan.series_id is not None
        answers = []
        for _, own in items:
            each = [next(found) for _ in own]
            answers.append({"series": each} if several else each[0])
        return answers

    def _answer(
        self, past: Past, forecast: Forecast, options: AnswerOptions
    ) -> dict[str, Any]:
        """The answer for one series."""
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
        return answer

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
        said = {name: value for name, value in columns.items() if value}
        return {"columns": said, "look_back": plan.look_back, "horizon": plan.horizon}

    def samples(self, count: int, longest: int) -> list[dict[str, list]]:
        """Made tables, an object of columns each: random walks near the training's mean."""
        draw = np.random.default_rng(0)
        return [self._sample(draw) for _ in range(count)]

    def _sample(self, draw: np.random.Generator) -> dict[str, list]:
        plan = self.plan
        ahead = plan.horizon if plan.known else 0
        steps = plan.look_back + ahead
        walk = draw.normal(0, 0.2, (steps, len(plan.columns))).cumsum(axis=0)
        any_series = next(iter(self.scaler.statistics))
        values = self.scaler.inverse(walk, any_series)
        table: dict[str, list] = {}
        if plan.time is not None or plan.cycles or plan.step:
            moment = np.datetime64("2024-01-01", "s") + np.timedelta64(1, "h") * np.arange(
                steps
            )
            table[plan.time or "time"] = [str(each) for each in moment]
        if plan.series_id is not None:
            table[plan.series_id] = [any_series or "sample"] * steps
        for place, name in enumerate(plan.columns):
            column: list = values[:, place].astype(np.float32).tolist()
            if name in plan.targets and ahead:
                column[-ahead:] = [None] * ahead
            table[name] = column
        return table

    def network_rows(
        self, path: Path, asked: Form | None = None
    ) -> Iterator[dict[str, np.ndarray]]:
        """The end of each series of a file, as the network takes it, for `seqzoo doctor --data`."""
        self.refuse_form(asked)
        for each in read(SeriesTable(path), self.plan):
            past = past_of(with_a_future(each, self.plan), self.plan, self.scaler)
            given = self.inference.given(past.values[np.newaxis], past.known[np.newaxis])
            yield {name: given[name][0] for name in self.inference.network.inputs}

    def sicknesses(self, path: Path, asked: Form | None = None) -> list["Finding"]:
        """What is wrong with the forecasts of a file; see `diagnosis`."""
        from seqzoo.tasks.series.forecasting.diagnosis import findings

        return list(findings(self, path))

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
