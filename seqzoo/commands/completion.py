"""`seqzoo completion SHELL`: a script with which a shell completes commands, flags, names and choices.

All of it is made from the parsers, so it names what this installation has.
"""

import argparse
import dataclasses
import importlib
from typing import Any

from seqzoo import recipes
from seqzoo.commands import COMMANDS, shells
from seqzoo.system.command_line import Parser
from seqzoo.tasks import discover, options
from seqzoo.training.command import parser_of

ABOUT = "print a script that completes commands in a shell"
EXAMPLE = "seqzoo completion bash > ~/.local/share/bash-completion/completions/seqzoo"
OF_RECIPES = ("train", "sweep")
OF_MODELS = ("model", "models")  # arguments that are models
WHICH = ("options", "measure_options", "form_options", "generate_options")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("shell", choices=tuple(shells.SCRIPTS))


def run(parsed: argparse.Namespace) -> int:
    """Print the script; returns the exit status."""
    print(shells.SCRIPTS[parsed.shell](contexts()), end="")
    return 0


def contexts() -> dict[str, shells.Context]:
    """What may follow, by what has been typed: a command, or a command and a recipe."""
    found = {}
    for name in COMMANDS:
        command = importlib.import_module(f"seqzoo.commands.{name}")
        found[name] = _context(name, command)
    for name, module in recipes.modules().items():
        if not module.startswith(f"{recipes.__name__}."):
            continue  # another's module is not imported for this
        recipe = importlib.import_module(module)
        choices = _choices(recipe.Config)
        found[f"train {name}"] = _of(parser_of(recipe, f"seqzoo train {name}"), choices)
        sweep = importlib.import_module("seqzoo.commands.sweep")
        found[f"sweep {name}"] = _of(sweep.parser_of(name, recipe), choices)
    return found


def _context(name: str, command: Any) -> shells.Context:
    """What may follow a command."""
    parser = Parser(f"seqzoo {name}")
    command.add_arguments(parser)
    return _of(parser, _of_tasks())


def _of(
    parser: argparse.ArgumentParser, choices: dict[str, tuple[str, ...]]
) -> shells.Context:
    """Flags, their values and arguments of a parser.

    Args:
        parser: the parser.
        choices: the values of flags, by what they are parsed into, where the parser has none.
    """
    flags: dict[str, shells.Flag] = {}
    words: tuple[str, ...] = ()
    for action in parser._actions:
        given = tuple(map(str, action.choices or ())) or choices.get(action.dest, ())
        if not action.option_strings:
            words += given or _words(action.dest)
            continue
        about = (action.help or "").replace("%%", "%")
        for flag in action.option_strings:
            flags[flag] = shells.Flag(about, given, action.nargs != 0)
    return shells.Context(flags, words)


def _words(argument: str) -> tuple[str, ...]:
    """The names that an argument may be; files may come besides."""
    if argument == "recipe":
        return tuple(recipes.names())
    if argument in OF_MODELS:
        from seqzoo.zoo import pretrained

        return tuple(pretrained())
    return ()


def _of_tasks() -> dict[str, tuple[str, ...]]:
    """The choices of all tasks' options."""
    found: dict[str, tuple[str, ...]] = {}
    for task in discover().values():
        for which in WHICH:
            for name, values in _choices(getattr(task, which) or options.Options).items():
                found[options.DEST + name] = values
    return found


def _choices(settings: type) -> dict[str, tuple[str, ...]]:
    """The choices of a dataclass' fields, by name."""
    return {
        field.name: tuple(map(str, field.metadata["choices"]))
        for field in dataclasses.fields(settings)
        if field.metadata.get("choices")
    }
