"""Use a trained tagger on raw text: words, or entities with their places in the text."""

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from seqzoo.artifact.folder import Artifact
from seqzoo.datasets.tagged import Tagged, read_entities, read_segmentation
from seqzoo.decoding.viterbi import Chain
from seqzoo.system.files import read_json, read_lines
from seqzoo.tasks.arguments import length, one_of
from seqzoo.tasks.options import Options
from seqzoo.tasks.predictor import Predictor
from seqzoo.tasks.samples import made_texts, words_of
from seqzoo.tasks.tagging.chain import chain_of
from seqzoo.tasks.tagging.coder import load_coder, runs
from seqzoo.tasks.tagging.inference import Tagging
from seqzoo.text import schemes
from seqzoo.text.tokenizer import UNITS

# What is never cut: a Latin word, a number with its points and commas, of any width; a character and
# what joins it (accents, variation selectors, skin tones, whatever stands behind a joiner).
_LATIN = "A-Za-zＡ-Ｚａ-ｚÀ-ÖØ-öø-ɏḀ-ỿ\u0300-\u036f"
_JOINS = "\u0300-\u036f\u200d\ufe0e\ufe0f\U0001f3fb-\U0001f3ff"
WHOLE = re.compile(
    f"[{_LATIN}]+(?:['’][{_LATIN}]+)*|[0-9０-９]+(?:[.,．][0-9０-９]+)*|\\S(?:[{_JOINS}]|(?<=\u200d)\\S)+"
)
SPACES = re.compile(r"(\s+)")

Runs = list[tuple[list[str], list[int]]]  # of a text: tokens, and where each starts
Marked = list[tuple[list[str], list[int], list[str]]]  # these, and tags


class TextTagger(Predictor):
    """What segmenter and entity tagger share.

    Args:
        folder: an artifact of one of these tasks.

    Attributes:
        model: the `keras.Model`, with its CRF if it has one: ids, int32 (batch, time), and perhaps those of
            pairs -> `tags`, int32 (batch, time), or scores (batch, time, tags).
        tagging: gives sequences of tokens their tags by the model.
        unit: what a token is.
        config: every setting of the training.
    """

    BUILDER: ClassVar[str] = "tagger"
    TEXT: ClassVar[dict] = {
        "unit": one_of(UNITS),
        "scheme": one_of(schemes.SCHEMES),
        "max_length": length,
    }

    def __init__(self, folder: Path | Artifact):
        super().__init__(folder)
        text, sizes = self.config["text"], self.arguments
        self.unit = text["unit"]
        path = self.artifact.path("tags.txt")
        tags = read_lines(path, sizes["num_tags"])
        schemes.check(tags, text["scheme"], str(path))
        numbers = (sizes["vocab_size"], sizes["bigram_vocab_size"])
        coder = load_coder(self.artifact.path, text, numbers[1] is not None, numbers)
        chain = self._chain(tags) if sizes["crf"] else None
        self.tagging = Tagging(self.network(), chain, coder, tags, text["scheme"])

    def _chain(self, tags: list[str]) -> Callable[[], Chain]:
        """The CRF's scores, which do not change any more."""
        path = self.artifact.path("transitions.json")
        scores = chain_of(read_json(path), tags, self.arguments["scheme"], str(path))
        return lambda: scores

    def encode(self, item: str, where: str) -> Runs:
        """The text's sequences of tokens, and where in the text each token starts."""
        return runs(item, self.unit)

    def tagged(self, encoded: Sequence[Runs]) -> Iterator[Marked]:
        """For each text its sequences' tokens, starts and tags."""
        tags = iter(self.tagging([tokens for item in encoded for tokens, _ in item]))
        for item in encoded:
            yield [(tokens, starts, next(tags)) for tokens, starts in item]

    def samples(self, count: int, longest: int) -> list[str]:
        """Texts of known tokens in no order, of at most `longest` each."""
        words = words_of(self.tagging.coder.vocabulary)
        return made_texts(words, count, longest, self.unit)

    def rows_of(self, examples: Iterable[Tagged]) -> Iterator[dict[str, np.ndarray]]:
        """Ids, int32 (time,), of tagged sequences by the network's inputs, cut to the longest piece."""
        coder, names = self.tagging.coder, [*self.tagging.network.inputs]
        for example in examples:
            ids = coder.ids(example.tokens[: coder.max_length])
            columns = coder.columns(ids)  # (time, columns)
            yield dict(zip(names, columns.T, strict=True))


class Segmenter(TextTagger):
    """A word segmenter; answers have `text` and `words`, which joined are the text.

    White space is a word of its own; Latin words and numbers are never cut.
    """

    def answers(
        self, items: Sequence[tuple[str, Runs]], options: Options
    ) -> list[dict[str, Any]]:
        """The words of texts, given with what `encode` makes of them."""
        tagged = self.tagged([encoded for _, encoded in items])
        return [
            {"text": text, "words": _cut(text, _word_starts(marked))}
            for (text, _), marked in zip(items, tagged, strict=True)
        ]

    def network_rows(self, path: Path) -> Iterator[dict[str, np.ndarray]]:
        """Ids of a file's sentences; see `rows_of`."""
        return self.rows_of(read_segmentation(path))

    def to_plain(self, answer: dict[str, Any]) -> str:
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

    def answers(
        self, items: Sequence[tuple[str, Runs]], options: Options
    ) -> list[dict[str, Any]]:
        """The entities of texts, given with what `encode` makes of them."""
        tagged = self.tagged([encoded for _, encoded in items])
        return [
            {"text": text, "entities": list(_entities(text, marked))}
            for (text, _), marked in zip(items, tagged, strict=True)
        ]

    def network_rows(self, path: Path) -> Iterator[dict[str, np.ndarray]]:
        """Ids of a file's sequences; see `rows_of`."""
        return self.rows_of(read_entities(path, self.tagging.scheme, self.unit))

    def to_plain(self, answer: dict[str, Any]) -> str:
        """`text/label` of each entity, tabs between."""
        return "\t".join(
            f"{entity['text']}/{entity['label']}" for entity in answer["entities"]
        )


def _entities(text: str, marked: Marked) -> Iterator[dict[str, Any]]:
    """The entities of a text, in its order."""
    for tokens, starts, tags in marked:
        for first, stop, label in schemes.tags_to_spans(tags):
            start, end = starts[first], starts[stop - 1] + len(tokens[stop - 1])
            yield {"start": start, "end": end, "label": label, "text": text[start:end]}


def _word_starts(marked: Marked) -> set[int]:
    """Where in a text words start."""
    return {
        start
        for _, starts, tags in marked
        for start, tag in zip(starts, tags, strict=True)
        if tag in "BS"
    }


def _cut(text: str, places: set[int]) -> list[str]:
    """The text cut at places, and around white space, but not inside what is never cut."""
    for space in SPACES.finditer(text):
        places |= {space.start(), space.end()}
    for whole in WHOLE.finditer(text):
        places -= set(range(whole.start() + 1, whole.end()))
    cuts = sorted(places | {0, len(text)})
    return [text[start:end] for start, end in itertools.pairwise(cuts)]
