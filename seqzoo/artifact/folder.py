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
import functools
import importlib.metadata
import io
import os
import platform
import re
import shutil
import stat
from pathlib import Path
from typing import Any

import keras
import numpy as np

import seqzoo
from seqzoo import models, plugins
from seqzoo.artifact import weights
from seqzoo.errors import InputError
from seqzoo.layers import to_stock
from seqzoo.reports import card
from seqzoo.system.files import read_json, sha256, sync_folder, sync_tree, write_json

MANIFEST = "manifest.json"
FORMAT = 2
LARGEST_NETWORK, LARGEST_FILE = (
    2 * 2**30,
    32 * 2**20,
)  # bytes; hashing and reading take seconds, no more
CONFIG = {
    "recipe": str,
    "task": str,
    "description": str,
    "text": dict,
    "config": dict,
    "model": dict,
}
MOST_FILES = 100
_FILE_NAME = re.compile(r"\w[\w.-]{0,99}", re.ASCII)
PACKAGES = ("keras", "tensorflow", "tensorflow-cpu", "numpy")


def versions() -> dict[str, str]:
    """Versions of seqzoo, Python and what computes."""
    found = {"seqzoo": seqzoo.__version__, "python": platform.python_version()}
    for package in PACKAGES:
        with contextlib.suppress(
            importlib.metadata.PackageNotFoundError
        ):  # one of two TensorFlows
            found[package] = importlib.metadata.version(package)
    return found


def describe(recipe, config, data) -> dict:
    """What `config.json` holds: all that prediction needs to know, and all that was set."""
    from seqzoo.config import to_json

    name = plugins.recipe_name(
        recipe.__name__ if recipe.__spec__ is None else recipe.__spec__.name
    )
    about = {
        "format": FORMAT,
        "recipe": name,
        "task": recipe.TASK.name,
        "description": data.description,
    }
    return about | {"text": data.text_settings(), "config": to_json(config)}


def write(
    folder: Path,
    *,
    model,
    data,
    config: dict,
    metrics: dict,
    history: list[dict],
    task: Any,
) -> None:
    """Write an artifact into a folder, in place of the one there, if any.

    Args:
        folder: the artifact's folder; other files in it are left alone.
        model: the trained `keras.Model`; stock twins are what is saved.
        data: writes the files beside the networks, by `save(folder, model)`.
        config: as `describe` gives it; how the model is built is added.
        metrics: JSON-able, with `validation` and `test`.
        history: one record an epoch.
        task: the `seqzoo.tasks.Task`, whose words the model card has.
    """
    recover(folder)
    staged = folder / ".staged"
    shutil.rmtree(staged, ignore_errors=True)
    staged.mkdir()
    for name, network in models.parts(model).items():
        to_stock(network).save(staged / f"{name}.keras")
    data.save(staged, model)
    write_json(staged / "config.json", config | {"model": models.described_for_use(model)})
    write_json(staged / "metrics.json", metrics)
    (staged / "history.csv").write_text(_csv(history), "utf-8")
    card.write(staged, config=config, metrics=metrics, history=history, task=task)
    commit(folder, staged)


def commit(folder: Path, staged: Path) -> None:
    """Make the files in `staged` (inside `folder`) the artifact's, all at once."""
    hashes = {
        path.name: sha256(path)
        for path in sorted(staged.iterdir())
        if path.name != MANIFEST
    }
    write_json(staged / MANIFEST, {"format": FORMAT, "sha256": hashes})
    sync_tree(staged)
    os.rename(staged, folder / ".commit")
    sync_folder(folder)
    recover(folder)


def recover(folder: Path) -> None:
    """Finish a commit that was cut off."""
    committed = _committed(folder)
    if committed.exists():
        for path in sorted(committed.iterdir()):
            os.replace(path, folder / path.name)
        sync_folder(folder)
        committed.rmdir()


def file(folder: Path, name: str) -> Path:
    """Where an artifact's file is, in mid-commit too."""
    path = _committed(folder) / name
    return path if path.exists() else folder / name


def _committed(folder: Path) -> Path:
    """Where the files of a commit that was cut off are.

    Raises:
        InputError: if that leads out of the folder.
    """
    path = folder / ".commit"
    if path.is_symlink():
        raise InputError(f"{path}: a link; expected a folder")
    return path


class Artifact:
    """An artifact to read from: every file that its manifest lists is there and as it was written.

    Nothing of it has been parsed before that but the manifest itself, and nothing that is not listed is read.

    Args:
        folder: where it is.

    Attributes:
        folder: that.
        names: of its files.

    Raises:
        InputError: if there is no artifact, or a file is missing, no plain file, too large, or not as it was
            written.
    """

    def __init__(self, folder: Path):
        self.folder, manifest = folder, file(folder, MANIFEST)
        if not manifest.exists():
            unfinished = (folder / "state").exists()
            raise InputError(
                f"{folder}: the training has not finished; run the same command again to go on"
                if unfinished
                else f"{folder}: no seqzoo model (it has no {MANIFEST})"
            )
        self._plain(MANIFEST)
        hashes = _hashes(manifest)
        if sum(self._plain(name).stat().st_size for name in hashes) > LARGEST_NETWORK:
            raise InputError(f"{folder}: more than {LARGEST_NETWORK:,} bytes in all")
        for name, expected in hashes.items():
            if sha256(self._plain(name)) != expected:
                raise InputError(
                    f"{file(folder, name)}: damaged: its SHA-256 is not the one in {MANIFEST}"
                )
        self.names = frozenset(hashes)

    @functools.cached_property
    def config(self) -> dict:
        """Its `config.json`.

        Raises:
            InputError: if that is none.
        """
        path = self.path("config.json")
        config = read_json(path)
        for key, kind in CONFIG.items():
            if not isinstance(config, dict) or not isinstance(config.get(key), kind):
                raise InputError(
                    f'{path}: expected "{key}", a JSON value of Python\'s type {kind.__name__}'
                )
        return config

    def _plain(self, name: str) -> Path:
        """A file that may be read: no link or device, and not as large as no model is."""
        path = file(self.folder, name)
        try:
            status = path.lstat()
        except (OSError, ValueError):
            raise InputError(f"{path}: missing; {MANIFEST} lists it") from None
        if not stat.S_ISREG(status.st_mode):
            raise InputError(
                f"{path}: expected a plain file; it is a link, a folder or a device"
            )
        largest = LARGEST_NETWORK if name.endswith(".keras") else LARGEST_FILE
        if status.st_size > largest:
            raise InputError(
                f"{path}: {status.st_size:,} bytes; expected {largest:,} at most"
            )
        return path

    def path(self, name: str) -> Path:
        """Where one of its files is.

        Raises:
            InputError: if the manifest does not list it.
        """
        if name not in self.names:
            raise InputError(f"{self.folder}: expected {name}; its {MANIFEST} lists none")
        return file(self.folder, name)

    def load(self) -> tuple[keras.Model, dict[str, keras.Model]]:
        """The model, built by the builder that `config.json` names, with the weights of its networks' files;
        and these networks, by the names of their files.

        Raises:
            InputError: if that is no model of seqzoo's, or the weights are another's.
        """
        paths = [self.path(name) for name in self.names if name.endswith(".keras")]
        if len(paths) > 2:
            raise InputError(f"{self.folder}: {len(paths)} networks; expected two at most")
        # What an archive says of its size is only true once it has been unpacked.
        contents = {path: weights.read(path) for path in paths}
        most = sum(map(len, contents.values())) // 2  # a parameter has two bytes or more
        model = models.rebuild(self.config["model"], str(self.path("config.json")), most)
        networks = models.parts(model)
        for name, network in networks.items():
            path, stock = self.path(f"{name}.keras"), to_stock(network)
            weights.assign(path, contents[path], stock)
            values = stock.get_weights()
            if not all(np.isfinite(value).all() for value in values):
                raise InputError(f"{path}: weights that are no finite numbers")
            network.set_weights(values)
        for name, put in models.beside(model).items():
            try:
                put(model, read_json(self.path(name)))
            except InputError as error:
                raise InputError(f"{self.path(name)}: {error}") from error
        return model, networks


def _hashes(manifest: Path) -> dict[str, str]:
    """File name -> SHA-256, as a manifest lists them."""
    record = read_json(manifest)
    if not isinstance(record, dict) or record.get("format") != FORMAT:
        given = record.get("format") if isinstance(record, dict) else None
        raise InputError(
            f"{manifest}: expected an artifact of format {FORMAT}; got {str(given)[:40]}"
        )
    hashes = record.get("sha256")
    if not isinstance(hashes, dict) or not all(
        isinstance(value, str) for value in hashes.values()
    ):
        raise InputError(f"{manifest}: expected the SHA-256 of each file")
    if len(hashes) > MOST_FILES:
        raise InputError(
            f"{manifest}: {len(hashes):,} files; expected {MOST_FILES} at most"
        )
    for name in hashes:
        if not _FILE_NAME.fullmatch(name):
            raise InputError(
                f"{manifest}: {name[:60]!r} is no name of a file in the folder"
            )
    return hashes


def pack(source: Path, target: Path, task: Any) -> None:
    """Copy a finished model without its training state, weights stored in half precision.

    Args:
        source: a trained model's folder.
        target: a folder that does not exist yet; its name goes into the model card.
        task: the model's `seqzoo.tasks.Task`, whose words the model card has.

    Raises:
        InputError: if `source` is no sound model, `target` exists, or a weight is too large for half
            precision; there is no `target` then.
    """
    found = Artifact(source)
    if target.exists():
        raise InputError(f"{target}: exists already")
    partial = target.with_name(target.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    staged = partial / ".staged"
    staged.mkdir(parents=True)
    try:
        for name in found.names:
            shutil.copyfile(found.path(name), staged / name)
        for path in staged.glob("*.keras"):
            weights.store_half(path, found.folder / path.name)
        about = card.card(
            target.name, found.config, read_json(found.path("metrics.json")), task
        )
        (staged / "README.md").write_text(about, "utf-8")
        commit(partial, staged)
        partial.rename(target)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    sync_folder(target.parent)


def _csv(history: list[dict]) -> str:
    text = io.StringIO()
    columns = list(dict.fromkeys(name for record in history for name in record))
    writer = csv.DictWriter(text, columns or ["epoch"])
    writer.writeheader()
    writer.writerows(history)
    return text.getvalue()
