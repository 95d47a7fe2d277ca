"""Load every hostile artifact and file, and watch what happens.

    python -m tests.faults.hostile.run [--stock] [CASE ...]

Each is loaded by `seqzoo.load`, and asked; in Keras alone, since a graph that does not fit a spoilt file of
weights ends the first load early; and its `model.keras` by `seqzoo.artifact.foreign.network`, as
`seqzoo doctor FILE` does; with `--stock` by `keras.saving.load_model`, in its safe mode. Nothing may be run,
no file outside be opened, no socket; a load must take under 5 seconds and 200 MB, and end in a model or in
an `InputError` that names a file of the folder. Linux: opened files are told by inotify.
"""

import argparse
import contextlib
import ctypes
import json
import os
import select
import shutil
import socket
import sys
import tempfile
import time
from pathlib import Path

from tests.faults.children import watched
from tests.faults.hostile import CASES, Trap, seal

SECONDS, MEGABYTES, PATIENCE = 5.0, 200.0, 120.0
EVENTS = ("os.system", "os.exec", "os.posix_spawn", "os.fork", "subprocess.Popen", "pickle.find_class",
          "socket.connect", "socket.bind", "socket.getaddrinfo", "urllib.Request")  # fmt: skip
OPENED = 0x20 | 0x1  # IN_OPEN, IN_ACCESS


class Watch:
    """What a load does that it must not: events of Python, opening the secret, reaching the port.

    Of files, it may write one in a temporary folder of its own: the weights, for Keras to read.
    """

    def __init__(self, trap: Trap, server: socket.socket, inside: Path):
        self.trap, self.server, self.inside, self.events, self.on = (
            trap,
            server,
            str(inside),
            [],
            False,
        )
        sys.addaudithook(self._hear)
        self._libc = ctypes.CDLL(None)

    def _hear(self, event, arguments):
        if self.on and event in EVENTS:
            self.events.append(event)
        elif (
            self.on
            and event == "open"
            and isinstance(arguments[0], (str, bytes))
            and arguments[2] is not None
        ):
            writes = arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
            path = os.path.realpath(os.fsdecode(arguments[0]))
            own = path.startswith(tempfile.gettempdir()) and path.endswith(
                "/model.weights.h5"
            )
            if (
                writes
                and not own
                and not path.startswith((self.inside, "/dev/", "/proc/", "/sys/"))
            ):
                self.events.append(f"writes {path}")

    def run(self, load) -> dict:
        """Call `load` and tell what came of it."""
        notes = self._libc.inotify_init1(os.O_NONBLOCK)
        self._libc.inotify_add_watch(notes, str(self.trap.secret).encode(), OPENED)
        before, self.events = memory("VmRSS"), []
        Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
        self.on, started = True, time.monotonic()
        try:
            load()
            outcome = "loaded"
        except Exception as error:
            outcome = f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
        seconds, self.on = time.monotonic() - started, False
        done = [*dict.fromkeys(self.events)]
        if self.trap.canary.exists():
            done.append("payload run")
        if select.select([notes], [], [], 0)[0]:
            done.append("secret opened")
        os.close(notes)
        with contextlib.suppress(BlockingIOError):
            self.server.accept()
            done.append("port reached")
        megabytes = (memory("VmHWM") - before) / 1e6
        return {
            "outcome": outcome,
            "done": done,
            "seconds": round(seconds, 2),
            "megabytes": round(megabytes, 1),
        }


def memory(name: str) -> int:
    """A figure of this process' memory, bytes."""
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith(name))


def loads(folder: Path, stock: bool) -> dict:
    """Name -> function that loads something of the folder."""
    import keras

    from seqzoo.artifact import Artifact, foreign

    if stock:
        names = [name for name in ("model.keras", "model.h5") if (folder / name).exists()]
        return {
            name: lambda name=name: keras.saving.load_model(folder / name) for name in names
        }
    return {
        "artifact": lambda: used(folder),
        "keras": lambda: Artifact(folder).load(),
        "file": lambda: foreign.network(folder / "model.keras"),
    }


def used(folder: Path) -> None:
    """Load an artifact, answer on the engine, and build its model in Keras."""
    import seqzoo

    found = seqzoo.load(folder)
    found.predict(["a b"])
    assert found.model is not None


def inner(names: list[str], stock: bool) -> None:
    """Run cases in this process, a line of JSON before and one after each load."""
    from tests.faults.file_operations import ModelFolder

    with tempfile.TemporaryDirectory() as name, socket.socket() as server:
        root = Path(name)
        server.bind(("127.0.0.1", 0))
        server.listen()
        server.setblocking(False)
        subject = ModelFolder(root)
        subject.save(1)
        trap = Trap(
            root / "canary", root / "outside" / "secret.txt", server.getsockname()[1]
        )
        trap.secret.parent.mkdir()
        watch = Watch(trap, server, root)
        watch.run(
            lambda: [load() for load in loads(subject.folder, stock).values()]
        )  # imports and caches
        for name in names:
            trap.secret.write_text("secret\n")
            folder = root / "spoilt"
            shutil.copytree(subject.folder, folder)
            CASES[name](trap, folder)
            seal(folder)
            os.chdir(folder)
            sys.path.insert(0, "")  # as bad as it can be
            for what, load in loads(folder, stock).items():
                print(json.dumps({"case": name, "what": what}), flush=True)
                print(
                    json.dumps({"case": name, "what": what, **watch.run(load)}), flush=True
                )
                trap.canary.unlink(missing_ok=True)
            sys.path.remove("")
            os.chdir("/")
            shutil.rmtree(folder)


def run(names: list[str], stock: bool = False) -> list[dict]:
    """A record of each load; a process that dies is a record too, and another goes on behind it."""
    records, left = [], list(names)
    while left:
        command = [
            sys.executable,
            "-m",
            "tests.faults.hostile.run",
            "--inner",
            *left,
            *(["--stock"] if stock else []),
        ]
        found = watched(command, "outcome", PATIENCE)
        records += found.records
        if found.begun is not None:
            died = {"outcome": found.end, "done": ["crash"], "seconds": 0, "megabytes": 0}
            records.append({**found.begun, **died})
        elif not records or records[-1]["case"] != left[-1]:
            raise RuntimeError(f"{found.end} at {records[-1:]}: the case could not be made")
        left = left[left.index(records[-1]["case"]) + 1 :]
    return records


def faults(record: dict) -> list[str]:
    """What is wrong with a load of seqzoo's."""
    found = list(record["done"])
    if record["outcome"] != "loaded" and "InputError" not in record["outcome"]:
        found.append("raises another error")
    elif record["outcome"] != "loaded" and "spoilt" not in record["outcome"]:
        found.append("names no file")
    found += ["slow"] if record["seconds"] > SECONDS else []
    return found + (["large"] if record["megabytes"] > MEGABYTES else [])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "cases", nargs="*", metavar="CASE", help=f"of {', '.join(CASES)}; default: all"
    )
    parser.add_argument("--stock", action="store_true", help="Keras' own loader")
    parser.add_argument("--inner", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    names = given.cases or list(CASES)
    if given.inner:
        inner(names, given.stock)
        return 0
    records = run(names, given.stock)
    for record in records:
        print(f"{record['case']} ({record['what']}): {', '.join(faults(record)) or 'harmless'}; "
              f"{record['seconds']} s, {record['megabytes']} MB; {record['outcome']}")  # fmt: skip
    bad = [record for record in records if faults(record)]
    print(f"{len(names)} cases, {len(records)} loads, {len(bad)} at fault")
    return int(bool(bad))


if __name__ == "__main__":
    sys.exit(main())
