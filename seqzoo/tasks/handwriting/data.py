"""Drawings as offsets and numbers of tokens, in three parts, ready to train on."""

import functools
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from seqzoo.datasets.splits import draw
from seqzoo.datasets.strokes.drawing import Drawing
from seqzoo.datasets.strokes.unseen import split_unseen
from seqzoo.datasets.whole import Read
from seqzoo.errors import InputError
from seqzoo.pipeline.batches import batches, plan
from seqzoo.pipeline.drawn import Batch, Drawn, seeded
from seqzoo.pipeline.encoded import Encoded
from seqzoo.pipeline.naive import Naive
from seqzoo.pipeline.prepared import PARTS, ready
from seqzoo.tasks.handwriting import naive
from seqzoo.tasks.handwriting.inference import POINTS, START, TOKENS, Inference
from seqzoo.tasks.handwriting.text import END, NONE, Text

if TYPE_CHECKING:
    import keras
    import tensorflow as tf


GAP = 1.2  # from character to character, of the width of one


class Drawings(Drawn):
    """Three parts of drawings.

    Args:
        folder: where `prepare` put them.
        batch_size, seed: of the training batches.

    Attributes:
        encoded: part -> its rows.
        scale: the deviation of the training's offsets, by which all are divided.
        reads_text: whether the network reads what the drawings show.
        text: tokens.
        drop_text, stretch: see `Settings`.
    """

    counted = "drawings"

    def __init__(self, folder: Path, batch_size: int, seed: int):
        super().__init__(folder)
        self.batch_size, self.seed = batch_size, seed
        self.drop_text = self.stretch = 0.0
        about = self.text_settings()
        self.scale: float = about["scale"]
        self.reads_text: bool = about["reads_text"]
        self.text = Text.load(folder, about["unit"])
        self.encoded = {part: Encoded(folder / part) for part in PARTS}

    @classmethod
    def prepare(
        cls,
        folder: Path,
        read: Read,
        *,
        validation: float,
        test: float,
        text: bool,
        longest: int,
        batch_size: int,
        seed: int,
    ) -> "Drawings":
        """Split, scale and write drawings, or take what is there.

        Args:
            folder: of the prepared data.
            read: the drawings.
            validation, test: shares to hold out, where there is no such part: of named drawings those whose
                tokens were all seen, else any.
            text: whether the network reads what the drawings show, where they show any.
            longest: points of a drawing at most; longer ones are left out.
            batch_size, seed: of the training batches; the seed holds out, too.

        Raises:
            InputError: on too few drawings.
        """

        def write(partial: Path) -> dict[str, Any]:
            parts, told = _parts(read, validation, test, seed, longest)
            return _write(partial, parts, text) | {
                "description": f"{read.description}{told}"
            }

        return cls(ready(folder, write), batch_size, seed)

    def plan(self, epoch: int) -> list[Batch]:
        """The training batches of an epoch, drawings of like length together."""
        lengths = self.encoded["train"].lengths
        planned = plan(lengths, self.batch_size, self.seed, epoch)
        return seeded(planned, self.seed, epoch)

    def batches(self, planned: list[Batch]) -> "tf.data.Dataset":
        """Batches of points, tokens and targets; see `arrays`."""
        return batches(
            lambda: (self.arrays(each) for each in planned),
            ((None, None, 3), "float32"),
            ((None, None), "int32"),
            ((None, None, 3), "float32"),
        )

    def arrays(self, batch: Batch) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """A training batch, stretched and some of it without text by chance.

        Returns:
            points read, float32 (batch, time, 3); tokens int32 (batch, tokens); points foretold, of the same
            shape as the first, with the mark of the end, NaN behind it.
        """
        train = self.encoded["train"]
        found = train.rows(batch.rows, 1)
        points, tokens = found[POINTS], found[TOKENS]
        random = np.random.default_rng(batch.draw)
        factors = random.uniform(1 - self.stretch, 1 + self.stretch, (len(points), 1, 2))
        points[..., :2] *= factors.astype(np.float32)
        without = random.random(len(points)) < self.drop_text
        tokens[without] = 0
        tokens[without, :2] = NONE, END

        edge = np.repeat(START[None], len(points), axis=0)  # (batch, 1, 3)
        reads = np.concatenate([edge, points], axis=1)
        foretold = np.concatenate([points, 0 * edge], axis=1)
        steps, ends = np.arange(foretold.shape[1]), train.lengths[batch.rows][:, None]
        foretold[steps == ends] = START[0]
        foretold[steps > ends] = np.nan
        return reads, tokens, foretold

    def drawings(self, part: str) -> list[np.ndarray]:
        """The drawings of a part, float32 (points, 3) each, scaled."""
        return list(self.encoded[part].each(POINTS))

    def texts(self, part: str) -> list[np.ndarray]:
        """Ids of what the drawings of a part show, int32 (tokens,) each."""
        return list(self.encoded[part].each(TOKENS))

    @property
    def pace(self) -> float:
        """Tokens a point of the training's drawings, what the window begins with."""
        texts = sum(map(len, self.texts("train")))
        return float(texts / self.encoded["train"].lengths.sum())

    def infer(self, model: "keras.Model") -> Inference:
        """A model of this data, ready to answer: the whole network, which reads all steps at once."""
        from seqzoo.training.running import KerasNetwork

        return Inference(KerasNetwork(model))

    @functools.cached_property
    def gaussian(self) -> naive.Gaussian:
        """The naive answer, fitted on the training part."""
        return naive.Gaussian.fit(self.drawings("train"))

    def naive_answers(self, part: str) -> list[Naive]:
        """What one Gaussian scores on a part."""
        return self.gaussian.answers(self.drawings(part))

    def save(self, folder: Path, model: "keras.Model") -> None:
        """Write tokens, the table of characters, and the naive answer beside the network."""
        self.text.save(folder)
        self.gaussian.save(folder / naive.FILE)


def _parts(
    read: Read, validation: float, test: float, seed: int, longest: int
) -> tuple[dict[str, list[Drawing]], str]:
    """All three parts, and what the description says of them."""
    parts = {
        part: [each for each in drawings if len(each.points) <= longest]
        for part, drawings in read.parts.items()
    }
    left = sum(map(len, read.parts.values())) - sum(map(len, parts.values()))
    if left:
        print(f"{left:,} drawings of more than {longest:,} points are left out", flush=True)
    if len(parts.get("train", ())) < 3:
        raise InputError(
            f"{read.description}: expected three drawings to train on, or more"
        )
    if all(parts.get(part) for part in PARTS):
        return parts, ""
    every = parts["train"]
    if len(parts) == 1 and all(each.name and each.text for each in every):
        split = split_unseen(every, validation, test, seed)
        return split._asdict(), "; validation and test: names never seen, tokens seen"
    shares = {"test": test, "validation": validation}
    for part in (part for part in shares if not parts.get(part)):
        order = sorted(parts["train"], key=lambda each: draw(each.where, seed, part))
        count = max(1, round(shares[part] * len(every)))
        parts[part], parts["train"] = order[:count], order[count:]
    return parts, ""


def _write(folder: Path, parts: dict[str, list[Drawing]], text: bool) -> dict[str, Any]:
    """Write parts and tokens; returns what `ready` asks for, but the description."""
    train = parts["train"]
    offsets = np.concatenate([each.points[:, :2] for each in train])
    scale = float(max(offsets.std(), 1e-6))
    reads_text = text and any(each.text for each in train)
    every = [each for drawings in parts.values() for each in drawings]
    characters = reads_text and all(len(each.name) == 1 for each in every)
    table = {each.name: each.text for each in every} if characters else {}
    tokens = Text.of([each.text for each in train] if reads_text else [], table)
    tokens.save(folder)

    sizes = {}
    for part in PARTS:
        rows = _rows(parts[part], tokens, scale, reads_text)
        sizes[part] = len(Encoded.write(folder / part, rows, POINTS))
    widths = [np.ptp(np.cumsum(each.points[:, 0])) for each in train]
    about = {
        "scale": scale,
        "reads_text": reads_text,
        "unit": tokens.unit,
        "advance": float(GAP * np.median(widths)),
    }
    return {"text": about, "sizes": sizes | {"tokens": len(tokens)}}


def _rows(
    drawings: Sequence[Drawing], tokens: Text, scale: float, reads_text: bool
) -> Iterator[dict[str, Any]]:
    """Points and tokens of each drawing."""
    for each in drawings:
        ids = tokens.ids(each.text if reads_text else (), each.where)
        yield {POINTS: scaled(each.points, scale), TOKENS: ids}


def scaled(points: np.ndarray, scale: float) -> np.ndarray:
    """Offsets divided by a number, float32 (points, 3)."""
    return (points / np.array([scale, scale, 1])).astype(np.float32)
