"""The levels of the house: imports point down only."""

import ast
import sys
from pathlib import Path

import pytest

import seqzoo

ROOT = Path(seqzoo.__file__).parent
LEVELS = [
    {
        "bounds",
        "errors",
        "text",
        "vocabulary",
        "schemes",
        "metrics",
        "config",
        "storage",
        "progress",
        "interrupts",
        "heap",
        "subwords",
        "units",
        "pages",
    },
    {"weights", "torch_weights", "datasets", "layers", "optimizers", "sequences", "decoding"},
    {"convert", "input_pipeline", "stream", "models"},
    {
        "report",
        "laboratory",
        "artifact",
        "checkpoint",
        "classification",
        "tagger",
        "tagging",
        "translator",
        "translation",
        "perplexity",
        "running_text",
        "language_modelling",
    },
    {"distribution"},
    {"trainer", "predictors"},
    {"train", "cli", "flags"},
    {"diagnosis", "foreign", "measure", "predict", "sweep"},
    {"beam", "export", "serving"},
    {"recipes"},
    {"listing", "__main__"},
]
LEVEL = {name: number for number, names in enumerate(LEVELS) for name in names}
FILES = sorted(path for path in ROOT.rglob("*.py") if path != ROOT / "__init__.py")


def imports(path):
    """Dotted names of all modules that a file imports."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module
            if node.module == "seqzoo":
                yield from (f"seqzoo.{alias.name}" for alias in node.names)


def part(path):
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_point_down(path):
    own = part(path)
    for name in imports(path):
        other = name.split(".")[1] if name.startswith("seqzoo.") else None
        if other in LEVEL:
            assert (
                LEVEL[other] < LEVEL[own]
                or other == own
                or own == "__main__"
                or (LEVEL[other] == LEVEL[own] and (own, other) in SIDEWAYS)
            ), f"{own} imports {other}"
            assert other != "recipes" or own in ("listing", "__main__")


SIDEWAYS = {
    ("text", "errors"),
    ("vocabulary", "errors"),
    ("vocabulary", "storage"),
    ("schemes", "errors"),
    ("config", "errors"),
    ("storage", "errors"),
    ("artifact", "report"),
    ("cli", "train"),
    ("tagging", "tagger"),
    ("translation", "translator"),
    ("units", "errors"),
    ("units", "vocabulary"),
    ("stream", "input_pipeline"),
    ("language_modelling", "perplexity"),
    ("language_modelling", "running_text"),
    ("subwords", "errors"),
    ("subwords", "vocabulary"),
}


OUTSIDE = {
    "layers/fused.py": {"tensorflow"},
    "layers/fused_chain.py": {"tensorflow"},
    "layers/tensorflow_loop.py": {"tensorflow"},
    "layers/kernels": {"numba", "llvmlite"},
}


@pytest.mark.parametrize("folder", ["layers", "models"])
def test_layers_and_models_need_keras_alone(folder):
    for path in (ROOT / folder).rglob("*.py"):
        name = path.relative_to(ROOT)
        allowed = {"seqzoo", "keras", "numpy"} | OUTSIDE.get(str(name), OUTSIDE.get(str(name.parent), set()))
        outside = {imported.split(".")[0] for imported in imports(path)} - sys.stdlib_module_names
        assert outside <= allowed, f"{name}: {outside - allowed}"
