"""Scores of translations, and `seqzoo evaluate` for translators."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

from seqzoo import metrics
from seqzoo.datasets import read_columns, read_pairs
from seqzoo.datasets.own import check_no_reading
from seqzoo.tasks.translation.by_sentence import BySentence
from seqzoo.tasks.translation.decoding_settings import Search
from seqzoo.tasks.translation.inference import check_length
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
    measured = scores(
        predictor.by_sentence,
        ((pair.source, pair.target) for pair in pairs),
        predictor.search(options),
        predictor.config["text"]["tokenize"],
    )
    return {"examples": len(pairs), **measured}


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
    pairs, translating = list(pairs), by_sentence.translating
    sources, targets = [source for source, _ in pairs], [target for _, target in pairs]
    encoded = [translating.encode(source) for source in sources]
    best = by_sentence(list(zip(sources, encoded, strict=True)), search)
    texts = [translations[0].text if translations else "" for translations in best]

    target_ids = [translating.target.encode(target) for target in targets]
    total, count = translating.log_likelihood(list(zip(encoded, target_ids, strict=True)))
    result = metrics.translation_scores(texts, targets, tokenize)
    result["perplexity"] = float(np.exp(-total / count))
    result["decoding"] = "greedy" if search.beam_size == 1 else f"beam {search.beam_size}"
    return {"score": result["bleu"], **result}
