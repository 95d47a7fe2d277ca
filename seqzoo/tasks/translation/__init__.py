"""Translation: a text for each text; and dialogue, an answer to each talk."""

from seqzoo.tasks.base import Task
from seqzoo.tasks.form_options import TextOptions
from seqzoo.tasks.translation.options import (
    DialogueMeasureOptions,
    DialogueOptions,
    MeasureOptions,
    TranslationOptions,
)

TRANSLATION = Task(
    name="translation",
    summary="a text in another language for each text",
    package=__name__,
    predictor="Translator",
    options=TranslationOptions,
    measure_options=MeasureOptions,
    form_options=TextOptions,
)
DIALOGUE = Task(
    name="dialogue",
    summary="an answer to the last turns of a talk",
    package=__name__,
    predictor="Talker",
    score="perplexity",
    options=DialogueOptions,
    measure_options=DialogueMeasureOptions,
    form_options=TextOptions,
    talks=True,
    corpora="DIALOGUES",
    measure="dialogues",
)
TASKS = (TRANSLATION, DIALOGUE)
