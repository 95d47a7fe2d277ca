"""Memory of a training on a stream without end, and of predictions of a large file.

    python -m tests.faults.memory training --minutes 60
    python -m tests.faults.memory prediction --minutes 60 --model sentiment-imdb --texts reviews.txt

The first trains a classifier by the loop of every recipe on texts that are made up as they are asked for,
with a save a second and a validation every 500 steps. The second repeats a file until it has 2 GB and
predicts that. Both print the resident memory a minute; the last quarter must not lie above the second.
"""

import argparse
import contextlib
import itertools
import random
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from seqzoo.tasks.classification import defaults
from tests.faults.corpora import NOUNS, OPINIONS

GROWTH = 0.02  # of the memory, at most, from the second quarter of a run to its last


def resident(process: int | str = "self") -> int:
    """Resident memory of a process, bytes."""
    with open(f"/proc/{process}/status") as file:
        return next(
            int(line.split()[1]) * 1024 for line in file if line.startswith("VmRSS")
        )


class Watch(threading.Thread):
    """Takes a process' memory every second, and prints it every minute."""

    def __init__(self, process="self"):
        super().__init__(daemon=True)
        self.process, self.taken, self.ended = process, [], threading.Event()

    def run(self):
        for second in itertools.count(1):
            if self.ended.wait(1):
                return
            try:
                self.taken.append(resident(self.process))
            except (OSError, StopIteration):  # it has ended
                return
            if second % 60 == 0:
                print(f"{second // 60} min: {self.taken[-1] / 2**20:.0f} MiB", flush=True)

    def result(self) -> dict:
        """MiB in the quarters of the run, and whether the last is no larger than the second."""
        self.ended.set()
        self.join()
        quarters = [float(np.mean(part)) / 2**20 for part in np.array_split(self.taken, 4)]
        flat = quarters[3] <= quarters[1] * (1 + GROWTH)
        return {
            "seconds": len(self.taken),
            "mib": [round(q, 1) for q in quarters],
            "flat": flat,
        }


class Endless:
    """What a recipe's `load` returns, of texts that nobody has written down."""

    STEPS, ROWS, VOCABULARY = 500, 32, 5000

    def plan(self, epoch: int):
        return [(epoch, step) for step in range(self.STEPS)]

    def batches(self, planned):
        import tensorflow as tf

        def made():
            for epoch, step in planned:
                yield self.batch(epoch * self.STEPS + step)

        kinds = (tf.TensorSpec((None, None), tf.int32), tf.TensorSpec((None,), tf.int32))
        return tf.data.Dataset.from_generator(made, output_signature=kinds).prefetch(2)

    def batch(self, seed: int):
        """Ids of nouns, of opinions, which decide the label, and of made-up words."""
        draw = np.random.default_rng(seed)
        labels = draw.integers(0, 2, self.ROWS, dtype=np.int32)
        ids = draw.integers(
            len(NOUNS) + 12,
            self.VOCABULARY,
            (self.ROWS, int(draw.integers(5, 60))),
            np.int32,
        )
        opinions = 4 + labels[:, None] * len(OPINIONS["good"])
        ids[:, 1:4] = opinions + draw.integers(
            0, len(OPINIONS["good"]), (self.ROWS, 3), np.int32
        )
        return ids, labels

    def by_size(self, config):
        """What suits a large corpus."""
        chosen = defaults.by_size(texts=10**6, tokens=10**8, epochs=config.epochs)
        return chosen | {"unit": "word", "average_with_bag": False}


def train(minutes: float) -> dict:
    """Train until the time is over."""
    from seqzoo import models
    from seqzoo.recipes import sentiment
    from seqzoo.system.memory import keep_freed_memory
    from seqzoo.training.loop import Trainer

    keep_freed_memory()
    data = Endless()

    class Recipe:
        loss = staticmethod(sentiment.loss)

        @staticmethod
        def build(config, data):
            return models.classifier(
                data.VOCABULARY, 2, cell="gru", units=32, embedding_dim=32
            )

        @staticmethod
        def evaluate(model, data, split):
            made = (data.batch(10**9 + n) for n in range(20))
            right = [
                np.mean(np.argmax(model(ids, training=False), -1) == labels)
                for ids, labels in made
            ]
            return {"score": float(np.mean(right))}

    class Until:
        """An interrupt when the time is over."""

        pending = None
        deferred = staticmethod(contextlib.nullcontext)

        def leave(self):
            raise TimeoutError

    until, watch = Until(), Watch()
    threading.Timer(minutes * 60, lambda: setattr(until, "pending", 15)).start()
    watch.start()
    with tempfile.TemporaryDirectory() as folder:
        config = replace(sentiment.Config(), epochs=10**9, patience=10**9)
        trainer = Trainer(
            Recipe, config, data, Path(folder) / "training.npz", until, save_seconds=1.0
        )
        with contextlib.suppress(TimeoutError):
            trainer.run()
        steps = trainer.progress.epoch * data.STEPS + trainer.progress.batch
    return {"steps": steps, **watch.result()}


def predict(minutes: float, model: str, texts: Path, size: int) -> dict:
    """Predict a file of `size` bytes, or as far as the time reaches."""
    with tempfile.TemporaryDirectory() as folder:
        large, content = Path(folder) / "large.txt", texts.read_bytes()
        with large.open("wb") as file:
            while file.tell() < size:
                file.write(content)
        process = subprocess.Popen(
            [sys.executable, "-m", "seqzoo", "predict", model, str(large), "--plain"],
            stdout=subprocess.PIPE,
        )
        watch, deadline = Watch(process.pid), time.monotonic() + minutes * 60
        watch.start()
        answered = 0
        for _ in process.stdout:
            answered += 1
            if time.monotonic() > deadline:
                break
        whole = process.poll() == 0 or (
            time.monotonic() <= deadline and process.wait() == 0
        )
        found = watch.result()
        process.kill()
        process.wait()
    return {"lines": answered, "whole": whole, **found}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("training", "prediction"))
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--model", default="sentiment-imdb")
    parser.add_argument(
        "--texts", type=Path, default=None, help="a text a line; default: made up"
    )
    parser.add_argument(
        "--size", type=int, default=2 * 10**9, help="bytes of the large file"
    )
    given = parser.parse_args()
    if given.what == "training":
        found = train(given.minutes)
    else:
        with tempfile.TemporaryDirectory() as folder:
            texts = given.texts or made_texts(Path(folder) / "texts.txt")
            found = predict(given.minutes, given.model, texts, given.size)
    print(found)
    return 0 if found["flat"] else 1


def made_texts(path: Path) -> Path:
    """1,000 lines of 1 to 300 words."""
    draw = random.Random(0)
    lines = (
        " ".join(draw.choices([*NOUNS, *OPINIONS["good"]], k=draw.randint(1, 300)))
        for _ in range(1000)
    )
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return path


if __name__ == "__main__":
    sys.exit(main())
