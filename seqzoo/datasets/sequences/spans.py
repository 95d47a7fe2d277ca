"""Texts with spans: exports of doccano, spaCy, Prodigy and Label Studio."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from seqzoo.datasets.reading.cells import label_of
from seqzoo.datasets.reading.layout import either
from seqzoo.datasets.reading.settings import Form
from seqzoo.datasets.tagged import Tagged
from seqzoo.errors import InputError
from seqzoo.text import schemes

# Of one string: a task's name is a literal in its own folder alone.
KEYS = tuple("entities spans ents label labels annotations tags".split())  # noqa: SIM905
STARTS = ("start", "start_offset", "start_char", "begin")
ENDS = ("end", "end_offset", "end_char", "stop")
LABELS = ("label", "labels", "entity", "entity_group", "type", "tag", "kind")
RESULTS = ("annotations", "completions")  # of Label Studio

Span = tuple[int, int, str]


def text_of(fields: Mapping[str, Any], names: Sequence[str], asked: Form) -> str | None:
    """The text of an object; None: it has none."""
    found = _first(fields, names, asked.places.get("text"), str)
    if found is not None:
        return found
    inside = fields.get("data")
    if isinstance(inside, dict):
        texts = [value for value in inside.values() if isinstance(value, str)]
        found = text_of({k: v for k, v in inside.items() if k != "data"}, names, asked)
        return texts[0] if found is None and len(texts) == 1 else found
    return None


def spans_of(fields: Mapping[str, Any], text: str, asked: Form, where: str) -> list[Span]:
    """The spans of an object, in order.

    Raises:
        InputError: if it has none, or one lies outside the text or overlaps another.
    """
    if isinstance(fields.get("data"), dict):
        found = list(_of_label_studio(fields, where))
    else:
        found = list(_listed(fields, asked, where))
    spans = sorted(_span(each, where) for each in found)
    kept, end = [], 0
    for start, stop, label in (_trimmed(span, text, where) for span in spans):
        shown = f"span [{start}, {stop}, {label!r}] ({text[start:stop][:30]!r})"
        if start < end:
            raise InputError(f"{where}: {shown} overlaps the one before it")
        kept.append((start, stop, label))
        end = stop
    return kept


def _first(
    fields: Mapping[str, Any], names: Sequence[str], wanted: str | None, kind: type
) -> Any:
    """The first value of a kind under some names in any case, or under the one that is wanted; or None."""
    folded = {key.lower(): key for key in fields}
    for name in names if wanted is None else (wanted.lower(),):
        value = fields.get(folded.get(name, ""))
        if isinstance(value, kind):
            return value
    return None


def _listed(fields: Mapping[str, Any], asked: Form, where: str) -> list[Any]:
    found = _first(fields, KEYS, asked.places.get("tag"), list)
    if found is not None:
        return found
    raise InputError(
        f"{where}: expected spans beside the text; the keys are {either(list(fields))}; "
        "--tag-column names them"
    )


def _of_label_studio(fields: Mapping[str, Any], where: str) -> Iterator[Any]:
    """The spans in an export of Label Studio."""
    several = next(
        (fields[key] for key in RESULTS if isinstance(fields.get(key), list)), None
    )
    if several is None:
        raise InputError(
            f"{where}: expected annotations beside data; the keys are {either(list(fields))}"
        )
    several = [
        each for each in several if isinstance(each, dict) and not each.get("was_cancelled")
    ]
    if len(several) != 1:
        raise InputError(f"{where}: expected one annotation; got {len(several)}")
    for each in several[0].get("result", []):
        if isinstance(each, dict) and isinstance(each.get("value"), dict):
            yield each["value"]


def _span(value: Any, where: str) -> Span:
    """A span of a list or an object."""
    parts: list[Any] = []
    if isinstance(value, (list, tuple)):
        parts = list(value)
    elif isinstance(value, dict):
        parts = [
            next((value[key] for key in keys if value.get(key) is not None), None)
            for keys in (STARTS, ENDS, LABELS)
        ]
        if isinstance(parts[2], list) and len(parts[2]) == 1:
            parts[2] = parts[2][0]
    numbers = len(parts) == 3 and all(type(part) is int for part in parts[:2])
    if not numbers or not isinstance(parts[2], str) or not parts[2].strip():
        raise InputError(
            f"{where}: expected a span [start, end, label], places from 0; got {str(value)[:60]}"
        )
    return parts[0], parts[1], label_of(parts[2], where)


def _trimmed(span: Span, text: str, where: str) -> Span:
    """A span without white space at its ends.

    Raises:
        InputError: if it is blank or lies outside the text.
    """
    start, stop, label = span
    if not 0 <= start < stop <= len(text):
        raise InputError(
            f"{where}: span [{start}, {stop}, {label!r}] lies outside the text of {len(text)} characters"
        )
    inside = text[start:stop]
    if not inside.strip():
        raise InputError(f"{where}: span [{start}, {stop}, {label!r}] is blank")
    start += len(inside) - len(inside.lstrip())
    return start, start + len(inside.strip()), label


def sequences(
    text: str,
    spans: Sequence[Span],
    runs: Sequence[tuple[Sequence[str], Sequence[int]]],
    where: str,
    unit: str,
) -> list[Tagged]:
    """A text's sequences of tokens with the tags of its spans, in BIOES.

    Args:
        text: of the object.
        spans: in order, none overlapping.
        runs: the sequences of tokens, and where each token starts.
        where: the object stands; begins errors.
        unit: what a token is.

    Raises:
        InputError: if a span cuts a token, or goes across sequences; if there is no token.
    """
    tagged, left = [], list(spans)
    for tokens, starts in runs:
        ends = [start + len(token) for start, token in zip(starts, tokens, strict=True)]
        begins = {start: place for place, start in enumerate(starts)}
        stops = {end: place + 1 for place, end in enumerate(ends)}
        inside = [span for span in left if starts[0] <= span[0] < ends[-1]]
        left = [span for span in left if span not in inside]
        found = []
        for start, stop, label in inside:
            if start not in begins or stop not in stops:
                raise InputError(_torn(text, (start, stop, label), where, unit))
            found.append((begins[start], stops[stop], label))
        tags = schemes.spans_to_tags(found, len(tokens), "BIOES")
        tagged.append(Tagged(tuple(tokens), tuple(tags), where))
    if left:
        raise InputError(_torn(text, left[0], where, unit))
    if not tagged:
        raise InputError(f"{where}: expected a text; it is blank")
    return tagged


def _torn(text: str, span: Span, where: str, unit: str) -> str:
    start, stop, label = span
    shown = f"{where}: span [{start}, {stop}, {label!r}] ({text[start:stop][:30]!r})"
    around = text[max(0, start - 12) : stop + 12]
    if unit == "word":
        return f"{shown} cuts a word in {around!r}; --unit character reads characters"
    return f"{shown} goes across white space in {around!r}; --unit word reads words"
