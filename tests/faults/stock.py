"""What becomes of Keras' own saves when the process is killed: `Model.save`, `BackupAndRestore`.

    python -m tests.faults.stock --kills 30

`save`: a process saves a model of 10 MB over its older file again and again, and is killed; does it load,
old or new? `backup`: a training with `BackupAndRestore(save_freq=5)` is killed once and started again; does
it go on, and does it end with the weights of a training that was not killed?
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

COMMON = """
import os, sys
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras, numpy as np, tensorflow as tf
keras.utils.set_random_seed(0)
tf.config.experimental.enable_op_determinism()
L = keras.layers
model = keras.Sequential([keras.Input((None,), dtype="int32"), L.Embedding(20000, 128), L.Dropout(0.3),
                          L.GRU(16), L.Dense(2, "softmax")])
path = sys.argv[1]
"""
SAVE = (
    COMMON
    + """
for version in range(10**6):
    model.set_weights([weight * 0 + version for weight in model.get_weights()])
    model.save(path)
"""
)
LOAD = (
    COMMON
    + """
weights = keras.saving.load_model(path).get_weights()
values = {float(value) for weight in weights for value in (weight.min(), weight.max())}
sys.exit(0 if len(values) == 1 else 3)
"""
)
BACKUP = (
    COMMON
    + """
draw = np.random.default_rng(1)
ids = draw.integers(0, 20000, (2000, 20)).astype("int32")
labels = (ids[:, 0] > 10000).astype("int32")
model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy")
backup = keras.callbacks.BackupAndRestore(path + "/backup", save_freq=5)
model.fit(ids, labels, batch_size=32, epochs=6, verbose=0, shuffle=False, callbacks=[backup])
np.savez(path + "/weights.npz", *model.get_weights())
"""
)


def start(code: str, path: Path) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stderr=subprocess.PIPE, text=True
    )


def kill_a_save(folder: Path, delay: float) -> str:
    """Kill a process that saves all the time, `delay` seconds behind its third save; what is left."""
    path, seen = folder / "model.keras", set()
    process = start(SAVE, path)
    while len(seen) < 3:
        if path.exists():
            seen.add(path.stat().st_mtime_ns)
        time.sleep(0.001)
    time.sleep(delay)
    process.kill()
    process.communicate()
    loaded = start(LOAD, path)
    loaded.communicate()
    path.unlink()
    return {0: "loads", 3: "mixed"}.get(loaded.returncode, "lost")


def finish(folder: Path) -> str:
    """Train to the end; the error's last line, if there is one."""
    _, errors = (process := start(BACKUP, folder)).communicate()
    return "" if process.returncode == 0 else errors.strip().splitlines()[-1][:100]


def kill_a_training(folder: Path, whole: dict, delay: float) -> str:
    """Kill a training `delay` seconds after its first backup, start it again; what became of it."""
    import numpy as np

    folder.mkdir()
    process = start(BACKUP, folder)
    while process.poll() is None and not list(folder.glob("backup/*.h5")):
        time.sleep(0.001)
    time.sleep(delay)
    if process.poll() is not None:
        return "ended before"
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    if error := finish(folder):
        return f"cannot go on: {error.partition(':')[0]}"
    with np.load(folder / "weights.npz") as found:
        equal = all(np.array_equal(found[name], whole[name]) for name in whole)
    return "equal" if equal else "goes on, other weights"


def main() -> None:
    import numpy as np

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=30, help="of each kind")
    kills, draw = parser.parse_args().kills, random.Random(0)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        saves = Counter(kill_a_save(folder, draw.uniform(0, 0.3)) for _ in range(kills))
        print(f"save: {dict(saves)}", flush=True)
        (folder / "whole").mkdir()
        if error := finish(folder / "whole"):
            raise SystemExit(error)
        with np.load(folder / "whole" / "weights.npz") as archive:
            whole = dict(archive)
        backups = Counter(
            kill_a_training(folder / str(number), whole, draw.uniform(0, 1.5))
            for number in range(kills)
        )
        print(f"backup: {dict(backups)}", flush=True)


if __name__ == "__main__":
    main()
