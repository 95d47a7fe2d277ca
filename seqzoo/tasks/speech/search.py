"""From log-probabilities of symbols to a transcript: greedily, or by a search with a language model."""

import functools
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from seqzoo.decoding.ctc import Label, aligned, greedy
from seqzoo.decoding.prefix_beam import prefix_beam
from seqzoo.decoding.scorers import WordScorer
from seqzoo.errors import InputError
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
        self._words = functools.lru_cache(2)(words.read)

    def __call__(self, log_probs: np.ndarray, options: SearchOptions) -> list[Label]:
        """The symbols of an utterance, and the steps of each.

        Args:
            log_probs: float32 (steps, symbols).
            options: how to search.

        Raises:
            InputError: if the language model cannot be read, or no symbol is a space.
        """
        if options.beam_size == 1:
            return greedy(log_probs)
        best, *_ = prefix_beam(log_probs, options.beam_size, scorer=self._scorer(options))
        return aligned(log_probs, best.labels)

    def _scorer(self, options: SearchOptions) -> WordScorer | None:
        """What scores words; None, where no symbol is a space: each transcript is one word then."""
        if SPACE not in self.symbols:
            if options.language_model:
                raise InputError(
                    f"{options.language_model}: expected a network with a space among its symbols; each "
                    "transcript of this one is one word"
                )
            return None
        model, tokens = self._words(Path(options.language_model or self.path))
        return WordScorer(
            model,
            tokens,
            self.symbols,
            weight=options.language_weight,
            bonus=options.word_bonus,
        )
