"""Translation: a text for each text."""

from seqzoo.tasks.base import Task
from seqzoo.tasks.form_options import TextOptions
from seqzoo.tasks.translation.options import MeasureOptions, TranslationOptions

TASKS = (
    Task(
        name="translation",
        summary="a text in another language for each text",
        package=__name__,
        predictor="Translator",
        options=TranslationOptions,
        measure_options=MeasureOptions,
        form_options=TextOptions,
    ),
)
