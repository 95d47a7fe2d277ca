"""The naive answer beside a recognizer's scores: the most frequent transcript of the training."""

from collections import Counter
from collections.abc import Sequence

from seqzoo.pipeline.naive import Naive
from seqzoo.tasks.speech.scores import per_row, rates

FILE = "majority.txt"


def most_frequent(transcripts: Sequence[str]) -> str:
    """The most frequent transcript; of several the first in order."""
    counts = Counter(transcripts)
    return min(counts, key=lambda each: (-counts[each], each))


def answers(gold: Sequence[str], constant: str) -> list[Naive]:
    """What the naive answer scores.

    Args:
        gold: transcripts.
        constant: the most frequent one of the training part.
    """
    about = f"always {constant!r}, the most frequent transcript of the training part"
    figures = rates(per_row(gold, [constant] * len(gold)))
    return [Naive("majority", "the most frequent transcript", about, figures)]
