"""Legibility of a handwriter of characters: how many of those it writes a classifier reads back right.

    python -m benchmarks.legibility handwriting-kanji --characters 300 --biases 0 1 2

The classifier, a `series_classifier`, learns the strokes of KanjiVG, distorted by chance: of some characters
that the handwriter was trained on, and of all those held out for its test. It reads distorted strokes that it
did not learn, the real strokes themselves, and what the handwriter writes.

KanjiVG has one drawing of a character, so the classifier has seen the one that it is measured on, though
never the same distortion of it.
"""

import argparse
import time
from collections.abc import Sequence

import keras
import numpy as np

import seqzoo
from seqzoo import models
from seqzoo.datasets.strokes import kanjivg
from seqzoo.datasets.strokes.drawing import Drawing
from seqzoo.datasets.strokes.unseen import split_unseen
from seqzoo.pipeline.encoded import padded_steps
from seqzoo.tasks.handwriting.predictor import Handwriter
from seqzoo.tasks.handwriting.writing import LENGTH, Draws, written

UNIT = 20.0  # 109ths of the box: about the deviation of an offset
COPIES = 8  # distortions of each character in an epoch
TOGETHER = 128  # characters written together
TURN, SHEAR, SIZE, SHIFT, JITTER = 0.06, 0.1, 0.15, 2.0, 1.0


def features(points: np.ndarray) -> np.ndarray:
    """Offsets, pen and places of a drawing: float32 (points, 5)."""
    places = np.cumsum(points[:, :2], axis=0)
    return np.column_stack([points / [UNIT, UNIT, 1], places / UNIT]).astype(np.float32)


def distorted(points: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """A drawing, float (points, 3), turned, sheared and resized; its strokes and points moved."""
    turn, shear = random.normal(0, TURN), random.normal(0, SHEAR)
    width, height = random.uniform(1 - SIZE, 1 + SIZE, 2)
    matrix = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    matrix = matrix @ [[width, 0], [shear, height]]

    stroke = np.concatenate([[0], np.cumsum(points[:-1, 2])]).astype(int)  # of each point
    places = np.cumsum(points[:, :2], axis=0) @ matrix
    places += random.normal(0, SHIFT, (stroke[-1] + 1, 2))[stroke]
    places += random.normal(0, JITTER, places.shape)
    ends = (points[:, 2] > 0) | (np.diff(stroke, prepend=-1) > 0)
    kept = ends | (random.random(len(points)) > 0.1)  # some points between are lost
    offsets = np.diff(places[kept], axis=0, prepend=0)
    return np.column_stack([offsets, points[kept, 2]])


def arrays(drawings: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Drawings as the classifier reads them: values and lengths."""
    return list(padded_steps([features(each) for each in drawings]))


class Reading:
    """A classifier of characters.

    Args:
        drawings: float (points, 3), one of each character, in the order of the classes.
        epochs: of the training.
        seed: of weights and distortions.
    """

    def __init__(self, drawings: Sequence[np.ndarray], epochs: int, seed: int):
        keras.utils.set_random_seed(seed)
        self.random = np.random.default_rng(seed)
        self.drawings, self.labels = drawings, np.arange(len(drawings))
        self.model = models.series_classifier(
            5, len(drawings), cell="gru", units=96, pooling="max", dropout=0.3
        )
        steps = epochs * COPIES * len(drawings) // 64
        rate = keras.optimizers.schedules.CosineDecay(3e-3, steps)
        self.model.compile(
            optimizer=keras.optimizers.Adam(rate), loss="sparse_categorical_crossentropy"
        )
        for epoch in range(epochs):
            x, y = arrays(self.copies(COPIES)), np.tile(self.labels, COPIES)
            found = self.model.fit(x, y, batch_size=64, verbose=0)
            print(
                f"classifier, epoch {epoch + 1}: {found.history['loss'][0]:.3f}", flush=True
            )

    def copies(self, count: int) -> list[np.ndarray]:
        """New distortions of all characters, so many times."""
        return [
            distorted(each, self.random) for _ in range(count) for each in self.drawings
        ]

    def right(self, drawings: Sequence[np.ndarray]) -> np.ndarray:
        """Whether each drawing, in the order of the classes, is read right: bool (drawings,)."""
        chances = self.model.predict(arrays(drawings), batch_size=128, verbose=0)
        return chances.argmax(axis=1) == self.labels


def drawings_by(
    writer: Handwriter, characters: Sequence[Drawing], bias: float, seed: int
) -> list[np.ndarray]:
    """What a handwriter draws of some characters: float (points, 3) each, in the training's unit."""
    draws = Draws(bias, 1.0, LENGTH, np.random.default_rng(seed))
    found: list[np.ndarray] = []
    for first in range(0, len(characters), TOGETHER):
        part = characters[first : first + TOGETHER]
        texts = [writer.text.ids(each.text, each.where) for each in part]
        found += written(writer.inference, texts, draws)
    scale = [writer.scale, writer.scale, 1]
    return [each * scale for each in found]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", nargs="?", default="handwriting-kanji")
    parser.add_argument("--characters", type=int, default=300, help="of the training's")
    parser.add_argument("--part", choices=("validation", "test"), default="test")
    parser.add_argument("--biases", type=float, nargs="+", default=[0, 1, 2])
    parser.add_argument("--epochs", type=int, default=20, help="of the classifier")
    parser.add_argument("--seed", type=int, default=0, help="of all but the split")
    arguments = parser.parse_args()
    started = time.process_time()

    writer = seqzoo.load(arguments.model)
    settings = writer.config["config"]
    shares = (settings["validation"], settings["test"])
    parts = split_unseen(list(kanjivg.characters()), *shares, settings["seed"])
    order = np.random.default_rng(arguments.seed).permutation(len(parts.train))
    seen = [parts.train[n] for n in order[: arguments.characters]]
    chosen = [*seen, *getattr(parts, arguments.part)]
    is_seen = np.arange(len(chosen)) < len(seen)
    reading = Reading([each.points for each in chosen], arguments.epochs, arguments.seed)

    def tell(name: str, right: np.ndarray) -> None:
        shares = f"{right[is_seen].mean():.3f} | {right[~is_seen].mean():.3f}"
        print(f"| {name} | {shares} |", flush=True)

    count = f"{is_seen.sum()} of training | {(~is_seen).sum()} of {arguments.part}"
    print(f"| read back right, of {len(chosen)} classes | {count} |\n|---|---|---|")
    tell("real strokes, distorted anew", reading.right(reading.copies(1)))
    tell("real strokes", reading.right(reading.drawings))
    for bias in arguments.biases:
        drawn = drawings_by(writer, chosen, bias, arguments.seed)
        tell(f"written with bias {bias:g}", reading.right(drawn))
    print(f"{time.process_time() - started:.0f} s of processor time")


if __name__ == "__main__":
    main()
