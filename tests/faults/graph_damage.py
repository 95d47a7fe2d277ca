"""Cut off and change graphs and the weights they name; nothing may crash, hang or fill the memory.

    python -m tests.faults.graph_damage [--flips 1000] [--cuts 1000]

Of small trained models, each network's `.onnx` file and the `.keras` file of its weights are damaged at one
place, half of those of the weights inside arrays that the graph names. Each damage is tried twice: under the
artifact's own hashes, which must refuse it, naming the file; and under hashes made to fit, as somebody who
means harm would. That one is loaded and asked. It must answer, or be refused with an `InputError`, in 20
seconds and 500 MB. A process of its own tries them; a crash of it is a result. Linux.
"""

import argparse
import json
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.faults.children import watched
from tests.faults.damage import TINY, trained
from tests.faults.hostile import seal
from tests.faults.hostile.run import memory

SECONDS, MEGABYTES, PATIENCE = 20.0, 500.0, 60.0
GIGABYTES = 24  # of addresses, beyond which the process fails
BY_HASH = "refused by its hash"
FINE = {BY_HASH, "refused", "answered", "answered as before"}


def damages(folder: Path, flips: int, cuts: int) -> Iterator[tuple[Path, bytes, str]]:
    """Files of networks, each with its content damaged, and what was done to it."""
    from seqzoo.engine import GraphFile

    for graph in sorted(folder.glob("*.onnx")):
        stored = GraphFile.parse(graph.read_bytes()).stored.values()
        arrays = [(each.offset, each.length) for each in stored if each.length]
        for path in (graph, graph.with_suffix(".keras")):
            draw = random.Random(path.name)
            whole = path.read_bytes()
            for number in range(flips):
                start, length = 0, len(whole)
                if path != graph and number % 2:
                    start, length = draw.choice(arrays)
                place = start + draw.randrange(length)
                content = bytearray(whole)
                # A bit, or any other byte: sizes are numbers of several bits.
                content[place] ^= draw.choice(
                    [1 << draw.randrange(8), draw.randrange(1, 256)]
                )
                yield path, bytes(content), f"byte {place} is {content[place]}"
            for _ in range(cuts):
                size = draw.randrange(len(whole))
                yield path, whole[:size], f"cut at {size}"


def answer(folder: Path) -> str:
    """The answers of a model to some inputs."""
    import seqzoo

    found = seqzoo.load(folder)
    return json.dumps(found.predict(found.samples(3, 8)))


def tried(folder: Path, path: Path, sound: str | None) -> str:
    """What comes of a damaged file; `sound`: the answers before, None: its hash must refuse it."""
    from seqzoo import InputError

    try:
        answers = answer(folder)
    except InputError as error:
        if sound is not None:
            return "refused"
        return BY_HASH if path.name in str(error) else "refused, and not by its name"
    except Exception as error:
        return f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
    if sound is None:
        return "taken for sound"
    return "answered as before" if answers == sound else "answered"


def inner(folder: Path, flips: int, cuts: int, first: int) -> None:
    """Try damages from a number on: a line of JSON before each and one after it."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (GIGABYTES * 2**30,) * 2)
    sound = answer(folder)
    manifest = folder / "manifest.json"
    own = manifest.read_bytes()
    seal(folder)
    assert answer(folder) == sound, "expected hashes made to fit to be taken"
    manifest.write_bytes(own)
    for number, (path, content, what) in enumerate(damages(folder, flips, cuts)):
        if number < first:
            continue
        record = {"number": number, "file": path.name, "what": what}
        print(json.dumps(record), flush=True)
        whole = path.read_bytes()
        path.write_bytes(content)
        before, started = memory("VmRSS"), time.monotonic()
        Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
        if content == whole:
            outcomes = []
        else:
            outcomes = [tried(folder, path, None)]
            seal(folder)
            outcomes.append(tried(folder, path, sound))
        spent = {"seconds": time.monotonic() - started}
        spent["megabytes"] = (memory("VmHWM") - before) / 1e6
        path.write_bytes(whole)
        manifest.write_bytes(own)
        print(json.dumps({**record, "outcomes": outcomes, **spent}), flush=True)


def run(recipe: str, flips: int, cuts: int) -> list[dict]:
    """A record of each damage of a recipe's model; a process that ends or hangs is a record too."""
    records: list[dict] = []
    with tempfile.TemporaryDirectory() as name:
        folder = trained(recipe, Path(name))
        (folder / ".lock").unlink(missing_ok=True)  # of the training; no file of a model's
        own = {path: path.read_bytes() for path in folder.iterdir() if path.is_file()}
        while True:
            for path, content in own.items():
                path.write_bytes(content)
            begun = _some(folder, flips, cuts, records)
            if begun is None:
                return records
            records.append(begun)


def _some(folder: Path, flips: int, cuts: int, records: list[dict]) -> dict | None:
    """Let a process try damages; the one it did not survive, None at the end."""
    command = [sys.executable, "-m", "tests.faults.graph_damage", "--inner", str(folder)]
    command += ["--flips", str(flips), "--cuts", str(cuts)]
    command += ["--first", str(records[-1]["number"] + 1 if records else 0)]
    found = watched(command, "outcomes", PATIENCE)
    records += found.records
    if found.begun is None and found.code:
        raise RuntimeError(f"{found.end} behind {records[-1:]}")
    spent = {"outcomes": [found.end], "seconds": 0, "megabytes": 0}
    return found.begun and {**found.begun, **spent}


def faults(record: dict) -> list[str]:
    """What is wrong with what came of a damage."""
    found = [outcome for outcome in record["outcomes"] if outcome not in FINE]
    found += ["slow"] if record["seconds"] > SECONDS else []
    return found + (["large"] if record["megabytes"] > MEGABYTES else [])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--flips", type=int, default=1000)
    parser.add_argument("--cuts", type=int, default=1000)
    parser.add_argument("--recipes", nargs="*", choices=TINY, default=list(TINY))
    parser.add_argument("--inner", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--first", type=int, default=0, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.inner:
        inner(given.inner, given.flips, given.cuts, given.first)
        return 0
    bad = 0
    for recipe in given.recipes:
        records = run(recipe, given.flips, given.cuts)
        for record in filter(faults, records):
            bad += 1
            print(f"{record['file']}: {record['what']}: {', '.join(faults(record))}")
        for file in sorted({record["file"] for record in records}):
            mine = [record for record in records if record["file"] == file]
            counts = Counter(outcome for record in mine for outcome in record["outcomes"])
            seconds = max(record["seconds"] for record in mine)
            megabytes = max(record["megabytes"] for record in mine)
            print(
                f"{recipe}: {file}: {dict(counts)}; at most {seconds:.2f} s, {megabytes:.0f} MB",
                flush=True,
            )
    return int(bool(bad))


if __name__ == "__main__":
    sys.exit(main())
