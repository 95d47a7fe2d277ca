"""Handwriting: how likely a drawing is, point by point, and new ones drawn."""

from seqzoo.tasks.base import Task
from seqzoo.tasks.handwriting.options import AnswerOptions, GenerateOptions

TASKS = (
    Task(
        name="handwriting",
        summary="how a pen goes on, alone or along a text",
        package=__name__,
        predictor="Handwriter",
        score="nats",
        counted="drawings",
        example_file="drawing.json",
        options=AnswerOptions,
        generate_options=GenerateOptions,
    ),
)
