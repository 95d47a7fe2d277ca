"""A disk that is really full, a folder that is really read-only: a training ends with one line, and goes on.

    python -m tests.faults.disk

Mounts a small tmpfs, so it needs root. The training's folder is on it; after a few saves the disk is filled,
or the folder made read-only, until the training has ended; then that is undone, and the same command is
run again. It must come to the same weights, bit for bit, as a training that nothing happened to.
"""

import contextlib
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.faults import corpora
from tests.faults.kill_training import command, same

SIZE = 96 * 2**20  # bytes of the disk: a state, the next one beside it, data and model fit


def mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True, capture_output=True)


@contextlib.contextmanager
def disk(folder: Path):
    """A small tmpfs at a folder.

    Raises:
        PermissionError: if this process may not mount.
    """
    folder.mkdir()
    try:
        mount("-t", "tmpfs", "-o", f"size={SIZE}", "none", str(folder))
    except (subprocess.CalledProcessError, FileNotFoundError) as error:
        raise PermissionError(
            f"a tmpfs can't be mounted here: {getattr(error, 'stderr', error)}"
        ) from error
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextlib.contextmanager
def full(folder: Path):
    """No space left: a file takes all there is, down to the last block."""
    filler = folder.parent / "filler"
    with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
        for size in (2**20, 4096, 1):
            with contextlib.suppress(OSError):
                while file.write(bytes(size)) == size:
                    pass
    yield
    filler.unlink()


@contextlib.contextmanager
def read_only(folder: Path):
    """Whoever looks the folder's path up now finds a read-only mount of it."""
    mount("--bind", str(folder), str(folder))
    mount("-o", "remount,ro,bind", str(folder))
    yield
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def started(arguments: list[str], output: Path, log: Path) -> subprocess.Popen:
    """A training that has saved its state and gone on for a moment."""
    with log.open("wb") as file:
        process = subprocess.Popen(arguments, stdout=file, stderr=file)
    state, seen = output / "state" / "training.npz", set()
    while process.poll() is None and len(seen) < 4:
        with contextlib.suppress(FileNotFoundError):
            seen.add(state.stat().st_mtime_ns)
        time.sleep(0.005)
    return process


def disturbed(cause, arguments: list[str], output: Path, log: Path) -> dict:
    """Train while `cause` sets in, until the training has ended; its status and what it said."""
    process = started(arguments, output, log)
    with cause(output):
        code = process.wait(300)
        again = subprocess.run(arguments, capture_output=True, text=True)  # while it lasts
    said = log.read_text()
    return {"code": code, "error": [line for line in said.splitlines() if line.startswith("error: ")],
            "traceback": "Traceback" in said + again.stderr, "again": again.returncode}  # fmt: skip


def run(epochs: int = 6, examples: int = 1500) -> dict[str, dict]:
    """Both causes.

    Returns:
        For each the exit `code`, the lines of `error`, whether there was a `traceback`, the code of a run
        `again` while the cause lasted, and whether the training was in the end `equal`.
    """
    results = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        corpus = folder / "corpus.tsv"
        corpora.reviews(corpus, examples, 5000)
        whole = folder / "whole"
        subprocess.run(
            command("sentiment", corpus, whole, epochs),
            check=True,
            stdout=subprocess.DEVNULL,
        )
        for cause in (full, read_only):
            with disk(folder / "disk") as place:
                output = place / "model"
                arguments = command("sentiment", corpus, output, epochs)
                result = disturbed(cause, arguments, output, folder / "log.txt")
                subprocess.run(arguments, check=True, stdout=subprocess.DEVNULL)
                results[cause.__name__] = result | {"equal": same(whole, output)}
            shutil.rmtree(folder / "disk")
    return results


def sound(result: dict) -> bool:
    """Whether a training ended with one line, and went on to the same end."""
    ended = result["code"] == 2 and len(result["error"]) == 1 and not result["traceback"]
    return ended and result["again"] == 2 and result["equal"]


def main() -> int:
    results = run()
    for cause, result in results.items():
        print(cause, result)
    return int(not all(map(sound, results.values())))


if __name__ == "__main__":
    sys.exit(main())
