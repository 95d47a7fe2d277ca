"""A model as a package that pip installs: the ONNX export, with `load()` and a command around it.

The package is a wheel, a zip file that `zipfile` writes: the same model and version give the same bytes.
It needs ONNX Runtime, NumPy and what the task's reader needs, and never seqzoo.
"""

import importlib
import json
import keyword
import re
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import seqzoo
from seqzoo.errors import InputError
from seqzoo.export import archive, folders, proof
from seqzoo.export.task import TaskExport

BASE = "onnx"  # the format that is packed
VERSION = "1.0"  # of a package, where the user names none
# PEP 440's form
FORM = re.compile(r"\d+(\.\d+)*((a|b|rc)\d+)?(\.post\d+)?(\.dev\d+)?", re.ASCII)
TAKEN = {"numpy", "onnxruntime", "seqzoo", "sentencepiece"}
# Of an export what a package has not: timings, and a card of the folder.
LEFT_OUT = {"README.md", "report.json"}


def export(
    task_export: TaskExport,
    output: str | Path | None = None,
    version: str = VERSION,
    texts: Sequence[str] | None = None,
) -> dict[str, Any]:
    """Write a model as a wheel, and prove that what is in it answers like the model.

    Args:
        task_export: the model, as its task exports it.
        output: the folder to put the wheel in; default: the current one.
        version: of the package.
        texts: to compare the answers on; default: 1,000 made of the model's vocabulary.

    Returns:
        The report, as `seqzoo.export.export` gives it, with `wheel`, the path, and `wheel_bytes`.

    Raises:
        InputError: on a name or version that can't be, a task without a reader, or answers that
            differ; nothing is left then.
    """
    predictor = task_export.predictor
    name = predictor.artifact.folder.resolve().name
    module = module_name(name)
    check_version(version)
    check_reader(task_export)
    target = Path(output or ".") / f"{module}-{version}-py3-none-any.whl"
    if target.exists():
        raise InputError(
            f"{target}: exists already; expected another --version or --output"
        )

    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(target.name + ".partial")
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "model"
        folder.mkdir()
        written = folders.write(folder, task_export, BASE, ())
        about = _about(folder, name, version, predictor.task.name)
        about["options"] = [list(each) for each in task_export.options()]
        about["reads"] = list(predictor.READS)
        try:
            archive.write(partial, _files(folder, module, about, task_export))
            print("written; asking the model and its wheel the same texts", flush=True)
            report = {"model": name, "format": "wheel", "task": predictor.task.name}
            report |= _proven(partial, module, task_export, texts)
            report |= folders.contents(folder, written, BASE)
            partial.rename(target)
        finally:
            partial.unlink(missing_ok=True)
    return report | {"wheel": str(target), "wheel_bytes": target.stat().st_size}


def module_name(name: str) -> str:
    """The name to import of a model's name: small letters, digits and underscores.

    Raises:
        InputError: if there is none, or it is one of Python's or of what the package needs.
    """
    module = re.sub(r"[^0-9a-z]+", "_", name.lower()).strip("_")
    renamed = "copy the model to a folder of another name: seqzoo pack"
    if not module.isidentifier():
        raise InputError(f"wheel: {name!r}: expected a name with a letter first; {renamed}")
    if module in sys.stdlib_module_names | TAKEN or keyword.iskeyword(module):
        raise InputError(
            f"wheel: {name!r}: expected a name that no other module has; got {module}; {renamed}"
        )
    return module


def check_version(version: str) -> None:
    """Refuse a version that pip would not take as it is.

    Raises:
        InputError: saying what a version looks like.
    """
    if not FORM.fullmatch(version):
        raise InputError(f"--version: expected numbers as 1.0 or 1.2rc1; got {version!r}")
    if any(len(part) > 1 and part[0] == "0" for part in re.findall(r"\d+", version)):
        raise InputError(f"--version: expected numbers without leading 0; got {version!r}")


def check_reader(task_export: TaskExport) -> None:
    """Refuse a task whose export offers no reader that stands alone.

    Raises:
        InputError: naming the task and the file that was expected.
    """
    task = task_export.predictor.task
    readers = task_export.readers(BASE, task_export.in_graph(BASE))
    for name in ["reader", *readers]:
        if name not in readers or not task.has(f"{readers[name]}.py"):
            raise InputError(
                f"wheel: task {task.name} offers no reader: expected a file {name}.py in {task.folder}"
            )


def _about(folder: Path, name: str, version: str, task: str) -> dict[str, Any]:
    """What `about.json` says, once the readers' imports are relative; see `runtimes/package.py`."""
    own = {path.stem for path in folder.glob("*.py")}
    for path in folder.glob("*.py"):
        path.write_text(relative(path.read_text("utf-8"), own), "utf-8")
    (folder / "__init__.py").write_text(f'"""The model {name}, in ONNX."""\n', "utf-8")
    files = {
        path.name: sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.iterdir())
        if path.name not in LEFT_OUT
    }
    lines = "".join(f"{hash}  {name}\n" for name, hash in files.items())
    return {
        "name": command_name(module_name(name)),
        "version": version,
        "task": task,
        "seqzoo": seqzoo.__version__,
        "sha256": sha256(lines.encode()).hexdigest(),
        "files": files,
    }


def command_name(module: str) -> str:
    """The name of the distribution and of its command."""
    return module.replace("_", "-")


def relative(code: str, own: set[str]) -> str:
    """A reader's code, importing what lies beside it from its package.

    Args:
        code: of a module that imports at the beginning of lines; within functions by `from`.
        own: the names of the modules that lie beside it.
    """
    names = "|".join(sorted(map(re.escape, own)))
    code = re.sub(rf"^( *)from ({names}) import ", r"\1from .\2 import ", code, flags=re.M)
    return re.sub(rf"^import ({names})(?= as |$)", r"from . import \1", code, flags=re.M)


def _files(
    folder: Path, module: str, about: dict[str, Any], task_export: TaskExport
) -> dict[str, bytes]:
    """The wheel's files but RECORD: name -> content."""
    result = {
        f"{module}/__init__.py": (folders.RUNTIMES / "package.py").read_bytes(),
        f"{module}/__main__.py": (folders.RUNTIMES / "command.py").read_bytes(),
        f"{module}/about.json": json.dumps(about, indent=1).encode() + b"\n",
    }
    for name in about["files"]:
        result[f"{module}/model/{name}"] = (folder / name).read_bytes()
    card = archive.card(about, module, _own_card(task_export.predictor.artifact))
    needs = archive.needs(task_export.packages())
    return result | archive.information(about, module, needs, card)


def _own_card(artifact: Any) -> str:
    """The model's own card; of a model without one nothing."""
    if "README.md" not in artifact.names:
        return ""
    return artifact.path("README.md").read_text("utf-8")


def _proven(
    path: Path, module: str, task_export: TaskExport, texts: Sequence[str] | None
) -> dict[str, Any]:
    """The proof by the package that a wheel holds; see `seqzoo.export.proof.prove`."""
    with tempfile.TemporaryDirectory() as place:
        with zipfile.ZipFile(path) as file:
            file.extractall(place)
        return proof.prove(
            Path(place),
            task_export,
            "wheel",
            (),
            texts,
            lambda folder: loaded(folder, module),
        )


def loaded(folder: Path, module: str) -> Any:
    """The model of a package that lies in a folder; modules of its name stay as they were.

    Args:
        folder: that has the package.
        module: its name.
    """

    def taken() -> dict[str, Any]:
        names = [n for n in sys.modules if n == module or n.startswith(f"{module}.")]
        return {name: sys.modules.pop(name) for name in names}

    kept = taken()
    sys.path.insert(0, str(folder))
    try:
        importlib.invalidate_caches()
        return importlib.import_module(module).load()
    finally:
        sys.path.remove(str(folder))
        taken()
        sys.modules.update(kept)
