"""Labelled series as the UCR and UEA archives have them: `.ts`, `.arff`, `.tsv`; and `.npz` of plain arrays.

Formats: https://www.timeseriesclassification.com and the README of the UCR archive (Dau et al. 2018).
"""

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from seqzoo.datasets.reading.cells import label_of
from seqzoo.datasets.reading.encoding import Lines
from seqzoo.datasets.reading.source import Source, of_path
from seqzoo.datasets.series.numbers import numbers_of
from seqzoo.datasets.series.series import Series
from seqzoo.errors import InputError

ENDINGS = (".ts", ".arff", ".tsv", ".npz")
NO_LABEL = "false"


def read_archive(data: Path | str | Source, encoding: str | None = None) -> list[Series]:
    """The labelled series of a file; of several lengths, if it has such.

    Args:
        data: the path of a `.ts`, `.arff`, UCR `.tsv` (all perhaps with `.gz`) or `.npz` file, or its bytes.
        encoding: of its text; None: by its BOM, else UTF-8.

    Returns:
        Channels are called `0`, `1`, ..., unless the file has names; a row's number is its id.

    Raises:
        InputError: naming file and line, on what is no number, an unknown label, a missing part.
    """
    source = data if isinstance(data, Source) else of_path(data)
    ending, path = source.ending, source.name
    if ending == ".npz":
        if encoding is not None:
            raise InputError(f"--encoding: {path} is no plain text; it plays no part")
        return _of_npz(source)
    readers = {".ts": _of_ts, ".arff": _of_arff, ".tsv": _of_tsv}
    if ending not in readers:
        raise InputError(f"{path}: expected a file ending in {', '.join(ENDINGS)}")
    series = list(readers[ending](path, _lines(source, encoding)))
    if not series:
        raise InputError(f"{path}: expected series; there are none")
    return series


def _lines(source: Source, encoding: str | None) -> Iterator[tuple[int, str]]:
    """Numbers and texts of lines."""
    for number, text, error in Lines(source, encoding):
        if error is not None:
            raise error
        yield number, text


def _series(
    channels: Sequence[np.ndarray], number: int, where: str, label: str | None
) -> Series:
    """A series of channels, each float32 (time,)."""
    lengths = {len(channel) for channel in channels}
    if len(lengths) > 1 or 0 in lengths:
        raise InputError(
            f"{where}: expected channels of one length; got {sorted(lengths)} steps"
        )
    names = tuple(str(channel) for channel in range(len(channels)))
    values = np.stack(channels, axis=1)  # (time, channels)
    return Series(values, names, id=str(number), label=label, where=where)


def _row(cells: Sequence[str], where: str, dimension: int) -> np.ndarray:
    return numbers_of(cells, [where] * len(cells), f"dimension {dimension}")


def _without_padding(values: np.ndarray) -> np.ndarray:
    """Without the NaN at the end that makes rows equally long."""
    seen = np.flatnonzero(~np.isnan(values))
    return values[: seen[-1] + 1] if len(seen) else values[:0]


def _of_ts(path: str, lines: Iterator[tuple[int, str]]) -> Iterator[Series]:
    """A line a series: dimensions separated by colons, values by commas, the label last."""
    said: dict[str, str] = {}
    in_data = False
    count = 0
    for number, line in lines:
        where, text = f"{path}:{number}", line.strip().removeprefix("\ufeff")
        if not text or text[0] in "#%":
            continue
        if in_data:
            count += 1
            yield _ts_line(text, said, count, where)
        elif text[0] != "@":
            raise InputError(
                f"{where}: expected a line with @, or @data; got {text[:40]!r}"
            )
        else:
            key, _, value = text[1:].partition(" ")
            said[key.lower()] = value.strip()
            in_data = key.lower() == "data"
            if key.lower() == "timestamps" and value.strip().lower() == "true":
                raise InputError(
                    f"{where}: series with time stamps in .ts are not read; use CSV"
                )
    if not in_data:
        raise InputError(f"{path}: expected a line @data; there is none")


def _ts_line(text: str, said: dict[str, str], number: int, where: str) -> Series:
    parts = text.split(":")
    listed = said.get("classlabel", NO_LABEL).split()
    label = None
    if (
        listed[0].lower() != NO_LABEL
        or said.get("targetlabel", NO_LABEL).lower() != NO_LABEL
    ):
        label = label_of(parts.pop(), where)
        if len(listed) > 1 and label not in listed[1:]:
            raise InputError(
                f"{where}: expected a label of @classLabel: {', '.join(listed[1:13])}; got {label[:40]!r}"
            )
    expected = said.get("dimensions", "1" if said.get("univariate") == "true" else None)
    if expected is not None and str(len(parts)) != expected:
        raise InputError(f"{where}: expected {expected} dimensions; got {len(parts)}")
    channels = [_row(part.split(","), where, place) for place, part in enumerate(parts)]
    return _series(channels, number, where, label)


def _of_arff(path: str, lines: Iterator[tuple[int, str]]) -> Iterator[Series]:
    """Values separated by commas, the label last; dimensions in quotes, with `\\n` between them."""
    relational = in_data = False
    count = 0
    for number, line in lines:
        where, text = f"{path}:{number}", line.strip()
        if not text or text[0] == "%":
            continue
        if in_data:
            count += 1
            yield _arff_line(text, relational, count, where)
        elif text.lower().startswith("@attribute"):
            relational |= text.lower().endswith("relational")
        elif text.lower().startswith(("@relation", "@end", "@data")):
            in_data = text.lower().startswith("@data")
        else:
            raise InputError(f"{where}: expected @attribute or @data; got {text[:40]!r}")
    if not in_data:
        raise InputError(f"{path}: expected a line @data; there is none")


def _arff_line(text: str, relational: bool, number: int, where: str) -> Series:
    quote = "'" if text[0] == "'" else '"'
    cells = next(csv.reader([text], quotechar=quote, skipinitialspace=True))
    if len(cells) < 2:
        raise InputError(f"{where}: expected values and a label; got {text[:40]!r}")
    label = label_of(cells.pop().strip("'\""), where)
    rows = cells[0].split("\\n") if relational else [",".join(cells)]
    channels = [_row(row.split(","), where, place) for place, row in enumerate(rows)]
    if not relational:
        channels = [_without_padding(channels[0])]
    return _series(channels, number, where, label)


def _of_tsv(path: str, lines: Iterator[tuple[int, str]]) -> Iterator[Series]:
    """A line a series: the label, then values, separated by tabs; NaN at the end of shorter ones."""
    count = 0
    for number, line in lines:
        where = f"{path}:{number}"
        label, *cells = line.split("\t")
        if not line.strip():
            continue
        if not cells:
            raise InputError(
                f"{where}: expected a label, a tab and values; got {line[:40]!r}"
            )
        count += 1
        values = _without_padding(_row(cells, where, 0))
        yield _series([values], count, where, label_of(label, where))


def _of_npz(source: Source) -> list[Series]:
    """Arrays `values`, `labels`, and perhaps `lengths` and `names`.

    Raises:
        InputError: if arrays are missing, hold objects, or do not fit together.
    """
    path = source.name
    try:
        with source.open() as stream:
            content = io.BytesIO(stream.read())
        with np.load(content, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        reason = "it holds objects" if "pickle" in str(error) else str(error)
        raise InputError(
            f"{path}: expected an .npz file of plain arrays: {reason}"
        ) from error
    except AttributeError:  # a single array has no names
        raise InputError(f"{path}: expected an .npz file with an array `values`") from None
    if idle := sorted(arrays.keys() - {"values", "labels", "lengths", "names"}):
        raise InputError(
            f"{path}: expected arrays values, labels, lengths, names; got {', '.join(idle)}"
        )
    values = _npz_values(path, arrays)
    count, steps, channels = values.shape
    names = arrays.get("names", np.arange(channels)).astype(str).tolist()
    lengths = arrays.get("lengths", np.full(count, steps))
    labels = arrays.get("labels")
    _check_shape(path, "names", len(names), channels)
    _check_shape(path, "lengths", len(lengths), count)
    if labels is not None:
        _check_shape(path, "labels", len(labels), count)
    if lengths.dtype.kind not in "iu" or (lengths < 1).any() or (lengths > steps).any():
        raise InputError(f"{path}: lengths: expected whole numbers from 1 to {steps}")
    return [
        Series(
            values[place, :length],
            tuple(names),
            id=str(place + 1),
            label=None if labels is None else label_of(labels[place].item(), where),
            where=where,
        )
        for place, length in enumerate(lengths.tolist())
        if (where := f"{path}: row {place + 1}")
    ]


def _npz_values(path: str, arrays: dict[str, np.ndarray]) -> np.ndarray:
    """float32 (series, time, channels)."""
    if "values" not in arrays:
        raise InputError(f"{path}: expected an array `values`; there is none")
    values = arrays["values"]
    if values.dtype.kind not in "fiu" or values.ndim not in (2, 3):
        raise InputError(
            f"{path}: values: expected numbers (series, time) or (series, time, channels); got "
            f"{values.dtype} {values.shape}"
        )
    if np.isinf(values).any():
        raise InputError(f"{path}: values: expected finite numbers or NaN; got infinity")
    values = values.astype(np.float32)
    return (
        values[:, :, np.newaxis] if values.ndim == 2 else values
    )  # (series, time, channels)


def _check_shape(path: str, name: str, got: int, expected: int) -> None:
    if got != expected:
        raise InputError(f"{path}: {name}: expected {expected}; got {got}")
