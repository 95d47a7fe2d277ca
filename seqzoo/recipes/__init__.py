"""Recipes: each binds a builder to a dataset. `python -m seqzoo.recipes.NAME` trains one."""

import pkgutil


def names() -> list[str]:
    """The names of all recipes."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__))
