"""Use a trained tagger on raw text: words, or entities with their places in the text."""

import dataclasses
import functools
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from seqzoo.artifact.folder import Artifact
from seqzoo.datasets.reading.settings import Form
from seqzoo.datasets.tagged import Tagged, read_entities, read_segmentation
from seqzoo.decoding.viterbi import Chain
from seqzoo.errors import InputError
from seqzoo.system.files import read_json, read_lines
from seqzoo.tasks import samples
from seqzoo.tasks.arguments import length, one_of
from seqzoo.tasks.predictor import Predictor
from seqzoo.tasks.tagging import limits
from seqzoo.tasks.tagging.chain import chain_of
from seqzoo.tasks.tagging.coder import load_coder
from seqzoo.tasks.tagging.cuts import runs
from seqzoo.tasks.tagging.dictionary import Dictionary
from seqzoo.tasks.tagging.inference import Tagging
from seqzoo.tasks.tagging.joins import pattern_of
from seqzoo.tasks.tagging.lexicon import FILE, Parts, letters_of
from seqzoo.tasks.tagging.words import joined, words_of
from seqzoo.text import schemes
from seqzoo.text.tokenizer import UNITS

MOST_DICTIONARIES = 8  # of users, whose parts are remembered
Runs = list[tuple[Sequence[str], Sequence[int]]]  # of a text: tokens, and where each starts
# These, and the tags as places in `Tagging.names`, int32 (time,).
Marked = list[tuple[Sequence[str], Sequence[int], np.ndarray]]


class TextTagger(Predictor):
    """What segmenter and entity tagger share.

    Args:
        folder: an artifact of one of these tasks.

    Attributes:
        model: the `keras.Model`, with its CRF if it has one: ids, int32 (batch, time), and perhaps those of
            pairs -> `tags`, int32 (batch, time), or scores (batch, time, tags).
        tagging: gives sequences of tokens their tags by the model.
        unit: what a token is.
        word: what a word is in raw text, where that is the unit.
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
        self.word = pattern_of(text)
        path = self.artifact.path("tags.txt")
        tags = read_lines(path, sizes["num_tags"])
        schemes.check(tags, text["scheme"], str(path))
        numbers = (sizes["vocab_size"], sizes["bigram_vocab_size"])
        coder = load_coder(self.artifact.path, text, numbers[1] is not None, numbers)
        chain = self._chain(tags) if sizes["crf"] else None
        self.tagging = Tagging(self.network(inner=1), chain, coder, tags, text["scheme"])

    def _chain(self, tags: list[str]) -> Callable[[], Chain]:
        """The CRF's scores, which do not change any more."""
        path = self.artifact.path("transitions.json")
        scores = chain_of(read_json(path), tags, self.arguments["scheme"], str(path))
        return lambda: scores

    def encode(self, item: str, where: str) -> Runs:
        """The text's sequences of tokens, and where in the text each token starts."""
        return runs(item, self.unit, self.word)

    def samples(self, count: int, longest: int) -> list[str]:
        """Texts of known tokens in no order, of at most `longest` each."""
        words = samples.words_of(self.tagging.coder.vocabulary)
        return samples.made_texts(words, count, longest, self.unit)

    def rows_of(self, examples: Iterable[Tagged]) -> Iterator[dict[str, np.ndarray]]:
        """Ids, int32 (time,), of tagged sequences by the network's inputs, cut to the longest piece."""
        coder, names = self.tagging.coder, [*self.tagging.network.inputs]
        for example in examples:
            ids = coder.ids(example.tokens[: coder.max_length])
            columns = coder.columns(ids)  # (time, columns)
            yield dict(zip(names, columns.T, strict=True))


class Segmenter(TextTagger):
    """A word segmenter; answers have `text`, `words`, which joined are the text, and their `offsets`.

    Offsets are start and end in characters (Unicode code points) of the text from 0, ends exclusive.
    With the mode `search` each long word stands behind its parts, and the words joined are not the text.
    White space is a word of its own. `seqzoo.tasks.tagging.rules` says what is never cut.
    """

    def __init__(self, folder: Path | Artifact):
        super().__init__(folder)
        self._lexicon: list[str] | None = None
        if FILE in self.artifact.names:
            self._lexicon = read_lines(self.artifact.path(FILE))
            self.tagging.letters = letters_of(self._lexicon)
        self._parts = functools.lru_cache(MOST_DICTIONARIES)(self._parts_with)

    def options(self, **given: Any) -> Any:
        """Options of an answer, a user's words as a `Dictionary`.

        Raises:
            InputError: see `Predictor.options` and `Dictionary.of`; on the mode `search` of an older model.
        """
        chosen = super().options(**given)
        if chosen.mode == "search" and self._lexicon is None:
            raise InputError(f"mode search: expected a model with {FILE}; train it anew")
        if chosen.words is None:
            return chosen
        return dataclasses.replace(chosen, words=Dictionary.of(chosen.words))

    def _parts_with(self, dictionary: Dictionary | None) -> Parts:
        return Parts(self._lexicon or [], dictionary)

    def answers(
        self, items: Sequence[tuple[str, Runs]], options: Any
    ) -> list[dict[str, Any]]:
        """The words of texts, given with what `encode` makes of them."""
        texts = [text for text, _ in items]
        cut = words_of(self.tagging, texts, options.words)
        if options.mode == "search":
            parts = self._parts(options.words)
            cut = [parts.expanded(*each) for each in zip(texts, cut, strict=True)]
        return [
            {
                "text": text,
                "words": [text[start:end] for start, end in spans],
                "offsets": [list(span) for span in spans],
            }
            for text, spans in zip(texts, cut, strict=True)
        ]

    def network_rows(
        self, path: Path, asked: Form | None = None
    ) -> Iterator[dict[str, np.ndarray]]:
        """Ids of a file's sentences; see `rows_of`."""
        self.refuse_form(asked)
        return self.rows_of(read_segmentation(path))

    def to_plain(self, answer: dict[str, Any]) -> str:
        """The words with a space between; white space of the text stands as it is, none beside it."""
        return joined(answer["words"])


class EntityTagger(TextTagger):
    """An entity tagger; answers have `text` and `entities`: `start`, `end`, `label`, `text` of each.

    Places count characters (Unicode code points) of the text from 0, ends exclusive. Emoji are in no
    entity, and no entity begins or ends within a grapheme cluster.
    """

    def tagged(self, items: Sequence[tuple[str, Runs]]) -> Iterator[Marked]:
        """For each text and its sequences these sequences' tokens, starts and tags."""
        marks = [limits.of_entities(text) for text, _ in items]
        sequences = [
            (tokens, own[_places(starts)])
            for own, (_, encoded) in zip(marks, items, strict=True)
            for tokens, starts in encoded
        ]
        tokens, of_tokens = zip(*sequences, strict=True) if sequences else ((), ())
        tags = iter(self.tagging.numbers(tokens, of_tokens))
        for _, encoded in items:
            yield [(tokens, starts, next(tags)) for tokens, starts in encoded]

    def answers(
        self, items: Sequence[tuple[str, Runs]], options: Any
    ) -> list[dict[str, Any]]:
        """The entities of texts, given with what `encode` makes of them."""
        tagged = self.tagged(items)
        names = self.tagging.names
        return [
            {"text": text, "entities": list(_entities(text, marked, names))}
            for (text, _), marked in zip(items, tagged, strict=True)
        ]

    def network_rows(
        self, path: Path, asked: Form | None = None
    ) -> Iterator[dict[str, np.ndarray]]:
        """Ids of a file's sequences; see `rows_of`."""
        self.refuse_form(asked)
        return self.rows_of(read_entities(path, self.tagging.scheme, self.unit))

    def to_plain(self, answer: dict[str, Any]) -> str:
        """`text/label` of each entity, tabs between."""
        return "\t".join(
            f"{entity['text']}/{entity['label']}" for entity in answer["entities"]
        )


def _places(starts: Sequence[int]) -> slice | list[int]:
    """What picks the places where tokens start."""
    return slice(starts.start, starts.stop) if isinstance(starts, range) else list(starts)


def _entities(text: str, marked: Marked, names: list[str]) -> Iterator[dict[str, Any]]:
    """The entities of a text, in its order."""
    outside = names.index(schemes.OUTSIDE)
    for tokens, starts, tags in marked:
        places = np.flatnonzero(tags != outside).tolist()
        if not places:
            continue
        begin = places[0]
        named = [names[tag] for tag in tags[begin : places[-1] + 1].tolist()]
        for first, stop, label in schemes.tags_to_spans(named):
            last = begin + stop - 1
            start, end = starts[begin + first], starts[last] + len(tokens[last])
            yield {"start": start, "end": end, "label": label, "text": text[start:end]}
