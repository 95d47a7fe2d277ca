"""Use a trained tagger on raw text: words, or entities with their places in the text."""

import dataclasses
import functools
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from seqzoo.artifact.folder import Artifact
from seqzoo.datasets.sequences.opened import open_words
from seqzoo.errors import InputError
from seqzoo.system.files import read_lines
from seqzoo.tasks.familiarity import FIELD
from seqzoo.tasks.options import Options
from seqzoo.tasks.tagging import limits
from seqzoo.tasks.tagging.corpora import Entities, Opener
from seqzoo.tasks.tagging.dictionary import Dictionary
from seqzoo.tasks.tagging.lexicon import FILE, Parts, letters_of
from seqzoo.tasks.tagging.text_tagger import Runs, TextTagger
from seqzoo.tasks.tagging.tokens import Tokens, of_list
from seqzoo.tasks.tagging.words import joined, words_of
from seqzoo.text import schemes

MOST_DICTIONARIES = 8  # of users, whose parts are remembered
# These, and the tags as places in `Tagging.names`, int32 (time,).
Marked = list[tuple[Sequence[str], Sequence[int], np.ndarray]]


class Segmenter(TextTagger):
    """A word segmenter; answers have `text`, `words`, which joined are the text, `offsets` and `familiarity`.

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
                FIELD: self.familiar(encoded),
            }
            for (text, encoded), spans in zip(items, cut, strict=True)
        ]

    def opener(self) -> Opener:
        """Opens files as training does."""
        return open_words

    def to_plain(self, answer: dict[str, Any]) -> str:
        """The words with a space between; white space of the text stands as it is, none beside it."""
        return joined(answer["words"])


class EntityTagger(TextTagger):
    """An entity tagger; answers have `text`, `entities` and `familiarity`.

    Of an entity there are `start`, `end`, `label` and `text`.

    Of a list of ready tokens they have `tokens` and `tags`, too; the text is the tokens with spaces between.

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
        self, items: Sequence[tuple[str, Runs]], options: Options
    ) -> list[dict[str, Any]]:
        """The entities of texts, given with what `encode` makes of them."""
        tagged = self.tagged(items)
        names = self.tagging.names
        answers = []
        for (text, encoded), marked in zip(items, tagged, strict=True):
            answer: dict[str, Any] = {"text": str(text)}
            if isinstance(text, Tokens):
                tags = [names[tag] for *_, of_run in marked for tag in of_run.tolist()]
                answer |= {"tokens": list(text.tokens), "tags": tags}
            answer["entities"] = list(_entities(text, marked, names))
            answers.append(answer | {FIELD: self.familiar(encoded)})
        return answers

    def opener(self) -> Opener:
        """Opens files as training does."""
        return Entities(self.unit)

    def predict(self, items: Any, **given: Any) -> Any:
        """Answer texts, and lists of ready tokens; see `Predictor.predict`."""
        if isinstance(items, (list, tuple)):
            items = [self._given(item, f"texts[{n}]") for n, item in enumerate(items)]
        return super().predict(items, **given)

    def from_json(self, value: Any, where: str) -> Any:
        """A text, or a list of ready tokens, that came as JSON.

        Raises:
            InputError: if it is neither; `where` begins the message.
        """
        return super().from_json(self._given(value, where), where)

    def _given(self, item: Any, where: str) -> Any:
        """Ready tokens of a list, where tokens are words."""
        if isinstance(item, (list, tuple)) and self.unit == "word":
            return of_list(item, where)
        return item

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
