"""Stories: the answer to a question about a story, and which sentences it was looked for in."""

from seqzoo.tasks.base import Task
from seqzoo.tasks.stories.options import AnswerOptions, MeasureOptions

TASKS = (
    Task(
        name="stories",
        summary="the answer to a question about a story",
        package=__name__,
        predictor="StoryReader",
        score="accuracy",
        counted="questions",
        options=AnswerOptions,
        measure_options=MeasureOptions,
    ),
)
