"""Scores of taggers, and `seqzoo evaluate` for them."""

import itertools
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from seqzoo import metrics
from seqzoo.datasets import Tagged
from seqzoo.datasets.files import read_lines
from seqzoo.datasets.sequences.opened import open_words
from seqzoo.pipeline import bootstrap, naive
from seqzoo.pipeline.naive import Naive
from seqzoo.tasks.tagging import raw
from seqzoo.tasks.tagging.corpora import Entities, read_to_measure
from seqzoo.tasks.tagging.dictionary import Dictionary
from seqzoo.tasks.tagging.inference import CHUNK, Tagging
from seqzoo.tasks.tagging.mapping import Mapped
from seqzoo.tasks.tagging.naive import TITLE, Commonest
from seqzoo.tasks.tagging.options import EntityOptions, WordOptions
from seqzoo.tasks.tagging.text_tagger import TextTagger
from seqzoo.tasks.tagging.words import words_of
from seqzoo.text import schemes

NAIVE = "commonest"  # begins the names of the naive answer's figures


class Tags(Protocol):
    """Gives sequences their tags: a trained model, or a naive answer."""

    def examples(self, examples: Iterable[Tagged]) -> Iterator[tuple[Tagged, list[str]]]:
        """Each example of a stream and the tags it gets."""


class Words(metrics.WordScores):
    """Scores of the words that `predict` answers; see `seqzoo.metrics.WordScores`.

    Args:
        known: the words of the training data; None: they are not known.
        dictionary: a user's words.
    """

    def __init__(
        self, known: Collection[str] | None = None, dictionary: Dictionary | None = None
    ):
        super().__init__(known)
        self._dictionary = dictionary

    def count(self, tagger: Tags, chunk: Sequence[Tagged]) -> None:
        """Count the words of some sequences of characters."""
        texts = ["".join(example.tokens) for example in chunk]
        for example, text, words in zip(
            chunk, texts, self._cut(tagger, chunk, texts), strict=True
        ):
            self.add(schemes.tags_to_words(text, example.tags), words)

    def _cut(
        self, tagger: Tags, chunk: Sequence[Tagged], texts: Sequence[str]
    ) -> Iterator[list[str]]:
        """The words of each text: by the rules of `predict`, or by a naive answer's tags."""
        if isinstance(tagger, Tagging):
            spans = words_of(tagger, texts, self._dictionary)
            for text, places in zip(texts, spans, strict=True):
                yield [text[start:end] for start, end in places]
        else:
            for text, (_, tags) in zip(texts, tagger.examples(chunk), strict=True):
                yield schemes.tags_to_words(text, tags)


class Spans(metrics.SpanScores):
    """Scores of labelled spans, and of the same sequences read as raw text.

    The latter where a raw text is cut into other tokens than some sequences have.
    """

    def __init__(self) -> None:
        super().__init__()
        self._of_raw_text, self._others = metrics.SpanScores(), 0

    def count(self, tagger: Tags, chunk: Sequence[Tagged]) -> None:
        """Count the spans of some sequences."""
        found = [tags for _, tags in tagger.examples(chunk)]
        for example, tags in zip(chunk, found, strict=True):
            self.add(schemes.tags_to_spans(example.tags), schemes.tags_to_spans(tags))
        if isinstance(tagger, Tagging) and tagger.coder.unit == "word":
            self._others += raw.scores(tagger, chunk, found, self._of_raw_text)

    def result(self) -> dict[str, Any]:
        """The scores; and `raw_text_f1`, if raw text is cut otherwise."""
        result = super().result()
        if self._others:
            result["raw_text_f1"] = self._of_raw_text.result()["f1"]
        return result


Counted = Words | Spans


def words(
    predictor: TextTagger, path: Path, options: WordOptions, write: Callable[[str], Any]
) -> dict[str, Any]:
    """Word scores of a trained segmenter on a file, as the SIGHAN scorer counts them.

    Args:
        predictor: a `Segmenter`.
        path: words between spaces, or characters with tags; or a folder, whose test part is read.
        options: how it is read, a user's dictionary, and a file of known words.
        write: not used.

    Raises:
        InputError: if the file is of no such form.
    """
    known = None
    if options.known_words is not None:
        lines = read_lines(options.known_words)
        known = {word for _, line in lines for word in line.split()}
    dictionary = predictor.options(words=options.words).words
    examples = read_to_measure(path, predictor.asked(options), open_words)
    return _beside(predictor, examples, lambda: Words(known, dictionary))


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
    return _beside(predictor, mapped(examples), Spans)


def _beside(
    predictor: TextTagger, examples: Iterable[Tagged], new: Callable[[], Counted]
) -> dict[str, Any]:
    """Scores of a tagger, and of the naive answer, on sequences with their tags."""
    taggers: list[Tags] = [predictor.tagging]
    if predictor.commonest is not None:
        taggers.append(predictor.commonest)
    scores, *others = _counted(taggers, examples, new)
    measured = _figures(scores)
    answer = Naive(NAIVE, TITLE, "the artifact holds none", {})
    if predictor.commonest is not None:
        answer = _naive_answer(predictor.commonest, others[0])
    below = naive.below(measured["score"], [answer], "these texts")
    told = {"below": below} if below else {}
    figures = {"examples": len(scores.rows), **measured, **naive.flat([answer]), **told}
    return figures | {bootstrap.PER_ROW: _per_row(scores)}


def _counted(
    taggers: Sequence[Tags], examples: Iterable[Tagged], new: Callable[[], Counted]
) -> list[Counted]:
    """The scores of some taggers on a stream of sequences, which is read once."""
    scores = [new() for _ in taggers]
    examples = iter(examples)
    while chunk := list(itertools.islice(examples, CHUNK)):
        for tagger, each in zip(taggers, scores, strict=True):
            each.count(tagger, chunk)
    return scores


def _naive_answer(commonest: Commonest, scores: Counted) -> Naive:
    """What the commonest tag of each token scores: precision, recall, F1."""
    names = ("score", "precision", "recall", "f1")
    figures = {name: value for name, value in _figures(scores).items() if name in names}
    return Naive(NAIVE, TITLE, commonest.about, figures)


def naive_scores(commonest: Commonest, examples: Iterable[Tagged], of_words: bool) -> Naive:
    """What the commonest tag of each token scores.

    Args:
        commonest: it knows the tags.
        examples: sequences with their tags.
        of_words: whether words count, or labelled spans.
    """
    (scores,) = _counted(
        [commonest], examples, (lambda: Words(None)) if of_words else Spans
    )
    return _naive_answer(commonest, scores)


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
    (scores,) = _counted([tagger], examples, lambda: Words(known))
    return _figures(scores)


def entity_scores(tagger: Tags, examples: Iterable[Tagged]) -> dict[str, Any]:
    """Scores of labelled spans, of all and by kind; see `seqzoo.metrics.SpanScores`.

    Args:
        tagger: the model.
        examples: sequences with their tags.

    Returns:
        The scores, and `score`, the F1 of all. Where raw text is cut into other tokens than some sequences
        have, `raw_text_f1`, too: of all of them read as raw text.
    """
    (scores,) = _counted([tagger], examples, Spans)
    return _figures(scores)


def _figures(scores: Counted) -> dict[str, Any]:
    result = scores.result()
    return {"score": result["f1"], **result}


def _per_row(scores: Counted) -> bootstrap.PerRow:
    """Correct, predicted and gold words or spans of each sentence."""
    # (sentences * 3,) -> (sentences, 3)
    values = np.array(scores.rows, np.float64).reshape(-1, 3)
    return bootstrap.PerRow("f1", values, bootstrap.f1, "sentences", (2,))
