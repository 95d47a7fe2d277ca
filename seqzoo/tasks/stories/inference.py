"""A memory network on encoded stories, whatever their number."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from seqzoo.engine import for_groups

STORY, QUESTION, ANSWER, ATTENTION = "story", "question", "answer", "attention"
Pair = tuple[
    np.ndarray, np.ndarray
]  # ids of a story (sentences, words), of a question (words,)


class Inference:
    """Shares of answers, and what was read.

    Args:
        network: runs arrays by name: `story` int32 (batch, sentences, words) and `question` int32 (batch,
            words) -> `answer` float32 (batch, answers), `attention` float32 (batch, hops, sentences).
    """

    def __init__(self, network: Any):
        self.network = network

    def __call__(self, pairs: Sequence[Pair]) -> list[tuple[np.ndarray, np.ndarray]]:
        """Logits float32 (answers,) and attention float32 (hops, sentences) of each story.

        Of sentences that are not read any more there is no attention.
        """
        found: list[Any] = [None] * len(pairs)

        def compute(rows: list[int]) -> None:
            story, question = together([pairs[row] for row in rows])
            outputs = self.network.run({STORY: story, QUESTION: question})
            for place, row in enumerate(rows):
                count = len(pairs[row][0])
                seen = outputs[ATTENTION][place][:, :count]
                found[row] = outputs[ANSWER][place], seen

        for_groups(self.network, compute, [story.size for story, _ in pairs])
        return found


def together(pairs: Sequence[Pair]) -> Pair:
    """Stories and questions as one batch: int32 (batch, sentences, words), int32 (batch, words)."""
    sentences = max(len(story) for story, _ in pairs)
    words = max(story.shape[1] for story, _ in pairs)
    asked = max(len(question) for _, question in pairs)
    stories = np.zeros((len(pairs), sentences, words), np.int32)
    questions = np.zeros((len(pairs), asked), np.int32)
    for place, (story, question) in enumerate(pairs):
        stories[place, : len(story), : story.shape[1]] = story
        questions[place, : len(question)] = question
    return stories, questions
