"""ONNX Runtime Web, which runs networks in a browser: from the user's disk, or fetched by npm.

It is not part of seqzoo. Whatever it comes from, its files have to be those of one version.
"""

import hashlib
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

from seqzoo.errors import InputError

PACKAGE, VERSION = "onnxruntime-web", "1.30.0"
# Names in the package's folder `dist` -> names in an export, and the files' SHA-256. Some static servers
# do not know `.mjs`.
FILES = {
    "ort.wasm.bundle.min.mjs": "ort.js",
    "ort-wasm-simd-threaded.wasm": "ort.wasm",
}
HASHES = {
    "ort.wasm.bundle.min.mjs": "11e64bd8ffe11bd1a2a2f0d6275fdfbbba7262f0b76b99b53d228a8a22ef3d90",
    "ort-wasm-simd-threaded.wasm": "3398c10d07d229bd91b364548e130e0e51a8e5704b88c7c083ebbeb78842dee2",
}
LARGEST = 64 * 2**20  # bytes of a file
SECONDS = 300  # that npm may take


def fetched(given: str | Path | None) -> dict[str, bytes]:
    """The runtime's files by their names in an export.

    Args:
        given: an unpacked package, its folder `dist`, or the package as a `.tgz`; None: npm fetches it.

    Raises:
        InputError: if the files are not there, or are none of this version.
    """
    if given is not None:
        found = _from(Path(given))
        return _checked(found, f"--runtime {given}")
    with tempfile.TemporaryDirectory() as folder:
        return _checked(_archived(_packed(Path(folder))), f"npm: {PACKAGE}@{VERSION}")


def _from(path: Path) -> dict[str, bytes]:
    """The files of a folder or an archive by their names in the package.

    Raises:
        InputError: if it is neither.
    """
    if path.is_file():
        return _archived(path)
    for folder in (path, path / "dist", path / "package" / "dist"):
        if all((folder / name).is_file() for name in FILES):
            return {name: (folder / name).read_bytes() for name in FILES}
    raise InputError(
        f"--runtime {path}: expected the npm package {PACKAGE} {VERSION}, unpacked or a .tgz, or its dist"
    )


def _archived(path: Path) -> dict[str, bytes]:
    """The files in a `.tgz`, as far as they are there.

    Raises:
        InputError: if it is none.
    """
    found = {}
    try:
        with tarfile.open(path) as archive:
            for name in FILES:
                member = archive.extractfile(f"package/dist/{name}")
                found[name] = b"" if member is None else member.read(LARGEST)
    except (tarfile.TarError, OSError, EOFError, KeyError) as error:
        raise InputError(f"{path}: not the npm package {PACKAGE}: {error}") from error
    return found


def _checked(found: dict[str, bytes], where: str) -> dict[str, bytes]:
    """The files by their names in an export.

    Raises:
        InputError: if one is not as in the version that seqzoo was tested with.
    """
    for name, content in found.items():
        if hashlib.sha256(content).hexdigest() != HASHES[name]:
            raise InputError(
                f"{where}: {name}: not the one of {PACKAGE} {VERSION}, which is expected"
            )
    return {FILES[name]: content for name, content in found.items()}


def _packed(folder: Path) -> Path:
    """The package, fetched by npm into a folder.

    Raises:
        InputError: if there is no npm, or it does not get the package; it says what else can be done.
    """
    ways = "or give the package, unpacked or a .tgz, by --runtime PATH"
    npm = shutil.which("npm")
    if npm is None:
        raise InputError(
            f"web: npm is not there to fetch {PACKAGE} {VERSION}: install npm, {ways}"
        )
    command = [npm, "pack", "--silent", f"{PACKAGE}@{VERSION}"]
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=SECONDS
        )
    except subprocess.TimeoutExpired:
        raise InputError(
            f"web: npm did not fetch {PACKAGE} {VERSION} in {SECONDS} s; try again, {ways}"
        ) from None
    archives = list(folder.glob("*.tgz"))
    if done.returncode or len(archives) != 1:
        reason = " ".join((done.stderr or done.stdout).split())[:300] or "no word why"
        raise InputError(
            f"web: npm could not fetch {PACKAGE} {VERSION} ({reason}); try again, {ways}"
        )
    return archives[0]
