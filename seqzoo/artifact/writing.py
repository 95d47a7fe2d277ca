"""A trained model as a folder, written whole or not at all."""

import contextlib
import csv
import importlib.metadata
import io
import platform
import shutil
from pathlib import Path
from typing import Any

import keras

import seqzoo
from seqzoo import models, plugins
from seqzoo.artifact.graph_proof import prove
from seqzoo.artifact.manifest import FORMAT, commit, recover
from seqzoo.artifact.places import place
from seqzoo.config import to_json
from seqzoo.errors import InputError
from seqzoo.layers import to_stock
from seqzoo.reports import card
from seqzoo.system.files import write_json

PACKAGES = ("keras", "tensorflow", "tensorflow-cpu", "numpy", "onnxruntime")


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
    model: keras.Model,
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
    recover(folder)
    staged = folder / ".staged"
    shutil.rmtree(staged, ignore_errors=True)
    staged.mkdir()

    for name, network in models.parts(model).items():
        to_stock(network).save(staged / f"{name}.keras")
    write_graphs(staged, model, task)
    data.save(staged, model)
    write_json(staged / "config.json", config | {"model": models.described_for_use(model)})
    write_json(staged / "metrics.json", metrics)
    (staged / "history.csv").write_text(_csv(history), "utf-8")
    card.write(staged, config=config, metrics=metrics, history=history, task=task)

    commit(folder, staged)


def write_graphs(staged: Path, model: keras.Model, task: Any) -> None:
    """Write what the engine runs, and prove it; a model without such a form stays on Keras."""
    try:
        task.write_graphs(staged, model)
        for path in sorted(staged.glob("*.onnx")):
            place(path)
            prove(path, models.parts(model)[path.stem])
    except InputError as error:
        for path in staged.glob("*.onnx"):
            path.unlink()
        print(f"this model runs on Keras alone, not on the engine: {error}", flush=True)


def _csv(history: list[dict[str, Any]]) -> str:
    """One line an epoch; columns in the order in which the records first have them."""
    text = io.StringIO()
    columns = list(dict.fromkeys(name for record in history for name in record))
    writer = csv.DictWriter(text, columns or ["epoch"])
    writer.writeheader()
    writer.writerows(history)
    return text.getvalue()
