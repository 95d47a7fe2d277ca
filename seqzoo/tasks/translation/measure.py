"""Scores of translations, and `seqzoo evaluate` for translators."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from seqzoo import metrics
from seqzoo.datasets import read_columns, read_pairs
from seqzoo.datasets.own import check_no_reading
from seqzoo.pipeline import bootstrap
from seqzoo.tasks.translation.by_sentence import BySentence
from seqzoo.tasks.translation.decoding_settings import Search
from seqzoo.tasks.translation.inference import Translating, check_length
from seqzoo.tasks.translation.options import MeasureOptions
from seqzoo.tasks.translation.predictor import Translator


def measure(
    predictor: Translator, path: Path, options: MeasureOptions, write: Callable[[str], Any]
) -> dict[str, Any]:
    """Scores of a trained translator on a file; see `scores`.

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
    search = predictor.search(options)
    texts = translated(predictor.by_sentence, sources, search)
    both = list(zip(sources, targets, strict=True))
    measured = _scores(predictor.translating, both, texts, search, tokenize)
    values = metrics.bleu_counts(texts, targets, tokenize)
    per_row = bootstrap.PerRow("bleu", values, metrics.bleu_of, "sentences", (1,))
    return {"examples": len(pairs), **measured, bootstrap.PER_ROW: per_row}


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
    return _scores(by_sentence.translating, pairs, texts, search, tokenize)


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
    search: Search,
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
    result["decoding"] = "greedy" if search.beam_size == 1 else f"beam {search.beam_size}"
    return {"score": result["bleu"], **result}
