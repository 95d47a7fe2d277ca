"""README and docs: their Python runs, and the commands and flags of their shell blocks exist.

`tests.support.pages` says how a page prepares what its Python needs, and how it says that a block is not run.
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
from tests.support.pages import blocks_of, run

ROOT = Path(__file__).parents[1]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
# Blocks of Python that do not run, by page; each says why in the page.
NOT_RUN: dict[str, int] = {}
OF_RECIPES = {
    "--output",
    "--tensorboard",
    "--save-seconds",
    "--distribute",
    "--preset",
    "--help",
}


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def runs_elsewhere(page: Path) -> bool:
    """Whether all Python of a page in Chinese is that of the same page in English, which runs."""
    english = page.with_name(page.name.replace(".zh.md", ".md"))
    if english == page:
        return False
    codes = [
        [block.code for block in blocks_of(each.read_text("utf-8"))]
        for each in (page, english)
    ]
    return codes[0] == codes[1]


by_page = pytest.mark.parametrize("page", PAGES, ids=name_of)
with_python = pytest.mark.parametrize(
    "page",
    [p for p in PAGES if blocks_of(p.read_text("utf-8")) and not runs_elsewhere(p)],
    ids=name_of,
)
slow_ones = pytest.mark.parametrize(
    "page",
    [
        page
        for page in PAGES
        if any(b.slow for b in blocks_of(page.read_text("utf-8")))
        and not runs_elsewhere(page)
    ],
    ids=name_of,
)


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(
        rf"^```{language}\n(.*?)^```", page.read_text("utf-8"), re.DOTALL | re.MULTILINE
    )


@with_python
def test_python_runs(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run(page, slow=False)


@pytest.mark.slow
@slow_ones
def test_slow_python_runs(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run(page, slow=True)


def test_blocks_that_do_not_run_are_counted():
    found = {name_of(page): blocks_of(page.read_text("utf-8")) for page in PAGES}
    counts = {name: sum(bool(b.not_run) for b in blocks) for name, blocks in found.items()}
    assert {name: count for name, count in counts.items() if count} == NOT_RUN


def test_every_block_of_python_is_seen():
    for page in PAGES:
        shown = [block for block in blocks_of(page.read_text("utf-8")) if block.shown]
        assert len(shown) == len(blocks(page, "python")), name_of(page)


@pytest.mark.parametrize(
    "text, error",
    [
        ("```python\n1 + 1  # 3\n```\n", AssertionError),
        ("```python\nundefined\n```\n", NameError),
        ("```python\nx = 2\n```\n<!-- check: assert x == 3 -->\n", AssertionError),
        ("<!-- not run: -->\n```python\nundefined\n```\n", AssertionError),
    ],
)
def test_a_wrong_page_fails(text, error, tmp_path):
    page = tmp_path / "page.md"
    page.write_text(text, "utf-8")
    with pytest.raises(error):
        run(page, slow=False)


def test_a_page_runs_in_one_namespace_and_says_its_values(tmp_path):
    page = tmp_path / "page.md"
    text = "<!-- setup: x = [1.0] -->\n```python\nx[0] / 3  # 0.333\ny = len(x)  # words\n```\n"
    text += "<!-- slow: long -->\n```python\nundefined\n```\n"
    text += "<!-- slow: long -->\n<!-- check: assert undefined -->\n"
    text += "<!-- not run: never -->\n```python\nundefined\n```\n```python\n{'a': y}  # {'a': 1}\n```\n"
    page.write_text(text, "utf-8")
    assert run(page, slow=False) == 2
    with pytest.raises(NameError):
        run(page, slow=True)


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
        if words[1] == "train" and words[2:] and not words[2].startswith("-"):
            return flags_of_recipe(trials.module_of(words[2]))
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
