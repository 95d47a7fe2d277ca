"""The command line's reference, from the parsers that the commands use themselves."""

import argparse
import html
import importlib
import re
from collections.abc import Iterable, Iterator, Mapping

from seqzoo import recipes
from seqzoo.__main__ import COMMANDS
from seqzoo.commands import sweep
from seqzoo.system.command_line import Parser
from seqzoo.training.command import parser_of

OF_RECIPES = ("train", "sweep")  # most of their flags are a recipe's
MODULES = ("laboratory", "bulk")  # `python -m seqzoo.NAME`
GROUP_TITLES = {"positional arguments": "Arguments", "options": "Options"}


def pages() -> Iterator[tuple[str, str]]:
    """The path of each page below `reference/`, and its Markdown."""
    for name in COMMANDS:
        of_recipes = _links_to_recipes() if name in OF_RECIPES else []
        yield f"commands/{name}.md", page(name, command_parser(name), of_recipes)
    for name in MODULES:
        module = importlib.import_module(f"seqzoo.{name}.__main__")
        yield f"commands/{name}.md", page(name, module.parser())
    for name, parser in recipe_parsers().items():
        yield f"recipes/{name}.md", page(name, parser)


def command_parser(name: str) -> argparse.ArgumentParser:
    """The parser of a command; of `sweep` without the flags that are the recipe's.

    Args:
        name: in `COMMANDS`.
    """
    if name == "sweep":
        return _sweep_parser()
    command = importlib.import_module(f"seqzoo.commands.{name}")
    about = f"{command.ABOUT[0].upper()}{command.ABOUT[1:]}."
    about = getattr(command, "DESCRIPTION", about)
    parser = Parser(f"seqzoo {name}", description=about, example=command.EXAMPLE)
    command.add_arguments(parser)
    return parser


def recipe_parsers() -> Mapping[str, argparse.ArgumentParser]:
    """The parser of each recipe of seqzoo's own, by the recipe's name."""
    modules = {name: recipes.modules()[name] for name in recipes.names()}
    return {
        name: parser_of(importlib.import_module(module), f"seqzoo train {name}")
        for name, module in modules.items()
        if module == f"{recipes.__name__}.{name}"
    }


def _sweep_parser() -> argparse.ArgumentParser:
    """The parser of a sweep without the flags that are the recipe's."""
    name = recipes.names()[0]
    recipe = importlib.import_module(recipes.modules()[name])
    every = set(recipe.Config.__dataclass_fields__) | {"preset", "help"}

    parser = Parser(
        "seqzoo sweep RECIPE", description=sweep.DESCRIPTION, example=sweep.EXAMPLE
    )
    for action in sweep.parser_of("RECIPE", recipe)._actions:
        if action.dest not in every:
            parser._add_action(action)
    return parser


def _links_to_recipes() -> list[str]:
    """What a command says whose other flags are those of a recipe."""
    names = [
        name for name, module in recipes.modules().items() if module.startswith("seqzoo.")
    ]
    links = ", ".join(f"[{name}](../recipes/{name}.md)" for name in names)
    return ["## Flags of the recipe", "", f"Each recipe adds its own: {links}.", ""]


def page(name: str, parser: argparse.ArgumentParser, behind: Iterable[str] = ()) -> str:
    """A page of Markdown: what a command does, an example, and each of its flags, by groups.

    Args:
        name: what the navigation calls it.
        parser: the command's.
        behind: lines that follow.
    """
    lines = ["---", f"title: {name}", "---", "", f"# `{parser.prog}`", ""]
    lines += _description(parser.description)
    if parser.epilog:
        lines += ["```bash", parser.epilog.removeprefix("example:").strip(), "```", ""]
    for title, actions in _groups(parser).items():
        lines += [f"## {title}", ""]
        for action in actions:
            lines += [_names(action), "", f":   {_help(action, parser.prog)}", ""]
    return "\n".join([*lines, *behind])


def _groups(parser: argparse.ArgumentParser) -> dict[str, list[argparse.Action]]:
    """Title -> arguments of that group; groups of one title are one."""
    groups: dict[str, list[argparse.Action]] = {}
    for group in parser._action_groups:
        shown = [a for a in group._group_actions if a.help is not argparse.SUPPRESS]
        title = GROUP_TITLES.get(str(group.title), str(group.title).capitalize())
        if shown:
            groups.setdefault(title, []).extend(shown)
    return groups


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
    text = (action.help or "required") % {**vars(action), "prog": prog}
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
