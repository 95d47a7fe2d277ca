"""Use a trained handwriter: how likely a drawing is, and new ones."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from seqzoo.artifact import Artifact
from seqzoo.datasets.reading.settings import Form
from seqzoo.datasets.strokes.drawing import Drawing, from_strokes, strokes_of
from seqzoo.datasets.strokes.offsets import write_npz
from seqzoo.datasets.strokes.reading import read
from seqzoo.errors import InputError
from seqzoo.pipeline.encoded import padded, padded_steps
from seqzoo.reports import strokes as pictures
from seqzoo.tasks.handwriting import naive
from seqzoo.tasks.handwriting.data import scaled
from seqzoo.tasks.handwriting.inference import POINTS, TOKENS, Inference, before
from seqzoo.tasks.handwriting.options import AnswerOptions, GenerateOptions
from seqzoo.tasks.handwriting.own import Frame, fitted, frame_of, read_prime
from seqzoo.tasks.handwriting.own import strokes_of as own_strokes
from seqzoo.tasks.handwriting.text import UNITS, Text
from seqzoo.tasks.handwriting.writing import Draws, written
from seqzoo.tasks.options import replaced
from seqzoo.tasks.predictor import Predictor

if TYPE_CHECKING:
    from seqzoo.diagnosis import Finding

ROWS = 32  # drawings of a file, for `doctor`


def _positive(value: Any) -> bool:
    return isinstance(value, (int, float)) and 0 < value < 1e9


# Setting -> whether a value is sound.
SOUND = {
    "scale": _positive,
    "advance": _positive,
    "reads_text": lambda value: isinstance(value, bool),
    "unit": lambda value: value in UNITS,
}


class Handwriter(Predictor):
    """A handwriter, which measures drawings and makes new ones.

    An answer has `points` and `strokes`, how many there are, `log_prob` in nats, of all points, `nats` of a
    point, and `losses` in nats, of each. They are a density's, of offsets divided by the training's
    deviation.

    Args:
        folder: an artifact of this task.

    Attributes:
        scale: the deviation of the training's offsets.
        reads_text: whether it writes along a text.
        text: tokens, and the characters that it knows.
        inference: the network on drawings.
        gaussian: the naive answer.
    """

    READS: ClassVar[tuple[str, ...]] = ("strokes",)
    BUILDER: ClassVar[str] = "handwriter"
    TEXT: ClassVar[dict] = SOUND
    IN_JSON: ClassVar[tuple[str, ...]] = ()
    WRITES_ON: ClassVar[bool] = False

    def __init__(self, folder: Path | Artifact):
        super().__init__(folder)
        about = self.config["text"]
        self.scale: float = about["scale"]
        self.reads_text: bool = about["reads_text"]
        count = self.arguments["vocab_size"]
        if self.reads_text != (count is not None):
            raise InputError(
                f"{self.artifact.path('config.json')}: reads_text: expected that of the network"
            )
        self.text = Text.load(self.artifact, about["unit"], count)
        self.inference = Inference(self.network())
        self.gaussian = naive.Gaussian.load(self.artifact.path(naive.FILE))

    def encode(self, item: Sequence[np.ndarray], where: str) -> np.ndarray:
        """Scaled offsets of strokes, float32 (points, 3); times of points play no part.

        Raises:
            InputError: on no point, or coordinates that are none.
        """
        drawing = from_strokes([stroke[:, :2] for stroke in item], where)
        return scaled(drawing.points, self.scale)

    def answers(
        self, items: Sequence[tuple[Any, np.ndarray]], options: AnswerOptions
    ) -> list[dict[str, Any]]:
        """How likely drawings are, given with their offsets.

        Raises:
            InputError: on a text that the model cannot read.
        """
        ids = self.ids(options.shows or "", "shows")
        rows = [points for _, points in items]
        if options.frame is not None:
            frame = frame_of(options.frame, "frame")
            own = [
                [np.asarray(stroke)[:, :2] for stroke in strokes] for strokes, _ in items
            ]
            rows = [self._fitted(strokes, frame, "strokes") for strokes in own]
        return [
            {
                "points": len(points),
                "strokes": max(1, int(points[:, 2].sum())),
                "log_prob": -float(losses.sum()),
                "nats": float(losses.mean()),
                "losses": np.round(losses, 4).tolist(),
            }
            for points, losses in zip(
                rows, self.inference.losses(rows, [ids] * len(rows)), strict=True
            )
        ]

    def to_plain(self, answer: dict[str, Any]) -> str:
        """The log-likelihood in nats alone."""
        return f"{answer['log_prob']:.4f}"

    def ids(self, text: str, where: str) -> np.ndarray:
        """Ids of a text, int32 (tokens,); of an empty one those of no text.

        Raises:
            InputError: on tokens that are not known, several characters where one is written at a time, or a
                text for a model that reads none.
        """
        if text and not self.reads_text:
            raise InputError(f"{where}: {self.artifact.name} reads no text")
        pieces = self.text.pieces(text, where) if text else []
        if len(pieces) > 1:
            raise InputError(f"{where}: expected one character; got {len(pieces)}")
        return self.text.ids(pieces[0][1] if pieces else (), where)

    def write(
        self,
        text: str = "",
        *,
        prime: str | Path | Drawing | Sequence[np.ndarray] | None = None,
        frame: str | None = None,
        **given: Any,
    ) -> Drawing:
        """A new drawing, in the training's unit; along a text where there is one.

        Characters of a table are written one by one, from left to right.

        Args:
            text: what is written.
            prime: a drawing, its strokes, (points, 2) each, or a file of it, that the model goes on from; it
                stands first in the result.
            frame: of the prime; see `GenerateOptions`.
            given: see `GenerateOptions`.

        Raises:
            InputError: on a text, a file or a number that cannot be used, or a drawing without a point.
        """
        options: Any = replaced(GenerateOptions(), **given)
        if text and not self.reads_text:
            raise InputError(f"text: {self.artifact.name} reads no text")
        pieces = self.text.pieces(text, "text") if text else [("", [])]
        if frame is not None and prime is None:
            raise InputError("frame: expected strokes beside it, which it is the frame of")
        begun = None if prime is None else self._prime(prime, frame)
        if begun is not None and len(pieces) > 1:
            raise InputError(f"prime: expected one character beside it; got {len(pieces)}")
        random = np.random.default_rng(options.seed)
        draws = Draws(options.bias, options.temperature, options.length, random)

        strokes: list[np.ndarray] = []
        for number, (_, tokens) in enumerate(pieces):
            ids = self.text.ids(tokens, "text")
            (points,) = written(self.inference, [ids], draws, begun)
            points = points if begun is None else np.concatenate([begun, points])
            aside = np.array([number * self.config["text"]["advance"], 0])
            strokes += [each * self.scale + aside for each in strokes_of(points)]
        name = f"drawn by {self.artifact.name}"
        return from_strokes(strokes, name, [text] if text else [], text, origin=(0, 0))

    def _prime(
        self, prime: str | Path | Drawing | Sequence[np.ndarray], frame: str | None
    ) -> np.ndarray:
        """Scaled offsets of a drawing to go on from, float32 (points, 3)."""
        drawing = read_prime(Path(prime)) if isinstance(prime, (str, Path)) else prime
        if not isinstance(drawing, Drawing):
            if frame is not None:
                return self._fitted(drawing, frame_of(frame, "frame"), "strokes")
            drawing = from_strokes(drawing, "strokes")
        if frame is not None:
            raise InputError(
                "frame: expected a prime in JSON; others begin at their first point"
            )
        return scaled(drawing.points, self.scale)

    def _fitted(
        self, strokes: Sequence[np.ndarray], frame: Frame, where: str
    ) -> np.ndarray:
        """Scaled offsets of strokes in a frame of their own, float32 (points, 3)."""
        size, centred = self.config["text"]["advance"], self.text.unit == "table"
        return scaled(fitted(strokes, frame, size, centred, where).points, self.scale)

    def generate(
        self,
        prompt: str = "",
        *,
        text: str | None = None,
        json: bool = False,
        prime: str | None = None,
        strokes: str | None = None,
        output: str | None = None,
        **given: Any,
    ) -> Iterator[str]:
        """Draw, and give the drawing as SVG, a piece for its head, each stroke and its end.

        Args:
            prompt, text: what is written; one of them.
            json: the pieces are JSON: `{"box": [left, top, width, height]}`, then `{"stroke": [[x, y], ...]}`
                each.
            prime: a file with a drawing that it goes on from.
            strokes: JSON of strokes in its place.
            output: a file to write to: .svg, .png, .gif or .npz; the pieces then say so.
            given: see `GenerateOptions`.

        Raises:
            InputError: see `write`.
        """
        if prompt and text:
            raise InputError("prompt and text: expected one of them")
        if prime is not None and strokes is not None:
            raise InputError("prime and strokes: expected one of them")
        begun: Any = prime if strokes is None else own_strokes(strokes, "strokes")
        if output is not None:
            if json:
                raise InputError("json: expected no output beside it")
            _check_ending(Path(output))
        drawing = self.write(text or prompt, prime=begun, **given)
        if output is None:
            form = pictures.json_pieces if json else pictures.svg_pieces
            return form(drawing.strokes)
        path = Path(output)
        if path.suffix.lower() == ".npz":
            write_npz(path, {"train": [drawing]})
        else:
            pictures.write(path, drawing.strokes)
        told = f"{path}: {len(drawing.strokes)} strokes, {len(drawing.points)} points"
        return iter([told])

    def unread(self, given: dict[str, Any]) -> dict[str, list[str]]:
        """Nothing: what it cannot write is an error."""
        return {}

    def about(self) -> dict[str, Any]:
        """`writes`: whether it writes along a text, how that is cut, and some that it can write."""
        known = (
            list(self.text.table)[-200::20] if self.text.table else self.text.tokens[3:13]
        )
        return {"reads_text": self.reads_text, "unit": self.text.unit, "known": known}

    def samples(self, count: int, longest: int) -> list[list[list[list[float]]]]:
        """Made drawings: strokes of points that wander."""
        draw = np.random.default_rng(0)
        return [self._sample(draw, max(longest, 2)) for _ in range(count)]

    def _sample(self, draw: np.random.Generator, longest: int) -> list[list[list[float]]]:
        size = int(draw.integers(2, longest + 1))
        places = draw.normal(0, self.scale, (size, 2)).cumsum(axis=0).astype(np.float32)
        cuts = np.flatnonzero(draw.random(size) < 0.2)
        parts = [part.tolist() for part in np.split(places, cuts) if len(part)]
        return parts

    def sicknesses(self, path: Path, asked: Form | None = None) -> list["Finding"]:
        """What is wrong with the likelihoods of a file, and with new drawings; see `diagnosis`."""
        from seqzoo.tasks.handwriting.diagnosis import findings

        self.refuse_form(asked)
        return list(findings(self, path))

    def network_rows(
        self, path: Path, asked: Form | None = None
    ) -> Iterator[dict[str, np.ndarray]]:
        """Each drawing of a file, as the whole network takes it, for `seqzoo doctor --data`."""
        self.refuse_form(asked)
        for drawings in read(path).values():
            for each in drawings:
                row = {POINTS: before(scaled(each.points, self.scale))}
                if self.reads_text:
                    row[TOKENS] = self.text.ids(each.text, each.where)
                yield row

    def batch(self, path: Path, asked: Form | None = None) -> dict[str, np.ndarray]:
        """The first drawings of a file, as the whole network takes them; see `network_rows`."""
        rows = []
        for row in self.network_rows(path, asked):
            rows.append(row)
            if len(rows) == ROWS:
                break
        points, _ = padded_steps([row[POINTS] for row in rows])
        given = {TOKENS: padded([row[TOKENS] for row in rows])} if self.reads_text else {}
        return {POINTS: points, **given}


def _check_ending(path: Path) -> None:
    endings = (*pictures.ENDINGS, ".npz")
    if path.suffix.lower() not in endings:
        raise InputError(
            f"output: {path}: expected a name that ends in {', '.join(endings)}; got {path.suffix!r}"
        )
