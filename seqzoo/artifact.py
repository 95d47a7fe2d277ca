"""A trained model as a folder, written whole or not at all, and checked when it is read.

`model.keras` (of a translator `encoder.keras` and `step.keras`), what the task needs for text
(`vocabulary.txt`, `labels.txt`), `config.json`, `metrics.json`, `history.csv`, pictures, a model card
`README.md`, and `manifest.json` with the SHA-256 of each of these.

Writing: all files go to `.staged/`, are synced, and the folder is renamed to `.commit/`: that is the
one moment at which the new artifact takes the place of the old. Then its files are moved up. A
process killed in between leaves `.commit/`, which readers look into first and the next write
finishes.
"""

import contextlib
import csv
import importlib.metadata
import io
import os
import platform
import shutil
import tempfile
import zipfile
from pathlib import Path

import seqzoo
from seqzoo import report
from seqzoo.errors import InputError
from seqzoo.layers import to_stock
from seqzoo.storage import read_json, sha256, sync_folder, sync_tree, write_json

MANIFEST = "manifest.json"
FORMAT = 1
PACKAGES = ("keras", "tensorflow", "tensorflow-cpu", "numpy")


def versions() -> dict[str, str]:
    """Versions of seqzoo, Python and what computes."""
    found = {"seqzoo": seqzoo.__version__, "python": platform.python_version()}
    for package in PACKAGES:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):  # one of two TensorFlows
            found[package] = importlib.metadata.version(package)
    return found


def describe(recipe, config, data) -> dict:
    """What `config.json` holds: all that prediction needs to know, and all that was set."""
    from seqzoo.config import to_json

    name = recipe.__name__.rpartition(".")[2]
    if recipe.__spec__ is not None:
        name = recipe.__spec__.name.rpartition(".")[2]
    about = {"format": FORMAT, "recipe": name, "task": recipe.TASK, "description": data.description}
    return about | {"text": data.text_settings(), "config": to_json(config)}


def write(folder: Path, *, model, data, config: dict, metrics: dict, history: list[dict]) -> None:
    """Write an artifact into a folder, in place of the one there, if any.

    Args:
        folder: the artifact's folder; other files in it are left alone.
        model: the trained `keras.Model`; stock twins are what is saved.
        data: tells what of the model is saved, by `networks(model)`, name -> network, and writes the
            files beside it, by `save(folder, model)`.
        config: as `describe` gives it.
        metrics: JSON-able, with `validation` and `test`.
        history: one record an epoch.
    """
    recover(folder)
    staged = folder / ".staged"
    shutil.rmtree(staged, ignore_errors=True)
    staged.mkdir()
    for name, network in data.networks(model).items():
        to_stock(network).save(staged / f"{name}.keras")
    data.save(staged, model)
    write_json(staged / "config.json", config)
    write_json(staged / "metrics.json", metrics)
    (staged / "history.csv").write_text(_csv(history), "utf-8")
    report.write(staged, model=model, config=config, metrics=metrics, history=history)
    commit(folder, staged)


def commit(folder: Path, staged: Path) -> None:
    """Make the files in `staged` (inside `folder`) the artifact's, all at once."""
    hashes = {path.name: sha256(path) for path in sorted(staged.iterdir()) if path.name != MANIFEST}
    write_json(staged / MANIFEST, {"format": FORMAT, "sha256": hashes})
    sync_tree(staged)
    os.rename(staged, folder / ".commit")
    sync_folder(folder)
    recover(folder)


def recover(folder: Path) -> None:
    """Finish a commit that was cut off."""
    committed = folder / ".commit"
    if committed.exists():
        for path in sorted(committed.iterdir()):
            os.replace(path, folder / path.name)
        sync_folder(folder)
        committed.rmdir()


def file(folder: Path, name: str) -> Path:
    """Where an artifact's file is, in mid-commit too."""
    committed = folder / ".commit" / name
    return committed if committed.exists() else folder / name


def check(folder: Path) -> None:
    """Compare every file with the manifest.

    Raises:
        InputError: if there is no artifact, or a file is missing or not as it was written.
    """
    manifest = file(folder, MANIFEST)
    if not manifest.exists():
        unfinished = (folder / "state").exists()
        raise InputError(
            f"{folder}: the training has not finished; run the same command again to go on"
            if unfinished
            else f"{folder}: no seqzoo model (it has no {MANIFEST})"
        )
    record = read_json(manifest)
    sound = isinstance(record, dict) and isinstance(record.get("sha256"), dict)
    if not sound or record.get("format") != FORMAT:
        raise InputError(f"{manifest}: expected an artifact of format {FORMAT}")
    for name, expected in record["sha256"].items():
        path = file(folder, name)
        if not path.is_file():
            raise InputError(f"{path}: missing; {MANIFEST} lists it")
        if sha256(path) != expected:
            raise InputError(f"{path}: damaged: its SHA-256 is not the one in {MANIFEST}")


def read_config(folder: Path) -> dict:
    """The `config.json` of an artifact."""
    return read_json(file(folder, "config.json"))


def load_model(folder: Path, name: str = "model"):
    """A network of a checked artifact, which is made of Keras' own layers; read in safe mode."""
    import keras

    return keras.saving.load_model(file(folder, f"{name}.keras"), compile=False, safe_mode=True)


def pack(source: Path, target: Path) -> None:
    """Copy a finished model without its training state, weights stored in half precision.

    Args:
        source: a trained model's folder.
        target: a folder that does not exist yet; its name goes into the model card.

    Raises:
        InputError: if `source` is no sound model or `target` exists.
    """
    check(source)
    if target.exists():
        raise InputError(f"{target}: exists already")
    staged = target / ".staged"
    staged.mkdir(parents=True)
    for name in read_json(file(source, MANIFEST))["sha256"]:
        shutil.copyfile(file(source, name), staged / name)
    for path in staged.glob("*.keras"):
        store_half(path)
    card = report.card(target.name, read_config(source), read_json(file(source, "metrics.json")))
    (staged / "README.md").write_text(card, "utf-8")
    commit(target, staged)


def store_half(path: Path) -> None:
    """Rewrite a `.keras` file with float16 weights: half the size; Keras loads them as float32."""
    import h5py

    def halve(name, item):
        if isinstance(item, h5py.Dataset):
            value = item[()]
            target.create_dataset(name, data=value.astype("float16") if value.dtype == "float32" else value)
        else:
            target.require_group(name).attrs.update(item.attrs)

    buffer = io.BytesIO()
    with zipfile.ZipFile(path) as source, tempfile.TemporaryDirectory() as scratch:
        source.extract("model.weights.h5", scratch)
        half = Path(scratch) / "half.h5"
        with (
            h5py.File(Path(scratch) / "model.weights.h5") as weights,
            h5py.File(half, "w") as target,
        ):
            target.attrs.update(weights.attrs)
            weights.visititems(halve)
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in source.namelist():
                archive.writestr(name, half.read_bytes() if name.endswith(".h5") else source.read(name))
    path.write_bytes(buffer.getvalue())


def _csv(history: list[dict]) -> str:
    text = io.StringIO()
    columns = list(dict.fromkeys(name for record in history for name in record))
    writer = csv.DictWriter(text, columns or ["epoch"])
    writer.writeheader()
    writer.writerows(history)
    return text.getvalue()
