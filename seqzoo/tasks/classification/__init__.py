"""Text classification: a label for each text."""

from seqzoo.tasks.base import Task

TASKS = (
    Task(
        name="classification",
        summary="a label for each text",
        package=__name__,
        predictor="Classifier",
    ),
)
