"""Text regression: a number for each text."""

from seqzoo.tasks.base import Task
from seqzoo.tasks.form_options import TextOptions
from seqzoo.tasks.regression.options import MeasureOptions

TASKS = (
    Task(
        name="regression",
        summary="a number for each text",
        package=__name__,
        predictor="Regressor",
        score="mse",
        measure_options=MeasureOptions,
        form_options=TextOptions,
    ),
)
