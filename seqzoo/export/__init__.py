"""A trained model in another format, with what gets from text to answer, and the proof that it answers alike.

The folder of an export needs the format's own runtime and never seqzoo: the networks, `runtime.py` that runs
them, `reader.py` from text to answer, the vocabulary, `signature.json`, `report.json` and a card.
"""

import shutil
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import seqzoo
from seqzoo import artifact
from seqzoo.errors import InputError, unknown_name
from seqzoo.export import card, formats, proof
from seqzoo.export.task import TaskExport
from seqzoo.system.files import write_json

FORMATS = tuple(formats.FORMATS)
RUNTIMES = Path(__file__).parent / "runtimes"


def export(
    predictor: Any,
    format: str,
    output: str | Path | None = None,
    *,
    lengths: Sequence[int] | None = None,
    texts: Sequence[str] | None = None,
) -> dict:
    """Write a model in another format and prove that it answers like the model.

    Args:
        predictor: a trained model, as `seqzoo.load` gives it; until the next release also a name or folder.
        format: `keras`, `saved_model`, `onnx` or `litert`.
        output: a new folder; default: the model's name and the format, in the current one.
        lengths: LiteRT alone: tokens that a text may have, a file each.
        texts: to prove it by; default: 1,000 made of the model's vocabulary.

    Returns:
        The report, as in `report.json`.

    Raises:
        InputError: on bad arguments, a missing package, or answers that differ; nothing is left then.
    """
    if format not in formats.FORMATS:
        raise unknown_name("format", format, FORMATS)
    if isinstance(predictor, (str, Path)):
        message = "export: give it a model: export(seqzoo.load(NAME), ...)"
        warnings.warn(message, DeprecationWarning, stacklevel=2)
        predictor = seqzoo.load(predictor)
    formats.check_installed(format)
    task_export: TaskExport = predictor.task.module("export").Export(predictor)
    lengths = formats.check_lengths(format, lengths, task_export.LENGTHS)
    name = predictor.artifact.folder.resolve().name
    folder = Path(output) if output is not None else Path(f"{name}-{format}")
    if folder.exists():
        raise InputError(f"{folder}: exists already; expected a new folder")
    partial = folder.with_name(folder.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        written = _write(partial, task_export, format, lengths)
        print("written; asking the model and its export the same texts", flush=True)
        report = {"model": name, "format": format, "task": predictor.task.name}
        report |= proof.prove(partial, task_export, format, lengths, texts)
        report |= _contents(partial, written, format)
        write_json(partial / "report.json", report)
        (partial / "README.md").write_text(card.card(report, task_export.PACKAGES), "utf-8")
        partial.rename(folder)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return report


def _write(folder: Path, task_export: TaskExport, format: str, lengths) -> list[Path]:
    """Networks, readers, texts' files and the signature; returns the networks' files."""
    kind, written, signature = formats.FORMATS[format], [], {}
    in_graph = task_export.in_graph(format)
    for name, network in task_export.networks(kind.whole).items():
        if in_graph:
            written += task_export.write_graph(folder, name, network)
        else:
            written += kind.write(folder, name, network, lengths)
        signature[name] = formats.signature(network, kind, lengths)
    if in_graph:
        written += task_export.write_more(folder)
    _copy(folder, task_export, format, in_graph)
    write_json(folder / "signature.json", signature)
    predictor = task_export.predictor
    text = {"task": predictor.task.name, **predictor.config["text"], **task_export.text()}
    write_json(folder / "text.json", text | {"in_graph": in_graph})
    return written


def _copy(folder: Path, task_export: TaskExport, format: str, in_graph: bool) -> None:
    """What goes along as it is: files of the artifact, readers, the runtime."""
    artifact_of = task_export.predictor.artifact
    for name in task_export.SIDE_FILES:
        if name in artifact_of.names:
            shutil.copyfile(artifact_of.path(name), folder / name)
    for target, name in task_export.readers(format, in_graph).items():
        shutil.copyfile(
            task_export.predictor.task.folder / f"{name}.py", folder / f"{target}.py"
        )
    if task_export.runtime(in_graph):
        shutil.copyfile(RUNTIMES / f"{format}.py", folder / "runtime.py")
    for name in ("lines", *(task_export.BESIDE if task_export.runtime(in_graph) else ())):
        shutil.copyfile(RUNTIMES / f"{name}.py", folder / f"{name}.py")


def _contents(folder: Path, written: list[Path], format: str) -> dict:
    """Bytes of the networks' files, and operators where the format tells them."""
    found = {str(path.relative_to(folder)): path.stat().st_size for path in written}
    return {"bytes": sum(found.values()), "files": found, "operators": formats.operators(written, format),
            "versions": artifact.versions()}  # fmt: skip


def describe(report: dict) -> str:
    """A report as a person reads it."""
    return card.figures(report)


__all__ = ["FORMATS", "TaskExport", "describe", "export"]
