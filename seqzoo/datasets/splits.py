"""Cutting a stream of examples into parts, by content and seed, without holding it in memory.

Which part an example goes to follows from a hash of its text: equal texts always land in the same
part (the same review twice cannot leak from training into test), and nothing need be counted first.
"""

import hashlib
import heapq
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from seqzoo.datasets.files import Example

Item = TypeVar("Item")
Stream = Callable[[], Iterator[Example]]


@dataclass(frozen=True)
class Splits(Generic[Item]):
    """Three streams of examples, or of passages; each call of one reads its files anew.

    Attributes:
        train, validation, test: functions without argument that return an iterator.
        description: what it is, in one line, for the model card.
    """

    train: Callable[[], Iterator[Item]]
    validation: Callable[[], Iterator[Item]]
    test: Callable[[], Iterator[Item]]
    description: str


def draw(text: str, seed: int, purpose: str) -> float:
    """A number in [0, 1) that depends on text, seed and purpose alone."""
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8)
    digest.update(f"\0{seed}\0{purpose}".encode())
    return int.from_bytes(digest.digest(), "big") / 2**64


def between(stream: Stream, low: float, high: float, seed: int) -> Stream:
    """The examples whose draw lies in [low, high)."""

    def part():
        return (e for e in stream() if low <= draw(e.text, seed, "split") < high)

    return part


def without(stream: Stream, other: Stream) -> Stream:
    """The examples whose text, in Unicode NFKC, is not one of the other stream's."""

    def part():
        texts = {unicodedata.normalize("NFKC", e.text) for e in other()}
        return (e for e in stream() if unicodedata.normalize("NFKC", e.text) not in texts)

    return part


def first(stream: Stream, limit: int | None, seed: int) -> Stream:
    """The first `limit` examples in the seed's shuffled order (in the file's order as they come).

    A file sorted by label would give a single class if its first lines were taken.
    """
    if limit is None:
        return stream

    def part():
        largest: list[float] = []  # a heap of the `limit` smallest draws, negated
        for example in stream():
            key = -draw(example.text, seed, "limit")
            if len(largest) < limit:
                heapq.heappush(largest, key)
            elif key > largest[0]:
                heapq.heapreplace(largest, key)
        taken = 0
        for example in stream():
            if taken < limit and -draw(example.text, seed, "limit") >= largest[0]:
                taken += 1
                yield example

    return part
