"""Text files line by line, plain or gzipped, in UTF-8 or as their BOM says."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from seqzoo.datasets.reading.encoding import MAXIMUM_LINE, Lines
from seqzoo.datasets.reading.source import of_path, open_bytes

__all__ = ["MAXIMUM_LINE", "Example", "open_bytes", "read_lines"]


@dataclass(frozen=True)
class Example:
    """One labelled text and where it stands (`file:line`)."""

    text: str
    label: str
    source: str


def read_lines(path: Path | str, encoding: str | None = None) -> Iterator[tuple[int, str]]:
    """Numbers, from 1, and texts of a file's lines, without their ends; one line in memory at a time.

    Args:
        path: of the file.
        encoding: of its text; None: by its BOM, else UTF-8.

    Raises:
        InputError: on a line that is no text, a damaged gzip stream, a file that cannot be read.
    """
    for number, text, error in Lines(of_path(path), encoding):
        if error is not None:
            raise error
        yield number, text
