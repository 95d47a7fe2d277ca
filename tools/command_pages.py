"""The command line's reference, from the parsers that the commands use themselves."""

import argparse
import html
import importlib
import re
from collections.abc import Iterator, Mapping

from seqzoo import recipes
from seqzoo.__main__ import COMMANDS
from seqzoo.commands import sweep
from seqzoo.system.command_line import Parser
from seqzoo.training.command import parser_of

MODULES = ("laboratory", "bulk")  # `python -m seqzoo.NAME`
GROUP_TITLES = {"positional arguments": "Arguments", "options": "Options"}


def pages() -> Iterator[tuple[str, str]]:
    """The path of each page below `reference/`, and its Markdown."""
    for name in COMMANDS:
        yield f"commands/{name}.md", page(name, f"seqzoo {name}", command_parser(name))
    for name in MODULES:
        module = importlib.import_module(f"seqzoo.{name}.__main__")
        yield f"commands/{name}.md", page(name, f"python -m seqzoo.{name}", module.parser())
    for name, parser in recipe_parsers().items():
        yield f"recipes/{name}.md", page(name, f"python -m seqzoo.recipes.{name}", parser)


def command_parser(name: str) -> argparse.ArgumentParser:
    """The parser of a command; `sweep` has that of one recipe, since its flags depend on it.

    Args:
        name: in `COMMANDS`.
    """
    if name == "sweep":
        return _sweep_parser()
    command = importlib.import_module(f"seqzoo.commands.{name}")
    parser = Parser(f"seqzoo {name}", description=command.ABOUT)
    command.add_arguments(parser)
    return parser


def recipe_parsers() -> Mapping[str, argparse.ArgumentParser]:
    """The parser of each recipe of seqzoo's own, by the recipe's name."""
    own = {
        name: module
        for name, module in recipes.modules().items()
        if module == f"{recipes.__name__}.{name}"
    }
    return {name: parser_of(importlib.import_module(own[name])) for name in own}


def _sweep_parser() -> argparse.ArgumentParser:
    """The parser of a sweep without the flags that are the recipe's."""
    name = recipes.names()[0]
    recipe = importlib.import_module(recipes.modules()[name])
    full = sweep.parser_of(name, recipe)
    every = set(recipe.Config.__dataclass_fields__) | {"preset", "help"}

    parser = Parser("seqzoo sweep RECIPE", description=sweep.DESCRIPTION)
    for action in full._actions:
        if action.dest not in every:
            parser._add_action(action)
    return parser


def page(name: str, title: str, parser: argparse.ArgumentParser) -> str:
    """A page of Markdown: what a command does, its usage, and each of its flags, by groups.

    Args:
        name: what the navigation calls it.
        title: the command.
        parser: the command's.
    """
    lines = [
        "---",
        f"title: {name}",
        "---",
        "",
        f"# `{title}`",
        "",
        *_description(parser.description),
    ]
    for group in parser._action_groups:
        shown = [a for a in group._group_actions if a.help is not argparse.SUPPRESS]
        if not shown:
            continue
        name = str(group.title)
        lines += [f"## {GROUP_TITLES.get(name, name[:1].upper() + name[1:])}", ""]
        if group.description:
            lines += [*_description(group.description)]
        for action in shown:
            lines += [_names(action), "", f":   {_help(action, parser.prog)}", ""]
    if parser.epilog:
        lines += ["## Example", "", "```text", parser.epilog.strip(), "```", ""]
    return "\n".join(lines)


def _description(text: str | None) -> list[str]:
    """A description's paragraphs; what a docstring indents becomes a block of text as it is."""
    lines: list[str] = []
    for paragraph in re.split(r"\n\s*\n", (text or "").strip()):
        indented = paragraph.startswith("    ")
        lines += ["```text", paragraph, "```"] if indented else [escaped(paragraph)]
        lines += [""]
    return lines


def _names(action: argparse.Action) -> str:
    """The names of a flag and its value, or an argument's name, as code."""
    names = ", ".join(action.option_strings)
    value = ""
    if action.nargs != 0:
        value = _metavar(action)
    return f"`{f'{names} {value}'.strip()}`"


def _metavar(action: argparse.Action) -> str:
    """What stands for the value in a flag's usage."""
    if isinstance(action.metavar, tuple):
        return " ".join(action.metavar)
    if action.metavar:
        return action.metavar
    if action.choices:
        return "{" + ",".join(map(str, action.choices)) + "}"
    return action.dest.upper() if action.option_strings else action.dest


def _help(action: argparse.Action, prog: str) -> str:
    """A flag's help in one line of Markdown."""
    text = (action.help or "") % {**vars(action), "prog": prog}
    return escaped(" ".join(text.split()))


def escaped(text: str) -> str:
    """Text in which Markdown sees no marks of its own."""
    marked = re.sub(r"([\\*_\[\]|])", r"\\\1", html.escape(text, quote=False))
    # What stands between backquotes is code, and is shown as it is.
    return re.sub(r"`([^`]*)`", lambda code: _code(code.group(1)), marked)


def _code(text: str) -> str:
    """Escaped text as code again."""
    plain = re.sub(r"\\(.)", r"\1", text)
    return f"`{html.unescape(plain)}`"
