"""The bag of n-grams beside a classifier's scores: what is fitted, and its file; see `reader_bag`."""

import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from seqzoo.errors import InputError
from seqzoo.pipeline.encoded import Encoded
from seqzoo.tasks.classification import reader_bag

LARGEST_CODE = 127
CHUNK = 500_000  # tokens read together
WORDS = "words"  # the column of encoded texts that holds their tokens' hashes


def words_of(tokens: Iterable[str]) -> dict[str, np.ndarray]:
    """The column `words`: hashes of a text's tokens, uint32 (time,)."""
    return {WORDS: reader_bag.hashes(tokens)}


class Bag(reader_bag.Table):
    """A fitted bag of n-grams."""

    @property
    def about(self) -> str:
        """How it answers."""
        order = reader_bag.ORDER
        return f"naive-Bayes weighted 1- to {order}-grams, linear, C {self.strength:g}, in int8"

    def answers(self, encoded: Encoded) -> np.ndarray:
        """Classes, int64 (rows,), of encoded texts with the column `words`."""
        return np.argmax(self.of_encoded(encoded), -1)

    def of_encoded(self, encoded: Encoded) -> np.ndarray:
        """As `margins`, of encoded texts with the column `words`."""
        chunks = encoded.spans(WORDS, CHUNK)
        return np.concatenate([self.margins(*chunk) for chunk in chunks])

    def save(self, path: Path) -> None:
        """Write a line of JSON, then the marks and the codes, a byte each."""
        head = {
            "format": reader_bag.FORMAT,
            "classes": self.classes,
            "majority": self.majority,
            "strength": self.strength,
            "bits": len(self.marks).bit_length() - 1,
            "scales": self.scales.tolist(),
            "intercepts": self.intercepts.tolist(),
        }
        if self.weights is not None:
            head["average"] = list(self.weights)
        line = json.dumps(head).encode() + b"\n"
        path.write_bytes(line + self.marks.tobytes() + self.codes.tobytes())

    @classmethod
    def load(cls, path: Path, classes: int) -> "Bag":
        """Read what `save` wrote; see `reader_bag.Table.read`.

        Raises:
            InputError: if it is no such file, or one of another number of classes.
        """
        try:
            return cls(*cls.read(path, classes))
        except ValueError as error:
            raise InputError(str(error)) from None


def coded(weights: np.ndarray) -> tuple[np.ndarray, float]:
    """Weights of a class as codes, int8, and a scale: a weight is code^3 * scale.

    Most weights are small, and a text has hundreds of them. Cubes give them finer steps than the few large
    ones: on IMDB's reviews four labels of ten thousand change; with even steps 44 do.
    """
    scale = float(np.abs(weights).max()) / LARGEST_CODE**3
    if not scale > 0:
        return np.zeros(weights.shape, np.int8), 0.0
    return np.rint(np.cbrt(weights / scale)).astype(np.int8), scale
