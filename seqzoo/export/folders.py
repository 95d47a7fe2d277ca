"""An export's folder: networks, readers, the texts' files and the signature."""

import importlib.util
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from seqzoo import artifact
from seqzoo.export import formats
from seqzoo.export.task import TaskExport
from seqzoo.system.files import write_json

RUNTIMES = Path(__file__).parent / "runtimes"
ONNX = "onnx"  # the format
LICENSE = "LICENSE"  # of the data, in models that have one


def write(
    folder: Path, task_export: TaskExport, format: str, lengths: Sequence[int]
) -> list[Path]:
    """Write networks, readers, the texts' files and the signature.

    Args:
        folder: an empty one.
        task_export: the model, as its task exports it.
        format: a name of `formats.FORMATS`.
        lengths: as `formats.check_lengths` gives them.

    Returns:
        The networks' files.
    """
    kind = formats.FORMATS[format]
    in_graph = task_export.in_graph(format)
    written: list[Path] = []
    signature = {}
    for name, network in task_export.networks(kind.whole).items():
        signature[name] = formats.signature(network, kind, lengths)
        if in_graph:
            written += task_export.write_graph(folder, name, network)
            continue
        kept = None
        if format == ONNX:
            outputs = signature[name]["outputs"]
            kept = _kept(folder, task_export.predictor.artifact, name, outputs)
        written += [kept] if kept else kind.write(folder, name, network, lengths)
    if in_graph:
        written += task_export.write_more(folder)
    write_json(folder / "signature.json", signature)

    _copy(folder, task_export, format, in_graph)
    predictor = task_export.predictor
    text = {"task": predictor.task.name, **predictor.config["text"], **task_export.text()}
    write_json(folder / "text.json", text | {"in_graph": in_graph})
    return written


def _kept(
    folder: Path, own: artifact.Artifact, name: str, outputs: Iterable[str]
) -> Path | None:
    """See `kept.write`, which needs the package `onnx`, as this format does."""
    from seqzoo.export.onnx import kept

    return kept.write(folder, own, name, set(outputs))


def _copy(folder: Path, task_export: TaskExport, format: str, in_graph: bool) -> None:
    """Copy what goes along as it is: files of the artifact, readers, the runtime."""
    predictor = task_export.predictor
    for name in (*task_export.side_files(in_graph), LICENSE):
        if name in predictor.artifact.names:
            shutil.copyfile(predictor.artifact.path(name), folder / name)
    for target, name in task_export.readers(format, in_graph).items():
        shutil.copyfile(predictor.task.folder / f"{name}.py", folder / f"{target}.py")

    beside = ["lines"]
    if task_export.runtime(in_graph):
        shutil.copyfile(RUNTIMES / f"{format}.py", folder / "runtime.py")
        beside += task_export.BESIDE
    for target, module in task_export.SHARED.items():
        spec = importlib.util.find_spec(module)
        assert spec is not None and spec.origin is not None  # a module of seqzoo's
        shutil.copyfile(spec.origin, folder / f"{target}.py")
    for name in beside:
        shutil.copyfile(RUNTIMES / f"{name}.py", folder / f"{name}.py")


def contents(folder: Path, written: list[Path], format: str) -> dict[str, Any]:
    """What a report says of files: bytes of the networks', operators where the format has such.

    Args:
        folder: of the export.
        written: the networks' files.
        format: a name of `formats.FORMATS`.
    """
    files = {str(path.relative_to(folder)): path.stat().st_size for path in written}
    return {
        "bytes": sum(files.values()),
        "files": files,
        "operators": formats.operators(written, format),
        "versions": artifact.versions(),
    }
