"""Use a trained captioner: what a picture shows, and where each word looked."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from seqzoo.artifact import Artifact
from seqzoo.datasets.pictures import made
from seqzoo.datasets.pictures.picture import Picture
from seqzoo.datasets.pictures.pixels import fitted
from seqzoo.datasets.reading.settings import Form
from seqzoo.errors import InputError
from seqzoo.pipeline.encoded import padded
from seqzoo.system.files import read_lines
from seqzoo.tasks.captions import corpora, naive
from seqzoo.tasks.captions import text as texts
from seqzoo.tasks.captions.frozen import ABOUT, Frozen
from seqzoo.tasks.captions.inference import Caption, Captioning, Search
from seqzoo.tasks.captions.options import CaptionOptions, SearchOptions
from seqzoo.tasks.predictor import Predictor
from seqzoo.text.vocabulary import BOS, EOS

if TYPE_CHECKING:
    from seqzoo.diagnosis import Finding

ROWS = 32  # pictures of a file, for `doctor`
USUAL_BEAM = 3


def _is_search(value: Any) -> bool:
    if not isinstance(value, dict) or set(value) != {"beam_size", "length_penalty"}:
        return False
    beam, penalty = value["beam_size"], value["length_penalty"]
    sound = type(beam) is int and 1 <= beam <= 1000
    return sound and isinstance(penalty, (int, float)) and 0 <= penalty <= 1000


# Setting -> whether a value is sound.
SOUND = {
    "unit": lambda value: value in texts.UNITS,
    "lowercase": lambda value: isinstance(value, bool),
    "image_size": lambda value: type(value) is int and 1 <= value <= 4096,
    "longest": lambda value: type(value) is int and 1 <= value <= 10_000,
    "search": _is_search,
}


class Captioner(Predictor):
    """A captioner of pictures.

    An answer has `caption`, `log_prob`, in nats, and `score`, that with the penalty of lengths; with `n_best`
    above 1 `captions`, a list of such; with `alignments` `tokens`, and for each of them and the end a list of
    shares, one for each position of the picture, row by row, in a square.

    Args:
        folder: an artifact of this task.

    Attributes:
        text: tokens.
        size: height and width that pictures are fitted into.
        frozen: what sees the pictures, where the model reads features; else None.
        captioning: the networks on pictures.
        measured_search: how the training's test was searched.
        constant: the most frequent caption of the training.
    """

    READS: ClassVar[tuple[str, ...]] = ("image",)
    BUILDER: ClassVar[str] = "captioner"
    TEXT: ClassVar[dict] = SOUND
    FOR_DRAWING: ClassVar[dict] = {"alignments": True}
    IN_JSON: ClassVar[tuple[str, ...]] = ("alignments",)

    def __init__(self, folder: Path | Artifact):
        super().__init__(folder)
        about = self.config["text"]
        self.size: int = about["image_size"]
        if self.size != self.arguments["image_size"]:
            raise InputError(
                f"{self.artifact.path('config.json')}: image_size: expected {self.arguments['image_size']}, "
                f"that of the network; got {self.size}"
            )
        path = self.artifact.path(texts.FILE)
        self.text = texts.load(path, about, self.arguments["vocab_size"])
        networks = self.network("encoder", 1), self.network("step", 1)
        self.frozen = Frozen.load(self.artifact) if ABOUT in self.artifact.names else None
        self.captioning = Captioning(*networks, self.text, about["longest"], self.frozen)
        self.measured_search = Search(**about["search"])
        (self.constant,) = read_lines(self.artifact.path(naive.FILE), 1)

    def options(self, **given: Any) -> Any:
        """Options of a caption.

        Raises:
            InputError: on an unknown option, a value out of its range, or alignments of a model without
                attention.
        """
        options = super().options(**given)
        if getattr(options, "alignments", False) and not self.captioning.attends:
            raise InputError("alignments: the model has no attention")
        self.search(options)
        return options

    def search(self, options: SearchOptions) -> Search:
        """The search that options ask for; what they leave open is as the training's test was searched.

        With `n_best` alone the beam is as wide as that needs.

        Raises:
            InputError: if more captions are wanted than the beam keeps.
        """
        measured, n_best = self.measured_search, getattr(options, "n_best", 1)
        beam, penalty = options.beam_size, options.length_penalty
        if beam is not None and n_best > beam:
            raise InputError(f"n_best: expected at most beam_size, {beam}; got {n_best}")
        return Search(
            max(measured.beam_size, n_best) if beam is None else beam,
            measured.length_penalty if penalty is None else penalty,
            n_best,
        )

    def predict(self, items: Any, **given: Any) -> Any:
        """Answer pictures: one array has one answer; see `Predictor.predict`."""
        if isinstance(items, np.ndarray) and items.ndim == 3:
            return super().predict([items], **given)[0]
        return super().predict(items, **given)

    def encode(self, item: np.ndarray, where: str) -> np.ndarray:
        """A picture fitted into the network's square, uint8 (size, size, 3).

        Raises:
            InputError: on another number of channels; `where` begins the message.
        """
        try:
            return fitted(item, self.size)
        except ValueError as error:
            raise InputError(f"{where}: expected image, {error}") from None

    def answers(
        self, items: Sequence[tuple[np.ndarray, np.ndarray]], options: CaptionOptions
    ) -> list[dict[str, Any]]:
        """The captions of pictures, given with what `encode` made of them."""
        pictures = [each for _, each in items]
        found = self.captioning(pictures, self.search(options))
        answers = [self._answer(best, options) for best in found]
        if options.alignments:
            pairs = [
                (picture, np.array([*best[0].ids, EOS], np.int32))
                for picture, best in zip(pictures, found, strict=True)
            ]
            scores = self.captioning.scores(pairs)
            for answer, best, (_, looks) in zip(answers, found, scores, strict=True):
                assert looks is not None  # the model has attention
                answer["tokens"] = [*self.text.names(best[0].ids), "</s>"]
                answer["alignments"] = np.round(looks.astype(float), 4).tolist()
        return answers

    def _answer(self, best: Sequence[Caption], options: CaptionOptions) -> dict[str, Any]:
        plain = [
            {"caption": each.text, "log_prob": each.log_prob, "score": each.score}
            for each in best
        ]
        return {**plain[0], **({"captions": plain} if options.n_best > 1 else {})}

    def to_plain(self, answer: dict[str, Any]) -> str:
        """The caption; with `n_best` above 1 several lines: caption, tab, score."""
        if "captions" not in answer:
            return answer["caption"]
        return "\n".join(
            f"{each['caption']}\t{each['score']:.4f}" for each in answer["captions"]
        )

    def draw(self, answer: dict[str, Any], path: Path) -> None:
        """Draw where each token looked, a PNG file.

        Args:
            answer: with `alignments`.
            path: of the picture.
        """
        from seqzoo.reports.looks import looks

        looks(answer["tokens"], answer["alignments"]).savefig(path, format="png", dpi=120)

    def effort(self, options: CaptionOptions) -> float:
        """How many times the usual a caption takes, about: a wider beam takes longer."""
        return max(1.0, (options.beam_size or USUAL_BEAM) / USUAL_BEAM)

    def about(self) -> dict[str, Any]:
        """`alignments`: whether answers can have them."""
        return {"alignments": self.captioning.attends}

    def samples(self, count: int, longest: int) -> list[np.ndarray]:
        """Made pictures, cut to `longest` times eight pixels of height at most, and 8 at least."""
        height = max(8, min(made.SIDE, 8 * longest))
        return [each.read()[:height] for each in made.made_pictures(count, seed=0)]

    def network_rows(
        self, path: Path, asked: Form | None = None
    ) -> Iterator[dict[str, np.ndarray]]:
        """Each picture of a file with its first caption, as the whole network takes them, for `doctor`."""
        self.refuse_form(asked)
        for each in corpora.every(path):
            said = each.captions[0] if each.captions else ""
            ids = self.text.encode(said)[:-1]
            given = self.captioning.given([self.fitted(each)])
            yield {
                **{name: rows[0] for name, rows in given.items()},
                "target": np.array([BOS, *ids], np.int32),
            }

    def fitted(self, picture: Picture) -> np.ndarray:
        """A picture of a corpus, uint8 (size, size, 3).

        Raises:
            InputError: if it cannot be read.
        """
        return fitted(picture.read(), self.size)

    def batch(self, path: Path, asked: Form | None = None) -> dict[str, np.ndarray]:
        """The first pictures of a file, as the network takes them; see `network_rows`."""
        rows = []
        for row in self.network_rows(path, asked):
            rows.append(row)
            if len(rows) == ROWS:
                break
        (name,) = (each for each in rows[0] if each != "target")
        return {
            name: np.stack([row[name] for row in rows]),
            "target": padded([row["target"] for row in rows]),
        }

    def sicknesses(self, path: Path, asked: Form | None = None) -> list["Finding"]:
        """What is wrong with the captions of a file's pictures; see `diagnosis`."""
        from seqzoo.tasks.captions.diagnosis import findings

        self.refuse_form(asked)
        return list(findings(self, path))
