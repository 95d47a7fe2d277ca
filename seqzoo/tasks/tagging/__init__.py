"""Sequence tagging: the words of Chinese texts, and named entities."""

from seqzoo.tasks.base import Task
from seqzoo.tasks.form_options import TextOptions
from seqzoo.tasks.tagging.options import SegmenterOptions, WordOptions

TASKS = (
    Task(
        name="segmentation",
        summary="the words of a text without spaces",
        package=__name__,
        predictor="Segmenter",
        corpora="SEGMENTATION",
        options=SegmenterOptions,
        measure="words",
        measure_options=WordOptions,
        form_options=TextOptions,
    ),
    Task(
        name="entities",
        summary="names in a text, with their kinds and places",
        package=__name__,
        predictor="EntityTagger",
        corpora="ENTITIES",
        measure="entities",
        form_options=TextOptions,
    ),
)
SEGMENTATION, ENTITIES = TASKS
