"""The naive answers beside a talker's: the commonest of all, and that to the nearest turns."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from seqzoo.errors import InputError
from seqzoo.metrics.answers import answer_scores, commonest
from seqzoo.pipeline.naive import Naive

BASELINES = ("nearest", "none")
ALWAYS, NEAREST = "always", "nearest"  # begin the names of figures
TITLES = {
    ALWAYS: "the commonest answer of the training",
    NEAREST: "the answer to the nearest turns of the training",
}
FIGURES = ("bleu_2", "distinct_1", "distinct_2", "commonest_share")
FILE = "always.json"
CHUNK = 256  # texts compared together with all of the training


class Answers:
    """Naive answers, made of training pairs.

    Args:
        train: sources and targets.
    """

    def __init__(self, train: Iterable[tuple[str, str]]):
        self._sources, self._targets = map(list, zip(*train, strict=True))

    def commonest(self) -> str:
        """The commonest answer."""
        return commonest(self._targets)[0]

    def nearest(self, texts: Sequence[str]) -> list[str]:
        """For each text the answer to the training text with the nearest words, by TF-IDF and cosine."""
        from sklearn.feature_extraction.text import TfidfVectorizer

        words = TfidfVectorizer(sublinear_tf=True, token_pattern=r"(?u)\w+|[^\w\s]")
        known = words.fit_transform(self._sources)  # (training texts, words)
        asked = words.transform(texts)
        found: list[str] = []
        for start in range(0, len(texts), CHUNK):
            # (chunk, training texts); the rows have a length of 1
            alike = asked[start : start + CHUNK] @ known.T
            best = np.asarray(alike.argmax(axis=1)).ravel().tolist()
            found += [self._targets[place] for place in best]
        return found


def answers(
    train: Iterable[tuple[str, str]], pairs: Sequence[tuple[str, str]], tokenize: str
) -> list[Naive]:
    """What naive answers score.

    Args:
        train: sources and targets of the training part.
        pairs: those that are measured on.
        tokenize: how BLEU cuts texts.
    """
    naive = Answers(train)
    nearest = naive.nearest([source for source, _ in pairs])
    about = "by TF-IDF of words, cosine"
    return [
        always(naive.commonest(), pairs, tokenize),
        _scored(NEAREST, nearest, pairs, tokenize, about),
    ]


def always(answer: str, pairs: Sequence[tuple[str, str]], tokenize: str) -> Naive:
    """What one answer scores on all pairs."""
    return _scored(ALWAYS, [answer] * len(pairs), pairs, tokenize, repr(answer))


def kept(record: Any) -> str:
    """The answer that an artifact's file has.

    Raises:
        InputError: if it has none.
    """
    answer = record.get("answer") if isinstance(record, dict) else None
    if not isinstance(answer, str):
        raise InputError(f'{FILE}: expected "answer", a text')
    return answer


def _scored(
    name: str,
    texts: Sequence[str],
    pairs: Sequence[tuple[str, str]],
    tokenize: str,
    about: str,
) -> Naive:
    found: dict[str, Any] = answer_scores(texts, [target for _, target in pairs], tokenize)
    return Naive(name, TITLES[name], about, {key: found[key] for key in FIGURES})
