"""Tables of transcripts: a row an utterance, with the path or the id of its sound."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from seqzoo.datasets.audio.sounds import ENDINGS
from seqzoo.datasets.audio.utterance import Utterance
from seqzoo.datasets.reading.formats import raw_of
from seqzoo.datasets.reading.layout import either
from seqzoo.datasets.reading.parts import NAMES, UNDERSTOOD
from seqzoo.datasets.reading.settings import Form
from seqzoo.errors import InputError

Tell = Callable[[str], Any]
ALL = "all"  # the part of utterances that come without parts
TABLES = (".tsv", ".csv")
READ = (".mfc", ".npy", *ENDINGS)
COLUMNS = {  # by what they are for -> their names
    "path": ("path", "file", "filename", "file_name", "wav", "audio", "sound"),
    "id": ("id",),
    "transcript": ("transcript", "transcription", "sentence", "text", "转写", "文本"),
    "speaker": ("speaker", "speaker_id", "client_id", "说话人"),
    "part": ("split", "part"),
}
PLACES = ("wav", "wavs", "clips")  # folders beside a table that hold its sounds


def read_transcribed(path: Path, tell: Tell) -> dict[str, list[Utterance]]:
    """The utterances of a table by their parts: of its column `split`, or all of them.

    Args:
        path: a TSV or CSV file with a header, or with the columns path and transcript alone. Paths are
            relative to its folder, or to `wav`, `wavs` or `clips` in it; by ids, files are sought there
            too, and first in a folder called as the table is.
        tell: is given a line about columns that play no part.

    Raises:
        InputError: naming file and line: on a missing column, a blank cell, a file that is not there.
    """
    rows = list(raw_of(path, Form()).rows())
    if not rows:
        raise InputError(f"{path}: expected rows of paths and transcripts; it is empty")
    cells = [_cells(row.fields) for row in rows]
    columns, has_header = _columns(path, cells[0])
    if has_header and (idle := set(range(len(cells[0]))) - set(columns.values())):
        names = [cells[0][place] for place in sorted(idle)]
        tell(f"{path}: columns that play no part: {either(names)}")
    seek = _by_path(path) if "path" in columns else _by_id(path)
    parts: dict[str, list[Utterance]] = {}
    for row, fields in zip(rows[has_header:], cells[has_header:], strict=True):
        if len(fields) != len(cells[0]):
            raise InputError(
                f"{row.where}: expected {len(cells[0])} columns; got {len(fields)}"
            )
        values = {name: fields[place].strip() for name, place in columns.items()}
        for name in ("path", "id", "transcript"):
            if values.get(name) == "":
                raise InputError(f"{row.where}: expected a {name}; it is blank")
        source = seek(values.get("path") or values["id"], row.where)
        utterance = Utterance(
            source, values["transcript"], values.get("speaker") or None, row.where
        )
        parts.setdefault(_part(values, row.where), []).append(utterance)
    if not parts:
        raise InputError(f"{path}: expected rows below the header; there are none")
    return parts


def _cells(fields: Any) -> list[str]:
    if isinstance(fields, InputError):
        raise fields
    return [str(cell) for cell in fields]


def _columns(path: Path, first: list[str]) -> tuple[dict[str, int], bool]:
    """Places of the columns by what they are for, and whether the first row names them."""
    columns: dict[str, int] = {}
    lower = [cell.strip().lower() for cell in first]
    for role, names in COLUMNS.items():
        found = [place for place, cell in enumerate(lower) if cell in names]
        if len(found) > 1:
            raise InputError(
                f"{path}: expected one column of {role}; "
                f"got {', '.join(first[place] for place in found)}"
            )
        if found:
            columns[role] = found[0]
    if "transcript" in columns and ("path" in columns or "id" in columns):
        if "path" in columns:  # then an id plays no part
            columns.pop("id", None)
        return columns, True
    if len(first) == 2 and not columns:
        return {"path": 0, "transcript": 1}, False
    raise InputError(
        f"{path}: expected a header with path (or id) and transcript, and perhaps speaker and split, or two "
        f"columns alone; got {either(first)}"
    )


def _part(values: dict[str, str], where: str) -> str:
    if "part" not in values:
        return ALL
    name = values["part"].lower()
    if name not in NAMES:
        raise InputError(
            f"{where}: expected a split ({UNDERSTOOD}); got {values['part']!r}"
        )
    return NAMES[name]


def _by_path(table: Path) -> Callable[[str, str], Path]:
    folders = (table.parent, *(table.parent / name for name in PLACES))

    def seek(path: str, where: str) -> Path:
        for folder in folders:
            if (folder / path).is_file():
                return folder / path
        raise InputError(
            f"{where}: expected a file {path} in {table.parent}; it is not there"
        )

    return seek


def _by_id(table: Path) -> Callable[[str, str], Path]:
    names = (table.name.partition(".")[0], *PLACES, ".")
    folders = [_stems(table.parent / name) for name in names]

    def seek(name: str, where: str) -> Path:
        for stems in folders:
            paths = stems.get(name, [])
            if len(paths) > 1:
                raise InputError(
                    f"{where}: expected one file of {name}; got {paths[0]}, {paths[1]}"
                )
            if paths:
                return paths[0]
        raise InputError(
            f"{where}: expected a file {name}.wav (or {either(READ)}) in {table.parent}, "
            f"or in {', '.join(names[:-1])} there; there is none"
        )

    return seek


def _stems(folder: Path) -> dict[str, list[Path]]:
    """The files of a folder that can be read, by their names without endings."""
    stems: dict[str, list[Path]] = {}
    if folder.is_dir():
        for path in sorted(folder.iterdir()):
            if path.suffix.lower() in READ and not path.name.startswith("."):
                stems.setdefault(path.stem, []).append(path)
    return stems
