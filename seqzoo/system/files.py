"""Files that are either the old ones or the new ones, whatever happens in between; folder locks."""

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any

from seqzoo.errors import InputError

HASHES = "hashes.json"
LOCK = ".lock"  # in a folder that a training has held


def sync_folder(folder: Path) -> None:
    """Make renames inside a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """A binary file to write to that takes the place of `path` only when all is on disk.

    A process killed in the middle leaves `path` as it was and a `.partial` file that the next
    write overwrites.

    Raises:
        OSError: naming the file, if it can't be written; `path` is as it was, unless its folder alone could
            not be synced.
    """
    partial = path.with_name(path.name + ".partial")
    try:
        with open(partial, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, path)
        sync_folder(path.parent)
    except OSError as error:
        with contextlib.suppress(OSError):  # a full disk needs the room
            partial.unlink()
        raise OSError(error.errno, error.strerror or str(error), str(path)) from error


def sync_tree(folder: Path) -> None:
    """Bring every file below a folder, and the folders themselves, to disk."""
    for path in [*folder.rglob("*"), folder]:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def sha256(path: Path) -> str:
    """Hex digest of a file's bytes."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(2**20):
            digest.update(block)
    return digest.hexdigest()


@contextlib.contextmanager
def preparing(folder: Path) -> Iterator[Path]:
    """A folder to fill that takes the place of `folder`, which there is none yet, only when all is on disk.

    The hashes of its files go with it, for `check_prepared`. Where filling it fails, nothing stays.
    """
    partial = folder.with_name(folder.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        yield partial
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    files = [path for path in sorted(partial.rglob("*")) if path.is_file()]
    write_json(
        partial / HASHES,
        {path.relative_to(partial).as_posix(): sha256(path) for path in files},
    )
    sync_tree(partial)
    partial.rename(folder)
    sync_folder(folder.parent)


def check_prepared(folder: Path) -> None:
    """Compare the files that `preparing` left with their hashes.

    Raises:
        InputError: naming the one that is missing or damaged.
    """
    advice = f"delete {folder}, and the same command prepares the data anew"
    hashes = read_json(folder / HASHES)
    if not isinstance(hashes, dict):
        raise InputError(f"{folder / HASHES}: damaged; {advice}")
    files = {
        path.relative_to(folder).as_posix(): path
        for path in folder.rglob("*")
        if path.is_file()
    }
    for name in sorted({*files, *hashes} - {HASHES}):
        if name not in files or name not in hashes or sha256(files[name]) != hashes[name]:
            raise InputError(f"{folder / name}: damaged or missing, by {HASHES}; {advice}")


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a folder for this process; the kernel lets go of it however the process ends.

    Where there was no folder, and what it was held for fails before any file is in it, there is none again.

    Raises:
        InputError: if the folder cannot be made or written, or another process (named) holds it.
    """
    made = [each for each in (folder, *folder.parents) if not each.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise InputError(f"{folder}: cannot be written: {error.strerror}") from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(descriptor, 1000).decode("utf-8", "replace").strip()
            raise InputError(f"{folder}: in use by {holder or 'another process'}") from None
        if not os.fstat(descriptor).st_nlink:  # its holder has just taken the folder away
            raise InputError(f"{folder}: in use by another process")
        os.ftruncate(descriptor, 0)
        command = " ".join(sys.argv)[:500]
        os.pwrite(descriptor, f"process {os.getpid()} ({command})\n".encode(), 0)
        try:
            yield
        except BaseException:
            _take_away(made)
            raise
    finally:
        os.close(descriptor)


def _take_away(made: list[Path]) -> None:
    """Remove a folder and its parents, which were made for it, unless there is a file but its lock."""
    if not made or any(path.is_file() and path.name != LOCK for path in made[0].rglob("*")):
        return
    shutil.rmtree(made[0], ignore_errors=True)
    for parent in made[1:]:
        with contextlib.suppress(OSError):  # something else is in it now
            parent.rmdir()


def write_lines(path: Path, lines: Iterable[str]) -> None:
    """Write strings without line breaks, one a line, UTF-8."""
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8", newline="\n")


def read_lines(path: Path, count: int | None = None) -> list[str]:
    """Read what `write_lines` wrote; only a line feed ends a line, not Unicode's other breaks.

    Raises:
        InputError: if it is missing, no UTF-8, has another number of lines than `count`, or its last line has
            no end, as where a part was cut off.
    """
    try:
        content = path.read_bytes()
        if count is not None and content.count(b"\n") != count:
            raise InputError(
                f"{path}: {content.count(10):,} lines; the model has {count:,}"
            )
        *lines, rest = content.decode("utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read: {error}") from error
    if rest:
        raise InputError(
            f"{path}: line {len(lines) + 1} has no line feed at its end; a part may be missing"
        )
    return lines


def read_json(path: Path) -> Any:
    """A JSON file's value.

    Raises:
        InputError: if it is missing or not JSON.
    """
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"{path}: cannot be read: {error}") from error


def write_json(path: Path, value: Any) -> None:
    """Write a value as indented JSON, whole or not at all."""
    with replacing(path) as file:
        file.write(json.dumps(value, indent=2, ensure_ascii=False).encode() + b"\n")
