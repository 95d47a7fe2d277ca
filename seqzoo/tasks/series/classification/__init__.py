"""Classification of series: the class of each series of numbers."""

from seqzoo.tasks.base import Task
from seqzoo.tasks.series.classification.options import AnswerOptions, MeasureOptions

TASKS = (
    Task(
        name="series_classification",
        summary="the class of each series of numbers",
        package=__name__,
        predictor="SeriesClassifier",
        score="accuracy",
        counted="series",
        example_file="series.csv",
        options=AnswerOptions,
        measure_options=MeasureOptions,
    ),
)
