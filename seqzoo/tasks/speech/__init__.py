"""Speech recognition: the words of each sound, and when they were said."""

from seqzoo.tasks.base import Task
from seqzoo.tasks.speech.options import AnswerOptions, MeasureOptions

TASKS = (
    Task(
        name="speech",
        summary="the words of each sound, and when they were said",
        package=__name__,
        predictor="Recognizer",
        score="wer",
        counted="utterances",
        example_file="sound.wav",
        options=AnswerOptions,
        measure_options=MeasureOptions,
    ),
)
