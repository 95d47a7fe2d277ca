"""A trained model as one ZIP file: written, unpacked, fetched from an https address.

Nobody vouches for a ZIP file. Its members are therefore files of an artifact's names at the top level, and no
others; sizes are counted while they are read, since a header can claim anything. What is unpacked is
then checked as every artifact is, by its manifest.
"""

import hashlib
import os
import re
import shutil
import tempfile
import zipfile
from pathlib import Path
from typing import IO

from seqzoo.artifact.manifest import LARGEST_NETWORK, MANIFEST, MOST_FILES, checked_names
from seqzoo.errors import InputError
from seqzoo.system import caches
from seqzoo.system.files import replacing, sha256

SUFFIX = ".zip"
LARGEST = LARGEST_NETWORK + 2**28  # bytes, packed or unpacked
DATE = (1980, 1, 1, 0, 0, 0)  # of each member: the same model gives the same file
BLOCK = 2**20  # bytes read together
SECONDS = 30  # until a silent server is given up


def write(folder: Path, path: Path) -> None:
    """Write an artifact as a ZIP file.

    Args:
        folder: the artifact.
        path: the file.
    """
    names = sorted([MANIFEST, *checked_names(folder)])
    with replacing(path) as file, zipfile.ZipFile(file, "w") as archive:
        for name in names:
            about = zipfile.ZipInfo(name, DATE)
            about.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(about, (folder / name).read_bytes())


def unpacked(path: Path, name: str | None = None) -> Path:
    """The folder of a ZIP file's model, among the user's caches; unpacked if it is not there yet.

    Args:
        path: the ZIP file.
        name: of the folder; None: the file's, without its ending.

    Raises:
        InputError: if it is no ZIP file of an artifact, or too large.
    """
    if path.stat().st_size > LARGEST:
        raise InputError(f"{path}: expected at most {LARGEST:,} bytes")
    root = caches.folder("models")
    target = root / sha256(path)[:32] / (name or path.stem)
    if (target / MANIFEST).is_file():
        return target
    root.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=".unpacking-", dir=root))
    try:
        _unpack(path, partial)
        checked_names(partial)
        target.parent.mkdir(exist_ok=True)
        partial.rename(target)
    except OSError:
        if not (target / MANIFEST).is_file():  # else another process was sooner
            raise
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return target


def fetched(url: str, digest: str) -> Path:
    """The folder of a model that is a ZIP file on the web.

    Args:
        url: an https address.
        digest: SHA-256 of the file, 64 hexadecimal digits. A file of that hash is fetched once.

    Raises:
        InputError: if the address or the digest is none, the file can't be fetched or has another hash.
    """
    digest = digest.lower()
    if len(digest) != 64 or set(digest) - set("0123456789abcdef"):
        raise InputError(f"sha256: expected 64 hexadecimal digits; got {digest[:80]!r}")
    if not url.startswith("https://"):
        raise InputError(f"{url[:200]}: expected an https address")
    path = caches.folder("downloads") / f"{digest}{SUFFIX}"
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        _fetch(url, digest, path)
    return unpacked(path, _stem(url) or None)


def _stem(url: str) -> str:
    """The name of the file at an address, without its ending, as a folder's name."""
    from urllib.parse import unquote, urlsplit

    name = Path(unquote(urlsplit(url).path)).name.removesuffix(SUFFIX)
    return re.sub(r"[^\w.-]", "_", name).lstrip(".")[:80]


def _fetch(url: str, digest: str, path: Path) -> None:
    """Write what is at an address to a file, if it has the hash."""
    from urllib.error import URLError
    from urllib.request import urlopen

    found = hashlib.sha256()
    try:
        with urlopen(url, timeout=SECONDS) as answer, replacing(path) as file:
            _copy(answer, file, LARGEST, url, found)
            if found.hexdigest() != digest:
                raise InputError(
                    f"{url}: expected the SHA-256 {digest}; the file has {found.hexdigest()}"
                )
    except (URLError, OSError) as error:
        raise InputError(f"{url}: can't be fetched: {error}") from error


def _unpack(path: Path, folder: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if len(members) > MOST_FILES + 1:
                raise InputError(f"{path}: expected at most {MOST_FILES + 1} files")
            left = LARGEST
            for member in members:
                name = member.filename
                if os.path.basename(name) != name or not name or name.startswith("."):
                    raise InputError(
                        f"{path}: expected the files of a model; got {name[:80]!r}"
                    )
                with archive.open(member) as source, open(folder / name, "xb") as file:
                    left -= _copy(source, file, left, f"{path}: {name}")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise InputError(f"{path}: expected a ZIP file of a model: {error}") from error


def _copy(
    source: IO[bytes],
    file: IO[bytes],
    most: int,
    where: str,
    digest: "hashlib._Hash | None" = None,
) -> int:
    """Copy a stream of at most so many bytes; returns their number."""
    size = 0
    while block := source.read(BLOCK):
        size += len(block)
        if size > most:
            raise InputError(f"{where}: expected at most {LARGEST:,} bytes")
        file.write(block)
        if digest is not None:
            digest.update(block)
    return size
