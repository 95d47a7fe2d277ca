"""A finished model made small: without its training state, weights in half precision."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np

from seqzoo.artifact import weights
from seqzoo.artifact.folder import Artifact
from seqzoo.artifact.manifest import FORMAT, commit
from seqzoo.artifact.places import place
from seqzoo.errors import InputError
from seqzoo.reports import card
from seqzoo.system.files import read_json, sync_folder, write_json
from seqzoo.system.tensorflow_start import start_tensorflow


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


def amend(folder: Path, text: dict[str, Any]) -> None:
    """Add settings of texts to an artifact that was written before there were such; nothing else changes.

    Args:
        folder: a trained model's.
        text: the settings, for `config.json`.

    Raises:
        InputError: if it is no sound model.
    """
    found = Artifact(folder)
    staged = folder / ".staged"
    shutil.rmtree(staged, ignore_errors=True)
    staged.mkdir()
    for name in found.names:
        shutil.copyfile(found.path(name), staged / name)
    config = {**found.config, "text": {**found.config["text"], **text}}
    write_json(staged / "config.json", config)
    commit(folder, staged)


def _write_graphs(staged: Path, found: Artifact, task: Any) -> None:
    """Write the graphs of an artifact that has none, for the weights in half precision."""
    start_tensorflow()
    model, networks = found.load()
    from seqzoo.artifact.writing import write_graphs

    for network in networks.values():
        halves = [weight.astype(np.float16) for weight in network.get_weights()]
        network.set_weights([half.astype(np.float32) for half in halves])
    write_graphs(staged, model, task)


def _pack_into(folder: Path, found: Artifact, name: str, task: Any) -> None:
    """Write the packed copy of an artifact into a new folder; `name` is what its card calls it."""
    staged = folder / ".staged"
    staged.mkdir(parents=True)
    for file_name in found.names:
        shutil.copyfile(found.path(file_name), staged / file_name)
    for path in staged.glob("*.keras"):
        weights.store_half(path, found.folder / path.name)
    for path in staged.glob("*.onnx"):
        place(path)
    if not found.graphs:  # of an earlier format, perhaps
        _write_graphs(staged, found, task)
    config = {**found.config, "format": FORMAT}
    write_json(staged / "config.json", config)

    metrics = read_json(found.path("metrics.json"))
    about = card.card(name, found.config, metrics, task, f"path/to/{name}")
    (staged / "README.md").write_text(about, "utf-8")
    commit(folder, staged)
