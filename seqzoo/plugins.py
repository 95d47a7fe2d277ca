"""What other packages add to seqzoo: the entry points that they declare, by group.

| group | what an entry point names |
|---|---|
| `seqzoo.tasks` | a module with `TASKS`, as a folder of `seqzoo/tasks` has it |
| `seqzoo.recipes` | a module, as a file of `seqzoo/recipes` is one |
| `seqzoo.datasets` | a function that returns a `Corpus`, of nothing or of the settings; named `TASK.NAME` |
| `seqzoo.cells` | a `seqzoo.layers.table.Kind` |

What cannot be used is left out. The log `seqzoo` names it in one line; where nobody has set up logging, that
line goes to standard error.
"""

import functools
import importlib.metadata
import logging
from typing import Any

log = logging.getLogger("seqzoo")


@functools.cache
def points(group: str) -> dict[str, importlib.metadata.EntryPoint]:
    """The entry points of a group by name, none of them loaded; of two with one name the first alone.

    Args:
        group: `seqzoo.tasks`, say.
    """
    found: dict[str, importlib.metadata.EntryPoint] = {}
    for point in all_points().select(group=group):
        if point.name in found:
            reason = f"{_package(found[point.name])} has one of that name"
            _warn(group, point, reason, point.name)
        else:
            found[point.name] = point
    return found


@functools.cache
def all_points() -> Any:
    """The entry points of all packages, to `select` from; reading one group takes as long as all."""
    return importlib.metadata.entry_points()


@functools.cache
def load(group: str) -> dict[str, object]:
    """What the installed packages declare in a group, by name.

    Args:
        group: `seqzoo.tasks`, say.

    Returns:
        Name -> the loaded object, without those that cannot be loaded. The same dictionary each time.
    """
    found: dict[str, object] = {}
    for name, point in points(group).items():
        try:
            found[name] = point.load()
        # Another's code: whatever it raises must not stop the rest.
        except (Exception, SystemExit) as error:
            leave_out(group, name, f"{type(error).__name__}: {error}")
    return found


@functools.cache
def modules(group: str) -> dict[str, str]:
    """The modules that a group's entry points name, as `package.module`; none of them is imported."""
    found = {}
    for name, point in points(group).items():
        module, colon, _ = point.value.partition(":")
        module = module.strip()
        if colon or not all(part.isidentifier() for part in module.split(".")):
            leave_out(group, name, f"expected package.module; got {point.value}")
        else:
            found[name] = module
    return found


def recipe_name(module: str) -> str:
    """What a recipe is called: as its package declares it, else by the last part of its module's name.

    Args:
        module: dotted name of the recipe's module.
    """
    declared = {value: name for name, value in modules("seqzoo.recipes").items()}
    return declared.get(module, module.rpartition(".")[2])


def leave_out(group: str, name: str, reason: str) -> None:
    """Log, in one line, that an entry point is not used, and why."""
    _warn(group, points(group).get(name), reason, name)


def _warn(
    group: str, point: importlib.metadata.EntryPoint | None, reason: str, name: str
) -> None:
    line = " ".join(reason.split())
    log.warning("%s: %s of %s is left out: %s", group, name, _package(point), line)


def _package(point: importlib.metadata.EntryPoint | None) -> str:
    return point.dist.name if point is not None and point.dist is not None else "a package"
