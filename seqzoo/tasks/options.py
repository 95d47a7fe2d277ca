"""What can be set of an answer: declared once, as flags and as fields of a request."""

import argparse
import dataclasses
import typing
from collections.abc import Iterable
from typing import Any

from seqzoo import config as configs
from seqzoo.config import flag
from seqzoo.errors import InputError, unknown_name
from seqzoo.plugins import log

STEPS = "demand_steps"  # the option that says what finding out may take what demands allow
DEST = "option "  # begins a flag's name in what is parsed: no command has such a one of its own


@dataclasses.dataclass(frozen=True)
class Options:
    """Nothing that can be set. A task's own are a frozen dataclass of `seqzoo.config.option`."""

    def check(self) -> None:
        """Refuse values out of range.

        Raises:
            InputError: naming the first.
        """
        configs.check(self, flags=False)


def check_class(options: type[Options]) -> None:
    """Refuse a class that flags cannot be made of.

    Raises:
        InputError: if it is no dataclass of `Options`, or a field is not made by `seqzoo.config.option`.
    """
    if not (isinstance(options, type) and issubclass(options, Options)):
        raise InputError(
            f"options: expected a class of seqzoo.tasks.options.Options; got {options!r}"
        )
    try:
        hints = typing.get_type_hints(options)
    except (NameError, TypeError) as error:
        raise InputError(
            f"{options.__name__}: its annotations cannot be read: {error}"
        ) from error
    for field in dataclasses.fields(options):
        if "help" not in field.metadata or field.name not in hints:
            raise InputError(
                f"{options.__name__}.{field.name}: expected seqzoo.config.option(...)"
            )


def names(options: type[Options]) -> list[str]:
    """The names of what can be set, in the class' order."""
    return [field.name for field in dataclasses.fields(options)]


def demands_of(options: type[Options]) -> list[str]:
    """The options that demand something of a text, at a cost that `STEPS` bounds; none: there is no such.

    Args:
        options: a task's class.
    """
    fields = {field.name: field for field in dataclasses.fields(options)}
    return list(fields[STEPS].metadata["needs"]) if STEPS in fields else []


def replaced(base: Options, **given: Any) -> Options:
    """Options with some of them changed.

    Args:
        base: the options.
        given: new values by name.

    Raises:
        InputError: on a name that is none of them, or a value out of its range.
    """
    for name in given:
        if name not in names(type(base)):
            raise unknown_name("option", name, names(type(base)))
    changed = dataclasses.replace(base, **given)
    changed.check()
    return changed


def shared(options: type[Options], base: Options) -> Options:
    """Options of a class, those that `base` has too with its values."""
    return options(
        **{name: getattr(base, name) for name in names(options) if hasattr(base, name)}
    )


def add_flags(parser: argparse.ArgumentParser, tasks: Iterable[Any], which: str) -> None:
    """Add a flag for each option of some tasks, in a group a task.

    A flag that several have comes once. Where it is something else for another task, its help says so.

    Args:
        parser: gets the flags.
        tasks: `Task`s.
        which: an attribute of a task: `options`, `measure_options` or `generate_options`.
    """
    added: dict[str, Any] = {}
    for task in tasks:
        every = dataclasses.fields(getattr(task, which) or Options)
        for field in every:
            if (flags := added.get(field.name)) is not None:
                _also(flags, configs.help_of(field), task.name)
        fields = [field for field in every if field.name not in added]
        if not fields:
            continue
        group = parser.add_argument_group(task.name)
        hints = typing.get_type_hints(getattr(task, which))
        for field in fields:
            added[field.name] = None
            keywords: dict[str, Any] = {"metavar": "X"}
            if hints[field.name] is bool:
                keywords = {"action": argparse.BooleanOptionalAction}
            try:
                added[field.name] = group.add_argument(
                    f"--{flag(field.name)}",
                    dest=DEST + field.name,
                    default=argparse.SUPPRESS,
                    help=configs.help_of(field),
                    **keywords,
                )
            # The command has a flag of that name: a package's task must not stop it.
            except argparse.ArgumentError:
                log.warning(
                    "task %s: its option %s has no flag: the command has one of that name",
                    task.name,
                    field.name,
                )


def _also(action: argparse.Action, help: str, name: str) -> None:
    """Say in a flag's help what it is for another task, if that is something else."""
    if help not in str(action.help):
        action.help = f"{action.help}; of {name}: {help}"


def given(
    task: Any, parsed: argparse.Namespace, tasks: Iterable[Any], *which: str
) -> dict[str, Any]:
    """The options that were given as flags, as values by name.

    Args:
        task: the model's.
        parsed: what `add_flags` and a parser made.
        tasks: those that the flags were added for.
        which: attributes of the task in which an option may be.

    Raises:
        InputError: on an option of another task, or a text that stands for no value.
    """
    values = {}
    classes = [getattr(task, each) for each in which if getattr(task, each) is not None]
    for dest, value in vars(parsed).items():
        if not dest.startswith(DEST):
            continue
        name = dest.removeprefix(DEST)
        owner = next((options for options in classes if name in names(options)), None)
        if owner is None:
            homes = ", ".join(_homes(name, tasks, which))
            raise InputError(
                f"--{flag(name)}: it is for {homes}; the model is one of {task.name}"
            )
        if not isinstance(value, bool):
            value = configs.from_text(owner, name, value)
        values[name] = value
    return values


def _homes(name: str, tasks: Iterable[Any], which: Iterable[str]) -> list[str]:
    """The names of the tasks that have an option."""
    homes = [
        task.name
        for task in tasks
        for each in which
        if name in names(getattr(task, each) or Options)
    ]
    return list(dict.fromkeys(homes))
