"""The format of a file, by the ending of its name."""

from pathlib import Path
from typing import Any

from seqzoo.datasets.reading import source as sources
from seqzoo.datasets.reading.raw import Raw
from seqzoo.datasets.reading.settings import Form
from seqzoo.datasets.reading.source import COLUMNAR, DELIMITED, OBJECTS, WORKBOOKS, Source
from seqzoo.errors import InputError

EXPECTED = ".tsv, .csv, .jsonl, .json, .parquet, .arrow, .xlsx"


def raw_of(data: Any, asked: Form, strings: bool = False, tabs: bool = False) -> Raw:
    """The rows of a file or frame.

    Args:
        data: a path, a `Source`, or a frame; see `seqzoo.datasets.reading.frames`.
        asked: what the user said of its form.
        strings: whether a string may stand for an object of JSON.
        tabs: whether a file with another ending is one with tabs between its columns.

    Raises:
        InputError: on a format that nobody reads, or a flag that plays no part.
    """
    from seqzoo.datasets.reading import frames

    if frames.is_frame(data):
        return frames.Frame(data)
    if isinstance(data, (str, Path)) and Path(data).is_dir():
        return _of_folder(Path(data), asked)
    source = data if isinstance(data, Source) else sources.of_path(data)
    _refuse_idle(source, asked)
    return _of_source(source, asked, strings, tabs)


def _of_folder(path: Path, asked: Form) -> Raw:
    """A folder a class; or the pieces that Hugging Face's datasets writes."""
    from seqzoo.datasets.reading import folders, parquet, parts

    inside = parts.data_in(path)
    if inside and all(sources.ending_of(piece) in COLUMNAR for piece in inside):
        _refuse_idle(sources.of_path(inside[0]), asked)
        return parquet.Columnar(str(path), [sources.of_path(piece) for piece in inside])
    return folders.ClassFolders(path, asked)


def _of_source(source: Source, asked: Form, strings: bool, tabs: bool) -> Raw:
    if source.ending in OBJECTS:
        from seqzoo.datasets.reading.objects import Objects

        return Objects(source, asked, strings)
    if source.ending in COLUMNAR:
        from seqzoo.datasets.reading.parquet import Columnar

        return Columnar(source.name, [source])
    if source.ending in WORKBOOKS:
        from seqzoo.datasets.reading.workbook import Workbook

        return Workbook(source)
    from seqzoo.datasets.reading.delimited import Delimited
    from seqzoo.datasets.reading.fasttext import FastText

    if source.ending in DELIMITED or asked.delimiter is not None:
        return Delimited(source, asked)
    if source.is_fasttext:
        return FastText(source, asked)
    if tabs:
        return Delimited(source, asked, is_tsv=True)
    raise InputError(
        f"{source.name}: expected a file ending in {EXPECTED} (or with .gz), or __label__ in front of each "
        "text; of columns in a file of another name --delimiter says what stands between them"
    )


def _refuse_idle(source: Source, asked: Form) -> None:
    """Refuse flags that play no part in a file's format."""
    binary = source.ending in (*COLUMNAR, *WORKBOOKS)
    if asked.encoding is not None and binary:
        raise InputError(f"--encoding: {source.name} is no plain text; it plays no part")
    if asked.delimiter is not None and (binary or source.ending in OBJECTS):
        raise InputError(f"--delimiter: {source.name} has no delimiters; it plays no part")
    if asked.columns is not None and source.ending in (*COLUMNAR, *OBJECTS):
        raise InputError(f"--columns: {source.name} names its columns; it plays no part")
