"""Kill one of two workers that share a training, start both again; compare with a run never killed.

    python -m tests.faults.kill_worker --kills 3

Also compares with the same training in one process (dropout is off: it is drawn for each worker's rows).
"""

import argparse
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from tests.faults.corpora import reviews

PLAIN = "--dropout 0 --embedding-dropout 0 --token-dropout 0"


def command(corpus: Path, output: Path, epochs: int, plain: bool) -> list[str]:
    flags = "--units 16 --embedding-dim 16 --minimum-count 1 --save-seconds 0.2 --patience 99 --batch-size 31"
    return [
        *(
            sys.executable,
            "-m",
            "seqzoo.recipes.sentiment",
            "--data",
            str(corpus),
            "--output",
            str(output),
        ),
        *("--epochs", str(epochs), *flags.split(), *(PLAIN.split() if plain else [])),
    ]


def free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("localhost", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def start(
    arguments: list[str], output: Path, pinned: bool = False
) -> list[subprocess.Popen]:
    """Two workers on this machine, their output in `worker0.txt` and `worker1.txt` beside the folder."""
    addresses = [f"localhost:{port}" for port in free_ports(2)]
    processes = []
    for index in range(2):
        cluster = {
            "cluster": {"worker": addresses},
            "task": {"type": "worker", "index": index},
        }
        core = ["taskset", "-c", str(index)] if pinned else []
        with output.with_name(f"{output.name}.worker{index}.txt").open("ab") as log:
            processes.append(
                subprocess.Popen(
                    [*core, *arguments, "--distribute", "multi-worker"],
                    env={**os.environ, "TF_CONFIG": json.dumps(cluster)},
                    stdout=log,
                    stderr=log,
                )
            )
    return processes


def finish(processes: list[subprocess.Popen], seconds: float = 600) -> list[int]:
    return [process.wait(seconds) for process in processes]


def state(output: Path) -> dict[str, np.ndarray]:
    with np.load(output / "state" / "training.npz", allow_pickle=False) as archive:
        return {n: archive[n] for n in archive.files if archive[n].dtype.kind in "fiu"}


def kill_one(arguments, output: Path, victim: int, delay: float) -> dict | None:
    """Kill a worker `delay` seconds after a save; None if the training ended first."""
    training = output / "state" / "training.npz"
    before, processes = (
        training.stat().st_mtime_ns if training.exists() else 0,
        start(arguments, output),
    )
    while processes[0].poll() is None:
        if training.exists() and training.stat().st_mtime_ns != before:
            break
        time.sleep(0.01)
    time.sleep(delay)
    if processes[0].poll() is not None:
        return None
    os.kill(processes[victim].pid, signal.SIGKILL)
    since, other = time.monotonic(), processes[1 - victim]
    processes[victim].wait()
    code = other.wait(300)
    log = output.with_name(f"{output.name}.worker{1 - victim}.txt").read_text()
    return {
        "code": code,
        "seconds": round(time.monotonic() - since, 1),
        "said": log.splitlines()[-1:],
    }


def complete(arguments: list[str], output: Path) -> None:
    """Two workers to their end, nothing killed."""
    if any(finish(start(arguments, output))):
        raise SystemExit(output.with_name(f"{output.name}.worker0.txt").read_text())


def apart_from_one(corpus: Path, folder: Path, epochs: int) -> float:
    """The largest difference of a weight between one process and two, without dropout."""
    one, two = folder / "one", folder / "two"
    subprocess.run(
        command(corpus, one, epochs, True), check=True, stdout=subprocess.DEVNULL
    )
    complete(command(corpus, two, epochs, True), two)
    expected, found = state(one), state(two)
    floats = [
        n for n in expected if n.startswith("model") and expected[n].dtype.kind == "f"
    ]
    return max(float(np.abs(expected[n] - found[n]).max()) for n in floats)


def run(
    kills: int, epochs: int, examples: int, window: float, seed: int = 0, compared: int = 2
) -> dict:
    """Do all of it in a temporary folder.

    Returns:
        `apart`: the largest difference of a weight between two processes and one, over `compared` epochs;
        `killed`: what became of the other worker at each kill; `equal`: whether the killed training ended
        like the one never killed.
    """
    generator, told = random.Random(seed), []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        corpus = folder / "corpus.tsv"
        reviews(corpus, examples, 500)
        whole, killed = folder / "whole", folder / "killed"
        apart = apart_from_one(corpus, folder, compared)
        complete(command(corpus, whole, epochs, False), whole)
        arguments = command(corpus, killed, epochs, False)
        for number in range(kills):
            what = kill_one(
                arguments, killed, (number + 1) % 2, generator.uniform(0, window)
            )
            if what is None:
                break
            told.append(what)
            print(f"kill {number + 1}: {what}", flush=True)
        finish(start(arguments, killed))
        expected, found = state(whole), state(killed)
        equal = all(np.array_equal(expected[n], found[n]) for n in expected)
    return {"apart": apart, "killed": told, "equal": equal}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=2)
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--examples", type=int, default=3000)
    parser.add_argument(
        "--window", type=float, default=3.0, help="seconds a life lasts at most"
    )
    result = run(**vars(parser.parse_args()))
    print(result)
    sound = result["equal"] and result["killed"] and result["apart"] < 1e-5
    return 0 if sound and all(each["code"] == 2 for each in result["killed"]) else 1


if __name__ == "__main__":
    sys.exit(main())
