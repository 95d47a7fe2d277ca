"""Scores of taggers, and `seqzoo evaluate` for them."""

from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import Any

from seqzoo import metrics
from seqzoo.datasets import Tagged
from seqzoo.datasets.files import read_lines
from seqzoo.datasets.tagged import read_entities, read_segmentation
from seqzoo.tasks.options import Options
from seqzoo.tasks.tagging.dictionary import Dictionary
from seqzoo.tasks.tagging.inference import Tagging, chunks
from seqzoo.tasks.tagging.options import WordOptions
from seqzoo.tasks.tagging.predictor import TextTagger
from seqzoo.tasks.tagging.words import words_of
from seqzoo.text import schemes


def words(
    predictor: TextTagger, path: Path, options: WordOptions, write: Callable[[str], Any]
) -> dict[str, Any]:
    """Word scores of a trained segmenter on a file, as the SIGHAN scorer counts them.

    Args:
        predictor: a `Segmenter`.
        path: words between spaces, or characters with tags (see `seqzoo.datasets.tagged`).
        options: with a user's dictionary, and a file of known words.
        write: not used.
    """
    known = None
    if options.known_words is not None:
        lines = read_lines(options.known_words)
        known = {word for _, line in lines for word in line.split()}
    dictionary = predictor.options(words=options.words).words
    return word_scores(predictor.tagging, read_segmentation(path), known, dictionary)


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
    tagger: Tagging,
    examples: Iterable[Tagged],
    known: Collection[str] | None,
    dictionary: Dictionary | None = None,
) -> dict[str, Any]:
    """Scores of the words that `predict` answers; see `seqzoo.metrics.WordScores`.

    Args:
        tagger: the model.
        examples: sequences of characters with their tags.
        known: the words of the training data; None: they are not known.
        dictionary: a user's words.

    Returns:
        The scores, and `score`, the F1.
    """
    scores = metrics.WordScores(known)
    for chunk in chunks(examples):
        texts = ["".join(example.tokens) for example in chunk]
        cut = words_of(tagger, texts, dictionary)
        for example, text, spans in zip(chunk, texts, cut, strict=True):
            words = [text[start:end] for start, end in spans]
            scores.add(schemes.tags_to_words(text, example.tags), words)
    result = scores.result()
    return {"score": result["f1"], **result}


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
