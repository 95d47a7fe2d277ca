"""Tasks: each is a folder here, or a package that declares the entry point group `seqzoo.tasks`.

Importing this imports neither Keras nor TensorFlow.
"""

import functools
import importlib
import pkgutil

from seqzoo import plugins
from seqzoo.errors import unknown_name
from seqzoo.tasks.base import Task


@functools.cache
def discover() -> dict[str, Task]:
    """All tasks by name: those of seqzoo's own, then those of installed packages.

    A package whose entry point is no module with `TASKS`, or whose task has a name that is taken, is left
    out; the log `seqzoo` says so.
    """
    modules = [
        importlib.import_module(f"{__name__}.{m.name}") for m in pkgutil.iter_modules(__path__) if m.ispkg
    ]
    tasks = {task.name: task for module in modules for task in module.TASKS}
    for name, found in sorted(plugins.load("seqzoo.tasks").items()):
        for task in getattr(found, "TASKS", None) or [None]:
            if not isinstance(task, Task):
                plugins.log.warning("seqzoo.tasks: %s is left out: expected TASKS, a tuple of tasks", name)
            elif task.name in tasks:
                plugins.log.warning("seqzoo.tasks: %s is left out: there is a task %s", name, task.name)
            else:
                tasks[task.name] = task
    return dict(sorted(tasks.items()))


def task_of(name: str, where: str = "task") -> Task:
    """A task by its name.

    Raises:
        InputError: with the names there are, if there is no such task; `where` begins the message.
    """
    tasks = discover()
    if name not in tasks:
        raise unknown_name(where, name, tasks)
    return tasks[name]


__all__ = ["Task", "discover", "task_of"]
