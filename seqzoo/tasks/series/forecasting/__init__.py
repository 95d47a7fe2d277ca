"""Forecasting: the steps that follow a series of numbers."""

from seqzoo.tasks.base import Task
from seqzoo.tasks.series.forecasting.options import AnswerOptions, MeasureOptions

TASKS = (
    Task(
        name="forecasting",
        summary="the steps that follow a series of numbers",
        package=__name__,
        predictor="Forecaster",
        score="mse",
        counted="windows",
        example_file="series.csv",
        options=AnswerOptions,
        measure_options=MeasureOptions,
    ),
)
