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
from seqzoo.errors import InputError, unknown_name
from seqzoo.export import card, folders, formats, proof, wheel
from seqzoo.export.task import TaskExport
from seqzoo.system.files import write_json

FORMATS = tuple(formats.FORMATS)
# A page and a package are no networks alone, but made of one.
WEB, WHEEL = "web", "wheel"


def export(
    predictor: Any,
    format: str,
    output: str | Path | None = None,
    *,
    lengths: Sequence[int] | None = None,
    texts: Sequence[str] | None = None,
    runtime: str | Path | None = None,
    version: str | None = None,
) -> dict[str, Any]:
    """Write a model in another format and prove that it answers like the model.

    Args:
        predictor: a trained model, as `seqzoo.load` gives it; until the next release also a name or folder.
        format: `keras`, `saved_model`, `onnx`, `litert`, `wheel` or `web`.
        output: a new folder; default: `NAME-FORMAT` in the current one. Of a wheel the folder to put it in.
        lengths: for LiteRT only: one file is written for texts of up to each of these numbers of tokens.
        texts: to compare the answers on; default: 1,000 made of the model's vocabulary.
        runtime: for `web` only: where ONNX Runtime Web is; see `seqzoo.export.web.export`, which has the
            report of that format, too.
        version: for a wheel only: that of the package; default: 1.0.

    Returns:
        The report, as in `report.json`: see `seqzoo.export.proof.prove`; and `model`, `format`, `task`,
        `bytes` of all networks' files, `files` (name -> bytes), `operators` and `versions`; of a wheel also
        `wheel`, its path, and `wheel_bytes`.

    Raises:
        InputError: on bad arguments, a missing package, or answers that differ; nothing is left then.
    """
    if format not in (*FORMATS, WEB, WHEEL):
        raise unknown_name("format", format, (*FORMATS, WEB, WHEEL))
    if version is not None and format != WHEEL:
        raise InputError(f"--version: only a wheel has one; the format is {format}")
    if runtime is not None and format != WEB:
        raise InputError(f"--runtime: only {WEB} takes one; the format is {format}")
    if isinstance(predictor, (str, Path)):
        message = "export: give it a model: export(seqzoo.load(NAME), ...)"
        warnings.warn(message, DeprecationWarning, stacklevel=2)
        predictor = seqzoo.load(predictor)
    if format == WEB:
        return _page(predictor, output, lengths, texts, runtime)
    formats.check_installed(wheel.BASE if format == WHEEL else format)
    task_export: TaskExport = predictor.task.module("export").Export(predictor)
    if format == WHEEL:
        if lengths:
            raise InputError("--length: a wheel takes texts of any length")
        return wheel.export(task_export, output, version or wheel.VERSION, texts)
    lengths = formats.check_lengths(format, lengths, task_export.lengths())
    name = predictor.artifact.folder.resolve().name
    folder = Path(output) if output is not None else Path(f"{name}-{format}")
    if folder.exists():
        raise InputError(f"{folder}: exists already; expected a new folder")
    return _written(folder, task_export, format, lengths, texts)


def _written(
    folder: Path,
    task_export: TaskExport,
    format: str,
    lengths: Sequence[int],
    texts: Sequence[str] | None,
) -> dict[str, Any]:
    """Write the export of a model's networks, and prove it; returns the report."""
    predictor = task_export.predictor
    # All is written beside the folder, which is there only once the proof holds.
    partial = folder.with_name(folder.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        written = folders.write(partial, task_export, format, lengths)
        print("written; asking the model and its export the same texts", flush=True)
        report: dict[str, Any] = {
            "model": predictor.artifact.folder.resolve().name,
            "format": format,
            "task": predictor.task.name,
        }
        report |= proof.prove(partial, task_export, format, lengths, texts)
        report |= folders.contents(partial, written, format)
        write_json(partial / "report.json", report)
        text = card.card(report, task_export.packages(), task_export.note())
        (partial / "README.md").write_text(text, "utf-8")
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
