"""What may be wrong with answers: one for all, and a memory that plays no part."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from seqzoo.datasets.stories.reading import read
from seqzoo.diagnosis.result import Finding
from seqzoo.tasks.stories.inference import Pair

if TYPE_CHECKING:
    from seqzoo.tasks.stories.predictor import StoryReader

MOST = 500  # questions that are looked at
FEW = 8  # of them, below which little can be said
SAME = 0.98  # share of answers
WORTH = 0.02  # share of answers that other stories should change at least


def findings(predictor: "StoryReader", path: Path) -> Iterator[Finding]:
    """What is wrong with the answers to questions about stories.

    Args:
        predictor: a `StoryReader`.
        path: as the training's `--data`.

    Raises:
        InputError: on files that cannot be read.
    """
    stories = [story for part in read(path).values() for story in part][:MOST]
    text = predictor.text
    pairs = [(text.story(s.sentences), text.question(s.question)) for s in stories]
    given = answered(predictor, pairs)
    yield varied(given, text.answers, len({story.answer for story in stories}))
    if len(pairs) >= FEW:
        shift = len(pairs) // 2
        others = [
            (pairs[(place + shift) % len(pairs)][0], question)
            for place, (_, question) in enumerate(pairs)
        ]
        yield remembered(given, answered(predictor, others))


def answered(predictor: "StoryReader", pairs: list[Pair]) -> np.ndarray:
    """The best answer to each question, int64 (questions,)."""
    return np.array([int(logits.argmax()) for logits, _ in predictor.inference(pairs)])


def varied(given: np.ndarray, names: list[str], expected: int) -> Finding:
    """Whether there is more than one answer for all questions.

    Args:
        given: classes, int64 (questions,).
        names: of the classes.
        expected: how many different answers are right.
    """
    classes, counts = np.unique(given, return_counts=True)
    share = counts.max() / len(given)
    found = f"{len(classes)} different answers to {len(given)} questions"
    if len(given) < FEW:
        return Finding("note", "answers", "model", f"{found}: too few to tell more")
    if expected < 2 or share < SAME:
        return Finding("ok", "answers", "model", found)
    commonest = names[int(classes[counts.argmax()])]
    return Finding(
        "warning", "answers", "model", f"{found}; {share:.0%} are {commonest!r}",
        "the network answers without the story: train longer, with another --seed or with --linear-epochs",
    )  # fmt: skip


def remembered(given: np.ndarray, other: np.ndarray) -> Finding:
    """Whether answers change beside another story.

    Args:
        given, other: classes beside the own story and beside another, int64 (questions,).
    """
    share = float((given != other).mean())
    found = f"another story changes {share:.0%} of the answers"
    if share >= WORTH:
        return Finding("ok", "answers", "memory", found)
    return Finding(
        "warning", "answers", "memory", f"{found}: the memory plays no part",
        "train longer, with --linear-epochs or more --hops; see whether the story has what the question asks",
    )  # fmt: skip
