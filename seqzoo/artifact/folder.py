"""A trained model as a folder: written whole or not at all, and checked when it is read.

The folder holds `model.keras` (a translator: `encoder.keras` and `step.keras`), what the task needs for
text (`vocabulary.txt`, `labels.txt`), `config.json`, `metrics.json`, `history.csv`, pictures, a model card
`README.md`, and `manifest.json` with the SHA-256 of each of these; see `seqzoo.artifact.manifest`.
"""

import contextlib
import csv
import functools
import importlib.metadata
import io
import platform
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import seqzoo
from seqzoo import models, plugins
from seqzoo.artifact import weights
from seqzoo.artifact.manifest import (
    FORMAT,
    MANIFEST,
    checked_names,
    commit,
    file,
    recover,
)
from seqzoo.config import to_json
from seqzoo.errors import InputError
from seqzoo.reports import card
from seqzoo.system.files import read_json, sync_folder, write_json

if TYPE_CHECKING:
    import keras

CONFIG = {
    "recipe": str,
    "task": str,
    "description": str,
    "text": dict,
    "config": dict,
    "model": dict,
}  # keys of `config.json` -> Python's types of their values
MOST_NETWORKS = 2  # of one model
PACKAGES = ("keras", "tensorflow", "tensorflow-cpu", "numpy")


def versions() -> dict[str, str]:
    """Versions of seqzoo, Python and the packages that compute, by name."""
    found = {"seqzoo": seqzoo.__version__, "python": platform.python_version()}
    for package in PACKAGES:
        # TensorFlow goes by one of two names.
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            found[package] = importlib.metadata.version(package)
    return found


def describe(recipe: Any, config: Any, data: Any) -> dict[str, Any]:
    """The content of `config.json`: every setting, and all that prediction needs to know.

    Args:
        recipe: the recipe's module.
        config: its settings, an instance of its dataclass `Config`.
        data: the prepared data, with `description` and `text_settings()`.
    """
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
    model: "keras.Model",
    data: Any,
    config: dict[str, Any],
    metrics: dict[str, Any],
    history: list[dict[str, Any]],
    task: Any,
) -> None:
    """Write an artifact into a folder, in place of the one there, if any.

    Args:
        folder: the artifact's folder; other files in it are left alone.
        model: the trained model; it is saved with Keras' own layers where they can do the same.
        data: writes the files beside the networks, by `save(folder, model)`.
        config: as `describe` gives it; how the model is built is added.
        metrics: values for JSON, with `validation` and `test`.
        history: one record an epoch.
        task: the `seqzoo.tasks.Task`, whose words the model card has.

    Raises:
        OSError: if a file can't be written; the artifact in the folder is as it was then.
    """
    from seqzoo.layers import to_stock

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


class Artifact:
    """An artifact to read from: every file that its manifest lists is there and as it was written.

    The manifest is parsed before the files are checked, the rest after. Unlisted files are never read.

    Args:
        folder: where the artifact is.

    Attributes:
        folder: the same.
        names: the names of its files.

    Raises:
        InputError: if there is no artifact, or a file is missing, not plain, too large or changed.
    """

    def __init__(self, folder: Path):
        self.folder = folder
        self.names = checked_names(folder)

    @functools.cached_property
    def config(self) -> dict[str, Any]:
        """The content of `config.json`.

        Raises:
            InputError: if a key is missing, or its value is of another type.
        """
        path = self.path("config.json")
        config = read_json(path)
        for key, kind in CONFIG.items():
            if not isinstance(config, dict) or not isinstance(config.get(key), kind):
                raise InputError(
                    f'{path}: expected "{key}", a JSON value of Python\'s type {kind.__name__}'
                )
        return config

    def path(self, name: str) -> Path:
        """Where one of its files is.

        Raises:
            InputError: if the manifest does not list it.
        """
        if name not in self.names:
            raise InputError(f"{self.folder}: expected {name}; its {MANIFEST} lists none")
        return file(self.folder, name)

    def load(self) -> "tuple[keras.Model, dict[str, keras.Model]]":
        """Build the model that `config.json` describes, with the weights of the `.keras` files.

        Returns:
            The model, and its networks by the names of their files.

        Raises:
            InputError: if `config.json` names no builder of seqzoo's, or the weights are another model's.
        """
        paths = [self.path(name) for name in self.names if name.endswith(".keras")]
        if len(paths) > MOST_NETWORKS:
            raise InputError(f"{self.folder}: {len(paths)} networks; expected two at most")

        # What an archive says of its size is only true once it has been unpacked.
        contents = {path: weights.read(path) for path in paths}
        most = sum(map(len, contents.values())) // 2  # a parameter has two bytes or more
        model = models.rebuild(self.config["model"], str(self.path("config.json")), most)

        networks = models.parts(model)
        for name, network in networks.items():
            path = self.path(f"{name}.keras")
            _set_weights(network, path, contents[path])
        for name, put in models.beside(model).items():
            try:
                put(model, read_json(self.path(name)))
            except InputError as error:
                raise InputError(f"{self.path(name)}: {error}") from error
        return model, networks


def _set_weights(network: "keras.Model", path: Path, content: bytes) -> None:
    """Give a network the weights of a file, which were saved from Keras' own layers."""
    from seqzoo.layers import to_stock

    stock = to_stock(network)
    weights.assign(path, content, stock)
    values = stock.get_weights()
    if not all(np.isfinite(value).all() for value in values):
        raise InputError(f"{path}: weights that are no finite numbers")
    network.set_weights(values)


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
    try:
        _pack_into(partial, found, target.name, task)
        partial.rename(target)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    sync_folder(target.parent)


def _pack_into(folder: Path, found: Artifact, name: str, task: Any) -> None:
    """Write the packed copy of an artifact into a new folder; `name` is what its card calls it."""
    staged = folder / ".staged"
    staged.mkdir(parents=True)
    for file_name in found.names:
        shutil.copyfile(found.path(file_name), staged / file_name)
    for path in staged.glob("*.keras"):
        weights.store_half(path, found.folder / path.name)

    metrics = read_json(found.path("metrics.json"))
    about = card.card(name, found.config, metrics, task)
    (staged / "README.md").write_text(about, "utf-8")
    commit(folder, staged)


def _csv(history: list[dict[str, Any]]) -> str:
    """One line an epoch; columns in the order in which the records first have them."""
    text = io.StringIO()
    columns = list(dict.fromkeys(name for record in history for name in record))
    writer = csv.DictWriter(text, columns or ["epoch"])
    writer.writeheader()
    writer.writerows(history)
    return text.getvalue()
