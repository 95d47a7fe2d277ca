"""The weights in a `.keras` file, and nothing else of it: no class is looked up, no code or pickle is run.

A `.keras` file is a zip archive with the weights in an HDF5 file. Both can ask for far more memory than
they have bytes, and HDF5 can point at other files. So both are checked before a weight is read.
"""

import io
import tempfile
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from seqzoo.artifact import int8_rows
from seqzoo.errors import InputError

if TYPE_CHECKING:
    import h5py
    import keras

MEMBER, CONFIG, METADATA = "model.weights.h5", "config.json", "metadata.json"
# Bytes that one compressed byte stands for at most; float weights hardly compress.
DENSEST = 20
# Bytes that small files may go beyond that: HDF5's own structure is mostly zeros.
SLACK = 2**20
LARGEST, LARGEST_CONFIG = 4 * 2**30, 16 * 2**20  # bytes
DEEPEST, MOST = 32, 100_000  # groups in groups, members of all
MOST_AXES = 8


def _size(path: Path) -> int:
    """Bytes of the weights in a file, as its archive says; `read` holds it to that.

    Raises:
        InputError: if it is no such archive, or blown up beyond what weights can be.
    """
    with _archive(path) as archive:
        member = _member(path, archive, MEMBER)
    held = min(member.compress_size, path.stat().st_size)
    if member.file_size > min(DENSEST * held + SLACK, LARGEST):
        sizes = f"{member.file_size:,} bytes in {held:,}"
        raise InputError(f"{path}: {MEMBER}: {sizes}: packed denser than weights can be")
    return member.file_size


def read(path: Path) -> bytes:
    """The bytes of the HDF5 file in an archive, which holds plain arrays and nothing else.

    Raises:
        InputError: if the archive is damaged, or the HDF5 file has links, filters, or arrays that
            stand for more bytes than it holds.
    """
    content = _content(path, MEMBER, _size(path))
    _check(path, content)
    return content


def floats(path: Path) -> bytes:
    """The same, each table that is kept as whole numbers as float32: what Keras reads.

    Raises:
        InputError: as `read` does, or if whole numbers and scales of a table do not fit.
    """
    content = read(path)
    try:
        return int8_rows.with_floats(content)
    except InputError as error:
        raise InputError(f"{path}: {MEMBER}: {error}") from error


def arrays(path: Path) -> dict[str, np.ndarray]:
    """The arrays in an archive by their names in the HDF5 file, views of its bytes.

    Raises:
        InputError: as `read` does.
    """
    import h5py

    content = read(path)
    found: dict[str, np.ndarray] = {}

    def look(name: str, item: h5py.Dataset | h5py.Group) -> None:
        if isinstance(item, h5py.Dataset):
            found[name] = _view(content, item)

    with h5py.File(io.BytesIO(content)) as file:
        file.visititems(look)
    return found


def _view(content: bytes, item: "h5py.Dataset") -> np.ndarray:
    """An array of a file that `read` has looked over: its numbers lie in one piece, as they are."""
    start = item.id.get_offset()
    if start is None or not item.dtype.isnative:  # nothing is stored, or in another order
        return item[()]
    flat = np.frombuffer(content, item.dtype, item.size, start)
    return flat.reshape(item.shape)


def config(path: Path) -> bytes:
    """The bytes of the `config.json` in an archive.

    Raises:
        InputError: if there is none, or it is larger than 16 MiB.
    """
    return text(path, CONFIG)


def text(path: Path, name: str) -> bytes:
    """The bytes of one of the small members of an archive.

    Raises:
        InputError: if there is none, or it is larger than 16 MiB.
    """
    return _content(path, name, LARGEST_CONFIG)


def assign(path: Path, content: bytes, network: "keras.Model") -> None:
    """Set a network's weights to those of a file.

    Args:
        path: the `.keras` file, for errors.
        content: its weights, as `floats` gives them.
        network: of Keras' own layers.

    Raises:
        InputError: if they are not those of such a network.
    """
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / MEMBER  # Keras reads weights from files of such names
        copy.write_bytes(content)
        try:
            network.load_weights(copy)
        except (
            ValueError,
            KeyError,
            OSError,
            TypeError,
            AttributeError,
            RuntimeError,
        ) as error:
            reason = " ".join(str(error).split())[:300]
            raise InputError(
                f"{path}: not the weights of its {network.name}: {reason}"
            ) from error


def _archive(path: Path) -> zipfile.ZipFile:
    """A file opened as a zip archive.

    Raises:
        InputError: if it is none.
    """
    try:
        return zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError, EOFError) as error:
        raise InputError(f"{path}: not a .keras file: {error}") from error


def _member(path: Path, archive: zipfile.ZipFile, name: str) -> zipfile.ZipInfo:
    """What an archive says of a member.

    Raises:
        InputError: if there is not exactly one of that name, or it is packed in an unusual way.
    """
    if archive.namelist().count(name) != 1:
        raise InputError(f"{path}: not a .keras file: expected one {name} in it")
    member = archive.getinfo(name)
    # Python unpacks these two within bounds, the others not.
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise InputError(
            f"{path}: {name}: packed by method {member.compress_type}; expected deflate or none"
        )
    return member


def _content(path: Path, name: str, most: int) -> bytes:
    """A member's bytes, no more of them unpacked than there may be."""
    with _archive(path) as archive:
        member = _member(path, archive, name)
        if member.file_size > most:
            raise InputError(
                f"{path}: {name}: {member.file_size:,} bytes; expected {most:,} at most"
            )
        try:
            # One byte more than it should have: only at the end the checksum is compared.
            with archive.open(member) as file:
                content = file.read(member.file_size + 1)
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            OSError,
            RuntimeError,
            ValueError,
        ) as error:
            raise InputError(f"{path}: {name}: damaged: {error}") from error
    if len(content) != member.file_size:
        raise InputError(f"{path}: {name}: damaged: of another size than the archive says")
    return content


def _check(path: Path, content: bytes) -> None:
    """Refuse what points out of an HDF5 file, or stands for more than is in it."""
    import h5py

    try:
        with h5py.File(io.BytesIO(content)) as file:
            found = _walk(file, 0, [])
    except InputError as error:
        raise InputError(f"{path}: {error}") from None
    except (OSError, RuntimeError, ValueError, KeyError, TypeError, OverflowError) as error:
        raise InputError(f"{path}: {MEMBER}: damaged: {error}") from error
    if sum(found) > len(content):
        raise InputError(
            f"{path}: {MEMBER}: arrays of {sum(found):,} bytes in {len(content):,}"
        )


def _walk(group: Any, depth: int, found: list[int]) -> list[int]:
    """Bytes of every array below an HDF5 group, added to `found`; a group counts 0."""
    import h5py

    for name in group:
        if depth > DEEPEST or len(found) > MOST:
            raise InputError(f"{MEMBER}: groups too deep or too many")
        if not isinstance(group.get(name, getlink=True), h5py.HardLink):
            raise InputError(
                f"{MEMBER}: {group.name.rstrip('/')}/{name}: a link to elsewhere"
            )
        item = group[name]
        if isinstance(item, h5py.Dataset):
            _check_array(item)
            found.append(item.nbytes)
        elif isinstance(item, h5py.Group):
            found.append(0)
            _walk(item, depth + 1, found)
        else:
            raise InputError(f"{MEMBER}: {item.name}: expected an array or a group")
    return found


def _check_array(array: Any) -> None:
    """Refuse an HDF5 array but of plain numbers that are all in this file, stored as they are."""
    if array.dtype.kind not in "fiub" or array.ndim > MOST_AXES:
        raise InputError(
            f"{MEMBER}: {array.name}: expected plain numbers; got {array.dtype}"
        )
    filters = array.id.get_create_plist().get_nfilters()
    if array.external or array.is_virtual or filters:
        raise InputError(
            f"{MEMBER}: {array.name}: kept elsewhere or filtered; expected plain storage"
        )
    stored = array.id.get_storage_size()
    if stored != array.nbytes:
        raise InputError(
            f"{MEMBER}: {array.name}: stands for {array.nbytes:,} bytes; {stored:,} are there"
        )
