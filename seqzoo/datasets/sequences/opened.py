"""Which form a file of tagged sequences has."""

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from seqzoo.datasets.reading.cells import usable
from seqzoo.datasets.reading.encoding import Lines
from seqzoo.datasets.reading.frames import Frame, is_frame
from seqzoo.datasets.reading.settings import Form
from seqzoo.datasets.reading.source import (
    COLUMNAR,
    OBJECTS,
    WORKBOOKS,
    Source,
    of_bytes,
    of_path,
)
from seqzoo.datasets.sequences.columns import Columns
from seqzoo.datasets.sequences.letters import role_of
from seqzoo.datasets.sequences.objects import Runs, TaggedObjects
from seqzoo.datasets.sequences.rows import Rows
from seqzoo.datasets.sequences.words import Words
from seqzoo.datasets.tagged import Sequences, Tagged
from seqzoo.errors import InputError

COLUMNS = (
    ".conll", ".conllu", ".bio", ".bioes", ".bmes", ".bilou", ".bioul", ".iob", ".iob2", ".iobes",
    ".char", ".ner",
)  # fmt: skip
ONE_TOKEN = ("token", "word", "form", "词", "字")  # names of a column with a token a row
SAMPLE = 200  # lines
ENOUGH = 5  # lines from which on a pattern is no chance


def open_tagged(
    path: Path | Source | Frame,
    asked: Form,
    unit: str | None,
    runs: Runs,
    tagged: bool = True,
) -> Sequences:
    """A file or frame of tokens with tags, or of texts with spans.

    Args:
        path: of the file; or a frame.
        asked: what the user said of its form.
        unit: what a token is; None: what the file shows.
        runs: text and unit -> its sequences of tokens, and where each token starts.
        tagged: whether the tags are read.

    Raises:
        InputError: if it is neither.
    """
    source = path if isinstance(path, (Source, Frame)) else of_path(path)
    if _has_objects(source):
        return TaggedObjects(source, asked, unit, runs, tagged)
    return Columns(source, asked, unit, tagged)


def read_tagged(data: Any, asked: Form | None = None) -> Iterator[Tagged]:
    """The sequences of a file or frame, tokens with their tags in BIOES.

    Args:
        data: a path, or a frame of pandas or polars: lists of tokens and of tags in its rows, or a token and
            its tag, with a column that says which sentence they are of.
        asked: what the user said of its form.

    Raises:
        InputError: on a file of another form, or a sequence that cannot be used.
    """
    frame = Frame(data) if is_frame(data) else None
    asked = asked or Form()
    sequences = open_tagged(frame or Path(data), asked, None, _no_runs)
    return usable(iter(sequences), sequences.name, asked.skip_bad_rows)


def _no_runs(text: str, unit: str) -> Any:
    raise InputError(
        f"{text[:40]!r}: expected tokens with tags; of texts with spans only a training knows the tokens"
    )


def _has_objects(source: Source | Frame) -> bool:
    """Whether there is a sequence an object or row, no token a line."""
    if isinstance(source, Frame):
        return source.has_lists
    return source.ending in (*OBJECTS, *COLUMNAR)


def open_words(path: Path | Source, asked: Form) -> Sequences:
    """A file of words: between spaces, or as characters with the tags B, M, E and S.

    Raises:
        InputError: if it is neither.
    """
    source = path if isinstance(path, Source) else of_path(path)
    if source.ending in (*OBJECTS, *COLUMNAR, *WORKBOOKS):
        raise InputError(
            f"{source.name}: expected words between spaces, a sentence a line, or characters with BMES tags"
        )
    if has_columns(source, asked):
        return _Cut(source, asked, "character")
    return Words(source, asked)


def has_columns(source: Source, asked: Form) -> bool:
    """Whether a file has a token a line, by its name, or by tags in all of its first lines."""
    if source.ending in COLUMNS:
        return True
    lines = Lines(of_bytes(source.head, source.name), asked.encoding)
    # The last may be part of a line alone.
    texts = [line.text.strip() for line in itertools.islice(lines, SAMPLE)][:-1]
    rows = [
        text.split() for text in texts if text and not text.startswith(("#", "-DOCSTART-"))
    ]
    tags = [row[-1] for row in rows if len(row) > 1]
    return (
        len(rows) >= ENOUGH
        and len(tags) == len(rows)
        and len({len(row) for row in rows}) == 1
        and len(set(tags)) > 1
        and all(role_of(tag) is not None for tag in tags)
    )


def open_tokens(
    source: Source | Frame, asked: Form, unit: str, runs: Runs
) -> Sequences | None:
    """A file or frame of tokens, with tags or without, as a trained tagger reads it; None: it has texts.

    Raises:
        InputError: if it has tokens and cannot be read.
    """
    if _has_objects(source):
        objects = TaggedObjects(source, asked, unit, runs, tagged=False)
        return objects if objects.has_tokens else None
    if isinstance(source, Frame) or source.ending in (".csv", ".xlsx", ".xlsm"):
        by_name = bool(_names(source, asked) & set(ONE_TOKEN))
    else:
        by_name = has_columns(source, asked)
    if by_name or "token" in asked.places:
        return open_tagged(source, asked, unit, runs, tagged=False)
    return None


def _names(source: Source | Frame, asked: Form) -> set[str]:
    """What may be the names of a table's columns: those that the user gave, or the first row."""
    named = source.names if isinstance(source, Frame) else asked.columns
    if named is not None:
        return {name.strip().lower() for name in named}
    first = next(iter(Rows(source, asked)), None)
    fields = [] if first is None or isinstance(first.fields, InputError) else first.fields
    return {cell.strip().lower() for cell in fields}


class _Cut(Columns):
    """Characters with tags that cut a text into words, which have no labels."""

    def __iter__(self) -> Iterator[Tagged | InputError]:
        for example in super().__iter__():
            yield example if isinstance(example, InputError) else _without_label(example)


def _without_label(example: Tagged) -> Tagged | InputError:
    for number, tag in enumerate(example.tags):
        if tag not in ("B", "I", "E", "S"):
            return InputError(
                f"{example.source}: tag {number + 1}: expected one of B, M, E, S; got {tag!r}"
            )
    return example
