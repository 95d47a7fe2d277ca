"""Scores of taggers, and `seqzoo evaluate` for them."""

import functools
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from seqzoo import metrics
from seqzoo.datasets import Tagged
from seqzoo.datasets.files import read_lines
from seqzoo.datasets.tagged import read_entities, read_segmentation
from seqzoo.pipeline import bootstrap, naive
from seqzoo.pipeline.naive import Naive
from seqzoo.tasks.options import Options
from seqzoo.tasks.tagging.naive import TITLE, Commonest
from seqzoo.tasks.tagging.options import WordOptions
from seqzoo.tasks.tagging.predictor import TextTagger
from seqzoo.text import schemes

NAIVE = "commonest"  # begins the names of the naive answer's figures


class Tags(Protocol):
    """Gives sequences their tags: a trained model, or a naive answer."""

    def examples(self, examples: Iterable[Tagged]) -> Iterator[tuple[Tagged, list[str]]]:
        """Each example of a stream and the tags it gets."""


def words(
    predictor: TextTagger, path: Path, options: WordOptions, write: Callable[[str], Any]
) -> dict[str, Any]:
    """Word scores of a trained segmenter on a file, as the SIGHAN scorer counts them.

    Args:
        predictor: a `Segmenter`.
        path: words between spaces, or characters with tags (see `seqzoo.datasets.tagged`).
        options: with a file of known words.
        write: not used.
    """
    known = None
    if options.words is not None:
        known = {word for _, line in read_lines(options.words) for word in line.split()}
    read = functools.partial(read_segmentation, path)
    return _beside(predictor, read, functools.partial(_words_counted, known=known))


def entities(
    predictor: TextTagger, path: Path, options: Options, write: Callable[[str], Any]
) -> dict[str, Any]:
    """Span scores of a trained entity tagger on a file, by kind, as conlleval counts them.

    Args:
        predictor: an `EntityTagger`.
        path: tokens with tags (see `seqzoo.datasets.tagged`).
        options: none.
        write: not used.
    """
    tagging = predictor.tagging
    read = functools.partial(read_entities, path, tagging.scheme, predictor.unit)
    return _beside(predictor, read, _spans_counted)


def _beside(
    predictor: TextTagger,
    read: Callable[[], Iterable[Tagged]],
    counted: "Callable[..., Counted]",
) -> dict[str, Any]:
    """Scores of a tagger, and of the naive answer, on sequences with their tags, read once for each."""
    scores = counted(predictor.tagging, read())
    measured = _figures(scores)
    answer = Naive(NAIVE, TITLE, "the artifact holds none", {})
    if predictor.commonest is not None:
        answer = naive_answer(predictor.commonest, counted(predictor.commonest, read()))
    below = naive.below(measured["score"], [answer], "these texts")
    told = {"below": below} if below else {}
    figures = {"examples": len(scores.rows), **measured, **naive.flat([answer]), **told}
    return figures | {bootstrap.PER_ROW: _per_row(scores)}


def naive_answer(commonest: Commonest, scores: "Counted") -> Naive:
    """What the commonest tag of each token scores: precision, recall, F1."""
    names = ("score", "precision", "recall", "f1")
    figures = {name: value for name, value in _figures(scores).items() if name in names}
    return Naive(NAIVE, TITLE, commonest.about, figures)


def naive_scores(commonest: Commonest, examples: Iterable[Tagged], of_words: bool) -> Naive:
    """As `naive_answer`, of sequences with their tags; `of_words` or of labelled spans."""
    if of_words:
        return naive_answer(commonest, _words_counted(commonest, examples, None))
    return naive_answer(commonest, _spans_counted(commonest, examples))


def word_scores(
    tagger: Tags, examples: Iterable[Tagged], known: Collection[str] | None
) -> dict[str, Any]:
    """Scores of segmentation; see `seqzoo.metrics.WordScores`.

    Args:
        tagger: the model.
        examples: sequences of characters with their tags.
        known: the words of the training data; None: they are not known.

    Returns:
        The scores, and `score`, the F1.
    """
    return _figures(_words_counted(tagger, examples, known))


def _words_counted(
    tagger: Tags, examples: Iterable[Tagged], known: Collection[str] | None
) -> metrics.WordScores:
    scores = metrics.WordScores(known)
    for example, tags in tagger.examples(examples):
        scores.add(words_of(example, example.tags), words_of(example, tags))
    return scores


def words_of(example: Tagged, tags: Sequence[str]) -> list[str]:
    """The words of a sequence of characters by some tags."""
    return schemes.tags_to_words("".join(example.tokens), tags)


def entity_scores(tagger: Tags, examples: Iterable[Tagged]) -> dict[str, Any]:
    """Scores of labelled spans, of all and by kind; see `seqzoo.metrics.SpanScores`.

    Args:
        tagger: the model.
        examples: sequences with their tags.

    Returns:
        The scores, and `score`, the F1 of all.
    """
    return _figures(_spans_counted(tagger, examples))


def _spans_counted(tagger: Tags, examples: Iterable[Tagged]) -> metrics.SpanScores:
    scores = metrics.SpanScores()
    for example, tags in tagger.examples(examples):
        scores.add(schemes.tags_to_spans(example.tags), schemes.tags_to_spans(tags))
    return scores


Counted = metrics.WordScores | metrics.SpanScores


def _figures(scores: Counted) -> dict[str, Any]:
    result = scores.result()
    return {"score": result["f1"], **result}


def _per_row(scores: Counted) -> bootstrap.PerRow:
    """Correct, predicted and gold words or spans of each sentence."""
    # (sentences * 3,) -> (sentences, 3)
    values = np.array(scores.rows, np.float64).reshape(-1, 3)
    return bootstrap.PerRow("f1", values, bootstrap.f1, "sentences", (2,))
