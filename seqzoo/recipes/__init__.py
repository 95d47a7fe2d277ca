"""Recipes: each binds a builder to a dataset. `seqzoo train NAME` trains one.

Installed packages declare more in the entry point group `seqzoo.recipes`. `python -m seqzoo.recipes.NAME`,
or `python -m package.module`, does the same.
"""

import functools
import pkgutil

from seqzoo import plugins

GROUP = "seqzoo.recipes"  # of entry points


@functools.cache
def modules() -> dict[str, str]:
    """The module of each recipe by its name: those of this folder, and those that installed packages declare.

    A package's recipe whose name is taken is left out; the log `seqzoo` says so. No recipe is imported.
    """
    found = {
        module.name: f"{__name__}.{module.name}"
        for module in pkgutil.iter_modules(__path__)
        if not module.name.startswith("_")
    }
    for name, module in plugins.modules(GROUP).items():
        if name in found:
            plugins.leave_out(GROUP, name, "there is a recipe of that name")
        else:
            found[name] = module
    return dict(sorted(found.items()))


def names() -> list[str]:
    """The names of all recipes."""
    return list(modules())
