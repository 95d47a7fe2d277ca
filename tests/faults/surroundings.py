"""Odd surroundings: each command works as always, or ends with one line that says why.

    python -m tests.faults.surroundings [NAME ...]

A segmenter is trained on a few Chinese sentences, cuts some, and is measured: in the locale C, without HOME,
with a HOME and a folder for caches that can't be written, with the umask 077, in folders with spaces, Chinese
characters and bytes that are no UTF-8, with the clock set back by 30 years in mid-training, and twice at once
into one folder.
"""

import argparse
import contextlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.faults import corpora
from tests.faults.kill_training import kill_once, same

CLOCK = Path(__file__).with_name("clock.c")
FLAGS = "--units 8 --embedding-dim 8 --bigram-dim 8 --save-seconds 0.1 --epochs"
HOME = Path(__file__).parents[2]  # where the packages are found from


def training(corpus: str | bytes, output: str | bytes, epochs: int = 2) -> list:
    recipe = [sys.executable, "-m", "seqzoo.recipes.segmentation"]
    return [*recipe, "--data", corpus, "--output", output, *FLAGS.split(), str(epochs)]


def told(done: subprocess.CompletedProcess) -> str:
    """`works`, `refuses` in one line, or what is wrong."""
    errors = done.stderr.decode("utf-8", "replace")
    if "Traceback" in errors:
        return f"traceback: {errors.splitlines()[-1]}"
    lines = [line for line in errors.splitlines() if line.startswith("error: ")]
    if done.returncode == 0 and not lines:
        return "works"
    return (
        "refuses"
        if done.returncode == 2 and len(lines) == 1
        else f"status {done.returncode}, {lines}"
    )


class Place:
    """A temporary folder with a corpus, and commands in it.

    Args:
        folder: where.
        environment: of the commands.
        umask: theirs.
    """

    def __init__(self, folder: bytes, environment: dict | None = None, umask: int = -1):
        os.makedirs(folder, exist_ok=True)
        self.folder, self.umask = folder, umask
        self.environment = {**os.environ, **(environment or {})}
        self.environment = {
            name: value for name, value in self.environment.items() if value is not None
        }
        self.corpus, self.output = (
            os.path.join(folder, b"words.txt"),
            os.path.join(folder, b"model"),
        )
        corpora.sentences(Path(os.fsdecode(self.corpus)), 80, 30)

    def run(self, command: list, text: bytes = b"") -> subprocess.CompletedProcess:
        return subprocess.run(
            command,
            input=text,
            capture_output=True,
            env=self.environment,
            umask=self.umask,
            cwd=HOME,
        )

    def everything(self) -> list[str]:
        """What comes of training, prediction and measuring."""
        seqzoo = [sys.executable, "-m", "seqzoo"]
        text = "一丁七".encode()
        found = [told(self.run(training(self.corpus, self.output)))]
        done = self.run([*seqzoo, "predict", self.output, "--plain"], text)
        kept = done.stdout.replace(b" ", b"").strip() == text
        found.append("other text" if told(done) == "works" and not kept else told(done))
        return [
            *found,
            told(self.run([*seqzoo, "evaluate", self.output, "--data", self.corpus])),
        ]


def locale_c(folder):
    settings = {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    return Place(folder, settings).everything()


def no_home(folder):
    return Place(folder, {"HOME": None, "XDG_CACHE_HOME": None, "USER": None}).everything()


def home_that_cannot_be_written(folder):
    return Place(
        folder, {"HOME": "/proc", "XDG_CACHE_HOME": "/proc", "MPLCONFIGDIR": None}
    ).everything()


def umask_077(folder):
    place = Place(folder, umask=0o077)
    found = place.everything()
    modes = {
        path.stat().st_mode & 0o077 for path in Path(os.fsdecode(place.output)).rglob("*")
    }
    return [*found, "works" if modes == {0} else f"others may read: {modes}"]


def spaces_and_chinese(folder):
    return Place(os.path.join(folder, "my 模型 folder\u3000é".encode())).everything()


def bytes_that_are_no_utf8(folder):
    return Place(os.path.join(folder, b"caf\xe9\xff")).everything()


def clock_set_back(folder):
    place = Place(folder)
    library, log = (
        Path(os.fsdecode(folder)) / "clock.so",
        Path(os.fsdecode(folder)) / "log.txt",
    )
    subprocess.run(
        ["cc", "-fPIC", "-shared", "-o", str(library), str(CLOCK), "-ldl"], check=True
    )
    whole, output = place.output + b"-whole", Path(os.fsdecode(place.output))
    found = [told(place.run(training(place.corpus, whole, 6)))]
    command = training(place.corpus, place.output, 6)
    with contextlib.chdir(HOME):
        killed = kill_once(command, output, log, 0.3, False) is not None
    place.environment |= {
        "LD_PRELOAD": str(library),
        "SEQZOO_CLOCK_BACK": str(30 * 365 * 86400),
    }
    found.append(told(place.run(command)))
    equal = same(Path(os.fsdecode(whole)), output)
    return [*found, "works" if killed and equal else f"killed {killed}, equal {equal}"]


def two_at_once(folder):
    place = Place(folder)
    command = training(place.corpus, place.output, 8)
    first = subprocess.Popen(
        command, cwd=HOME, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    while first.poll() is None and not os.path.exists(
        os.path.join(place.output, b"state", b"training.npz")
    ):
        pass
    second = told(place.run(command))
    done = first.wait()
    return [
        second,
        "works" if done == 0 else f"the first ended with {done}",
        told(place.run(command)),
    ]


ODD = {
    function.__name__: function
    for function in (locale_c, no_home, home_that_cannot_be_written, umask_077, spaces_and_chinese,
                     bytes_that_are_no_utf8, clock_set_back, two_at_once)
}  # fmt: skip


def run(name: str) -> list[str]:
    """What comes of the commands in some surroundings: `works` or `refuses`, each, if all is well."""
    with tempfile.TemporaryDirectory() as folder:
        return ODD[name](os.fsencode(folder))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"of {', '.join(ODD)}; default: all"
    )
    bad = 0
    for name in parser.parse_args().names or ODD:
        found = run(name)
        bad += not set(found) <= {"works", "refuses"}
        print(f"{name}: {', '.join(found)}", flush=True)
    return int(bool(bad))


if __name__ == "__main__":
    sys.exit(main())
