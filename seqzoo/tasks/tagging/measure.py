"""Scores of taggers, and `seqzoo evaluate` for them."""

from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from typing import Any

from seqzoo import metrics
from seqzoo.datasets import Tagged
from seqzoo.datasets.files import read_lines
from seqzoo.datasets.tagged import read_entities, read_segmentation
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
    return word_scores(predictor.tagging, read_segmentation(path), known)


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
    return entity_scores(tagging, read_entities(path, tagging.scheme, predictor.unit))


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
    scores = metrics.WordScores(known)
    for example, tags in tagger.examples(examples):
        scores.add(words_of(example, example.tags), words_of(example, tags))
    result = scores.result()
    return {"score": result["f1"], **result}


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
    scores = metrics.SpanScores()
    for example, tags in tagger.examples(examples):
        scores.add(schemes.tags_to_spans(example.tags), schemes.tags_to_spans(tags))
    result = scores.result()
    return {"score": result["f1"], **result}
