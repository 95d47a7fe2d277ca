"""Use a trained series classifier: the class of a series."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import numpy as np

from seqzoo.artifact import Artifact
from seqzoo.datasets.reading.settings import Form
from seqzoo.datasets.reading.source import of_path
from seqzoo.datasets.series import Scaler, Series
from seqzoo.errors import InputError
from seqzoo.pipeline.encoded import padded_steps
from seqzoo.system.files import read_lines
from seqzoo.tasks import calls
from seqzoo.tasks.predictor import Predictor
from seqzoo.tasks.series.classification import naive
from seqzoo.tasks.series.classification.data import LABELS, SCALER
from seqzoo.tasks.series.classification.effect import STRETCHES, effects
from seqzoo.tasks.series.classification.form import SOUND, SeriesForm
from seqzoo.tasks.series.classification.inference import Inference
from seqzoo.tasks.series.classification.options import AnswerOptions
from seqzoo.tasks.series.classification.reading import is_archive, read
from seqzoo.tasks.series_input import SeriesTable

if TYPE_CHECKING:
    from seqzoo.diagnosis import Finding


class Encoded(NamedTuple):
    """What the network reads of an input.

    Attributes:
        several: whether the input may have several series.
        series: as they are in the input.
        values: float32 (time, channels) of each, scaled, without gaps.
        static: what does not change over each, float32 (static,), scaled.
    """

    several: bool
    series: list[Series]
    values: list[np.ndarray]
    static: list[np.ndarray]


class SeriesClassifier(Predictor):
    """A classifier of series of numbers.

    An answer has `label` and `probabilities` (label -> float). Of a file in a format of the archives, and of
    a table where the training had a column for the series, it is `{"series": [...]}`, each with its `id`.

    Args:
        folder: an artifact of this task.

    Attributes:
        form: which channels there are.
        scaler: of the training.
        labels: names of the classes, in the order of the network's output.
        inference: the network on series.
        nearest: the naive model to compare with.
    """

    READS: ClassVar[tuple[str, ...]] = ("series",)
    BUILDER: ClassVar[str] = "series_classifier"
    TEXT: ClassVar[dict] = SOUND
    FOR_DRAWING: ClassVar[dict[str, Any]] = {"effect": True}

    def __init__(self, folder: Path | Artifact):
        super().__init__(folder)
        self.form = SeriesForm.of(self.config["text"])
        self.scaler = Scaler.from_json(self.artifact.path(SCALER).read_text("utf-8"))
        self.labels = read_lines(self.artifact.path(LABELS), self.arguments["num_classes"])
        if self.scaler.names != self.form.channels:
            raise InputError(
                f"{self.artifact.path(SCALER)}: expected the channels of config.json"
            )
        self.inference = Inference(self.network())
        self.nearest = naive.Nearest.load(
            self.artifact.path(naive.FILE), len(self.form.channels), len(self.labels)
        )

    def predict(self, items: Any, **given: Any) -> Any:
        """Answer series: a frame, an array or an object of columns is one; see `Predictor.predict`."""
        if isinstance(items, (dict, SeriesTable, np.ndarray)) or calls.is_frame(items):
            return super().predict([items], **given)[0]
        return super().predict(items, **given)

    def encode(self, item: SeriesTable, where: str) -> Encoded:
        """The series of an input.

        Raises:
            InputError: see `reading.read` and `SeriesForm.values`.
        """
        series = read(item, self.form)
        named = self.form.series_id is not None and not item.headless
        return Encoded(
            named or is_archive(item, self.form),
            series,
            [self.form.values(each, self.scaler) for each in series],
            [self.form.static_of(each) for each in series],
        )

    def answers(
        self,
        items: Sequence[tuple[Any, Encoded]],
        options: AnswerOptions,
    ) -> list[dict[str, Any]]:
        """The classes of series, given with what `encode` made of them."""
        every = [values for _, own in items for values in own.values]
        static = np.stack([numbers for _, own in items for numbers in own.static])
        rows = self.inference(every, static)
        answers = [
            {
                "label": self.labels[int(row.argmax())],
                "probabilities": dict(zip(self.labels, row.tolist(), strict=True)),
            }
            for row in rows
        ]
        if options.effect:
            fallen = effects(self.inference, every, static, rows)
            for answer, own in zip(answers, fallen, strict=True):
                answer["effect"] = own.tolist()
        found = iter(answers)
        given = []
        for _, encoded in items:
            each = [
                self._told(series, next(found), encoded.several, options)
                for series in encoded.series
            ]
            given.append({"series": each} if encoded.several else each[0])
        return given

    def _told(
        self,
        series: Series,
        answer: dict[str, Any],
        several: bool,
        options: AnswerOptions,
    ) -> dict[str, Any]:
        """An answer with what is told of its series."""
        told = {"id": series.id} | answer if several else answer
        if options.effect:
            told["values"] = {
                name: [None if np.isnan(v) else float(v) for v in column]
                for name, column in zip(series.names, series.values.T, strict=True)
            }
        return told

    def to_plain(self, answer: dict[str, Any]) -> str:
        """The label, a line a series; with the series' id before it, where there may be several."""
        if "series" not in answer:
            return answer["label"]
        return "\n".join(f"{each['id']} {each['label']}" for each in answer["series"])

    def effort(self, options: AnswerOptions) -> float:
        """How many times the usual it takes to answer: an effect asks the network for each stretch."""
        return 1.0 + STRETCHES * options.effect

    def about(self) -> dict[str, Any]:
        """`labels`, the names of the classes, `channels`, those of the columns, and perhaps `static`."""
        said = {"labels": list(self.labels), "channels": list(self.form.channels)}
        return said | ({"static": list(self.form.static)} if self.form.static else {})

    def samples(self, count: int, longest: int) -> list[dict[str, list]]:
        """Made series, an object of columns each: random walks near the training's mean."""
        draw = np.random.default_rng(0)
        return [self._sample(draw, max(longest, 2)) for _ in range(count)]

    def _sample(self, draw: np.random.Generator, longest: int) -> dict[str, list]:
        steps = int(draw.integers(2, longest + 1))
        walk = draw.normal(0, 0.3, (steps, len(self.form.channels))).cumsum(axis=0)
        values = self.scaler.inverse(walk)
        table: dict[str, list] = {}
        if self.form.time is not None:
            step = np.timedelta64(1, "h") * np.arange(steps)
            table[self.form.time] = [
                str(each) for each in np.datetime64("2024-01-01", "s") + step
            ]
        if self.form.series_id is not None:
            table[self.form.series_id] = ["sample"] * steps
        for place, name in enumerate(self.form.channels):
            table[name] = values[:, place].astype(np.float32).tolist()
        form = self.form
        for name, center, scale in zip(
            form.static, form.static_center, form.static_scale, strict=True
        ):
            table[name] = [center + scale * draw.normal()] * steps
        return table

    def network_rows(
        self, path: Path, asked: Form | None = None
    ) -> Iterator[dict[str, np.ndarray]]:
        """Each series of a file, as the network takes it, for `seqzoo doctor --data`."""
        self.refuse_form(asked)
        table = SeriesTable(of_path(path))
        encoded = self.encode(table, str(path))
        for values, static in zip(encoded.values, encoded.static, strict=True):
            given = {"values": values, "lengths": np.array(len(values), np.int32)}
            yield given | ({"static": static} if self.form.static else {})

    def sicknesses(self, path: Path, asked: Form | None = None) -> list["Finding"]:
        """What is wrong with the answers to a file; see `diagnosis`."""
        from seqzoo.tasks.series.classification.diagnosis import findings

        return list(findings(self, path))

    def table(self, answer: dict[str, Any]) -> tuple[list[str], list[list[Any]]]:
        """An answer as a table with a row a series: names of columns, and rows."""
        each = answer.get("series", [answer])
        named = ["id"] if "series" in answer else []
        rows = [
            [*(one[name] for name in named), one["label"], *one["probabilities"].values()]
            for one in each
        ]
        return [*named, "label", *self.labels], rows

    def draw(self, answer: dict[str, Any], path: Path) -> None:
        """Draw the first series with what each stretch did for its label, a PNG file.

        Args:
            answer: with `effect`.
            path: of the picture.
        """
        from seqzoo.reports.pictures import series_effect

        first = answer.get("series", [answer])[0]
        series_effect(first).savefig(path, format="png", dpi=150)

    def batch(self, path: Path, asked: Form | None = None) -> dict[str, np.ndarray]:
        """The first series of a file, as the network takes them; see `network_rows`."""
        rows = list(self.network_rows(path, asked))[:32]
        values, lengths = padded_steps([row["values"] for row in rows])
        found = {"values": values, "lengths": lengths}
        if self.form.static:
            found["static"] = np.stack([row["static"] for row in rows])
        return found
