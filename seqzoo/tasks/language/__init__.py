"""Language models: how likely texts are, and how they go on; and verse, which has forms."""

from seqzoo.tasks.base import Task
from seqzoo.tasks.form_options import TextOptions
from seqzoo.tasks.language.options import GenerateOptions, MeasureOptions
from seqzoo.tasks.language.verse.options import VerseMeasure, VerseOptions

LANGUAGE = Task(
    name="language",
    summary="how likely a text is, and how it goes on",
    package=__name__,
    predictor="LanguageModel",
    score="perplexity",
    counted="tokens",
    measure_options=MeasureOptions,
    form_options=TextOptions,
    generate_options=GenerateOptions,
)
VERSE = Task(
    name="poems",
    summary="Chinese poems in their forms",
    package=__name__,
    predictor="Verse",
    score="perplexity",
    counted="tokens",
    corpora="VERSE",
    measure="verse",
    measure_options=VerseMeasure,
    form_options=TextOptions,
    generate_options=VerseOptions,
)
TASKS = (LANGUAGE, VERSE)
