"""From log-probabilities of symbols to a transcript: greedily, or by a search with a language model."""

import functools
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from seqzoo.decoding.ctc import Label, aligned, greedy
from seqzoo.decoding.prefix_beam import WordScorer, prefix_beam
from seqzoo.tasks.speech import words
from seqzoo.tasks.speech.options import SearchOptions
from seqzoo.tasks.speech.symbols import SPACE


class Search:
    """Finds transcripts.

    Args:
        symbols: characters, the blank first.
        path: of the n-grams of the training's words.
    """

    def __init__(self, symbols: Sequence[str], path: Path):
        self.symbols, self.path = symbols, path
        self._scorer = functools.lru_cache(2)(self._read)

    def __call__(self, log_probs: np.ndarray, options: SearchOptions) -> list[Label]:
        """The symbols of an utterance, and the steps of each.

        Args:
            log_probs: float32 (steps, symbols).
            options: how to search.

        Raises:
            InputError: if the language model cannot be read.
        """
        if options.beam_size == 1:
            return greedy(log_probs)
        scorer = None
        if options.language_weight:
            scorer = self._scorer(Path(options.language_model or self.path))
        best, *_ = prefix_beam(
            log_probs,
            options.beam_size,
            scorer=scorer,
            weight=options.language_weight,
            bonus=options.word_bonus,
        )
        return aligned(log_probs, best.labels)

    def _read(self, path: Path) -> WordScorer:
        """What scores words by the n-grams of a file."""
        model, tokens = words.read(path)
        return WordScorer(model, tokens, self.symbols, SPACE)
