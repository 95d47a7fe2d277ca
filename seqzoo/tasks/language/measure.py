"""`seqzoo evaluate` for language models."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from seqzoo.datasets import running
from seqzoo.datasets.reading.measured import tell
from seqzoo.pipeline import remarks
from seqzoo.tasks.language.adaptation import Cache, Dynamic
from seqzoo.tasks.language.inference import scores
from seqzoo.tasks.language.options import MeasureOptions
from seqzoo.tasks.language.predictor import LanguageModel


def measure(
    predictor: LanguageModel,
    path: Path,
    options: MeasureOptions,
    write: Callable[[str], object],
) -> dict[str, Any]:
    """Perplexity of running text, every token of it.

    Args:
        predictor: the model.
        path: a file of text, or a folder of them.
        options: how the model is helped, and whether to write each token's surprisal.
        write: takes text for standard output.

    Returns:
        `tokens` and `unknown`, their numbers, `unknown_share`, and what
        `seqzoo.tasks.language.inference.scores` gives.

    Raises:
        InputError: if there is no text, or it can't be read.
    """
    ids = predictor.ids(running.read(path, options.encoding), str(path))
    total, read = 0.0, 0
    for losses in predictor.losses(ids, _cache(options), _dynamic(options)):
        total += float(np.sum(losses, dtype=np.float64))
        if options.per_token:
            tokens = predictor.vocabulary.decode(ids[read : read + len(losses)])
            surprisals = losses / np.log(2)  # in bits
            for token, surprisal in zip(tokens, surprisals, strict=True):
                write(f"{token}\t{surprisal:.4f}\n")
        read += len(losses)
    counts = remarks.Unknown()
    counts.add(ids)
    if counts.share > remarks.MANY_UNKNOWN:
        tell(
            f"warning: {counts.share:.1%} of the tokens are unknown to the model, which takes them for one "
            "that is easy to foresee: the perplexity is of another text than this one"
        )
    figures = {"tokens": len(ids), "unknown": counts.unknown, "unknown_share": counts.share}
    return figures | scores(total / len(ids), predictor.unit.name)


def _cache(options: MeasureOptions) -> Cache | None:
    if options.cache is None:
        return None
    cache = Cache(options.cache)
    if options.cache_weight is not None:
        cache = cache._replace(weight=options.cache_weight)
    if options.cache_flatness is not None:
        cache = cache._replace(flatness=options.cache_flatness)
    return cache


def _dynamic(options: MeasureOptions) -> Dynamic | None:
    if options.dynamic is None:
        return None
    return Dynamic(options.dynamic, options.dynamic_decay or 0.0)
