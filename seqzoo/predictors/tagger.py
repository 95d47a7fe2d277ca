"""Use a trained tagger on raw text: words, or entities with their places in the text."""

import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import numpy as np

from seqzoo import schemes
from seqzoo.artifact import Artifact
from seqzoo.errors import InputError
from seqzoo.predictors.base import Predictor, length, one_of
from seqzoo.sequences import load_coder, runs
from seqzoo.storage import read_json, read_lines
from seqzoo.tagger import Tagging
from seqzoo.text import UNITS

# What is never cut: a Latin word, a number with its points and commas, of any width; a character and
# what joins it (accents, variation selectors, skin tones, whatever stands behind a joiner).
_LATIN = "A-Za-zＡ-Ｚａ-ｚÀ-ÖØ-öø-ɏḀ-ỿ\u0300-\u036f"
_JOINS = "\u0300-\u036f\u200d\ufe0e\ufe0f\U0001f3fb-\U0001f3ff"
_WHOLE = re.compile(
    f"[{_LATIN}]+(?:['’][{_LATIN}]+)*|[0-9０-９]+(?:[.,．][0-9０-９]+)*|\\S(?:[{_JOINS}]|(?<=\u200d)\\S)+"
)
_SPACE = re.compile(r"(\s+)")


class TextTagger(Predictor):
    """What segmenter and entity tagger share.

    Args:
        folder: an artifact of the task `segmentation` or `entities`.

    Attributes:
        model: the `keras.Model` with its CRF, if it has one: ids in, `tags` out.
        tagging: the model on sequences of tokens.
        config: every setting of the training.
    """

    BUILDER: ClassVar[str] = "tagger"
    TEXT: ClassVar[dict] = {"unit": one_of(UNITS), "scheme": one_of(schemes.SCHEMES), "max_length": length}

    def __init__(self, folder: Path | Artifact):
        super().__init__(folder)
        text, sizes = self.config["text"], self.arguments
        self.unit = text["unit"]
        tags = read_lines(self.artifact.path("tags.txt"), sizes["num_tags"])
        schemes.check(tags, text["scheme"], str(self.artifact.path("tags.txt")))
        if sizes["crf"]:
            set_scores(self.model, self.artifact.path("transitions.json"))
        numbers = (sizes["vocab_size"], sizes["bigram_vocab_size"])
        coder = load_coder(self.artifact.path, text, numbers[1] is not None, numbers)
        self.tagging = Tagging(self.model, coder, tags, text["scheme"])

    def encode(self, text: str, where: str):
        """The text's sequences of tokens, and where each token starts."""
        return runs(text, self.unit)

    def tagged(self, encoded: list) -> Iterator[list[tuple]]:
        """For each text its sequences' tokens, starts and tags."""
        tags = iter(self.tagging([tokens for item in encoded for tokens, _ in item]))
        for item in encoded:
            yield [(tokens, starts, next(tags)) for tokens, starts in item]


class Segmenter(TextTagger):
    """A word segmenter; answers have `text` and `words`, which joined are the text.

    White space is a word of its own; Latin words and numbers are never cut.
    """

    def answers(self, items: list[tuple[str, list]]) -> list[dict]:
        """The words of texts."""
        answers = []
        for (text, _), found in zip(items, self.tagged([encoded for _, encoded in items]), strict=True):
            places = {start for _, starts, tags in found for start, tag in zip(starts, tags, strict=True)
                      if tag in "BS"}  # fmt: skip
            answers.append({"text": text, "words": _cut(text, places)})
        return answers

    def to_plain(self, answer: dict) -> str:
        """The words with a space between; white space of the text stands as it is, none beside it."""
        words, line = answer["words"], []
        for before, word in zip(["", *words], words, strict=False):
            if before and not before.isspace() and not word.isspace():
                line.append(" ")
            line.append(word)
        return "".join(line)


class EntityTagger(TextTagger):
    """An entity tagger; answers have `text` and `entities`: `start`, `end`, `label`, `text` of each.

    Places count characters (Unicode code points) of the text from 0, ends exclusive.
    """

    def answers(self, items: list[tuple[str, list]]) -> list[dict]:
        """The entities of texts."""
        found = self.tagged([encoded for _, encoded in items])
        return [
            {"text": text, "entities": [entity for run in runs for entity in _entities(text, *run)]}
            for (text, _), runs in zip(items, found, strict=True)
        ]

    def to_plain(self, answer: dict) -> str:
        """`text/label` of each entity, tabs between."""
        return "\t".join(f"{entity['text']}/{entity['label']}" for entity in answer["entities"])


def set_scores(model, path: Path) -> None:
    """Give a tagger's CRF the scores in a `transitions.json`.

    Raises:
        InputError: if these are not scores of so many tags.
    """
    scores, crf = read_json(path), model.get_layer("crf")
    try:
        arrays = [np.array(scores[name], np.float32) for name in ("start", "transitions", "end")]
        if not all(np.isfinite(array).all() for array in arrays):
            raise ValueError("not all of them are finite")
        crf.set_weights(arrays)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise InputError(f"{path}: not the scores of {crf.num_tags} tags: {error}") from error


def _entities(text: str, tokens, starts, tags) -> Iterator[dict]:
    for first, stop, label in schemes.tags_to_spans(tags):
        start, end = starts[first], starts[stop - 1] + len(tokens[stop - 1])
        yield {"start": start, "end": end, "label": label, "text": text[start:end]}


def _cut(text: str, places: set[int]) -> list[str]:
    """The text cut at places, and around white space, but not inside what is never cut."""
    for space in _SPACE.finditer(text):
        places |= {space.start(), space.end()}
    for whole in _WHOLE.finditer(text):
        places -= set(range(whole.start() + 1, whole.end()))
    cuts = sorted(places | {0, len(text)})
    return [text[start:end] for start, end in itertools.pairwise(cuts)]
