"""Scores of a recognizer: errors by words and by characters."""

from collections.abc import Sequence

import numpy as np

from seqzoo.metrics.edits import edits

# Columns of `per_row`.
WORD_EDITS, WORDS, CHARACTER_EDITS, CHARACTERS = range(4)


def per_row(gold: Sequence[str], given: Sequence[str]) -> np.ndarray:
    """Edits and sizes of each transcript, by words and by characters: float64 (utterances, 4)."""
    rows = []
    for true, said in zip(gold, given, strict=True):
        words = true.split()
        rows.append([edits(words, said.split()), len(words), edits(true, said), len(true)])
    return np.array(rows, np.float64).reshape(-1, 4)


def rates(rows: np.ndarray) -> dict[str, float]:
    """What a recognizer scores.

    Args:
        rows: see `per_row`.

    Returns:
        `score`, 1 less the character error rate; `wer` and `cer`, the edits over all transcripts as shares of
        their words and characters; `exact`, the share of transcripts without an error.
    """
    sums = rows.sum(axis=0)
    cer = _share(sums[CHARACTER_EDITS], sums[CHARACTERS])
    return {
        "score": 1 - cer,
        "wer": _share(sums[WORD_EDITS], sums[WORDS]),
        "cer": cer,
        "exact": float((rows[:, CHARACTER_EDITS] == 0).mean()),
    }


def _share(errors: float, count: float) -> float:
    """Errors as a share; of nothing to hear, each error is one."""
    return float(errors / max(count, 1))


def word_error_rate(sums: np.ndarray) -> np.ndarray:
    """Of sums over rows, (..., 4) -> (...)."""
    return sums[..., WORD_EDITS] / np.maximum(sums[..., WORDS], 1)
