"""Captions: what a picture shows, in words, and where each word looked."""

from seqzoo.tasks.base import Task
from seqzoo.tasks.captions.options import CaptionOptions, MeasureOptions

TASKS = (
    Task(
        name="captions",
        summary="what a picture shows, in words",
        package=__name__,
        predictor="Captioner",
        score="exact",
        counted="pictures",
        example_file="picture.png",
        options=CaptionOptions,
        measure_options=MeasureOptions,
    ),
)
