"""Scores of taggers, and `seqzoo evaluate` for them."""

import itertools
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from typing import Any

from seqzoo import metrics
from seqzoo.datasets import Tagged
from seqzoo.datasets.files import read_lines
from seqzoo.datasets.sequences.opened import open_words
from seqzoo.tasks.tagging import raw
from seqzoo.tasks.tagging.corpora import Entities, read_to_measure
from seqzoo.tasks.tagging.inference import CHUNK, Tagging
from seqzoo.tasks.tagging.mapping import Mapped
from seqzoo.tasks.tagging.options import EntityOptions, WordOptions
from seqzoo.tasks.tagging.predictor import TextTagger
from seqzoo.text import schemes


def words(
    predictor: TextTagger, path: Path, options: WordOptions, write: Callable[[str], Any]
) -> dict[str, Any]:
    """Word scores of a trained segmenter on a file, as the SIGHAN scorer counts them.

    Args:
        predictor: a `Segmenter`.
        path: words between spaces, or characters with tags; or a folder, whose test part is read.
        options: how it is read, and a file of known words.
        write: not used.

    Raises:
        InputError: if the file is of no such form.
    """
    known = None
    if options.words is not None:
        known = {word for _, line in read_lines(options.words) for word in line.split()}
    examples = read_to_measure(path, predictor.asked(options), open_words)
    return word_scores(predictor.tagging, examples, known)


def entities(
    predictor: TextTagger, path: Path, options: EntityOptions, write: Callable[[str], Any]
) -> dict[str, Any]:
    """Span scores of a trained entity tagger on a file, by kind, as conlleval counts them.

    Args:
        predictor: an `EntityTagger`.
        path: tokens with tags, or texts with spans; or a folder, whose test part is read.
        options: how it is read, and how its labels are called.
        write: not used.

    Raises:
        InputError: if the file is of no such form, or its labels are none of the model's.
    """
    asked = predictor.asked(options)
    examples = read_to_measure(path, asked, Entities(predictor.unit))
    mapped = Mapped(options.map, predictor.labels, str(path))
    return entity_scores(predictor.tagging, mapped(examples))


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
        The scores, and `score`, the F1 of all. Where raw text is cut into other tokens than some sequences
        have, `raw_text_f1`, too: of all of them read as raw text.
    """
    scores, of_raw_text = metrics.SpanScores(), metrics.SpanScores()
    other = 0
    examples = iter(examples)
    while chunk := list(itertools.islice(examples, CHUNK)):
        found = tagger([example.tokens for example in chunk])
        for example, tags in zip(chunk, found, strict=True):
            scores.add(schemes.tags_to_spans(example.tags), schemes.tags_to_spans(tags))
        if tagger.coder.unit == "word":
            other += raw.scores(tagger, chunk, found, of_raw_text)
    result = scores.result()
    if other:
        result["raw_text_f1"] = of_raw_text.result()["f1"]
    return {"score": result["f1"], **result}
