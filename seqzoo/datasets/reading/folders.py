"""Folders of classes: a folder a class, a file a text, as Keras' `text_dataset_from_directory` reads them."""

from collections.abc import Iterator
from pathlib import Path

from seqzoo.datasets.reading.encoding import Lines
from seqzoo.datasets.reading.raw import Raw, RawRow
from seqzoo.datasets.reading.settings import Form
from seqzoo.datasets.reading.source import of_path
from seqzoo.errors import InputError


class ClassFolders(Raw):
    """A folder whose folders are classes; its columns are `label` and `text`.

    Args:
        path: of the folder.
        asked: what the user said of the files' form.

    Raises:
        InputError: if there are fewer than two classes, or something else is among them.
    """

    fixed = True

    def __init__(self, path: Path, asked: Form):
        self.name, self._path, self._asked = str(path), path, asked
        self.names = ["label", "text"]
        self._classes = _visible(path)
        self.form = ["a folder a class, a file a text"]
        for folder in self._classes:
            if not folder.is_dir():
                raise InputError(f"{folder}: expected folders alone, one a class")
        if len(self._classes) < 2:
            raise InputError(f"{path}: expected folders, one a class; there are too few")

    def rows(self) -> Iterator[RawRow]:
        """The rows; see `Raw.rows`."""
        number = 0
        for folder in self._classes:
            for file in _visible(folder):
                number += 1
                where = str(file)
                yield RawRow(number, where, self._fields(folder.name, file))

    def _fields(self, label: str, file: Path) -> list[str] | InputError:
        if file.is_dir():
            return InputError(f"{file}: expected a file with a text; it is a folder")
        lines = list(Lines(of_path(file), self._asked.encoding))
        error = next((line.error for line in lines if line.error is not None), None)
        text = "\n".join(line.text for line in lines)
        return [label, text.strip("\n")] if error is None else error


def is_class_folder(path: Path) -> bool:
    """Whether a folder has folders with `.txt` files in them, and no files of its own."""
    inside = _visible(path)
    return bool(inside) and all(
        each.is_dir() and next(each.glob("*.txt"), None) is not None for each in inside
    )


def _visible(path: Path) -> list[Path]:
    return [each for each in sorted(path.iterdir()) if is_data(each)]


def is_data(path: Path) -> bool:
    """Whether a file or folder may hold data: it is neither hidden, nor a licence or something to read."""
    stem = path.name.lower().split(".")[0]
    return not path.name.startswith((".", "__")) and stem not in (
        "readme", "license", "licence", "copying", "notice", "citation", "changelog",
    )  # fmt: skip
