"""Text classification: a label for each text."""

from seqzoo.tasks.base import Task
from seqzoo.tasks.classification.options import ClassifierOptions, MeasureOptions
from seqzoo.tasks.form_options import TextOptions

TASKS = (
    Task(
        name="classification",
        summary="a label for each text",
        package=__name__,
        predictor="Classifier",
        options=ClassifierOptions,
        measure_options=MeasureOptions,
        form_options=TextOptions,
    ),
)
