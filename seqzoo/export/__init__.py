"""Write a trained model in another format, and prove that it answers like the model.

An export is a folder that needs the format's own runtime and never seqzoo. It holds the networks,
`runtime.py` to run them, `reader.py` from text to answer, the vocabulary, `signature.json`, `report.json`
and a card.
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
WEB = "web"  # a page, which is no network alone
RUNTIMES = Path(__file__).parent / "runtimes"


def export(
    predictor: Any,
    format: str,
    output: str | Path | None = None,
    *,
    lengths: Sequence[int] | None = None,
    texts: Sequence[str] | None = None,
    runtime: str | Path | None = None,
) -> dict[str, Any]:
    """Write a model in another format and prove that it answers like the model.

    Args:
        predictor: a trained model, as `seqzoo.load` gives it; until the next release also a name or folder.
        format: `keras`, `saved_model`, `onnx`, `litert` or `web`.
        output: a new folder; default: `NAME-FORMAT` in the current one.
        lengths: for LiteRT only: one file is written for texts of up to each of these numbers of tokens.
        texts: to compare the answers on; default: 1,000 made of the model's vocabulary.
        runtime: for `web` only: where ONNX Runtime Web is; see `seqzoo.export.web.export`, which has the
            report of that format, too.

    Returns:
        The report, as in `report.json`: see `seqzoo.export.proof.prove`; and `model`, `format`, `task`,
        `bytes` of all networks' files, `files` (name -> bytes), `operators` and `versions`.

    Raises:
        InputError: on bad arguments, a missing package, or answers that differ; nothing is left then.
    """
    if format not in (*FORMATS, WEB):
        raise unknown_name("format", format, (*FORMATS, WEB))
    if isinstance(predictor, (str, Path)):
        message = "export: give it a model: export(seqzoo.load(NAME), ...)"
        warnings.warn(message, DeprecationWarning, stacklevel=2)
        predictor = seqzoo.load(predictor)
    if format == WEB:
        return _page(predictor, output, lengths, texts, runtime)
    if runtime is not None:
        raise InputError(f"--runtime: only {WEB} takes one; the format is {format}")
    formats.check_installed(format)
    task_export: TaskExport = predictor.task.module("export").Export(predictor)
    lengths = formats.check_lengths(format, lengths, task_export.LENGTHS)
    name = predictor.artifact.folder.resolve().name
    folder = Path(output) if output is not None else Path(f"{name}-{format}")
    if folder.exists():
        raise InputError(f"{folder}: exists already; expected a new folder")

    # All is written beside the folder, which is there only once the proof holds.
    partial = folder.with_name(folder.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        written = _write(partial, task_export, format, lengths)
        print("written; asking the model and its export the same texts", flush=True)
        report: dict[str, Any] = {
            "model": name,
            "format": format,
            "task": predictor.task.name,
        }
        report |= proof.prove(partial, task_export, format, lengths, texts)
        report |= _contents(partial, written, format)
        write_json(partial / "report.json", report)
        (partial / "README.md").write_text(card.card(report, task_export.PACKAGES), "utf-8")
        partial.rename(folder)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return report


def _page(
    predictor: Any,
    output: str | Path | None,
    lengths: Sequence[int] | None,
    texts: Sequence[str] | None,
    runtime: str | Path | None,
) -> dict[str, Any]:
    """Write a model as a page; see `seqzoo.export.web.export`.

    Raises:
        InputError: on what a page takes none of, and as that does.
    """
    from seqzoo.export import web

    for flag, value in (("length", lengths), ("texts", texts)):
        if value is not None:
            raise InputError(f"--{flag}: {WEB} takes none")
    return web.export(predictor, output, runtime=runtime)


def _write(
    folder: Path, task_export: TaskExport, format: str, lengths: Sequence[int]
) -> list[Path]:
    """Write networks, readers, the texts' files and the signature; returns the networks' files."""
    kind = formats.FORMATS[format]
    in_graph = task_export.in_graph(format)
    written: list[Path] = []
    signature = {}
    for name, network in task_export.networks(kind.whole).items():
        if in_graph:
            written += task_export.write_graph(folder, name, network)
        else:
            written += kind.write(folder, name, network, lengths)
        signature[name] = formats.signature(network, kind, lengths)
    if in_graph:
        written += task_export.write_more(folder)
    write_json(folder / "signature.json", signature)

    _copy(folder, task_export, format, in_graph)
    predictor = task_export.predictor
    text = {"task": predictor.task.name, **predictor.config["text"], **task_export.text()}
    write_json(folder / "text.json", text | {"in_graph": in_graph})
    return written


def _copy(folder: Path, task_export: TaskExport, format: str, in_graph: bool) -> None:
    """Copy what goes along as it is: files of the artifact, readers, the runtime."""
    predictor = task_export.predictor
    for name in task_export.SIDE_FILES:
        if name in predictor.artifact.names:
            shutil.copyfile(predictor.artifact.path(name), folder / name)
    for target, name in task_export.readers(format, in_graph).items():
        shutil.copyfile(predictor.task.folder / f"{name}.py", folder / f"{target}.py")

    beside = ["lines"]
    if task_export.runtime(in_graph):
        shutil.copyfile(RUNTIMES / f"{format}.py", folder / "runtime.py")
        beside += task_export.BESIDE
    for name in beside:
        shutil.copyfile(RUNTIMES / f"{name}.py", folder / f"{name}.py")


def _contents(folder: Path, written: list[Path], format: str) -> dict[str, Any]:
    """Bytes of the networks' files, and how often each operator comes where the format has such."""
    files = {str(path.relative_to(folder)): path.stat().st_size for path in written}
    return {
        "bytes": sum(files.values()),
        "files": files,
        "operators": formats.operators(written, format),
        "versions": artifact.versions(),
    }


def describe(report: dict[str, Any]) -> str:
    """A report as lines for a person.

    Args:
        report: as `export` gives it.
    """
    if report["format"] == WEB:
        from seqzoo.export import web

        return web.describe(report)
    return card.figures(report)


__all__ = ["FORMATS", "TaskExport", "describe", "export"]
