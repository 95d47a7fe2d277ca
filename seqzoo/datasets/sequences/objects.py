"""JSON and Parquet: tokens with tags, or texts with spans, an object a sequence."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from seqzoo.datasets.reading.cells import label_of, text_of
from seqzoo.datasets.reading.formats import raw_of
from seqzoo.datasets.reading.frames import Frame
from seqzoo.datasets.reading.layout import either
from seqzoo.datasets.reading.objects import Objects
from seqzoo.datasets.reading.settings import Form
from seqzoo.datasets.reading.source import OBJECTS, Source
from seqzoo.datasets.sequences import letters, spans
from seqzoo.datasets.tagged import Sequences, Tagged
from seqzoo.errors import InputError

TOKENS = ("tokens", "words", "token", "text", "sentence")
TAGS = (
    "tags",
    "ner_tags",
    "ner",
    "labels",
    "label",
    "bio",
    "bio_tags",
    "ner_labels",
    "tag",
)
TEXTS = ("text", "data", "sentence", "content", "文本")
SHOWN = 50  # rows by which it is seen what the objects have

Runs = Callable[[str, str], list[tuple[Sequence[str], Sequence[int]]]]


class Elements(Objects):
    """JSON whose elements may be lists: of tokens, or spaCy's `[text, {"entities": [...]}]`."""

    def __init__(self, source: Source, asked: Form):
        super().__init__(source, asked)
        if source.ending != ".json" and self._is_array and _begins_with_list(source):
            self._is_array = False
            self.form[0] = "JSON lines"

    def _checked(self, value: Any, where: str) -> dict[str, Any] | str | InputError:
        if isinstance(value, list) and len(value) == 2 and isinstance(value[1], dict):
            return {"text": value[0], **value[1]}
        if isinstance(value, list) and value and all(isinstance(v, str) for v in value):
            return {"tokens": value}
        return super()._checked(value, where)


class TaggedObjects(Sequences):
    """The sequences of a file of objects, or of a frame with a sequence a row; each iteration reads it anew.

    Args:
        source: the file, or a frame.
        asked: what the user said of its form.
        unit: what a token is; None: what the file shows.
        runs: text and unit -> its sequences of tokens, and where each token starts.
        tagged: whether the tags are read.

    Attributes:
        has_tokens: whether the objects have tokens; else texts.

    Raises:
        InputError: if no object has tokens with tags, or a text with spans.
    """

    def __init__(
        self,
        source: Source | Frame,
        asked: Form,
        unit: str | None,
        runs: Runs,
        tagged: bool = True,
    ):
        self.name, self._asked, self._runs, self._tagged = source.name, asked, runs, tagged
        if isinstance(source, Frame):
            self._raw: Any = source
        elif source.ending in OBJECTS:
            raw_of(source, asked)  # refuses flags that play no part
            self._raw = Elements(source, asked)
        else:
            self._raw = raw_of(source, asked)
        first = [row for _, row in zip(range(SHOWN), self._objects(), strict=False)]
        usable = [fields for _, fields in first if isinstance(fields, dict)]
        self.has_tokens = any(self._tokens_of(fields) is not None for fields in usable)
        self.unit = unit or self._unit_of(usable)
        kind = "tokens with tags" if self.has_tokens else "texts with spans"
        kind = kind if tagged else kind.partition(" ")[0]
        self.found = ", ".join([*self._raw.form, kind, f"a token is a {self.unit}"])

    def _objects(self) -> Iterator[tuple[str, dict[str, Any] | InputError]]:
        """Where each object stands, and the object."""
        for _, where, fields in self._raw.rows():
            if isinstance(fields, list):
                fields = dict(zip(self._raw.names, fields, strict=True))
            inside = fields.get("annotations") if isinstance(fields, dict) else None
            # The one object of an annotator: {"classes": [...], "annotations": [[text, {...}], ...]}.
            if isinstance(inside, list) and _are_pairs(inside):
                for number, (text, beside) in enumerate(inside, 1):
                    yield f"{where}: annotation {number}", {"text": text, **beside}
                continue
            yield where, fields

    def _key(
        self, role: str, fields: Mapping[str, Any], names: Sequence[str], kind: type
    ) -> str | None:
        """The key of an object that has something: the one that the user named, or a known one."""
        wanted = self._asked.places.get(role)
        folded = {key.lower(): key for key in fields}
        for name in names if wanted is None else (wanted.lower(),):
            if name in folded and isinstance(fields[folded[name]], kind):
                return folded[name]
        return None

    def _tokens_of(self, fields: Mapping[str, Any]) -> str | None:
        return self._key("token", fields, TOKENS, list)

    def _unit_of(self, objects: list[dict[str, Any]]) -> str:
        """What a token is, as the first objects show."""
        if self.has_tokens:
            every = (
                token
                for fields in objects
                if (key := self._tokens_of(fields)) is not None
                for token in fields[key]
            )
            return "word" if any(len(str(token)) > 1 for token in every) else "character"
        from seqzoo.text.scripts import unit_of

        texts = (spans.text_of(fields, TEXTS, self._asked) for fields in objects)
        return unit_of(text for text in texts if text is not None)

    def __iter__(self) -> Iterator[Tagged | InputError]:
        found = False
        for where, fields in self._objects():
            found = True
            if isinstance(fields, InputError):
                yield fields
                continue
            try:
                yield from self._sequences(fields, where)
            except InputError as error:
                yield error
        if not found:
            raise InputError(f"{self.name}: expected objects; the file has none")

    def _sequences(self, fields: dict[str, Any], where: str) -> list[Tagged]:
        key = self._tokens_of(fields)
        if key is not None:
            return [self._with_tags(fields, key, where)]
        text = spans.text_of(fields, TEXTS, self._asked)
        if text is None or not self._tagged:
            raise InputError(
                f"{where}: expected tokens with tags, or a text with spans; the keys are "
                f"{either(list(fields))}; --token-column, --tag-column and --text-column name them"
            )
        text_of(text, where)
        marked = spans.spans_of(fields, text, self._asked, where)
        return spans.sequences(text, marked, self._runs(text, self.unit), where, self.unit)

    def _with_tags(self, fields: dict[str, Any], key: str, where: str) -> Tagged:
        tokens = fields[key]
        if not tokens:
            raise InputError(f"{where}: {key}: expected tokens; there are none")
        for place, token in enumerate(tokens, 1):
            text_of(token, f"{where}: {key}: number {place}")
        if self.unit == "character" and any(len(token) != 1 for token in tokens):
            long = next(token for token in tokens if len(token) != 1)
            raise InputError(f"{where}: expected characters (--unit); got {long[:40]!r}")
        outside = (letters.OUTSIDE,) * len(tokens)
        if not self._tagged:
            return Tagged(tuple(tokens), outside, where)
        named = self._key("tag", {k: v for k, v in fields.items() if k != key}, TAGS, list)
        if named is None:
            raise InputError(
                f"{where}: expected tags beside {key}; the keys are {either(list(fields))}; "
                "--tag-column names them"
            )
        tags = fields[named]
        if len(tags) != len(tokens):
            raise InputError(
                f"{where}: {named}: expected {len(tokens)} tags, one a token; got {len(tags)}"
            )
        if not all(isinstance(tag, str) for tag in tags):
            other = next(tag for tag in tags if not isinstance(tag, str))
            raise InputError(
                f"{where}: {named}: expected tags by name (B-LABEL); got {str(other)[:40]}"
            )
        named_tags = (letters.plain(label_of(tag, where), where) for tag in tags)
        return Tagged(tuple(tokens), tuple(named_tags), where)


def _begins_with_list(source: Source) -> bool:
    """Whether the first line is a whole list of tokens: lines have a list each then."""
    try:
        value = json.loads(source.head.partition(b"\n")[0])
    except (ValueError, RecursionError):  # part of an array, or another encoding
        return False
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _are_pairs(value: list[Any]) -> bool:
    """Whether elements are `[text, {"entities": [...]}]`."""
    pairs = [each for each in value if isinstance(each, list) and len(each) == 2]
    return (
        bool(value)
        and len(pairs) == len(value)
        and all(isinstance(each[1], dict) for each in pairs)
    )
