"""Sounds, pictures and tables, each a sequence of numbers that a GRU rates."""

from types import SimpleNamespace

import keras
import numpy as np

from seqzoo.errors import InputError
from seqzoo.models.built import builder
from seqzoo.tasks.inputs import Audio
from seqzoo.tasks.predictor import Predictor

FRAMES = 100  # a second


@builder()
def sequence_rater(units: int = 4) -> keras.Model:
    """From float32 (batch, time, 1) to float32 (batch, 1)."""
    steps = keras.Input((None, 1), name="steps")
    last = keras.layers.GRU(units)(steps)
    return keras.Model(steps, keras.layers.Dense(1, "sigmoid")(last))


class Rater(Predictor):
    """What all have in common: an input becomes float32 (time,)."""

    BUILDER = "sequence_rater"

    def rating(self, steps: np.ndarray) -> float:
        """The network's answer to float32 (time,)."""
        return round(float(self.model(steps[None, :, None])[0, 0]), 5)


class SoundRater(Rater):
    """Answers have `seconds`, `loudness` (decibels of full scale) and `rating`."""

    READS = ("audio",)

    def encode(self, item, where):
        size = item.rate // FRAMES
        frames = len(item.samples) // size
        if not frames:
            raise InputError(f"{where}: expected 0.01 seconds of sound at least")
        power = np.square(item.samples[: frames * size]).reshape(frames, -1).mean(1)
        return 10 * np.log10(power + 1e-10)

    def answers(self, items, options):
        return [
            {
                "seconds": len(sound.samples) / sound.rate,
                "loudness": round(float(loudness.mean()), 3),
                "rating": self.rating(loudness),
            }
            for sound, loudness in items
        ]

    def to_plain(self, answer):
        return str(answer["loudness"])

    def samples(self, count, longest):
        draw = np.random.default_rng(0)
        return [
            Audio(draw.uniform(-1, 1, (80 * longest, 1)).astype(np.float32), 8000)
            for _ in range(count)
        ]


class Dictation(SoundRater):
    """Answers have `transcript`, `a` for each loud quarter of a second, `b` for a silent one, and `words`."""

    front_end = SimpleNamespace(rate=8000)

    def answers(self, items, options):
        return [self.written(sound.samples[:, 0]) for sound, _ in items]

    def written(self, samples):
        size = self.front_end.rate // 4
        quarters = [samples[at : at + size] for at in range(0, len(samples), size)]
        letters = ["a" if np.abs(quarter).max() > 0.1 else "b" for quarter in quarters]
        words = [
            {"word": letter, "start": n / 4, "end": (n + 1) / 4, "confidence": 1.0}
            for n, letter in enumerate(letters)
        ]
        return {"transcript": "".join(letters), "words": words}

    def stream(self):
        return Heard(self)

    def to_plain(self, answer):
        return answer["transcript"]

    def about(self):
        return {"rate": self.front_end.rate}


class Heard:
    """What a `Dictation` has heard so far."""

    def __init__(self, predictor):
        self.predictor, self.samples = predictor, np.zeros(0, np.float32)

    def feed(self, samples):
        assert samples.dtype == np.float32
        self.samples = np.concatenate([self.samples, samples])
        size = self.predictor.front_end.rate // 4
        return self.predictor.written(self.samples[: len(self.samples) // size * size])

    def finish(self):
        return self.predictor.written(self.samples)


class PictureRater(Rater):
    """Answers have `width`, `height`, `brightness` (0 to 1) and `rating`."""

    READS = ("image",)

    def encode(self, item, where):
        return item.mean((1, 2), dtype=np.float32) / 255  # a step a row of pixels

    def answers(self, items, options):
        return [
            {
                "width": picture.shape[1],
                "height": picture.shape[0],
                "brightness": round(float(rows.mean()), 3),
                "rating": self.rating(rows),
            }
            for picture, rows in items
        ]

    def to_plain(self, answer):
        return str(answer["brightness"])

    def samples(self, count, longest):
        draw = np.random.default_rng(0)
        return [draw.integers(0, 256, (longest, 8, 3), np.uint8) for _ in range(count)]


class TableRater(Rater):
    """Answers have `rows` and `rating`."""

    READS = ("table",)

    def encode(self, item, where):
        return item.mean(1)

    def answers(self, items, options):
        return [{"rows": len(table), "rating": self.rating(rows)} for table, rows in items]

    def to_plain(self, answer):
        return str(answer["rating"])

    def samples(self, count, longest):
        draw = np.random.default_rng(0)
        return [draw.normal(size=(longest, 3)).astype(np.float32) for _ in range(count)]
