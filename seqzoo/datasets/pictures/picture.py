"""A picture with its captions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from seqzoo.datasets.pictures.pixels import decoded
from seqzoo.errors import InputError

MOST_BYTES = 200 * 10**6  # of a file


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture and what is said of it.

    Attributes:
        read: gives it, uint8 (height, width, 1 or 3), each time anew.
        captions: one or several; none: nothing is known of it.
        where: it stands; begins errors.
        name: pictures of one name belong into one part; empty: it has none.
        text: its parts, where pictures are held out whose parts were all seen; empty: nothing is known of
            them.
    """

    read: Callable[[], np.ndarray]
    captions: tuple[str, ...]
    where: str
    name: str = ""
    text: tuple[str, ...] = field(default=())


def of_file(path: Path, captions: Sequence[str], where: str = "") -> Picture:
    """The picture of a file, which is read when it is asked for.

    Args:
        path: of the file.
        captions: of the picture.
        where: it is spoken of; empty: the file itself.
    """
    said = f"{where}: {path}" if where else str(path)
    return Picture(lambda: read_file(path, said), tuple(captions), said, str(path))


def read_file(path: Path, where: str = "") -> np.ndarray:
    """The picture of a PNG or JPEG file, uint8 (height, width, 1 or 3); see `pixels.decoded`.

    Args:
        path: of the file.
        where: begins errors; empty: the path.

    Raises:
        InputError: if it cannot be read, is none, or is too large.
    """
    where = where or str(path)
    try:
        if (size := path.stat().st_size) > MOST_BYTES:
            raise InputError(
                f"{where}: expected a picture of at most {MOST_BYTES:,} bytes; got {size:,}"
            )
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"{where}: cannot be read: {error.strerror}") from error
    return from_bytes(content, where)


def from_bytes(content: bytes, where: str) -> np.ndarray:
    """The picture of a file's bytes, uint8 (height, width, 1 or 3); see `pixels.decoded`.

    Args:
        content: of the file.
        where: begins errors.

    Raises:
        InputError: if it is none, or is too large.
    """
    try:
        return decoded(content)
    except ValueError as error:
        raise InputError(f"{where}: expected {error}") from None


def caption_of(text: str) -> str:
    """A caption in one line, single spaces between its words."""
    return " ".join(text.split())
