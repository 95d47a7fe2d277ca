"""What tasks read: the kinds of inputs, from the bytes of a file and from JSON.

| kind | value | in JSON | files |
|---|---|---|---|
| `text` | `str` | a string | see `seqzoo.tasks.reading` |
| `json` | any JSON value | itself | see `seqzoo.tasks.reading` |
| `table` | float32 (rows, columns) | a list of rows of numbers | `.csv`, `.tsv`: a table each |
| `audio` | `Audio`: float32 (samples, channels), and hertz | base64 of a file | `.wav`, `.flac`, ... |
| `image` | uint8 (height, width, 1 or 3), upright, on white | base64 of a file | `.png`, `.jpg`, `.jpeg` |
| `series` | `SeriesTable`: a row a step | see `series_input` | `.csv`, `.tsv`, `.parquet`, ... |
| `strokes` | a list of float32 (points, 2 or 3): x, y, time | a list of lists of points | `.json` |
"""

import base64
import binascii
import contextlib
import contextvars
import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from seqzoo.datasets.audio.sounds import ENDINGS, read_channels
from seqzoo.datasets.pictures.picture import from_bytes
from seqzoo.errors import InputError
from seqzoo.tasks import series_input

MOST_SECONDS = 600.0  # of a sound
# Of one input, from a client that nobody knows: what people record and photograph, and little more.
SERVED_AUDIO = (
    20 * 10**6
)  # bytes: a minute in stereo at 48 kHz and 24 bits, and a little more
SERVED_IMAGE = 8 * 2**20  # bytes: a photograph of 24 megapixels, a full screen as PNG


# A small compressed file may hold hours: a sound is refused before it is decoded.
_longest = contextvars.ContextVar("longest", default=MOST_SECONDS)


@contextlib.contextmanager
def sounds_within(seconds: float) -> Iterator[None]:
    """Within it longer sounds are refused, before they are decoded.

    Args:
        seconds: of a sound at most.
    """
    before = _longest.set(min(seconds, MOST_SECONDS))
    try:
        yield
    finally:
        _longest.reset(before)


class Audio(NamedTuple):
    """Sound.

    Attributes:
        samples: float32 (samples, channels), from -1 to 1.
        rate: samples a second.
    """

    samples: np.ndarray
    rate: int


class Kind(NamedTuple):
    """A kind of input.

    Attributes:
        name: of the kind.
        suffixes: endings of files that hold one input each; none: inputs come a line each.
        served: bytes of a file that a server takes; None: as much as it takes of texts.
        from_bytes: a file's content and where it is from -> the value.
        from_json: a JSON value and where it is from -> the value.
    """

    name: str
    suffixes: tuple[str, ...]
    served: int | None
    from_bytes: Callable[[bytes, str], Any] | None
    from_json: Callable[[Any, str], Any]


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise InputError(f"{where}: expected a string; got {type(value).__name__}")
    if "\0" in value:
        raise InputError(
            f"{where}: a NUL character at {value.index(chr(0)) + 1}; expected text"
        )
    return value


def _numbers(value: Any, where: str, expected: str) -> np.ndarray:
    """Nested lists of numbers as an array, float32, all finite."""
    try:
        array = np.array(value, np.float32)
    except (TypeError, ValueError, OverflowError):
        raise InputError(f"{where}: expected {expected}") from None
    if not np.isfinite(array).all():
        raise InputError(f"{where}: expected finite numbers; there are others")
    return array


def _table(value: Any, where: str) -> np.ndarray:
    """Nested lists of numbers as an array, float32 (rows, columns)."""
    array = _numbers(value, where, "a list of rows of numbers, all of one length")
    if array.ndim != 2 or not array.size:
        raise InputError(
            f"{where}: expected a list of rows of numbers; got an array {list(array.shape)}"
        )
    return array


def _table_file(content: bytes, where: str) -> np.ndarray:
    """Numbers with commas, tabs or semicolons between; a first line without numbers is a header."""
    try:
        lines = [line for line in content.decode("utf-8-sig").splitlines() if line.strip()]
    except UnicodeDecodeError as error:
        raise InputError(f"{where}: invalid UTF-8 at byte {error.start + 1}") from None
    first = lines[0] if lines else ""
    separator = next((mark for mark in "\t;," if mark in first), ",")
    rows = [[cell.strip() for cell in line.split(separator)] for line in lines]
    if rows and not any(_is_number(cell) for cell in rows[0]):
        rows = rows[1:]
    for number, row in enumerate(rows, 1):
        for cell in row:
            if not _is_number(cell):
                raise InputError(f"{where}: row {number}: expected a number; got {cell!r}")
    return _table([[float(cell) for cell in row] for row in rows], where)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _audio_file(content: bytes, where: str) -> Audio:
    """A WAV file, or another that soundfile reads; see `read_channels`."""
    return Audio(*read_channels(content, where=where, most_seconds=_longest.get()))


def _strokes(value, where: str) -> list[np.ndarray]:
    expected = "a list of strokes, each a list of points [x, y] or [x, y, time]"
    if not isinstance(value, list) or not value:
        raise InputError(f"{where}: expected {expected}")
    strokes = [
        _numbers(stroke, f"{where}[{number}]", expected)
        for number, stroke in enumerate(value)
    ]
    if any(stroke.ndim != 2 or stroke.shape[1] not in (2, 3) for stroke in strokes):
        raise InputError(f"{where}: expected {expected}")
    return strokes


def parsed(content: str | bytes, where: str) -> Any:
    """The value that JSON stands for.

    Args:
        content: the JSON.
        where: it comes from; begins the message.

    Raises:
        InputError: if it is no JSON.
    """
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{where}: not JSON: {error}") from error


def _decoded(name: str, read: Callable[[bytes, str], Any]) -> Callable[[Any, str], Any]:
    """From base64 in a JSON string to what a file of these bytes holds."""
    expected = f"expected {name}, a file's bytes in base64"

    def from_json(value: Any, where: str) -> Any:
        if not isinstance(value, str):
            raise InputError(f"{where}: {expected}; got {type(value).__name__}")
        try:
            content = base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError) as error:
            raise InputError(f"{where}: {expected}; not base64: {error}") from None
        return read(content, where)

    return from_json


KINDS = {
    kind.name: kind
    for kind in (
        Kind("text", (), None, None, _text),
        Kind("json", (), None, None, lambda value, where: value),
        Kind("table", (".csv", ".tsv"), None, _table_file, _table),
        Kind("audio", ENDINGS, SERVED_AUDIO, _audio_file, _decoded("audio", _audio_file)),
        Kind(
            "image",
            (".png", ".jpg", ".jpeg"),
            SERVED_IMAGE,
            from_bytes,
            _decoded("image", from_bytes),
        ),
        Kind(
            "series",
            series_input.SUFFIXES,
            None,
            series_input.from_bytes,
            series_input.from_json,
        ),
        Kind(
            "strokes",
            (".json",),
            None,
            lambda content, where: _strokes(parsed(content, where), where),
            _strokes,
        ),
    )
}


def from_json(value: Any, reads: Sequence[str], where: str) -> Any:
    """A JSON value as the first of some kinds that it can be.

    Args:
        value: as `json` gives it.
        reads: names of kinds, in the order in which they are tried.
        where: it comes from; begins the message.

    Raises:
        InputError: if it is none of them.
    """
    errors = []
    for name in reads:
        try:
            return KINDS[name].from_json(value, where)
        except InputError as error:
            errors.append(error)
    raise errors[0] if len(errors) == 1 else InputError("; or ".join(map(str, errors)))
