"""`seqzoo evaluate` for stories: accuracy, of each kind too, the naive answers' beside it."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from seqzoo.datasets.stories.story import Story
from seqzoo.pipeline import bootstrap, naive
from seqzoo.tasks.stories import corpora
from seqzoo.tasks.stories import naive as naive_answers
from seqzoo.tasks.stories.inference import Inference, Pair
from seqzoo.tasks.stories.options import MeasureOptions
from seqzoo.tasks.stories.scores import scores
from seqzoo.tasks.stories.text import Text

if TYPE_CHECKING:
    from seqzoo.tasks.stories.predictor import StoryReader


def right_answers(
    inference: Inference, pairs: Sequence[Pair], stories: Sequence[Story], text: Text
) -> list[bool]:
    """Whether each question is answered right.

    Args:
        inference: the model.
        pairs: ids of stories and questions.
        stories: the same, as they came.
        text: with the answers' names.
    """
    found = inference(pairs)
    return [
        text.answers[int(logits.argmax())] == story.answer
        for (logits, _), story in zip(found, stories, strict=True)
    ]


def measure(
    predictor: "StoryReader",
    path: Path,
    options: MeasureOptions,
    write: Callable[[str], Any],
) -> dict[str, Any]:
    """Scores of a memory network on stories, and those of the naive answers.

    Args:
        predictor: a `StoryReader`.
        path: as the training's `--data`; where there are parts, the test part.
        options: which kinds.
        write: not used.

    Returns:
        `examples`, the number of questions; what `scores.scores` gives; the naive answers' figures; `below`,
        sentences if one is better; and what the interval of `accuracy` is made of.

    Raises:
        InputError: on files that cannot be read.
    """
    stories = corpora.to_measure(path, options.tasks)
    text = predictor.text
    pairs = [(text.story(s.sentences), text.question(s.question)) for s in stories]
    right = right_answers(predictor.inference, pairs, stories, text)
    found = scores(right, [story.task for story in stories])
    beside = naive_answers.answers(stories, predictor.constant, text)
    below = naive.below(found["score"], beside, "these questions")
    rows = np.column_stack([right, np.ones(len(right))]).astype(np.float64)
    return {
        "examples": len(stories),
        **found,
        **naive.flat(beside),
        **({"below": below} if below else {}),
        bootstrap.PER_ROW: bootstrap.PerRow(
            "accuracy", rows, bootstrap.share, "questions", (1,)
        ),
    }
