"""README and docs: their code parses, what it imports is there, and commands and flags exist.

The blocks are not run: most name a user's own files, or train.
"""

import ast
import importlib
import re
import shlex
from pathlib import Path

import pytest

from seqzoo import config, recipes
from seqzoo.__main__ import COMMANDS
from seqzoo.commands import sweep
from seqzoo.sweep import trials
from seqzoo.system.command_line import Parser

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
OF_RECIPES = {
    "--output",
    "--tensorboard",
    "--save-seconds",
    "--distribute",
    "--preset",
    "--help",
}
by_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(
        rf"^```{language}\n(.*?)^```", page.read_text("utf-8"), re.DOTALL | re.MULTILINE
    )


@by_page
def test_python_parses_and_imports_what_is_there(page):
    for block in blocks(page, "python"):
        for node in ast.walk(ast.parse(block)):
            if isinstance(node, ast.ImportFrom) and node.module.split(".")[0] == "seqzoo":
                for alias in node.names:
                    found = hasattr(importlib.import_module(node.module), alias.name)
                    assert found or importlib.import_module(f"{node.module}.{alias.name}")


def commands(page: Path):
    """The commands of seqzoo in shell blocks, as words."""
    for block in blocks(page, "bash"):
        for line in block.replace("\\\n", " ").split("\n"):
            for part in re.split(r"\s&&\s|\s\|\s|;\s", line):
                words = shlex.split(part, comments=True)
                while words and "=" in words[0] and not words[0].startswith("-"):
                    words = words[1:]  # VARIABLE=value
                if words[:1] == ["seqzoo"] or words[:2] == ["python", "-m"]:
                    yield words


def flags_of(command: str) -> set[str]:
    parser = Parser(command)
    importlib.import_module(f"seqzoo.commands.{command}").add_arguments(parser)
    return set(re.findall(r"--[a-z][a-z-]*", parser.format_help()))


def flags_of_recipe(module) -> set[str]:
    parser = Parser("recipe")
    config.add_flags(parser, module.Config)
    return set(re.findall(r"--[a-z][a-z-]*", parser.format_help())) | OF_RECIPES


def known_flags(words: list[str]) -> set[str] | None:
    """The flags that a command has; None: it is not seqzoo's."""
    if words[:1] == ["seqzoo"]:
        if len(words) == 1 or words[1].startswith("-"):
            return {"--help", "--version"}
        assert words[1] in COMMANDS, words
        if words[1] != "sweep":
            return flags_of(words[1]) | {"--help"}
        if len(words) == 2 or words[2].startswith("-"):
            return {"--help"}
        parser = sweep.parser_of(words[2], trials.module_of(words[2]))
        return set(re.findall(r"--[a-z][a-z-]*", parser.format_help()))
    name = words[2].rpartition(".")[2]
    if words[2].startswith("seqzoo.recipes."):
        assert name in recipes.names() or name == "NAME", words
        return flags_of_recipe(trials.module_of(name)) if name != "NAME" else None
    if words[2] == "seqzoo.laboratory":
        return flags_of_recipe(importlib.import_module("seqzoo.laboratory.__main__"))
    if words[2].startswith("seqzoo"):
        assert importlib.util.find_spec(words[2]), words
    return None


@by_page
def test_commands_and_flags_exist(page):
    for words in commands(page):
        known = known_flags(words)
        for word in words:
            if known is not None and word.startswith("--"):
                assert word.partition("=")[0] in known, f"{word}: {' '.join(words)}"
