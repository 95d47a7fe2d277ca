"""Recipes: each binds a builder to a dataset. `python -m seqzoo.recipes.NAME` trains one."""

import pkgutil

from seqzoo import plugins


def names() -> list[str]:
    """The names of all recipes: those of this folder, and those that installed packages declare."""
    own = {module.name for module in pkgutil.iter_modules(__path__)}
    return sorted(own | plugins.load("seqzoo.recipes").keys())
