"""The bag of n-grams beside a classifier: hashed, in int8, answered by NumPy alone. Imports no seqzoo.

A token is hashed by CRC-32, an n-gram by mixing its tokens' hashes. The upper bits of that hash are a bucket,
the `MARK` bits below them a mark. A bucket belongs to one n-gram: of those that fall into it, the one that
is most frequent in the training texts. The table has the mark of each bucket's n-gram; an n-gram of another
mark does not count. On IMDB's reviews, whose n-grams are twenty to a bucket, that is one point of accuracy
better than to add up all that share a bucket.

There are 2^18 buckets. Each has a byte for its mark, and one for the weight of each class (of two classes,
of the second alone). Where that were more than `LARGEST_TABLE` bytes, from seven classes on, there are
half as many buckets, a quarter, and so on; of more than 462 classes there is no bag.

An average with the network, see `averaged`, has its two weights in the same file.
"""

import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

FILE = "bag.bin"  # of the artifact, and of an export
FORMAT = 1  # of the file, and of the hashes
ORDER = 3  # tokens of an n-gram at most
MOST_BITS, LEAST_BITS = 18, 12  # of a bucket's number
MARK = 6  # bits
LARGEST_TABLE, LARGEST_HEAD = 1_900_000, 65_536  # bytes
LARGEST_NUMBER = 1e30  # of a scale or an intercept that is read: sums stay finite
LARGEST_WEIGHT = 1e6  # of an average
TOGETHER = 100_000  # tokens hashed together
LEAST_PROBABILITY = 1e-7  # of the network, in an average: its logarithm is finite
FACTOR = np.uint64(0x9E3779B97F4A7C15)  # 2^64 over the golden ratio


def rows_for(classes: int) -> int:
    """Rows of weights: one a class; of two classes one."""
    return 1 if classes == 2 else classes


def bits_for(classes: int) -> int | None:
    """Bits of a bucket's number, as many as fit; None: too many classes."""
    for bits in range(MOST_BITS, LEAST_BITS - 1, -1):
        if (1 + rows_for(classes)) << bits <= LARGEST_TABLE:
            return bits
    return None


def hashes(tokens: Iterable[str]) -> np.ndarray:
    """Hashes of a text's tokens, uint32 (time,)."""
    found = (zlib.crc32(token.encode("utf-8", "surrogatepass")) for token in tokens)
    return np.fromiter(found, np.uint32)


def grams(
    words: np.ndarray, offsets: np.ndarray, bits: int
) -> tuple[np.ndarray, np.ndarray]:
    """All n-grams of some texts: the text's number, and the n-gram's bucket and mark; int64 (n-grams,) both.

    Args:
        words: the texts' `words`, one after the other, uint32 (time,).
        offsets: where each text starts, and the end of the last, int (texts + 1,).
        bits: of a bucket's number.
    """
    words = words.astype(np.uint64)
    text_of = np.repeat(np.arange(len(offsets) - 1), offsets[1:] - offsets[:-1])
    several = len(offsets) > 2  # then an n-gram could reach from one text into the next
    texts, keys = [], []
    mixed = _mixed(words)
    for order in range(1, ORDER + 1):
        if order > 1:
            mixed = _mixed(mixed[:-1] + words[order - 1 :])
        ends = text_of[order - 1 :]
        found = mixed >> np.uint64(64 - bits - MARK)
        if several:
            inside = ends == text_of[: len(ends)]
            ends, found = ends[inside], found[inside]
        texts.append(ends)
        keys.append(found)
    return np.concatenate(texts), np.concatenate(keys).astype(np.int64)


def features(
    words: np.ndarray, offsets: np.ndarray, marks: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The n-grams of some texts that have a bucket, each once a text: text and bucket, int64 (n-grams,) both.

    Args:
        words, offsets: see `grams`.
        marks: of the buckets, uint8 (buckets,).
    """
    bits = len(marks).bit_length() - 1
    texts, keys = grams(words, offsets, bits)
    buckets = keys >> MARK
    there = marks[buckets] == (keys & (2**MARK - 1))
    both = np.unique(texts[there] << bits | buckets[there])
    return both >> bits, both & (len(marks) - 1)


class Table(NamedTuple):
    """A fitted bag of n-grams, as its file has it.

    Attributes:
        classes: their number.
        majority: the most frequent class of the training part.
        strength: the regularisation that was chosen, C.
        marks: of the buckets, uint8 (buckets,).
        codes: of the weights, int8 (rows, buckets): a weight is code^3 * scale.
        scales: the weight of code 1, float64 (rows,).
        intercepts: float64 (rows,).
        weights: of the network and of the bag in their average; None: there is no average.
    """

    classes: int
    majority: int
    strength: float
    marks: np.ndarray
    codes: np.ndarray
    scales: np.ndarray
    intercepts: np.ndarray
    weights: tuple[float, float] | None = None

    def margins(self, words: np.ndarray, offsets: np.ndarray) -> np.ndarray:
        """How much speaks for each class, float64 (texts, classes); see `grams`."""
        texts, buckets = features(words, offsets, self.marks)
        count = len(offsets) - 1
        sums = [np.bincount(texts, _cubed(row[buckets]), count) for row in self.codes]
        margins = np.stack(sums, -1) * self.scales + self.intercepts  # (texts, rows)
        if len(self.codes) == 1:
            return np.concatenate([np.zeros_like(margins), margins], -1)  # (texts, 2)
        return margins

    def margins_of(self, texts: Iterable[Sequence[str]]) -> np.ndarray:
        """As `margins`, of texts given as lists of their tokens."""
        found = [self.margins(*words) for words in _together(texts)]
        return np.concatenate(found)

    def averaged(self, probabilities: np.ndarray, margins: np.ndarray) -> np.ndarray:
        """The average of a network's answers and the bag's; see `averaged`."""
        assert self.weights is not None
        return averaged(probabilities, margins, self.weights)

    @classmethod
    def read(cls, path: Path, classes: int) -> "Table":
        """Read a bag's file; nothing is allocated before its size is known to fit.

        Args:
            path: the file: a line of JSON, then the marks and the codes, a byte each.
            classes: of the classifier.

        Raises:
            ValueError: if it is no such file, or one of another number of classes.
        """
        largest = LARGEST_HEAD + LARGEST_TABLE
        with open(path, "rb") as file:
            line = file.readline(LARGEST_HEAD)
            head = _checked_head(line, classes, path)
            rows, bits = rows_for(classes), head["bits"]
            expected = (1 + rows) << bits
            body = file.read(largest)
        if len(body) != expected:
            raise ValueError(
                f"{path}: expected {expected:,} bytes behind the first line; got {len(body):,}"
            )
        marks = np.frombuffer(body, np.uint8, 1 << bits)
        codes = np.frombuffer(body, np.int8, offset=1 << bits).reshape(rows, 1 << bits)
        scales, intercepts = np.array(head["scales"]), np.array(head["intercepts"])
        about = classes, head["majority"], head["strength"]
        weights = head.get("average")
        pair = None if weights is None else (weights[0], weights[1])
        return cls(*about, marks, codes, scales, intercepts, pair)


def averaged(
    probabilities: np.ndarray, margins: np.ndarray, weights: tuple[float, float]
) -> np.ndarray:
    """The weighted geometric mean of two answers: softmax(a log p + b s), float32 (texts, classes).

    Args:
        probabilities: p, of the network, (texts, classes).
        margins: s, of the bag, float64 (texts, classes).
        weights: a and b.
    """
    bounded = np.maximum(probabilities.astype(np.float64), LEAST_PROBABILITY)
    scores = weights[0] * np.log(bounded) + weights[1] * margins
    shares = np.exp(scores - scores.max(-1, keepdims=True))
    return (shares / shares.sum(-1, keepdims=True)).astype(np.float32)


def _together(
    texts: Iterable[Sequence[str]],
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Texts as `grams` takes them, some together, in their order."""
    words: list[np.ndarray] = []
    size = 0
    for tokens in texts:
        words.append(hashes(tokens))
        size += len(tokens)
        if size >= TOGETHER:
            yield _joined(words)
            words, size = [], 0
    if words:
        yield _joined(words)


def _joined(words: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    return np.concatenate(words), np.cumsum([0, *map(len, words)])


def _cubed(codes: np.ndarray) -> np.ndarray:
    """int32 (n,), of codes, int8 (n,)."""
    wide = codes.astype(np.int32)
    return wide * wide * wide


def _mixed(state: np.ndarray) -> np.ndarray:
    """Hashes of hashes, uint64 (n,) both: each bit of the one depends on all of the other."""
    state = (state ^ (state >> np.uint64(32))) * FACTOR
    return (state ^ (state >> np.uint64(29))) * FACTOR


def _checked_head(line: bytes, classes: int, path: Path) -> dict[str, Any]:
    """The first line of a bag's file, every value of it within its range."""
    try:
        head = json.loads(line)
    except (ValueError, RecursionError):
        head = None
    if not isinstance(head, dict) or head.get("format") != FORMAT:
        raise ValueError(f"{path}: expected a bag of n-grams of format {FORMAT}")
    if head.get("classes") != classes:
        raise ValueError(
            f"{path}: expected {classes} classes; got {str(head.get('classes'))[:40]}"
        )
    rows, most = rows_for(classes), bits_for(classes)
    sound = {
        "bits": most is not None and _whole(head.get("bits"), LEAST_BITS, most),
        "majority": _whole(head.get("majority"), 0, classes - 1),
        "strength": _finite(head.get("strength")),
        "scales": _numbers(head.get("scales"), rows),
        "intercepts": _numbers(head.get("intercepts"), rows),
        "average": head.get("average") is None or _weights(head["average"]),
    }
    for name, usable in sound.items():
        if not usable:
            raise ValueError(f'{path}: expected a usable "{name}"')
    return head


def _whole(value: Any, least: int, most: int) -> bool:
    return type(value) is int and least <= value <= most


def _finite(value: Any) -> bool:
    return type(value) is float and abs(value) <= LARGEST_NUMBER


def _numbers(values: Any, count: int) -> bool:
    return isinstance(values, list) and len(values) == count and all(map(_finite, values))


def _weights(values: Any) -> bool:
    return _numbers(values, 2) and all(0 <= value <= LARGEST_WEIGHT for value in values)
