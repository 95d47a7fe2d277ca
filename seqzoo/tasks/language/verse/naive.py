"""The naive answers beside a model of verse: each character by its frequency, and 5-grams."""

import numpy as np

from seqzoo.decoding import kneser_ney
from seqzoo.decoding.ngram import NGram
from seqzoo.pipeline.naive import Naive
from seqzoo.tasks.language.inference import scores
from seqzoo.tasks.language.verse.text import ENDS, TITLE, is_character
from seqzoo.text.running import LINE_BREAK
from seqzoo.text.vocabulary import EOS, UNK, Vocabulary

ORDER = 5
NAMES = {1: "unigram", ORDER: "ngram"}
TITLES = {1: "each character by its frequency", ORDER: "the 5-gram model"}


class Counted:
    """N-grams of a length at most, counted.

    Args:
        order: of them.
        model: the n-grams.
        vocabulary: of their ids.
    """

    def __init__(self, order: int, model: NGram, vocabulary: Vocabulary):
        self.order, self.model, self.vocabulary = order, model, vocabulary

    def losses(self, ids: np.ndarray) -> np.ndarray:
        """-log p of each id, float64 (time,), where it is known that a character comes and no line's end.

        N-grams cannot count a line's characters. Their share of ends and marks is dealt out to the
        characters, so that they do not lose by what a form says.

        Args:
            ids: int32 (time,).
        """
        states = self.model.contexts(ids, EOS)
        marks = [EOS, *self.vocabulary.ids([LINE_BREAK, *ENDS, TITLE])]
        ended = np.zeros(len(ids))
        for mark in set(marks) - {UNK}:
            ended += np.exp(self.model.log_prob(states, np.full(len(ids), mark)))
        plain = -self.model.log_prob(states, ids.astype(np.int64))
        return plain + np.log1p(-np.minimum(ended, 1 - 1e-12))

    def answer(self, ids: np.ndarray) -> Naive:
        """What it scores on the characters of poems, int32 (time,)."""
        counted = is_character(ids, self.vocabulary)
        figures = scores(float(self.losses(ids)[counted].mean()), "character")
        figures.pop("loss")
        about = f"1 to {self.order} characters, interpolated Kneser-Ney, line ends known"
        return Naive(NAMES[self.order], TITLES[self.order], about, figures)


def count(ids: np.ndarray, vocabulary: Vocabulary) -> list[Counted]:
    """Count single characters and 5-grams of a training stream.

    Args:
        ids: int32 (time,).
        vocabulary: of the ids.
    """
    size = len(vocabulary)
    return [
        Counted(order, kneser_ney.fit([ids], size, order, begin=EOS), vocabulary)
        for order in NAMES
    ]
