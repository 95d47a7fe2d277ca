"""Scores of taggers, and `seqzoo evaluate` for them."""

import itertools
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
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
    examples = read_entities(path, tagging.scheme, predictor.unit)
    word = predictor.word if predictor.unit == "word" else None
    return entity_scores(tagging, examples, word)


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


def entity_scores(
    tagger: Tagging, examples: Iterable[Tagged], word: re.Pattern[str] | None = None
) -> dict[str, Any]:
    """Scores of labelled spans, of all and by kind; see `seqzoo.metrics.SpanScores`.

    Args:
        tagger: the model.
        examples: sequences with their tags.
        word: what a word is in raw text, of a tagger of words; None: raw text is not measured.

    Returns:
        The scores, and `score`, the F1 of all; with `word` also `raw_f1`, the F1 on the tokens with a space
        between two, cut anew as `predict` cuts them.
    """
    scores, raw = metrics.SpanScores(), metrics.SpanScores()
    for chunk in chunks(examples):
        for example, tags in zip(chunk, tagger([e.tokens for e in chunk]), strict=True):
            scores.add(schemes.tags_to_spans(example.tags), schemes.tags_to_spans(tags))
        if word is not None:
            for pair in _of_raw_text(tagger, chunk, word):
                raw.add(*pair)
    result = scores.result()
    beside = {} if word is None else {"raw_f1": raw.result()["f1"]}
    return {"score": result["f1"], **result, **beside}


def _of_raw_text(
    tagger: Tagging, examples: Sequence[Tagged], word: re.Pattern[str]
) -> Iterator[tuple[list[schemes.Span], list[schemes.Span]]]:
    """The spans of examples, and those found in their raw texts, by places of characters."""
    found = [list(word.finditer(" ".join(example.tokens))) for example in examples]
    tagged = tagger([[each.group() for each in words] for words in found])
    for example, words, tags in zip(examples, found, tagged, strict=True):
        ends = [*itertools.accumulate(len(token) + 1 for token in example.tokens)]
        own = [
            (end - 1 - len(t), end - 1) for end, t in zip(ends, example.tokens, strict=True)
        ]
        theirs = [each.span() for each in words]
        yield _placed(example.tags, own), _placed(tags, theirs)


def _placed(tags: Sequence[str], places: Sequence[tuple[int, int]]) -> list[schemes.Span]:
    """The spans that tags mean, by the places of their tokens."""
    return [
        (places[first][0], places[stop - 1][1], label)
        for first, stop, label in schemes.tags_to_spans(tags)
    ]
