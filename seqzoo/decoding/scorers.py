"""What a language model says of transcripts, label by label, for `prefix_beam`.

Everything is a natural logarithm. A scorer of words speaks when a word is complete, one of labels at once.
"""

from collections.abc import Sequence
from typing import Any, Protocol

from seqzoo.decoding.ngram import NGram
from seqzoo.decoding.tokens import Tokens, check_token, tokens_of
from seqzoo.errors import InputError

SPACE = " "


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
    """An n-gram model of the labels themselves; a network, too (`tokens.NetworkTokens`).

    Args:
        model: its tokens stand for labels.
        ids: the token of each label, int (vocab,); that of the blank is never asked for.
        begin: the token before the first label.
        end: the token behind the last; None: transcripts may end anywhere.

    Raises:
        InputError: on a token that the model lacks.
    """

    def __init__(
        self,
        model: NGram | Tokens,
        ids: Sequence[int],
        *,
        begin: int,
        end: int | None,
    ):
        for name, token in (("begin", begin), ("end", end), *(("ids", id) for id in ids)):
            if token is not None:
                check_token(name, token, model.size)
        self.ids, self.begin, self.end = list(ids), begin, end
        self._tokens = tokens_of(model)

    def start(self) -> Any:
        """The state before the first label."""
        return self._tokens.start(self.begin)

    def step(self, state: Any, label: int) -> tuple[float, Any]:
        """log p of a label, and the state behind it."""
        token = self.ids[label]
        return self._tokens.log_prob(state, token), self._tokens.behind(state, token)

    def finish(self, state: Any) -> float:
        """log p of the end."""
        return 0.0 if self.end is None else self._tokens.log_prob(state, self.end)


class CharacterScorer:
    """A language model of characters, which scores each symbol of a transcript as it comes.

    A symbol adds `weight` times its log-probability; a word that a space or the end completes adds `bonus`.
    The end of the transcript adds `weight` times that of the model's mark.

    Args:
        model: its tokens are characters.
        ids: the token of each label, int (vocab,); that of the blank is never asked for.
        space: the label between words; None: a transcript is one word.
        begin, end: tokens before the first label and behind the last.
        weight: of the model's log-probabilities, at least 0.
        bonus: of each word; a model of characters makes long transcripts unlikely.

    Raises:
        InputError: on a token that the model lacks, or a weight below 0.
    """

    def __init__(
        self,
        model: NGram | Tokens,
        ids: Sequence[int],
        *,
        space: int | None,
        begin: int,
        end: int,
        weight: float = 1.0,
        bonus: float = 0.0,
    ):
        if not weight >= 0:
            raise InputError(f"weight: expected at least 0; got {weight}")
        self.characters = NGramScorer(model, ids, begin=begin, end=end)
        self.space, self.weight, self.bonus = space, weight, bonus

    def start(self) -> tuple[Any, bool]:
        """The state before the first label: the model's, and whether a word is not complete."""
        return self.characters.start(), False

    def step(self, state: tuple[Any, bool], label: int) -> tuple[float, tuple[Any, bool]]:
        """What a label adds to the score, and the state behind it."""
        said, in_word = state
        log_prob, said = self.characters.step(said, label)
        is_space = label == self.space
        bonus = self.bonus if is_space and in_word else 0.0
        return _weighted(self.weight, log_prob) + bonus, (said, not is_space)

    def finish(self, state: tuple[Any, bool]) -> float:
        """What the last word and the end add."""
        said, in_word = state
        bonus = self.bonus if in_word else 0.0
        return _weighted(self.weight, self.characters.finish(said)) + bonus


class WordScorer:
    """A language model of words, which scores a word when a space or the end completes it.

    A word adds `weight` times its log-probability, and `bonus`. The end of the transcript adds `weight` times
    that of `</s>`, if the model has it. Spaces that complete no word add nothing. A word that the model lacks
    has the probability of its `<unk>`.

        model, words = arpa.read("words.arpa")
        scorer = WordScorer(model, words, symbols, weight=0.5, bonus=1.0)
        hypotheses = prefix_beam(log_probs, 16, scorer=scorer)

    Args:
        model: n-grams of words, or a network (`tokens.NetworkTokens`).
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
        model: NGram | Tokens,
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
        self._tokens = tokens_of(model)

    def start(self) -> tuple[Any, str]:
        """The state before the first label: the model's, and the letters of a word that is not complete."""
        return self._tokens.start(self._begin), ""

    def step(self, state: tuple[Any, str], label: int) -> tuple[float, tuple[Any, str]]:
        """What a label adds to the score, and the state behind it."""
        context, letters = state
        symbol = self.symbols[label]
        if symbol != self.space:
            return 0.0, (context, letters + symbol)
        if not letters:
            return 0.0, state
        score, context = self._completed(context, letters)
        return score, (context, "")

    def finish(self, state: tuple[Any, str]) -> float:
        """What the last word and the end add."""
        context, letters = state
        score = 0.0
        if letters:
            score, context = self._completed(context, letters)
        if self._end is not None:
            score += _weighted(self.weight, self._tokens.log_prob(context, self._end))
        return score

    def _completed(self, context, letters):
        """What a complete word adds, and the context behind it."""
        token = self._ids.get(letters, self._unknown)
        log_prob = self._tokens.log_prob(context, token)
        score = _weighted(self.weight, log_prob) + self.bonus
        return score, self._tokens.behind(context, token)


def _weighted(weight, log_prob):
    """0 times minus infinity is not a number: a weight of 0 leaves the model out."""
    return weight * log_prob if weight else 0.0
