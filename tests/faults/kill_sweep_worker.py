"""A sweep's chief and two workers on this machine; one worker is killed in mid-trial.

    python -m tests.faults.kill_sweep_worker

Its trial must be run by the other, every trial must end, and chief and worker must come to their end.
"""

import os
import signal
import sys
import tempfile
import time
from pathlib import Path

from tests.faults.corpora import reviews
from tests.faults.kill_sweep import SPACE, command, table
from tests.faults.kill_training import start
from tests.faults.kill_worker import free_ports


def run(
    trials: int = 4, epochs: int = 3, examples: int = 800, lost_after: float = 8.0
) -> dict:
    """Do it in a temporary folder.

    Returns:
        `codes` of chief and the worker left, `statuses` of the trials, `retried`: what the killed worker
        had begun and the other ended, and what the `chief` said.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        corpus, space = folder / "corpus.tsv", folder / "space.toml"
        reviews(corpus, examples, 500)
        space.write_text(SPACE)
        address = ["--chief", f"localhost:{free_ports(1)[0]}"]
        sizes = ("random", trials, epochs)
        chief = start(
            [
                *command(corpus, space, folder / "chief", *sizes),
                *address,
                "--lost-after",
                str(lost_after),
            ],
            folder / "chief.txt",
        )
        workers = [
            start(
                [
                    *command(corpus, space, folder / name, *sizes),
                    *address,
                    "--worker",
                    name,
                ],
                folder / f"{name}.txt",
            )
            for name in ("one", "two")
        ]
        while not list(folder.glob("one/trials/*/training.npz")):
            if workers[0].poll() is not None or chief.poll() is not None:
                raise SystemExit(
                    (folder / "one.txt").read_text() + (folder / "chief.txt").read_text()
                )
            time.sleep(0.01)
        begun = {path.parent.name for path in folder.glob("one/trials/*/training.npz")}
        os.kill(workers[0].pid, signal.SIGKILL)
        codes = [workers[1].wait(300), chief.wait(300)]
        retried = begun & {
            path.parent.name for path in folder.glob("two/trials/*/result.json")
        }
        statuses = [row["status"] for row in table(folder / "chief")]
        said = (folder / "chief.txt").read_text()
    return {"codes": codes, "statuses": statuses, "retried": sorted(retried), "chief": said}


def main() -> int:
    result = run()
    print(result.pop("chief"))
    print(result)
    done = (
        result["codes"] == [0, 0]
        and set(result["statuses"]) == {"completed"}
        and result["retried"]
    )
    return 0 if done else 1


if __name__ == "__main__":
    sys.exit(main())
