"""The naive answers beside a memory network's: the most frequent one, and the latest one that was told."""

from collections import Counter
from collections.abc import Sequence

from seqzoo.datasets.stories.story import Story
from seqzoo.pipeline.naive import Naive
from seqzoo.tasks.stories.scores import scores
from seqzoo.tasks.stories.text import Text

FILE = "majority.txt"


def most_frequent(stories: Sequence[Story]) -> str:
    """The most frequent answer; of several the first in order."""
    counts = Counter(story.answer for story in stories)
    return min(counts, key=lambda each: (-counts[each], each))


def latest(story: Story, text: Text, constant: str) -> str:
    """The answer that was told last: the last word of the story that is an answer; else the constant."""
    for sentence in reversed(story.sentences):
        for word in reversed(text.words(sentence)):
            if word in text.places:
                return word
    return constant


def answers(stories: Sequence[Story], constant: str, text: Text) -> list[Naive]:
    """What the naive answers score.

    Args:
        stories: to answer.
        constant: the most frequent answer of the training part.
        text: words and answers.
    """
    tasks = [story.task for story in stories]

    def figures(given: Sequence[str]) -> dict[str, float]:
        right = [
            answer == story.answer for answer, story in zip(given, stories, strict=True)
        ]
        found = scores(right, tasks)
        return {"score": found["score"], "accuracy": found["accuracy"]}

    told = [latest(story, text, constant) for story in stories]
    return [
        Naive(
            "majority",
            "the most frequent answer",
            f"always {constant!r}, the most frequent answer of the training part",
            figures([constant] * len(stories)),
        ),
        Naive(
            "latest",
            "the answer that was told last",
            "the last word of the story that is an answer",
            figures(told),
        ),
    ]
