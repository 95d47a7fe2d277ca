"""Tables of captions: a row a caption, with the path of its picture."""

from pathlib import Path
from typing import Any

from seqzoo.datasets.pictures.picture import Picture, caption_of, of_file
from seqzoo.datasets.reading.formats import raw_of
from seqzoo.datasets.reading.layout import either
from seqzoo.datasets.reading.settings import Form
from seqzoo.errors import InputError

TABLES = (".tsv", ".csv")
COLUMNS = {
    "path": ("path", "file", "filename", "file_name", "image", "picture", "图片"),
    "caption": ("caption", "text", "description", "描述", "文本"),
}
PLACES = (
    "images",
    "Images",
    "Flicker8k_Dataset",
)  # folders beside a table that hold its pictures


def read_table(path: Path) -> list[Picture]:
    """The pictures of a table, in its order; rows of one path are captions of one picture.

    Args:
        path: a TSV or CSV file with the columns path and caption, with a header or those two alone. Paths are
            relative to its folder, or to `images` in it.

    Raises:
        InputError: naming file and line: on a missing column, a blank cell, a file that is not there.
    """
    rows = list(raw_of(path, Form()).rows())
    if not rows:
        raise InputError(f"{path}: expected rows of paths and captions; it is empty")
    first = _cells(rows[0].fields)
    places, has_header = _columns(path, first)
    captions: dict[Path, list[str]] = {}
    wheres: dict[Path, str] = {}
    for row in rows[has_header:]:
        cells = [cell.strip() for cell in _cells(row.fields)]
        if len(cells) != len(first):
            raise InputError(
                f"{row.where}: expected {len(first)} columns; got {len(cells)}"
            )
        name, caption = (cells[places[role]] for role in COLUMNS)
        for role, value in zip(COLUMNS, (name, caption), strict=True):
            if not value:
                raise InputError(f"{row.where}: expected a {role}; it is blank")
        file = seek(path.parent, name, row.where)
        captions.setdefault(file, []).append(caption_of(caption))
        wheres.setdefault(file, row.where)
    if not captions:
        raise InputError(f"{path}: expected rows below the header; there are none")
    return [of_file(file, said, wheres[file]) for file, said in captions.items()]


def _cells(fields: Any) -> list[str]:
    if isinstance(fields, InputError):
        raise fields
    return [str(cell) for cell in fields]


def _columns(path: Path, first: list[str]) -> tuple[dict[str, int], bool]:
    """Places of the columns by what they are for, and whether the first row names them."""
    lower = [cell.strip().lower() for cell in first]
    found: dict[str, int] = {}
    for role, names in COLUMNS.items():
        places = [place for place, cell in enumerate(lower) if cell in names]
        if len(places) > 1:
            named = ", ".join(first[place] for place in places)
            raise InputError(f"{path}: expected one column of {role}; got {named}")
        found |= dict.fromkeys([role], places[0]) if places else {}
    if len(found) == len(COLUMNS):
        if len(first) > len(found):
            idle = [first[n] for n in range(len(first)) if n not in found.values()]
            print(f"{path}: columns that play no part: {either(idle)}", flush=True)
        return found, True
    if len(first) == 2 and not found:
        return {"path": 0, "caption": 1}, False
    raise InputError(
        f"{path}: expected a header with path and caption, or these two columns alone; got {either(first)}"
    )


def seek(folder: Path, name: str, where: str) -> Path:
    """The file of a picture.

    Args:
        folder: where it is, or `images` in it.
        name: its path there.
        where: it is spoken of; begins errors.

    Raises:
        InputError: if there is no such file.
    """
    for place in (folder, *(folder / other for other in PLACES)):
        if (place / name).is_file():
            return place / name
    raise InputError(
        f"{where}: expected a file {name} in {folder}, or in {PLACES[0]} there; it is not there"
    )
