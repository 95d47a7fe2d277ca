"""Tasks: each is a folder here, or a package that declares the entry point group `seqzoo.tasks`.

Importing this imports neither Keras nor TensorFlow.
"""

import functools
import importlib
import pkgutil

from seqzoo import plugins
from seqzoo.errors import InputError, unknown_name
from seqzoo.tasks import options
from seqzoo.tasks.base import Task

GROUP, DATASETS = "seqzoo.tasks", "seqzoo.datasets"  # of entry points


@functools.cache
def discover() -> dict[str, Task]:
    """All tasks by name: those of seqzoo's own, then those of installed packages.

    A package whose entry point is no module with `TASKS`, or whose task has a name that is taken, is left
    out; the log `seqzoo` says so. It also names datasets of packages that are for no task.
    """
    modules = [
        importlib.import_module(f"{__name__}.{m.name}")
        for m in pkgutil.iter_modules(__path__)
        if m.ispkg
    ]
    tasks = {task.name: task for module in modules for task in module.TASKS}
    for name, found in sorted(plugins.load(GROUP).items()):
        declared = getattr(found, "TASKS", None)
        for task in (
            declared if isinstance(declared, (tuple, list)) and declared else [declared]
        ):
            fault = _fault(task, tasks)
            if fault is not None:
                plugins.leave_out(GROUP, name, fault)
            elif isinstance(task, Task):
                tasks[task.name] = task
    for name in plugins.points(DATASETS):
        if name.partition(".")[0] not in tasks:
            plugins.leave_out(
                DATASETS, name, "expected a name TASK.NAME of a task in `seqzoo list`"
            )
    return dict(sorted(tasks.items()))


def _fault(task: object, tasks: dict[str, Task]) -> str | None:
    """Why what a package declares cannot be used beside other tasks; None: it can."""
    if not isinstance(task, Task):
        return f"expected a module with TASKS, a tuple of seqzoo.tasks.Task; got {type(task).__name__}"
    if task.name in tasks:
        return f"there is a task {task.name}"
    try:
        for each in (
            task.options,
            task.measure_options,
            task.form_options,
            task.generate_options or options.Options,
        ):
            options.check_class(each)
    except InputError as error:
        return str(error)
    return None


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
