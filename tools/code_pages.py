"""The reference of the Python interface: a page a package, which mkdocstrings fills from the docstrings."""

import importlib
import inspect
from collections.abc import Iterator

import seqzoo
from seqzoo.tasks import discover

# Packages whose `__all__` says what is public; a page each.
PACKAGES = {
    "models": "Builders",
    "layers": "Layers and cells",
    "layers.chain": "Linear-chain CRF functions",
    "decoding": "Decoding",
    "optimizers": "Optimizers",
    "convert": "Weights of PyTorch",
    "diagnosis": "Diagnosis",
    "datasets": "Corpora",
    "datasets.series": "Series of numbers",
    "text": "Text",
    "text.vocabulary": "Vocabularies",
    "metrics": "Metrics",
    "metrics.forecasts": "Scores of forecasts",
    "pipeline.stream": "Streams of tokens",
    "export": "Export",
    "engine": "Engine",
    "artifact": "Artifacts",
    "sweep": "Hyper-parameter search",
    "serving": "Server",
    "laboratory": "Laboratory",
    "tasks": "Tasks",
    "tasks.predictor": "Predictor",
    "tasks.options": "Options of a task",
    "config": "Settings",
}


def pages() -> Iterator[tuple[str, str]]:
    """The path of each page below `reference/`, and its Markdown."""
    yield "python/index.md", _front()
    for package, title in PACKAGES.items():
        module = f"seqzoo.{package}"
        text = f"---\ntitle: {module}\n---\n\n# {title}: `{module}`\n\n"
        yield f"python/{package}.md", text + _contents(module)
    yield "python/predictors.md", _predictors()


def _contents(module: str) -> str:
    """A module's public names; a module without a list of them has those it defines."""
    names = public_names(module)
    if names is None:
        return f"::: {module}\n    options:\n      members_order: source\n"

    # To Griffe, `models.classifier` is the file of that name, not the function in it.
    hidden = [name for name in names if importlib.util.find_spec(f"{module}.{name}")]
    listed = "".join(f"        - {name}\n" for name in names if name not in hidden)
    text = f"::: {module}\n    options:\n      members:\n{listed}\n"
    for name in hidden:
        text += f"::: {module}.{name}.{name}\n    options:\n      heading_level: 3\n\n"
    return text


def public_names(module: str) -> list[str] | None:
    """The classes and functions in a module's `__all__`; None: it has no such list.

    Names that hold values (tables, numbers) have no docstring, and stay out.
    """
    imported = importlib.import_module(module)
    if not hasattr(imported, "__all__"):
        return None
    return [name for name in imported.__all__ if callable(getattr(imported, name))]


def _front() -> str:
    """The page of the package itself: what `import seqzoo` offers."""
    lines = ["# The package `seqzoo`", "", seqzoo.__doc__.strip(), ""]
    for name in seqzoo.__all__:
        value = getattr(seqzoo, name)
        if not inspect.ismodule(value):  # packages have pages of their own
            lines += [f"::: {value.__module__}.{value.__qualname__}", ""]
    return "\n".join(lines)


def _predictors() -> str:
    """What `seqzoo.load` returns: the class of each folder of tasks."""
    lines = [
        "# Loaded models",
        "",
        "`seqzoo.load` returns one of these, by the model's task.",
        "",
    ]
    seen = set()
    ours = [t for t in discover().values() if t.package.startswith("seqzoo.")]
    for task in ours:
        kind = task.predictor_class()
        # Not where the task names it: a folder may offer a class from further down.
        place = f"{kind.__module__}.{kind.__qualname__}"
        if place not in seen:
            seen.add(place)
            lines += [f"::: {place}", "    options:", "      inherited_members: true", ""]
    return "\n".join(lines)
