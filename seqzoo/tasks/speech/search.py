"""From log-probabilities of symbols to a transcript: greedily, or by a search with a language model."""

import functools
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from seqzoo.decoding.ctc import Label, aligned, greedy
from seqzoo.decoding.prefix_beam import prefix_beam
from seqzoo.decoding.scorers import Scorer
from seqzoo.tasks.speech import language_models
from seqzoo.tasks.speech.options import SearchOptions


class Search:
    """Finds transcripts.

    Args:
        symbols: characters, the blank first.
        path: of the n-grams of the training's words.
    """

    def __init__(self, symbols: Sequence[str], path: Path):
        self.symbols, self.path = symbols, path
        self._model = functools.lru_cache(2)(language_models.opened)

    def __call__(self, log_probs: np.ndarray, options: SearchOptions) -> list[Label]:
        """The symbols of an utterance, and the steps of each.

        Args:
            log_probs: float32 (steps, symbols).
            options: how to search.

        Raises:
            InputError: if the language model cannot be read, or does not fit the symbols.
        """
        if options.beam_size == 1:
            return greedy(log_probs)
        best, *_ = prefix_beam(log_probs, options.beam_size, scorer=self._scorer(options))
        return aligned(log_probs, best.labels)

    def _scorer(self, options: SearchOptions) -> Scorer | None:
        """What scores transcripts; None, where there is nothing to score by."""
        named = options.language_model
        if named is None and language_models.SPACE not in self.symbols:
            return None  # each transcript is one word
        model = self._model(str(self.path) if named is None else named)
        return model.scorer(self.symbols, options.language_weight, options.word_bonus)
