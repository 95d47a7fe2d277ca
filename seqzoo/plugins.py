"""What other packages add to seqzoo: the entry points that they declare, by group.

| group | what an entry point names |
|---|---|
| `seqzoo.tasks` | a module with `TASKS`, as a folder of `seqzoo/tasks` has it |
| `seqzoo.recipes` | a module, as a file of `seqzoo/recipes` is one |
| `seqzoo.datasets` | a function without arguments that returns a `Corpus`; its name is `TASK.NAME` |
| `seqzoo.cells` | a `seqzoo.layers.table.Kind` |
"""

import functools
import importlib.metadata
import logging

log = logging.getLogger("seqzoo")


@functools.cache
def load(group: str) -> dict[str, object]:
    """What the installed packages declare in a group, by name.

    An entry point that cannot be loaded is left out; the log `seqzoo` names it in one line.

    Args:
        group: `seqzoo.tasks`, say.

    Returns:
        Name -> the loaded object. The same dictionary each time.
    """
    found: dict[str, object] = {}
    for point in importlib.metadata.entry_points(group=group):
        try:
            found[point.name] = point.load()
        except Exception as error:  # another's code: whatever it raises must not stop the rest
            reason = " ".join(f"{type(error).__name__}: {error}".split())
            package = point.dist.name if point.dist is not None else "a package"
            log.warning("%s: entry point %s of %s is left out: %s", group, point.name, package, reason)
    return found
