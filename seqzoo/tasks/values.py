"""What tasks read, as values in Python: checked, or read from files."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from seqzoo.errors import InputError
from seqzoo.tasks import reading, series_input
from seqzoo.tasks.inputs import KINDS, Audio


def _audio(value: object, where: str) -> Audio:
    samples = value.samples if isinstance(value, Audio) else None
    if not isinstance(value, Audio) or not isinstance(samples, np.ndarray):
        raise InputError(f"{where}: expected audio, an Audio; got {_kind(value)}")
    if samples.ndim != 2 or not samples.size or samples.dtype.kind != "f":
        raise InputError(
            f"{where}: expected audio, samples float32 (samples, channels); "
            f"got {samples.dtype} {samples.shape}"
        )
    if not value.rate > 0:
        raise InputError(f"{where}: expected audio, a rate above 0; got {value.rate}")
    return value


def _image(value: object, where: str) -> np.ndarray:
    expected = "expected image, uint8 (height, width, channels)"
    if not isinstance(value, np.ndarray):
        raise InputError(f"{where}: {expected}; got {_kind(value)}")
    if value.ndim != 3 or not value.size or value.dtype != np.uint8:
        raise InputError(f"{where}: {expected}; got {value.dtype} {value.shape}")
    return value


def _kind(value: object) -> str:
    """What a value is, for errors; a name of a file is often meant as the file."""
    name = type(value).__name__
    return f"{name}; give a file as a pathlib.Path" if isinstance(value, str) else name


CHECKS: dict[str, Callable[[object, str], object]] = {
    "text": KINDS["text"].from_json,
    "json": KINDS["json"].from_json,
    "table": KINDS["table"].from_json,
    "audio": _audio,
    "image": _image,
    "series": series_input.checked,
    "strokes": KINDS["strokes"].from_json,
}


def checked(value: object, reads: Sequence[str], where: str) -> object:
    """A value as the first of some kinds that it can be; lists of numbers become arrays.

    Args:
        value: an input; see the table in `seqzoo.tasks.inputs`.
        reads: kinds that the task reads.
        where: of the value, for errors.

    Raises:
        InputError: if it is none of them.
    """
    errors = []
    for name in reads:
        try:
            return CHECKS[name](value, where)
        except InputError as error:
            errors.append(error)
    raise errors[0] if len(errors) == 1 else InputError("; or ".join(map(str, errors)))


def opened(value: object, reads: Sequence[str]) -> object:
    """What is in a file, if the value is a `Path`; else the value.

    Args:
        value: an input, or the `Path` of a file that has one.
        reads: kinds that the task reads.

    Raises:
        InputError: if the file cannot be read, or is of another kind.
    """
    if not isinstance(value, Path):
        return value
    kind = reading.kind_of_file(value, reads)
    if kind is None:
        raise InputError(f"{value}: expected a file of one input; it has one a line")
    return reading.read_file(value, kind)
