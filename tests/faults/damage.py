"""Cut off and flip bits of every kind of file that seqzoo leaves; nothing damaged may be taken for sound.

    python -m tests.faults.damage [--truncations 1000] [--flips 5000] [--stock]

Of small trained models, each kind of file (of the artifact, of the training's state and of its prepared data)
is damaged at random places, one at a time, and read as `seqzoo.load` or a training that goes on reads it. It
must be refused with an `InputError` that names the file, or give what the sound file gives. `--stock` does
this to Keras' `.keras` and `.weights.h5` files.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
from collections import Counter
from importlib import import_module
from pathlib import Path

import numpy as np

from tests.faults import corpora

SEALS = (
    "manifest.json",
    "hashes.json",
)  # damaged, they name the file whose hash is not right
TINY = {  # recipe -> corpus and flags of a training of seconds
    "sentiment": (
        corpora.reviews,
        "--units 4 --embedding-dim 4 --minimum-count 1 --average-with-bag",
    ),
    "segmentation": (
        corpora.sentences,
        "--units 4 --embedding-dim 4 --bigram-dim 4 --bigrams 1",
    ),
    "translation": (
        corpora.pairs,
        "--units 4 --embedding-dim 4 --unit word --vocabulary 100",
    ),
    "language_model": (
        corpora.verses,
        "--units 4 --num-layers 1 --batch-size 4 --steps 5 --vocabulary 100",
    ),
}


def trained(recipe: str, folder: Path) -> Path:
    """A tiny model of a recipe, trained in a process of its own."""
    write, flags = TINY[recipe]
    corpus, output = (
        folder / f"{recipe}.{'txt' if recipe == 'segmentation' else 'tsv'}",
        folder / recipe,
    )
    write(corpus, 120, 80)
    command = [
        sys.executable,
        "-m",
        f"seqzoo.recipes.{recipe}",
        "--data",
        str(corpus),
        "--epochs",
        "1",
    ]
    subprocess.run(
        [*command, "--output", str(output), *flags.split()],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return output


def begun(recipe: str, folder: Path) -> tuple:
    """A recipe's module, and the settings that the training in a folder was begun with."""
    module = import_module(f"seqzoo.recipes.{recipe}")
    values = json.loads((folder / "state" / "config.json").read_text())
    return module, module.Config(
        **{n: tuple(v) if isinstance(v, list) else v for n, v in values.items()}
    )


class Whole:
    """What reads a file of an artifact: everything, hashes first."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.sound = self._contents()

    def _contents(self):
        from seqzoo.artifact.folder import Artifact

        found = Artifact(self.folder)
        return {name: found.path(name).read_bytes() for name in found.names}

    def same(self) -> bool:
        return self._contents() == self.sound


class State:
    """What reads a training's state."""

    def __init__(self, recipe, config, folder: Path):
        from seqzoo.system.interrupts import Interrupts
        from seqzoo.training.loop import Trainer

        self.path = folder / "state" / "training.npz"
        data = recipe.load(config, folder / "state" / "data")
        trainer = Trainer(recipe, config, data, self.path, Interrupts())
        self.model, self.optimizer = trainer.model, trainer.optimizer
        self.sound = self._arrays()

    def _arrays(self):
        from seqzoo.training import checkpoint

        progress, kept = checkpoint.restore(self.path, self.model, self.optimizer)
        variables = [
            np.array(v) for v in (*self.model.variables, *self.optimizer.variables)
        ]
        return [
            np.array(repr(progress)),
            *variables,
            *(array for weights in kept for array in weights),
        ]

    def same(self) -> bool:
        found = self._arrays()
        return len(found) == len(self.sound) and all(map(np.array_equal, found, self.sound))


class Prepared:
    """What reads a training's prepared data."""

    def __init__(self, folder: Path):
        self.folder = folder / "state" / "data"
        self.sound = self._contents()

    def _contents(self):
        from seqzoo.system.files import HASHES, check_prepared

        check_prepared(self.folder)
        files = {
            path: path.read_bytes() for path in self.folder.rglob("*") if path.is_file()
        }
        return {path: content for path, content in files.items() if path.name != HASHES}

    def same(self) -> bool:
        return self._contents() == self.sound


class Settings:
    """What reads the settings a training was begun with, and compares them with those it is called with."""

    def __init__(self, config, folder: Path):
        self.folder, self.config = folder, config

    def same(self) -> bool:
        from seqzoo.training import run as train

        return train._finished(self.folder, self.folder / "state", self.config)


class Stock:
    """Keras' own reading of a file."""

    def __init__(self, path: Path):
        import keras

        layers = [keras.layers.Embedding(50, 4), keras.layers.GRU(4), keras.layers.Dense(2)]
        self.path, self.model = (
            path,
            keras.Sequential([keras.Input((None,), dtype="int32"), *layers]),
        )
        (self.model.save if path.suffix == ".keras" else self.model.save_weights)(path)
        self.sound = self.model.get_weights()

    def same(self) -> bool:
        import keras

        if self.path.suffix == ".keras":
            model = keras.saving.load_model(self.path)
        else:
            model = self.model
            model.set_weights([np.zeros_like(weight) for weight in self.sound])
            model.load_weights(self.path)
        found = model.get_weights()
        return len(found) == len(self.sound) and all(map(np.array_equal, found, self.sound))


def damage(path: Path, reader, truncations: int, flips: int, seed: int = 0) -> Counter:
    """Damage a file again and again.

    Args:
        path: the file; whole again in the end.
        reader: has `same()`, which reads all that is to be read.
        truncations, flips: how often.
        seed: of the places.

    Returns:
        Counts of `refused` (an InputError that names the file), `unnamed` (one that doesn't), `harmless`
        (read, and the same), `wrong` (read, and not the same), and of the names of other errors.
    """
    from seqzoo import InputError

    whole, draw, counts = path.read_bytes(), random.Random(seed), Counter()
    for number in range(truncations + flips):
        if number < truncations:
            content = whole[: draw.randrange(len(whole))]
        else:
            content, place = bytearray(whole), draw.randrange(len(whole))
            content[place] ^= 1 << draw.randrange(8)
        path.write_bytes(content)
        try:
            counts["harmless" if reader.same() else "wrong"] += 1
        except InputError as error:
            counts[
                "refused" if path.name in str(error) or path.name in SEALS else "unnamed"
            ] += 1
        except Exception as error:
            counts[type(error).__name__] += 1
    path.write_bytes(whole)
    return counts


def kinds(name: str, folder: Path) -> dict[Path, object]:
    """Every file of a trained model's folder, and what reads it."""
    recipe, config = begun(name, folder)
    found: dict[Path, object] = {}
    whole, prepared = Whole(folder), Prepared(folder)
    for paths, reader in (
        (folder.iterdir(), whole),
        (prepared.folder.rglob("*"), prepared),
    ):
        for path in sorted(paths):
            if path.is_file() and path.stat().st_size and path.name != ".lock":
                found[path] = reader
    found[folder / "state" / "training.npz"] = State(recipe, config, folder)
    found[folder / "state" / "config.json"] = Settings(config, folder)
    return found


def run(recipe: str, truncations: int, flips: int, seen: set) -> dict[str, Counter]:
    """`damage` of each file of a recipe's model whose name has not been seen."""
    results = {}
    with tempfile.TemporaryDirectory() as name:
        folder = trained(recipe, Path(name))
        for path, reader in kinds(recipe, folder).items():
            kind = path.relative_to(folder).as_posix()
            if kind not in seen:
                seen.add(kind)
                results[kind] = damage(path, reader, truncations, flips)
                print(f"{recipe}: {kind}: {dict(results[kind])}", flush=True)
    return results


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--truncations", type=int, default=1000)
    parser.add_argument("--flips", type=int, default=5000)
    parser.add_argument("--stock", action="store_true", help="Keras' own files instead")
    given = parser.parse_args()
    if given.stock:
        with tempfile.TemporaryDirectory() as name:
            for path in (Path(name) / "model.keras", Path(name) / "model.weights.h5"):
                for what, sizes in {
                    "cut": (given.truncations, 0),
                    "flipped": (0, given.flips),
                }.items():
                    print(
                        f"{path.name}: {what}: {dict(damage(path, Stock(path), *sizes))}",
                        flush=True,
                    )
        return 0
    seen: set[str] = set()
    results = [run(recipe, given.truncations, given.flips, seen) for recipe in TINY]
    total = sum((counts for result in results for counts in result.values()), Counter())
    print(f"{len(seen)} kinds of files: {dict(total)}")
    return int(bool(set(total) - {"refused", "harmless"}))


if __name__ == "__main__":
    sys.exit(main())
