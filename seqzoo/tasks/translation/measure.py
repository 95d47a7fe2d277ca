"""Scores of translations, and `seqzoo evaluate` for translators."""

from pathlib import Path

import numpy as np

from seqzoo import metrics
from seqzoo.datasets import read_columns, read_pairs
from seqzoo.tasks.translation.inference import Search, Translating, check_length
from seqzoo.tasks.translation.options import MeasureOptions


def measure(predictor, path: Path, options: MeasureOptions, write) -> dict:
    """Scores of a trained translator on a file.

    Args:
        predictor: a `Translator`.
        path: texts, a tab, their translations; or texts alone, with references.
        options: of the search; a file of references.
        write: not used.

    Raises:
        InputError: on files that cannot be read, or a text that is too long.
    """
    if options.references is None:
        pairs = list(read_columns(path))
    else:
        pairs = list(read_pairs(path, options.references))
    for pair in pairs:
        check_length(predictor.translating.encode(pair.source), pair.where)
    measured = scores(
        predictor.translating,
        ((pair.source, pair.target) for pair in pairs),
        predictor.search(options),
        predictor.config["text"]["tokenize"],
    )
    return {"examples": len(pairs), **measured}


def scores(translating: Translating, pairs, search: Search, tokenize: str) -> dict:
    """Scores of translations, `score` among them: that is BLEU."""
    pairs = list(pairs)
    encoded = [translating.encode(source) for source, _ in pairs]
    best = translating(
        [(text, ids) for (text, _), ids in zip(pairs, encoded, strict=True)], search
    )
    texts = [found[0].text if found else "" for found in best]
    targets = [translating.target.encode(target) for _, target in pairs]
    total, count = translating.log_likelihood(list(zip(encoded, targets, strict=True)))
    result = metrics.translation_scores(texts, [target for _, target in pairs], tokenize)
    result["perplexity"] = float(np.exp(-total / count))
    result["decoding"] = "greedy" if search.beam_size == 1 else f"beam {search.beam_size}"
    return {"score": result["bleu"], **result}
