"""Scores of taggers, and `seqzoo evaluate` for them."""

from collections.abc import Collection, Iterable
from pathlib import Path

from seqzoo import metrics
from seqzoo.datasets import Tagged
from seqzoo.datasets.files import read_lines
from seqzoo.datasets.tagged import read_entities, read_segmentation
from seqzoo.tasks.tagging.inference import Tagging
from seqzoo.tasks.tagging.options import WordOptions
from seqzoo.text import schemes


def words(predictor, path: Path, options: WordOptions, write) -> dict:
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


def entities(predictor, path: Path, options, write) -> dict:
    """Span scores of a trained entity tagger on a file, by kind, as conlleval counts them.

    Args:
        predictor: an `EntityTagger`.
        path: tokens with tags (see `seqzoo.datasets.tagged`).
        options: none.
        write: not used.
    """
    return entity_scores(
        predictor.tagging, read_entities(path, predictor.tagging.scheme, predictor.unit)
    )


def word_scores(
    tagger: Tagging, examples: Iterable[Tagged], known: Collection[str] | None
) -> dict:
    """Scores of segmentation, `score` among them; `known` are the words of the training data."""
    scores = metrics.WordScores(known)
    for example, tags in tagger.examples(examples):
        scores.add(words_of(example, example.tags), words_of(example, tags))
    result = scores.result()
    return {"score": result["f1"], **result}


def words_of(example: Tagged, tags) -> list[str]:
    """The words of a sequence of characters by some tags."""
    return schemes.tags_to_words("".join(example.tokens), tags)


def entity_scores(tagger: Tagging, examples: Iterable[Tagged]) -> dict:
    """Scores of labelled spans, `score` among them, and by kind."""
    scores = metrics.SpanScores()
    for example, tags in tagger.examples(examples):
        scores.add(*(schemes.tags_to_spans(t) for t in (example.tags, tags)))
    result = scores.result()
    return {"score": result["f1"], **result}
