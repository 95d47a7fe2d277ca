"""A finished model made small: without its training state, weights in half precision or fewer bits."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from seqzoo.artifact import int8_graph, int8_rows, small, weights
from seqzoo.artifact.folder import Artifact
from seqzoo.artifact.manifest import FORMAT, commit
from seqzoo.artifact.places import place
from seqzoo.errors import InputError, unknown_name
from seqzoo.reports import card
from seqzoo.system.files import read_json, sync_folder, write_json
from seqzoo.system.tensorflow_start import start_tensorflow

TABLES = ("half", "int8")


def pack(source: Path, target: Path, task: Any, tables: str | None = None) -> None:
    """Copy a finished model without its training state, weights stored in half precision.

    Args:
        source: a trained model's folder.
        target: a folder that does not exist yet; its name goes into the model card.
        task: the model's `seqzoo.tasks.Task`, whose words the model card has.
        tables: how embeddings are stored, one of `TABLES`: `half` like all else, `int8` as whole numbers with
            a scale a row (`seqzoo.artifact.int8_rows`); None: as in `source`, or half.

    Raises:
        InputError: if `source` is no sound model, `target` exists, a weight is too large for half
            precision, or `tables` asks for what the model has not; there is no `target` then.
    """
    if tables not in (None, *TABLES):
        raise unknown_name("--tables", str(tables), TABLES)
    found = Artifact(source)
    if target.exists():
        raise InputError(f"{target}: exists already")
    partial = target.with_name(target.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        _pack_into(partial, found, target.name, task, tables)
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


def _store(staged: Path, found: Artifact, whole: Mapping[str, set[str]]) -> None:
    """Rewrite the weights of a copy small; `whole`: network -> tables to keep as whole numbers."""
    for path in staged.glob("*.keras"):
        small.store_small(path, found.folder / path.name, whole.get(path.stem, ()))


def _whole(staged: Path, found: Artifact, asked: str | None) -> dict[str, set[str]]:
    """Which tables of each network are to be kept as whole numbers, that are not yet.

    Args:
        staged: the copy, with its graphs.
        found: what it is a copy of, for errors.
        asked: see `pack`.

    Raises:
        InputError: if that is not possible.
    """
    kept = sorted(staged.glob("*.keras"))
    already = [path for path in kept if _in_eight_bits(path)]
    if asked == "half" and already:
        raise InputError(
            f"--tables half: {found.folder}: its tables are int8, and have no more bits; pack the model that "
            "it was packed from"
        )
    if asked != "int8" or already:
        return {}
    whole = {path.stem: int8_graph.narrowable(path) for path in staged.glob("*.onnx")}
    if not any(whole.values()):
        raise InputError(
            f"--tables int8: {found.folder}: expected an embedding that its graph takes rows of, and does "
            "nothing else with; there is none"
        )
    return whole


def _in_eight_bits(path: Path) -> bool:
    """Whether a file of weights has tables of whole numbers."""
    return any(int8_rows.tables(set(weights.arrays(path))))


def _pack_into(
    folder: Path, found: Artifact, name: str, task: Any, tables: str | None
) -> None:
    """Write the packed copy of an artifact into a new folder; `name` is what its card calls it."""
    staged = folder / ".staged"
    staged.mkdir(parents=True)
    for file_name in found.names:
        shutil.copyfile(found.path(file_name), staged / file_name)
    if not found.graphs:  # of an earlier format, perhaps
        _store(staged, found, {})
        _write_graphs(staged, found, task)
    _store(staged, found, _whole(staged, found, tables))
    for path in staged.glob("*.onnx"):
        place(path)
    config = {**found.config, "format": FORMAT}
    write_json(staged / "config.json", config)

    metrics = read_json(found.path("metrics.json"))
    about = card.card(name, found.config, metrics, task, f"path/to/{name}")
    if any(_in_eight_bits(path) for path in staged.glob("*.keras")):
        about = card.with_eight_bits(about, f"path/to/{name}")
    (staged / "README.md").write_text(about, "utf-8")
    commit(folder, staged)
