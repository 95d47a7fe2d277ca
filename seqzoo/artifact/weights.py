"""The weights in a `.keras` file, and nothing else of it: no class is looked up, no code or pickle is run.

A `.keras` file is a zip archive, its weights an HDF5 file in it. Both can ask for far more memory than they
have bytes, and HDF5 can point at other files, so both are looked over before a weight is read.
"""

import io
import tempfile
import zipfile
import zlib
from pathlib import Path

import keras

from seqzoo.errors import InputError

MEMBER, CONFIG = "model.weights.h5", "config.json"
DENSEST = (
    20  # bytes that one compressed byte stands for at most; float weights hardly compress
)
SLACK = 2**20  # what small files may go beyond that: HDF5's own structure is mostly zeros
LARGEST, LARGEST_CONFIG = 4 * 2**30, 16 * 2**20  # bytes
DEEPEST, MOST = 32, 100_000  # groups in groups, members of all


def _size(path: Path) -> int:
    """Bytes of the weights in a file, by what its archive says, which `read` holds it to.

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
    """The HDF5 file in an archive, of plain arrays alone, all of which are in it.

    Raises:
        InputError: if the archive is damaged, or the file has links out of it, filters, or arrays of
            more than it holds.
    """
    content = _content(path, MEMBER, _size(path))
    _check(path, content)
    return content


def config(path: Path) -> bytes:
    """The `config.json` in an archive.

    Raises:
        InputError: if there is none, or one that is larger than any.
    """
    return _content(path, CONFIG, LARGEST_CONFIG)


def assign(path: Path, content: bytes, network: keras.Model) -> None:
    """Give a network, of Keras' own layers, the weights that `read` has found in a file.

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


def store_half(path: Path, source: Path) -> None:
    """Rewrite a `.keras` file with float16 weights: half the size; Keras loads them as float32.

    Args:
        path: the file.
        source: what it is a copy of, for errors.

    Raises:
        InputError: if a weight is too large for float16, which would make it infinite.
    """
    import h5py
    import numpy as np

    def halve(name, item):
        if isinstance(item, h5py.Dataset):
            value = item[()]
            if value.dtype == "float32":
                if np.abs(value).max(initial=0) > np.finfo("float16").max:
                    largest = np.abs(value).max()
                    raise InputError(
                        f"{source}: {name}: a weight of {largest:.6g}; half precision ends at 65,504"
                    )
                value = value.astype("float16")
            target.create_dataset(name, data=value)
        else:
            target.require_group(name).attrs.update(item.attrs)

    half, buffer = io.BytesIO(), io.BytesIO()
    with h5py.File(io.BytesIO(read(path))) as weights, h5py.File(half, "w") as target:
        target.attrs.update(weights.attrs)
        weights.visititems(halve)
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(CONFIG, config(path))
        archive.writestr("metadata.json", _content(path, "metadata.json", LARGEST_CONFIG))
        archive.writestr(MEMBER, half.getvalue())
    path.write_bytes(buffer.getvalue())


def _archive(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError, EOFError) as error:
        raise InputError(f"{path}: not a .keras file: {error}") from error


def _member(path: Path, archive: zipfile.ZipFile, name: str) -> zipfile.ZipInfo:
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
            with archive.open(member) as file:
                content = file.read(
                    member.file_size + 1
                )  # to its end, where the checksum is looked at
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


def _walk(group, depth: int, found: list[int]) -> list[int]:
    """Bytes of every array below a group."""
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


def _check_array(array) -> None:
    """Plain numbers, stored as they are, in this file, all of them."""
    stored = array.id.get_storage_size()
    if array.dtype.kind not in "fiub" or array.ndim > 8:
        raise InputError(
            f"{MEMBER}: {array.name}: expected plain numbers; got {array.dtype}"
        )
    if array.external or array.is_virtual or array.id.get_create_plist().get_nfilters():
        raise InputError(
            f"{MEMBER}: {array.name}: kept elsewhere or filtered; expected plain storage"
        )
    if stored != array.nbytes:
        raise InputError(
            f"{MEMBER}: {array.name}: stands for {array.nbytes:,} bytes; {stored:,} are there"
        )
