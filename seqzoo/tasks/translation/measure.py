"""Scores of translations, and `seqzoo evaluate` for translators."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from seqzoo import lazy, metrics
from seqzoo.datasets import read_columns, read_pairs
from seqzoo.datasets.own import check_no_reading
from seqzoo.pipeline import bootstrap
from seqzoo.pipeline import naive as beside
from seqzoo.pipeline.naive import Naive
from seqzoo.tasks.translation import naive
from seqzoo.tasks.translation.by_sentence import BySentence
from seqzoo.tasks.translation.decoding_settings import Search
from seqzoo.tasks.translation.inference import Translating, check_length
from seqzoo.tasks.translation.options import MeasureOptions
from seqzoo.tasks.translation.predictor import Translator
from seqzoo.text.subwords import in_form

# Asked for by the task of models that answer.
__getattr__, __dir__ = lazy.names(
    __name__, lazy.places("seqzoo.tasks.translation.dialogue.measure", dialogues="measure")
)


def measure(
    predictor: Translator, path: Path, options: MeasureOptions, write: Callable[[str], Any]
) -> dict[str, Any]:
    """Scores of a trained translator on a file; see `scores`; and beside them of the naive answers.

    `copy_*` is the source as it is, `word_for_word_*` a translation piece by piece, if the artifact has one.
    `below` has a sentence for each that is better than the model.

    Args:
        predictor: the model.
        path: texts, a tab, their translations; or texts alone, with references.
        options: of the search; a file of references.
        write: not used.

    Raises:
        InputError: on files that cannot be read, or a text that is too long.
    """
    if options.references is None:
        pairs = list(read_columns(path, predictor.asked(options)))
    else:
        check_no_reading(options, allowed=("encoding",), without="--references")
        pairs = list(read_pairs(path, options.references, options.encoding))
    for pair in pairs:
        check_length(predictor.translating.encode(pair.source), pair.where)
    targets, tokenize = (
        [pair.target for pair in pairs],
        predictor.config["text"]["tokenize"],
    )
    sources = [pair.source for pair in pairs]
    items = [(each, predictor.translating.encode(each)) for each in sources]
    texts = [best[0].text if best else "" for best in predictor.best(items, options)]
    both = list(zip(sources, targets, strict=True))
    way = predictor.decoding(options)
    measured = _scores(predictor.translating, both, texts, way, tokenize)
    values = metrics.bleu_counts(texts, targets, tokenize)
    per_row = bootstrap.PerRow("bleu", values, metrics.bleu_of, "sentences", (1,))
    found = _naive(predictor, both, tokenize)
    measured |= beside.flat(found)
    if below := beside.below(measured["score"], found, "these texts"):
        measured["below"] = below
    return {"examples": len(pairs), **measured, bootstrap.PER_ROW: per_row}


def _naive(
    predictor: Translator, pairs: Sequence[tuple[str, str]], tokenize: str
) -> list[Naive]:
    """What naive answers score on the same texts."""
    translating, artifact = predictor.translating, predictor.artifact
    if naive.FILE not in artifact.names:
        return naive.answers(pairs, tokenize, None, naive.NONE_KEPT)
    sizes = len(translating.source), len(translating.target)
    words = naive.WordForWord.load(artifact.path(naive.FILE), sizes)

    def translate(text: str) -> str:
        read = in_form(text, translating.form)
        return words(read, translating.source, translating.target)

    return naive.answers(pairs, tokenize, translate, words.about)


def scores(
    by_sentence: BySentence,
    pairs: Iterable[tuple[str, str]],
    search: Search,
    tokenize: str,
) -> dict[str, Any]:
    """Scores of translations.

    Args:
        by_sentence: the model.
        pairs: sources and targets.
        search: how translations are searched for.
        tokenize: how BLEU cuts texts.

    Returns:
        What `seqzoo.metrics.translation_scores` gives; `score`, the BLEU; `perplexity` of the targets'
        tokens; and `decoding`, the search in words.
    """
    pairs = list(pairs)
    texts = translated(by_sentence, [source for source, _ in pairs], search)
    return _scores(by_sentence.translating, pairs, texts, search.about(), tokenize)


def translated(
    by_sentence: BySentence, sources: Sequence[str], search: Search
) -> list[str]:
    """The best translation of each text; empty where there is none."""
    encoded = [by_sentence.translating.encode(source) for source in sources]
    best = by_sentence(list(zip(sources, encoded, strict=True)), search)
    return [translations[0].text if translations else "" for translations in best]


def _scores(
    translating: Translating,
    pairs: Sequence[tuple[str, str]],
    texts: Sequence[str],
    decoding: str,
    tokenize: str,
) -> dict[str, Any]:
    """As `scores`, of texts that have been translated."""
    result = metrics.translation_scores(texts, [target for _, target in pairs], tokenize)
    ids = [
        (translating.encode(source), translating.target.encode(target))
        for source, target in pairs
    ]
    total, count = translating.log_likelihood(ids)
    result["perplexity"] = float(np.exp(-total / count))
    result["decoding"] = decoding
    return {"score": result["bleu"], **result}
