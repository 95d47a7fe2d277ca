"""Let every single file operation of a save fail, or be the last one: what was there before must load.

    python -m tests.faults.file_operations [--stock] [--every N]

Each save is made again for every operation in it (open, write, sync, rename, unlink, mkdir, close, ...), with
no space (ENOSPC), no permission (EPERM) and an input/output error (EIO) in turn, and with the process dead
from there on, the fatal write torn. After each, the folder must hold the old or the new state, whole; a save
that is not disturbed must succeed. The operations are those that reach the C library (`shim.c`); needs a C
compiler. `--stock` does the same to `keras.Model.save` and `save_weights`.
"""

import argparse
import ctypes
import errno
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

FAULTS = {
    "ENOSPC": (errno.ENOSPC, 1),
    "EPERM": (errno.EPERM, 1),
    "EIO": (errno.EIO, 1),
    "dead": (errno.EIO, 2),
}
SHIM = Path(__file__).with_name("shim.c")


def build(folder: Path) -> Path:
    """The compiled shim."""
    library = folder / "shim.so"
    subprocess.run(
        ["cc", "-O1", "-fPIC", "-shared", "-o", str(library), str(SHIM), "-ldl"], check=True
    )
    return library


class Arm:
    """The shim of this process."""

    def __init__(self):
        self._library = ctypes.CDLL(os.environ["LD_PRELOAD"])
        self._library.faults_last.restype = ctypes.c_char_p

    def run(
        self, save, folder: Path, nth: int = -1, number: int = 0, mode: int = 0
    ) -> tuple[int, str, str]:
        """Call `save` with the nth operation in `folder` at fault.

        Returns:
            How many operations there were, which was at fault, and the error's class ("" for none).
        """
        self._library.faults_arm(str(folder).encode(), nth, number, mode)
        try:
            save()
            raised = ""
        except Exception as error:
            raised = type(error).__name__
        count, last = self._library.faults_count(), self._library.faults_last().decode()
        self._library.faults_arm(b"", -1, 0, 0)
        return count, last, raised


class TrainingState:
    """`checkpoint.save` over an older state."""

    def __init__(self, folder: Path):
        import keras

        from seqzoo import models

        self.path = folder / "training.npz"
        self.model = models.classifier(50, 2, cell="gru", units=4, embedding_dim=4)
        self.optimizer = keras.optimizers.Adam()
        self.optimizer.build(self.model.trainable_variables)

    def save(self, version: int) -> None:
        from seqzoo.training import checkpoint

        self.model.set_weights(
            [weight * 0 + version for weight in self.model.get_weights()]
        )
        checkpoint.save(
            self.path, self.model, self.optimizer, [], checkpoint.Progress(epoch=version)
        )

    def load(self) -> int:
        from seqzoo.training import checkpoint

        progress, _ = checkpoint.restore(self.path, self.model, self.optimizer)
        (found,) = {float(weight.max()) for weight in self.model.get_weights()}
        assert found == progress.epoch
        return progress.epoch


class ModelFolder:
    """`artifact.write` over an older artifact, pictures left out."""

    def __init__(self, folder: Path):
        from seqzoo import models
        from seqzoo.export import graphs
        from seqzoo.system.files import write_lines
        from seqzoo.text.vocabulary import SPECIAL

        self.folder = folder / "model"
        self.folder.mkdir()
        self.model = models.classifier(6, 2, cell="gru", units=4, embedding_dim=4)

        class Data:
            def save(self, folder, model):
                write_lines(folder / "vocabulary.txt", [*SPECIAL, "a", "b"])
                write_lines(folder / "labels.txt", ["bad", "good"])

        class Task:
            """Writes the graph, which is the same each time, without tracing the model anew."""

            graph = graphs.graph(self.model, "model.keras")

            def write_graphs(self, folder, model):
                (folder / "model.onnx").write_bytes(self.graph)

        self.data, self.task = Data(), Task()
        self.config = {"recipe": "r", "task": "classification", "description": "d", "config": {},
                       "text": {"unit": "word", "lowercase": True, "max_length": 9}}  # fmt: skip

    def save(self, version: int) -> None:
        from unittest import mock

        from seqzoo import artifact
        from seqzoo.reports import card

        def write_card(folder, **_):
            (folder / "README.md").write_text("a card")

        self.model.set_weights(
            [weight * 0 + version for weight in self.model.get_weights()]
        )
        with mock.patch.object(card, "write", write_card):
            artifact.write(self.folder, model=self.model, data=self.data, config=self.config,
                           metrics={"version": version}, history=[{"epoch": version}],
                           task=self.task)  # fmt: skip

    def load(self) -> int:
        from seqzoo.artifact.folder import Artifact
        from seqzoo.system.files import read_json

        found = Artifact(self.folder)
        (version,) = {float(weight.max()) for weight in found.load()[0].get_weights()}
        assert read_json(found.path("metrics.json"))["version"] == version
        return int(version)


class StockModel:
    """`keras.Model.save` over an older file."""

    name = "model.keras"

    def __init__(self, folder: Path):
        import keras

        layers = [keras.layers.Embedding(50, 4), keras.layers.GRU(4), keras.layers.Dense(2)]
        self.model, self.path = (
            keras.Sequential([keras.Input((None,), dtype="int32"), *layers]),
            folder / self.name,
        )

    def save(self, version: int) -> None:
        self.model.set_weights(
            [weight * 0 + version for weight in self.model.get_weights()]
        )
        self.model.save(self.path)

    def load(self) -> int:
        import keras

        model = keras.saving.load_model(self.path)
        (version,) = {float(weight.max()) for weight in model.get_weights()}
        return int(version)


class StockWeights(StockModel):
    """`keras.Model.save_weights` over an older file."""

    name = "model.weights.h5"

    def save(self, version: int) -> None:
        self.model.set_weights(
            [weight * 0 + version for weight in self.model.get_weights()]
        )
        self.model.save_weights(self.path, overwrite=True)

    def load(self) -> int:
        self.model.load_weights(self.path)
        (version,) = {float(weight.max()) for weight in self.model.get_weights()}
        return int(version)


OURS, STOCK = (TrainingState, ModelFolder), (StockModel, StockWeights)


def disturb(kind, every: int, skip: int) -> None:
    """Every `every`th operation of a save at fault, in each way; a line of JSON before and after each.

    Args:
        kind: a class as above.
        every: takes the operations 1, 1 + every, ...
        skip: leave out so many faults, which an earlier process has made.
    """
    arm = Arm()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        subject, keep = kind(folder), folder.with_name(folder.name + "-kept")
        subject.save(1)
        shutil.copytree(folder, keep)
        operations = arm.run(lambda: subject.save(2), folder)[0]
        faults = [
            (fault, nth) for fault in FAULTS for nth in range(1, operations + 1, every)
        ]
        for fault, nth in faults[skip:]:
            print(
                json.dumps({"fault": fault, "operation": nth, "outcome": "crash"}),
                flush=True,
            )
            shutil.rmtree(folder)
            shutil.copytree(keep, folder)
            _, operation, raised = arm.run(
                lambda: subject.save(2), folder, nth, *FAULTS[fault]
            )
            found = {
                "fault": fault,
                "operation": nth,
                "name": operation,
                "operations": operations,
            }
            print(json.dumps(found | {"outcome": outcome(subject, raised)}), flush=True)
        print(json.dumps({"outcome": "end"}), flush=True)
        shutil.rmtree(keep)


def outcome(subject, raised: str) -> str:
    """What a disturbed save has left: `sound`, or `lost` (neither state loads), `silent` (the old one is
    there, and the save said nothing) or `stuck` (the next save fails)."""
    try:
        version = subject.load()
        assert version in (1, 2)
    except Exception as error:
        return f"lost: {type(error).__name__}"
    if version == 1 and not raised:
        return "silent"
    try:
        subject.save(3)
        assert subject.load() == 3
    except Exception as error:
        return f"stuck: {type(error).__name__}: {str(error)[:80]}"
    return "sound"


def run(kind: str, every: int = 1) -> list[dict]:
    """A record of each fault of a kind of save, made in processes with the shim; one that dies has a next."""
    records = []
    with tempfile.TemporaryDirectory() as name:
        environment = {**os.environ, "LD_PRELOAD": str(build(Path(name)))}
        while True:
            command = [
                sys.executable,
                "-m",
                "tests.faults.file_operations",
                "--inner",
                kind,
            ]
            command += ["--every", str(every), "--skip", str(len(records))]
            done = subprocess.run(command, env=environment, capture_output=True, text=True)
            lines = [
                json.loads(line)
                for line in done.stdout.splitlines()
                if line.startswith("{")
            ]
            if not lines:
                raise RuntimeError(done.stderr[-2000:])
            records += [line for line in lines if line["outcome"] not in ("crash", "end")]
            if lines[-1]["outcome"] == "end":  # it may crash behind it
                return records
            records += lines[-1:]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--every", type=int, default=1, help="take every Nth operation")
    parser.add_argument("--stock", action="store_true", help="Keras' own saves instead")
    parser.add_argument("--inner", metavar="KIND", help=argparse.SUPPRESS)
    parser.add_argument("--skip", type=int, default=0, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.inner:
        disturb(globals()[given.inner], given.every, given.skip)
        return 0
    bad = 0
    for kind in STOCK if given.stock else OURS:
        records = run(kind.__name__, given.every)
        counts = Counter(record["outcome"].partition(":")[0] for record in records)
        bad += len(records) - counts["sound"]
        print(f"{kind.__name__}: {len(records)} faults; {dict(counts)}", flush=True)
        for record in [record for record in records if record["outcome"] != "sound"][:5]:
            print(f"  {record}")
    return int(bool(bad))


if __name__ == "__main__":
    sys.exit(main())
