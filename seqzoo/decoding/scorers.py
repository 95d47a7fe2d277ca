"""What a language model says of transcripts, label by label, for `prefix_beam`.

Everything is a natural logarithm. A scorer of words speaks when a word is complete, one of labels at once.
"""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

from seqzoo.decoding.ngram import ROOT, NGram
from seqzoo.errors import InputError

SPACE = " "
REMEMBERED = 2**18  # answers of an n-gram model


class Scorer(Protocol):
    """Scores transcripts from left to right.

    A search asks `step` for many labels behind one state and goes on with few of them. So a network should
    compute its distribution once a state, and only when the first label behind that state is asked for.
    """

    def start(self) -> Any:
        """The state before the first label."""
        ...

    def step(self, state: Any, label: int) -> tuple[float, Any]:
        """What a label adds to the score, and the state behind it."""
        ...

    def finish(self, state: Any) -> float:
        """What the end adds."""
        ...


class NGramScorer:
    """An n-gram model of the labels themselves.

    Args:
        model: its tokens stand for labels.
        ids: the token of each label, int (vocab,); that of the blank is never asked for.
        begin: the token before the first label.
        end: the token behind the last; None: transcripts may end anywhere.

    Raises:
        InputError: on a token that the model lacks.
    """

    def __init__(self, model: NGram, ids: Sequence[int], *, begin: int, end: int | None):
        for name, token in (("begin", begin), ("end", end), *(("ids", id) for id in ids)):
            if token is not None and not 0 <= token < model.size:
                raise InputError(f"{name}: expected 0 to {model.size - 1}; got {token}")
        self.ids, self.begin, self.end = list(ids), begin, end
        self._known = _Known(model)

    def start(self) -> int:
        """The state before the first label."""
        return self._known.behind(ROOT, self.begin)

    def step(self, state: int, label: int) -> tuple[float, int]:
        """log p of a label, and the state behind it."""
        token = self.ids[label]
        return self._known.log_prob(state, token), self._known.behind(state, token)

    def finish(self, state: int) -> float:
        """log p of the end."""
        return 0.0 if self.end is None else self._known.log_prob(state, self.end)


class WordScorer:
    """An n-gram model of words, which scores a word when a space or the end completes it.

    A word adds `weight` times its log-probability, and `bonus`. The end of the transcript adds `weight` times
    that of `</s>`, if the model has it. Spaces that complete no word add nothing. A word that the model lacks
    has the probability of its `<unk>`.

        model, words = arpa.read("words.arpa")
        scorer = WordScorer(model, words, symbols, weight=0.5, bonus=1.0)
        hypotheses = prefix_beam(log_probs, 16, scorer=scorer)

    Args:
        model: an n-gram model of words.
        words: what stands for each of its tokens.
        symbols: what each label is written as, of one letter or several.
        space: the symbol between words.
        weight: of the model's log-probabilities, at least 0.
        bonus: of each word; a model of words makes long transcripts unlikely.
        begin, end, unknown: the model's marks.

    Raises:
        InputError: if words, symbols, marks and model do not fit together, or on a weight below 0.
    """

    def __init__(
        self,
        model: NGram,
        words: Sequence[str],
        symbols: Sequence[str],
        *,
        space: str = SPACE,
        weight: float = 1.0,
        bonus: float = 0.0,
        begin: str = "<s>",
        end: str = "</s>",
        unknown: str = "<unk>",
    ):
        if len(words) != model.size:
            raise InputError(
                f"words: expected {model.size}, as the model; got {len(words)}"
            )
        if space not in symbols:
            raise InputError(f"symbols: expected {space!r} among them, between words")
        if not weight >= 0:
            raise InputError(f"weight: expected at least 0; got {weight}")
        self.symbols, self.space = list(symbols), space
        self.weight, self.bonus = weight, bonus
        self._ids = {word: id for id, word in enumerate(words)}
        for mark in (begin, unknown):
            if mark not in self._ids:
                raise InputError(f"words: expected {mark} among them")
        self._begin, self._unknown = self._ids[begin], self._ids[unknown]
        self._end = self._ids.get(end)
        self._known = _Known(model)

    def start(self) -> tuple[int, str]:
        """The state before the first label: the model's, and the letters of a word that is not complete."""
        return self._known.behind(ROOT, self._begin), ""

    def step(self, state: tuple[int, str], label: int) -> tuple[float, tuple[int, str]]:
        """What a label adds to the score, and the state behind it."""
        context, letters = state
        symbol = self.symbols[label]
        if symbol != self.space:
            return 0.0, (context, letters + symbol)
        if not letters:
            return 0.0, state
        score, context = self._completed(context, letters)
        return score, (context, "")

    def finish(self, state: tuple[int, str]) -> float:
        """What the last word and the end add."""
        context, letters = state
        score = 0.0
        if letters:
            score, context = self._completed(context, letters)
        if self._end is not None:
            score += _weighted(self.weight, self._known.log_prob(context, self._end))
        return score

    def _completed(self, context, letters):
        """What a complete word adds, and the context behind it."""
        token = self._ids.get(letters, self._unknown)
        log_prob = self._known.log_prob(context, token)
        score = _weighted(self.weight, log_prob) + self.bonus
        return score, self._known.behind(context, token)


def _weighted(weight, log_prob):
    """0 times minus infinity is not a number: a weight of 0 leaves the model out."""
    return weight * log_prob if weight else 0.0


class _Known:
    """An n-gram model that remembers what it was asked."""

    def __init__(self, model: NGram):
        self.model = model
        self._answers: dict[tuple[int, int], tuple[float, int]] = {}

    def log_prob(self, state: int, token: int) -> float:
        """log p(token | state)."""
        return self._answer(state, token)[0]

    def behind(self, state: int, token: int) -> int:
        """The state behind one more token."""
        return self._answer(state, token)[1]

    def _answer(self, state, token):
        found = self._answers.get((state, token))
        if found is None:
            states, tokens = np.array([state]), np.array([token])
            log_prob = float(self.model.log_prob(states, tokens)[0])
            found = log_prob, int(self.model.advanced(states, tokens)[0])
            if len(self._answers) >= REMEMBERED:
                self._answers.clear()
            self._answers[state, token] = found
        return found
