"""Scores of taggers, and `seqzoo evaluate` for them."""

from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from seqzoo import metrics
from seqzoo.datasets import Tagged
from seqzoo.datasets.files import read_lines
from seqzoo.datasets.tagged import read_entities, read_segmentation
from seqzoo.pipeline import bootstrap
from seqzoo.tasks.options import Options
from seqzoo.tasks.tagging.inference import Tagging
from seqzoo.tasks.tagging.options import WordOptions
from seqzoo.tasks.tagging.predictor import TextTagger
from seqzoo.text import schemes


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
    scores = _words_counted(predictor.tagging, read_segmentation(path), known)
    return _figures(scores) | {bootstrap.PER_ROW: _per_row(scores)}


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
    examples = read_entities(path, tagging.scheme, predictor.unit)
    scores = _spans_counted(tagging, examples)
    return _figures(scores) | {bootstrap.PER_ROW: _per_row(scores)}


def word_scores(
    tagger: Tagging, examples: Iterable[Tagged], known: Collection[str] | None
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
    tagger: Tagging, examples: Iterable[Tagged], known: Collection[str] | None
) -> metrics.WordScores:
    scores = metrics.WordScores(known)
    for example, tags in tagger.examples(examples):
        scores.add(words_of(example, example.tags), words_of(example, tags))
    return scores


def words_of(example: Tagged, tags: Sequence[str]) -> list[str]:
    """The words of a sequence of characters by some tags."""
    return schemes.tags_to_words("".join(example.tokens), tags)


def entity_scores(tagger: Tagging, examples: Iterable[Tagged]) -> dict[str, Any]:
    """Scores of labelled spans, of all and by kind; see `seqzoo.metrics.SpanScores`.

    Args:
        tagger: the model.
        examples: sequences with their tags.

    Returns:
        The scores, and `score`, the F1 of all.
    """
    return _figures(_spans_counted(tagger, examples))


def _spans_counted(tagger: Tagging, examples: Iterable[Tagged]) -> metrics.SpanScores:
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
