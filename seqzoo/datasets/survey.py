"""What must be known of all examples before one is trained on: equal texts, labels, rows that cannot be used.

A text is known by 8 bytes of its hash, so a million of them take some 12 MB.
"""

import hashlib
import unicodedata
from array import array
from collections import Counter
from collections.abc import Iterable
from typing import Any

import numpy as np

from seqzoo.errors import InputError

NO_LABEL = -1


def key_of(text: str) -> int:
    """Eight bytes of a text's hash; texts that differ in Unicode's forms or in white space have the same."""
    plain = " ".join(unicodedata.normalize("NFKC", text).split())
    digest = hashlib.blake2b(plain.encode("utf-8", "surrogatepass"), digest_size=8)
    return int.from_bytes(digest.digest(), "little")


class Survey:
    """A part's examples, counted.

    Args:
        part: its name.
        classes: label -> its number, for all parts together; new ones are added.

    Attributes:
        part: that.
        keys: of the texts, uint64 (examples,).
        labels: their numbers, int32 (examples,); `NO_LABEL` where examples have none.
        answers: of each text a number that equal answers share, uint64 (examples,), or (0,).
        kinds: label of a span -> how many there are.
        bad: rows that cannot be used.
        first_bad: what is wrong with the first of them.
        first: the first example.
    """

    def __init__(self, part: str, classes: dict[str, int]):
        self.part = part
        self._classes = classes
        self._keys, self._labels, self._answers = array("Q"), array("i"), array("Q")
        self.kinds: Counter[str] = Counter()
        self.bad = 0
        self.first_bad: InputError | None = None
        self.first: Any = None

    def read(self, examples: Iterable[Any]) -> None:
        """Count examples, and what is wrong with rows that are none."""
        for example in examples:
            if isinstance(example, InputError):
                self.bad += 1
                self.first_bad = self.first_bad or example
                continue
            if self.first is None:
                self.first = example
            self._keys.append(key_of(example.text))
            self._labels.append(self._number_of(getattr(example, "label", None)))
            if (answer := getattr(example, "answer", None)) is not None:
                self._answers.append(key_of(answer))
            self.kinds.update(getattr(example, "kinds", ()))

    def _number_of(self, label: str | None) -> int:
        if label is None:
            return NO_LABEL
        return self._classes.setdefault(label, len(self._classes))

    def __len__(self) -> int:
        return len(self._keys)

    @property
    def keys(self) -> np.ndarray:
        """A hash of each text, uint64 (texts,)."""
        return (
            np.frombuffer(self._keys, np.uint64) if self._keys else np.zeros(0, np.uint64)
        )

    @property
    def labels(self) -> np.ndarray:
        """The number of each text's label, int32 (texts,); `NO_LABEL` where there is none."""
        return (
            np.frombuffer(self._labels, np.int32) if self._labels else np.zeros(0, np.int32)
        )

    @property
    def answers(self) -> np.ndarray:
        """What tells answers of equal texts apart, uint64 (texts,); empty where they are not compared."""
        if self._answers:
            return np.frombuffer(self._answers, np.uint64)
        return self.labels.astype(np.uint64) if self._classes else np.zeros(0, np.uint64)
