"""The options that a request may set: those of the model's task, within what a server grants."""

import dataclasses
from typing import Any

from pydantic import ValidationError

from seqzoo import tasks
from seqzoo.errors import InputError
from seqzoo.serving import schemas
from seqzoo.serving.service import Served
from seqzoo.tasks.options import STEPS, Options, demands_of


def options_of(served: Served, options: dict[str, Any], which: str) -> dict[str, Any]:
    """The options that were set.

    Args:
        served: the model that is asked.
        options: names and values.
        which: attribute of the task that has its options.

    Returns:
        Those, and how much demands among them may take.

    Raises:
        InputError: if one is another task's, or beyond what the server grants of this one.
    """
    known = _granted(served.task, which)
    for name in options:
        if name not in known:
            homes = [
                t.name for t in tasks.discover().values() if name in _granted(t, which)
            ]
            raise InputError(
                f"{name}: it is for {', '.join(homes)}; {served.name} is one of {served.task.name}"
            )
    try:
        schemas.options_model(_class(served.task, which)).model_validate(options)
    except ValidationError as error:
        raise InputError(schemas.explain(error)) from None
    if any(name in options for name in demands_of(_class(served.task, which))):
        return {**options, STEPS: served.limits.demand_steps}
    return options


def _class(task: Any, which: str) -> Any:
    return getattr(task, which) or Options


def _granted(task: Any, which: str) -> list[str]:
    """The names of a task's options that a request may set; another task's may have the name of others."""
    fields = dataclasses.fields(_class(task, which))
    return [field.name for field in fields if field.metadata["served"] is not False]
