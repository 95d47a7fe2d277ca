"""A user's own labelled texts, in any format that `seqzoo.datasets.reading` knows."""

import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from seqzoo.datasets.corpus import own
from seqzoo.datasets.files import Example
from seqzoo.datasets.reading.cells import label_of, text_of
from seqzoo.datasets.reading.folders import is_class_folder
from seqzoo.datasets.reading.layout import TEXTS_AND_LABELS, either
from seqzoo.datasets.reading.measured import told
from seqzoo.datasets.reading.settings import Form
from seqzoo.datasets.reading.table import Row, Table, open_table
from seqzoo.errors import InputError


def labelled(data: Any, asked: Form | None = None) -> Table:
    """A file, folder or frame of labelled texts as a table.

    Raises:
        InputError: on a format that nobody reads, or a missing column.
    """
    return open_table(data, TEXTS_AND_LABELS, asked)


def examples_of(table: Table, mark: str | None = None) -> Iterator[Example | InputError]:
    """The examples of a table, and what is wrong with rows that are none.

    Args:
        table: of labelled texts.
        mark: between the labels of a text; None: it has one.
    """
    return (_example(row, table.raw.typed, mark) for row in table)


def _example(row: Row, typed: bool, mark: str | None) -> Example | InputError:
    if isinstance(row.cells, InputError):
        return row.cells
    text, label = row.cells
    try:
        return Example(
            text_of(text, row.where, typed), label_of(label, row.where, mark), row.where
        )
    except InputError as error:
        return error


def read_examples(data: Any, asked: Form | None = None) -> Iterator[Example]:
    """The examples of a file, folder or frame.

    * `.tsv`: a header that names the columns, or else label and text.
    * `.csv`: a header; quoted as RFC 4180 has it, with any delimiter.
    * `.jsonl`, `.json`: an object a line, or an array of objects.
    * `.parquet`, `.arrow`, `.xlsx`, fastText's files, a folder a class, frames of pandas or polars.

    Args:
        data: a path or a frame.
        asked: what the user said of its form.

    Raises:
        InputError: on an unknown format, a missing column, a row that cannot be used.
    """
    asked = asked or Form()
    examples = functools.partial(examples_of, mark=asked.between_labels)
    return told(labelled(data, asked), examples, asked)


def read_to_measure(path: Path, asked: Form) -> Iterator[Example]:
    """The examples of a file, or of the test part of a folder, to measure a model on.

    Raises:
        InputError: as `read_examples`, or if the folder has no test part.
    """
    if not path.is_dir() or is_class_folder(path):
        return read_examples(path, asked)
    parts = own(path, lambda file: read_examples(file, asked), "train.*").parts
    if "test" not in parts:
        raise InputError(
            f"{path}: expected a test part (test or eval); it has {either(list(parts))}"
        )
    return parts["test"]()
