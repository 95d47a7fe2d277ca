"""Entry points that tests declare as installed packages do."""

from seqzoo import plugins, recipes
from seqzoo.tasks import discover

CACHES = (
    plugins.all_points,
    plugins.points,
    plugins.load,
    plugins.modules,
    recipes.modules,
    discover,
)


def forget() -> None:
    """Let the entry points be read anew."""
    for cache in CACHES:
        cache.cache_clear()
