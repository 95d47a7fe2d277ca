"""Pairs the other way round, for a model that tells how likely a text is behind its answer."""

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

from seqzoo.datasets import Splits
from seqzoo.text import turns


def swapped(splits: Splits) -> Splits:
    """Sources as targets; of the turns of a talk the last one. What is in which part stays."""
    return Splits(
        _swapped(splits.train),
        _swapped(splits.validation),
        _swapped(splits.test),
        splits.description,
    )


def _swapped(stream: Callable[[], Iterator[Any]]) -> Callable[[], Iterator[Any]]:
    def pairs() -> Iterator[Any]:
        for pair in stream():
            yield dataclasses.replace(
                pair, source=pair.target, target=turns.last(pair.source)
            )

    return pairs
