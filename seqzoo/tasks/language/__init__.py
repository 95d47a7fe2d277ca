"""Language models: how likely texts are, and how they go on; and verse, which has forms."""

from seqzoo.tasks.base import Task
from seqzoo.tasks.form_options import TextOptions
from seqzoo.tasks.language.options import GenerateOptions, MeasureOptions

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
    name="verse",
    summary="Chinese poems in their forms",
    package=__name__,
    predictor="LanguageModel",
    score="perplexity",
    counted="tokens",
    corpora="VERSE",
    measure_options=MeasureOptions,
    form_options=TextOptions,
    generate_options=GenerateOptions,
)
TASKS = (LANGUAGE, VERSE)
