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
    subprocess.run(["cc", "-O1", "-fPIC", "-shared", "-o", str(library), str(SHIM), "-ldl"], check=True)
    return library


class Arm:
    """The shim of this process."""

    def __init__(self):
        self._library = ctypes.CDLL(os.environ["LD_PRELOAD"])
        self._library.faults_last.restype = ctypes.c_char_p

    def run(self, save, folder: Path, nth: int = -1, number: int = 0, mode: int = 0) -> tuple[int, str, str]:
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
        from seqzoo import checkpoint

        self.model.set_weights([weight * 0 + version for weight in self.model.get_weights()])
        checkpoint.save(self.path, self.model, self.optimizer, [], checkpoint.Progress(epoch=version))

    def load(self) -> int:
        from seqzoo import checkpoint

        progress, _ = checkpoint.restore(self.path, self.model, self.optimizer)
        (found,) = {float(weight.max()) for weight in self.model.get_weights()}
        assert found == progress.epoch
        return progress.epoch


class ModelFolder:
    """`artifact.write` over an older artifact, pictures left out."""

    def __init__(self, folder: Path):
        from unittest import mock

        from seqzoo import models, report
        from seqzoo.storage import write_lines
        from seqzoo.vocabulary import SPECIAL

        self.folder = folder / "model"
        self.folder.mkdir()
        self.model = models.classifier(6, 2, cell="gru", units=4, embedding_dim=4)

        class Data:
            def save(self, folder, model):
                write_lines(folder / "vocabulary.txt", [*SPECIAL, "a", "b"])
                write_lines(folder / "labels.txt", ["bad", "good"])

        self.data = Data()
        self.config = {"recipe": "r", "task": "classification", "description": "d", "config": {},
                       "text": {"unit": "word", "lowercase": True, "max_length": 9}}  # fmt: skip
        mock.patch.object(
            report, "write", lambda folder, **_: (folder / "README.md").write_text("a card")
        ).start()

    def save(self, version: int) -> None:
        from seqzoo import artifact

        self.model.set_weights([weight * 0 + version for weight in self.model.get_weights()])
        artifact.write(self.folder, model=self.model, data=self.data, config=self.config,
                       metrics={"version": version}, history=[{"epoch": version}])  # fmt: skip

    def load(self) -> int:
        from seqzoo.artifact import Artifact
        from seqzoo.storage import read_json

        found = Artifact(self.folder)
        (version,) = {float(weight.max()) for weight in found.load().get_weights()}
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
        self.model.set_weights([weight * 0 + version for weight in self.model.get_weights()])
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
        self.model.set_weights([weight * 0 + version for weight in self.model.get_weights()])
        self.model.save_weights(self.path, overwrite=True)

    def load(self) -> int:
        self.model.load_weights(self.path)
        (version,) = {float(weight.max()) for weight in self.model.get_weights()}
        return int(version)


OURS, STOCK = (TrainingState, ModelFolder), (StockModel, StockWeights)


def disturb(kind, every: int) -> dict:
    """Every `every`th operation of a save at fault, in each way.

    Returns:
        `operations` of a save, `faults` made, `lost`: those after which neither state loaded, `stuck`: those
        after which the next save failed, `silent`: those that left the old state, unsaid.
    """
    arm, found = Arm(), {"operations": 0, "faults": 0, "lost": [], "stuck": [], "silent": []}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        subject, keep = kind(folder), folder.with_name(folder.name + "-kept")
        subject.save(1)
        shutil.copytree(folder, keep)
        found["operations"] = arm.run(lambda: subject.save(2), folder)[0]
        for fault, (number, mode) in FAULTS.items():
            for nth in range(1, found["operations"] + 1, every):
                shutil.rmtree(folder)
                shutil.copytree(keep, folder)
                _, operation, raised = arm.run(lambda: subject.save(2), folder, nth, number, mode)
                found["faults"] += 1
                where = f"{fault} at {operation} {nth}"
                try:
                    version = subject.load()
                    assert version in (1, 2)
                except Exception as error:
                    found["lost"].append(f"{where}: {type(error).__name__}")
                    continue
                if version == 1 and not raised:
                    found["silent"].append(where)
                try:
                    subject.save(3)
                    assert subject.load() == 3
                except Exception as error:
                    found["stuck"].append(f"{where}: {type(error).__name__}: {str(error)[:80]}")
        shutil.rmtree(keep)
    return found


def run(every: int = 1, stock: bool = False) -> dict[str, dict]:
    """`disturb` for each kind of save, in a process with the shim."""
    with tempfile.TemporaryDirectory() as name:
        environment = {**os.environ, "LD_PRELOAD": str(build(Path(name)))}
        command = [sys.executable, "-m", __spec__.name, "--inner", "--every", str(every)]
        command += ["--stock"] if stock else []
        done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--every", type=int, default=1, help="take every Nth operation")
    parser.add_argument("--stock", action="store_true", help="Keras' own saves instead")
    parser.add_argument("--inner", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.inner:
        kinds = STOCK if given.stock else OURS
        print(json.dumps({kind.__name__: disturb(kind, given.every) for kind in kinds}))
        return 0
    found = run(given.every, given.stock)
    for kind, result in found.items():
        counts = {name: len(value) if isinstance(value, list) else value for name, value in result.items()}
        print(kind, counts, *result["lost"][:3], *result["stuck"][:3], *result["silent"][:3], sep="\n  ")
    return int(any(result["lost"] or result["stuck"] or result["silent"] for result in found.values()))


if __name__ == "__main__":
    sys.exit(main())
