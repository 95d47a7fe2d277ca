"""The parts of a corpus in a folder: which file or folder is training, validation, test."""

import re
from pathlib import Path

from seqzoo.datasets.reading.folders import is_data
from seqzoo.errors import InputError
from seqzoo.system.files import LOCK

PARTS = ("train", "validation", "test")
NAMES = {
    "train": "train",
    "training": "train",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
    "dev": "validation",
    "test": "test",
    "eval": "test",
}
UNDERSTOOD = "train; val, valid, validation or dev; test or eval"
_SHARD = re.compile(r"-\d{5}-of-\d{5}$")
# Beside the data of Hugging Face's `save_to_disk`.
_ABOUT = {"dataset_dict.json", "dataset_info.json", "dataset_infos.json", "state.json"}


def part_of(path: Path) -> str | None:
    """The part that a name says: one of its words between dots, or what stands before `-00000-of-00002`."""
    for word in path.name.lower().split("."):
        found = NAMES.get(_SHARD.sub("", word))
        if found is not None:
            return found
    return None


def is_about(path: Path) -> bool:
    """Whether a file only describes data beside it."""
    return path.name in _ABOUT


def is_run(path: Path) -> bool:
    """Whether a folder is a training's, begun or finished, which may be put beside its data."""
    return (path / LOCK).exists() or (path / "manifest.json").exists()


def data_in(folder: Path) -> list[Path]:
    """Files and folders in a folder that may hold data."""
    return [
        path
        for path in sorted(folder.iterdir())
        if is_data(path) and not is_about(path) and not is_run(path)
    ]


def parts_in(folder: Path, expected: str) -> dict[str, list[Path]]:
    """The files, or the folder, of each part; of several files each is a piece of Parquet or Arrow.

    Args:
        folder: that has them, or a folder `data` with them and nothing else.
        expected: what the training file is called, for errors.

    Raises:
        InputError: if there is no training part, two files of one part, or a file that is none of them.
    """
    inside = data_in(folder)
    if [path.name for path in inside] == ["data"] and inside[0].is_dir():
        inside = data_in(inside[0])
    found: dict[str, list[Path]] = {}
    others = [path.name for path in inside if part_of(path) is None]
    for path in inside:
        if (part := part_of(path)) is not None:
            found.setdefault(part, []).append(path)
    if "train" not in found:
        raise InputError(
            f"{folder}: expected a file {expected}; found none{_shown(others)}"
        )
    if others:
        raise InputError(
            f"{folder}: {', '.join(others[:12])}: no part of the data; understood are {UNDERSTOOD}"
        )
    for part, paths in found.items():
        pieces = all(_SHARD.search(path.name.split(".")[0]) for path in paths)
        if len(paths) > 1 and not pieces:
            names = [path.name for path in paths]
            raise InputError(f"{folder}: expected one {part} file; got {names}")
    return found


def _shown(names: list[str]) -> str:
    return f", but {', '.join(names[:12])}" if names else ""
