"""`seqzoo evaluate` for language models."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from seqzoo.datasets import running
from seqzoo.datasets.reading.measured import tell
from seqzoo.pipeline import bootstrap, remarks
from seqzoo.pipeline import naive as beside
from seqzoo.system.files import read_json
from seqzoo.tasks.language import naive
from seqzoo.tasks.language.adaptation import Cache, Dynamic
from seqzoo.tasks.language.inference import MOST_LOSS, scores
from seqzoo.tasks.language.options import MeasureOptions
from seqzoo.tasks.language.predictor import LanguageModel
from seqzoo.tasks.language.verse.measure import measure as verse
from seqzoo.text.running import LINE_BREAK
from seqzoo.text.vocabulary import EOS, UNK

__all__ = ["measure", "verse"]


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
        `seqzoo.tasks.language.inference.scores` gives. `unigram_*` and `ngram_*` are of the naive answers,
        as far as the artifact has them; `below` has a sentence for each that is better than the model.

    Raises:
        InputError: if there is no text, or it can't be read.
    """
    ids = predictor.ids(running.read(path, options.encoding), str(path))
    every = []
    read = 0
    for losses in predictor.losses(ids, _cache(options), _dynamic(options)):
        every.append(losses)
        if options.per_token:
            tokens = predictor.vocabulary.decode(ids[read : read + len(losses)])
            surprisals = losses / np.log(2)  # in bits
            for token, surprisal in zip(tokens, surprisals, strict=True):
                write(f"{token}\t{surprisal:.4f}\n")
        read += len(losses)
    losses = np.concatenate(every).astype(np.float64)  # (time,)
    counts = remarks.Unknown()
    counts.add(ids)
    if counts.share > remarks.MANY_UNKNOWN:
        tell(
            f"warning: {counts.share:.1%} of the tokens are unknown to the model, which takes them for one "
            "that is easy to foresee: the perplexity is of another text than this one"
        )
    figures: dict[str, Any] = {
        "tokens": len(ids),
        "unknown": counts.unknown,
        "unknown_share": counts.share,
    }
    figures |= scores(float(losses.sum()) / len(ids), predictor.unit.name)
    lacking = naive.lacking(read_json(predictor.artifact.path("metrics.json")))
    answers = naive.answers(predictor.baselines, ids, predictor.unit.name, lacking)
    figures |= beside.flat(answers)
    if below := beside.below(figures["score"], answers, "this text"):
        figures["below"] = below
    per_row = _per_row(losses, ids, _ends_of_lines(predictor, ids))
    return figures | {bootstrap.PER_ROW: per_row}


def _ends_of_lines(predictor: LanguageModel, ids: np.ndarray) -> np.ndarray:
    """Whether each of the ids, int32 (time,), ends a line: bool (time,)."""
    (line_break,) = predictor.vocabulary.encode([LINE_BREAK]).tolist()
    by_character = predictor.unit.name == "character" and line_break != UNK
    return (ids == EOS) | (by_character & (ids == line_break))


def _per_row(losses: np.ndarray, ids: np.ndarray, ends: np.ndarray) -> bootstrap.PerRow:
    """Loss, tokens and unknown tokens of each line.

    Args:
        losses: in nats, float64 (time,).
        ids: int32 (time,).
        ends: whether each ends a line, bool (time,).
    """
    starts = np.flatnonzero(np.concatenate([[True], ends[:-1]]))
    columns = np.stack([losses, np.ones(len(ids)), ids == UNK], axis=1)  # (time, 3)
    values = np.add.reduceat(columns, starts, axis=0)  # (lines, 3)
    return bootstrap.PerRow(
        "perplexity", values, _perplexity, "lines", (1, 2), higher=False
    )


def _perplexity(sums: np.ndarray) -> np.ndarray:
    return np.exp(np.minimum(sums[..., 0] / sums[..., 1], MOST_LOSS))


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
