"""A trained model as a folder of static files: a page that answers in the browser, without a server's help.

The folder has ONNX Runtime Web, the network with its weights, Python's tables of characters, the task's
`reader.js` from text to answer, and its view. A page needs nothing from outside the folder.
"""

import json
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

import seqzoo
from seqzoo import artifact
from seqzoo.errors import InputError
from seqzoo.export import formats
from seqzoo.export.onnx import kept
from seqzoo.export.runtimes.onnx import Network
from seqzoo.export.web import runtime as runtimes
from seqzoo.export.web.characters import tables
from seqzoo.export.web.patterns import javascript
from seqzoo.system.files import write_json

FORMAT = "web"
TOLERANCE = 1e-5  # by which the network with its weights inside may differ
ROWS, STEPS, TOKENS = (
    3,
    9,
    4,
)  # of the ids that it is tried on: of the special tokens, which all have
_HOUSE = Path(seqzoo.__file__).parent
_SITE = Path(__file__).parent / "site"
# What the server's page has, too.
_SHARED = {
    "serving/page/page.css": "page.css",
    "serving/page/icon.svg": "icon.svg",
    "tasks/elements.js": "views/elements.js",
}


def export(
    predictor: Any, output: str | Path | None = None, *, runtime: str | Path | None = None
) -> dict[str, Any]:
    """Write a model as a page that answers in the browser.

    Args:
        predictor: a trained model, as `seqzoo.load` gives it.
        output: a new folder; default: `NAME-web` in the current one.
        runtime: where ONNX Runtime Web is, see `seqzoo.export.web.runtime`; None: npm fetches it.

    Returns:
        The report, as in `report.json`: `model`, `format`, `task`, `bytes` of all files, `files` (name ->
        bytes), `runtime`, its name and version, and `versions`.

    Raises:
        InputError: if the task has no form for the browser, the model no graph, the folder is there or the
            runtime is not; nothing is left then.
    """
    task, own = predictor.task, predictor.artifact
    name = own.folder.resolve().name
    if not task.has("reader.js"):
        raise InputError(
            f"web: {name}: a model of {task.name} has no form for the browser; expected --format "
            f"{', '.join(formats.FORMATS)} or wheel"
        )
    if not own.graphs:
        raise InputError(
            f"web: {name}: it has no graph; `seqzoo pack` gives older models one"
        )
    folder = Path(output) if output is not None else Path(f"{name}-{FORMAT}")
    if folder.exists():
        raise InputError(f"{folder}: exists already; expected a new folder")
    fetched = runtimes.fetched(runtime)

    partial = folder.with_name(folder.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        for graph in own.graphs:
            _write_network(partial, own, graph)
        _write_reader(partial, predictor, name)
        _write_site(partial, predictor, fetched)
        report = _report(partial, predictor, name)
        write_json(partial / "report.json", report)
        partial.rename(folder)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return report


def _write_network(folder: Path, own: artifact.Artifact, name: str) -> None:
    """Write a network with its weights, and try it.

    Raises:
        InputError: if it does not give what the model's own graph gives.
    """
    (folder / f"{name}.onnx").write_bytes(kept.whole(own, name))

    ours, theirs = own.network(name), Network(folder, name)
    given = {each.name: _any(each) for each in theirs.session.get_inputs()}
    expected, found = ours.run(given), theirs.run(given)
    for output, array in expected.items():
        if not np.allclose(array, found[output], rtol=0, atol=TOLERANCE):
            raise InputError(f"web: {name}.onnx: {output} differs from the model's")


def _any(wanted: Any) -> np.ndarray:
    """An array as an input of ONNX Runtime wants it: ids, true, or random numbers."""
    sizes = {"batch": ROWS, "time": STEPS}
    shape = [sizes.get(size, size) for size in wanted.shape]
    if wanted.type == "tensor(bool)":
        return np.ones(shape, bool)
    generator = np.random.default_rng(0)
    if wanted.type == "tensor(int32)":
        return generator.integers(1, TOKENS, shape, np.int32)
    return generator.standard_normal(shape, np.float32)


def _write_reader(folder: Path, predictor: Any, name: str) -> None:
    """Write what goes from text to answer: the task's scripts, its files, and `model.json`."""
    task, own = predictor.task, predictor.artifact
    parts = task.module("web")
    files = [each for each in parts.FILES if each in own.names]
    # What is no text; most tasks have no such files.
    binary = list(parts.binary(predictor)) if hasattr(parts, "binary") else []
    for each in [*files, *binary]:
        shutil.copyfile(own.path(each), folder / each)
    for script in task.folder.glob("*.js"):
        place = f"views/{task.name}/view.js" if script.name == "view.js" else script.name
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(script, folder / place)

    patterns: Mapping[str, re.Pattern[str]] = parts.patterns(predictor)
    about = {
        "name": name,
        "task": task.name,
        "description": predictor.config["description"],
        "networks": own.graphs,
        "files": files,
        "binary": binary,
        "values": parts.values(predictor),
        "patterns": {key: javascript(pattern) for key, pattern in patterns.items()},
    }
    write_json(folder / "model.json", about)


def _write_site(folder: Path, predictor: Any, fetched: Mapping[str, bytes]) -> None:
    """Write the page, the tables of characters and the runtime."""
    for path in _SITE.iterdir():
        shutil.copyfile(path, folder / path.name)
    for source, target in _SHARED.items():
        shutil.copyfile(_HOUSE / source, folder / target)
    content = json.dumps(tables(), ensure_ascii=False, separators=(",", ":"))
    (folder / "characters.json").write_text(content, "utf-8")

    (folder / "runtime").mkdir()
    for name, bytes_ in fetched.items():
        (folder / "runtime" / name).write_bytes(bytes_)
    (folder / "LICENSE-runtime.txt").rename(folder / "runtime" / "LICENSE")


def _report(folder: Path, predictor: Any, name: str) -> dict[str, Any]:
    """What was written, and by which versions."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    files = {path.relative_to(folder).as_posix(): path.stat().st_size for path in paths}
    return {
        "model": name,
        "format": FORMAT,
        "task": predictor.task.name,
        "bytes": sum(files.values()),
        "files": files,
        "runtime": f"{runtimes.PACKAGE} {runtimes.VERSION}",
        "versions": artifact.versions(),
    }


def describe(report: Mapping[str, Any]) -> str:
    """A report as lines for a person.

    Args:
        report: as `export` gives it.
    """
    engine = sum(
        size for name, size in report["files"].items() if name.startswith("runtime/")
    )
    return (
        f"- {report['bytes'] / 1e6:.1f} MB in {len(report['files'])} files, {engine / 1e6:.1f} of them "
        f"{report['runtime']}\n"
        "- to open it: python -m http.server --directory FOLDER, or any other static server"
    )


__all__ = ["describe", "export"]
