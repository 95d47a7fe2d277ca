"""`seqzoo evaluate` for language models."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from seqzoo.datasets import running
from seqzoo.tasks.language.adaptation import Cache, Dynamic
from seqzoo.tasks.language.inference import scores
from seqzoo.tasks.language.options import MeasureOptions
from seqzoo.text.vocabulary import UNK


def measure(
    predictor, path: Path, options: MeasureOptions, write: Callable[[str], object]
) -> dict:
    """Perplexity of running text, every token of it.

    Args:
        predictor: a `LanguageModel`.
        path: a file of text, or a folder of them.
        options: what helps it, and whether to write each token's surprisal.
        write: takes text for standard output.

    Raises:
        InputError: if there is no text, or it can't be read.
    """
    ids = predictor.ids(running.read(path), str(path))
    total, read = 0.0, 0
    for losses in predictor.losses(ids, _cache(options), _dynamic(options)):
        total += float(np.sum(losses, dtype=np.float64))
        if options.per_token:
            tokens = predictor.vocabulary.decode(ids[read : read + len(losses)])
            lines = (
                f"{t}\t{loss / np.log(2):.4f}\n"
                for t, loss in zip(tokens, losses, strict=True)
            )
            write("".join(lines))
        read += len(losses)
    counts = {"tokens": len(ids), "unknown": int((ids == UNK).sum())}
    return counts | scores(total / len(ids), predictor.unit.name)


def _cache(options: MeasureOptions) -> Cache | None:
    if options.cache is None:
        return None
    given = {"weight": options.cache_weight, "flatness": options.cache_flatness}
    return Cache(
        options.cache, **{name: value for name, value in given.items() if value is not None}
    )


def _dynamic(options: MeasureOptions) -> Dynamic | None:
    return (
        None
        if options.dynamic is None
        else Dynamic(options.dynamic, options.dynamic_decay or 0.0)
    )
