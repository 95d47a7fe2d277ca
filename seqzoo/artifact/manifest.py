"""Which files of a folder are the artifact's: a manifest of their hashes, and the moment it changes.

`commit` takes a folder `.staged/` of new files, syncs it, and renames it to `.commit/`. That rename is the
one moment at which the new artifact takes the place of the old. Then the files are moved up. A process
killed in between leaves `.commit/`: readers look there first, and the next write finishes the move.
"""

import os
import re
import stat
from pathlib import Path

from seqzoo.errors import InputError
from seqzoo.system.files import LOCK, read_json, sha256, sync_folder, sync_tree, write_json

MANIFEST = "manifest.json"
FORMAT = 3  # of artifacts; 2 had no graphs
READABLE = (2, 3)
MOST_FILES = 100  # that a manifest may list
# Bytes of one file; hashing and reading that many takes seconds, no more.
LARGEST_NETWORK, LARGEST_FILE = 2 * 2**30, 32 * 2**20
_FILE_NAME = re.compile(r"\w[\w.-]{0,99}", re.ASCII)


def commit(folder: Path, staged: Path) -> None:
    """Replace the files of the artifact by those in `staged`, all at once.

    Args:
        folder: the artifact's folder.
        staged: a folder in it with the new files; it is gone afterwards.

    Raises:
        InputError: if `.commit` in the folder is a link.
        OSError: if a file can't be written; the old artifact is whole then.
    """
    hashes = {
        path.name: sha256(path)
        for path in sorted(staged.iterdir())
        if path.name != MANIFEST
    }
    write_json(staged / MANIFEST, {"format": FORMAT, "sha256": hashes})
    sync_tree(staged)

    os.rename(staged, folder / ".commit")  # from here on the new artifact is the one
    sync_folder(folder)
    recover(folder)


def recover(folder: Path) -> None:
    """Finish a commit that was cut off, if there is one.

    Raises:
        InputError: if `.commit` in the folder is a link.
    """
    committed = _committed(folder)
    if committed.exists():
        for path in sorted(committed.iterdir()):
            os.replace(path, folder / path.name)
        sync_folder(folder)
        committed.rmdir()


def file(folder: Path, name: str) -> Path:
    """Where an artifact's file is, also in the middle of a commit.

    Raises:
        InputError: if `.commit` in the folder is a link.
    """
    path = _committed(folder) / name
    return path if path.exists() else folder / name


def plain_file(folder: Path, name: str) -> Path:
    """Where an artifact's file is, if it is safe to open.

    Raises:
        InputError: if it is missing, a link, a folder or a device, or larger than any model's.
    """
    path = file(folder, name)
    try:
        status = path.lstat()
    except (OSError, ValueError):
        raise InputError(f"{path}: missing; {MANIFEST} lists it") from None
    if not stat.S_ISREG(status.st_mode):
        raise InputError(
            f"{path}: expected a plain file; it is a link, a folder or a device"
        )
    largest = LARGEST_NETWORK if name.endswith(".keras") else LARGEST_FILE
    if status.st_size > largest:
        raise InputError(f"{path}: {status.st_size:,} bytes; expected {largest:,} at most")
    return path


def checked_names(folder: Path) -> frozenset[str]:
    """The names of an artifact's files, each of which is there and as it was written.

    Nothing but the manifest is parsed for that.

    Raises:
        InputError: if there is no manifest, or a file is missing, not plain, too large or changed.
    """
    if not file(folder, MANIFEST).exists():
        raise InputError(f"{folder}: {_why_no_model(folder)}")
    hashes = _hashes(plain_file(folder, MANIFEST))

    # Sizes first: hashing is what takes long.
    total = sum(plain_file(folder, name).stat().st_size for name in hashes)
    if total > LARGEST_NETWORK:
        raise InputError(f"{folder}: more than {LARGEST_NETWORK:,} bytes in all")
    for name, expected in hashes.items():
        path = plain_file(folder, name)
        if sha256(path) != expected:
            raise InputError(f"{path}: damaged: its SHA-256 is not the one in {MANIFEST}")
    return frozenset(hashes)


def _why_no_model(folder: Path) -> str:
    """What became of a folder that has no manifest."""
    state = folder / "state"
    if (state / "config.json").exists():
        return "the training has not finished; run the same command again to go on"
    # A run locks its folder first, and writes what it resumes from once its data are prepared.
    if state.exists() or (folder / LOCK).exists():
        return "no model; a run ended here while it prepared its data, before the training"
    return f"no seqzoo model (it has no {MANIFEST})"


def _hashes(manifest: Path) -> dict[str, str]:
    """File name -> SHA-256, as a manifest lists them."""
    record = read_json(manifest)
    if not isinstance(record, dict) or record.get("format") not in READABLE:
        given = record.get("format") if isinstance(record, dict) else None
        raise InputError(
            f"{manifest}: expected an artifact of format {FORMAT} or {READABLE[0]}; got {str(given)[:40]}"
        )

    hashes = record.get("sha256")
    if not isinstance(hashes, dict) or not all(
        isinstance(value, str) for value in hashes.values()
    ):
        raise InputError(f"{manifest}: expected the SHA-256 of each file")
    if len(hashes) > MOST_FILES:
        raise InputError(
            f"{manifest}: {len(hashes):,} files; expected {MOST_FILES} at most"
        )
    for name in hashes:
        if not _FILE_NAME.fullmatch(name):
            raise InputError(
                f"{manifest}: {name[:60]!r} is no name of a file in the folder"
            )
    return hashes


def _committed(folder: Path) -> Path:
    """Where the files of a commit that was cut off are.

    Raises:
        InputError: if that leads out of the folder.
    """
    path = folder / ".commit"
    if path.is_symlink():
        raise InputError(f"{path}: a link; expected a folder")
    return path
