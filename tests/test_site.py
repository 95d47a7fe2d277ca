"""The site: its reference has every command, recipe, flag, public name, cell and address there is."""

import importlib
import re

import pytest

from seqzoo import recipes
from seqzoo.__main__ import COMMANDS
from seqzoo.layers import CELLS
from tools import code_pages, command_pages, docstrings, site, table_pages


@pytest.fixture(scope="module")
def commands():
    return dict(command_pages.pages())


def flags_in(text: str) -> set[str]:
    return set(re.findall(r"--[a-z][a-z0-9-]*", text))


def test_every_command_has_its_page_and_flags(commands):
    for name in COMMANDS:
        page = commands[f"commands/{name}.md"]
        parser = command_pages.command_parser(name)
        assert flags_in(parser.format_help()) <= flags_in(page), name


def test_every_recipe_has_its_page_with_every_setting(commands):
    for name, module in recipes.modules().items():
        if module.startswith("seqzoo."):
            settings = importlib.import_module(module).Config.__dataclass_fields__
            flags = {f"--{field.replace('_', '-')}" for field in settings}
            assert flags | {"--output"} <= flags_in(commands[f"recipes/{name}.md"])


def test_a_sweep_has_its_own_flags_and_none_of_a_recipe(commands):
    flags = flags_in(commands["commands/sweep.md"])
    assert {"--tuner", "--space", "--trials"} <= flags
    assert "--learning-rate" not in flags


def test_commands_that_take_a_recipe_lead_to_each(commands):
    for name in command_pages.OF_RECIPES:
        for recipe in command_pages.recipe_parsers():
            assert f"(../recipes/{recipe}.md)" in commands[f"commands/{name}.md"]


def test_groups_of_one_name_are_one():
    parser = command_pages.Parser("seqzoo try", example="seqzoo try --a 1")
    for flag in ("--a", "--b"):
        parser.add_argument_group("network").add_argument(flag)
    page = command_pages.page("try", parser)
    assert page.count("## Network") == 1 and "`--b B`" in page
    assert "```bash\nseqzoo try --a 1\n```" in page


def test_a_page_shows_groups_choices_and_marks_of_markdown_as_they_are():
    parser = command_pages.Parser("seqzoo try", description="Say <what> you_like.")
    group = parser.add_argument_group("network")
    group.add_argument(
        "--cell", choices=["gru", "lstm"], help="a `cell_name`, *any*; 5 %% of [all]"
    )
    page = command_pages.page("try", parser)
    assert "## Network" in page and "`--cell {gru,lstm}`" in page
    assert r":   a `cell_name`, \*any\*; 5 % of \[all\]" in page
    assert r"Say &lt;what&gt; you\_like." in page


def test_public_names_are_on_their_packages_page():
    pages = dict(code_pages.pages())
    for package in code_pages.PACKAGES:
        page = pages[f"python/{package}.md"]
        for name in code_pages.public_names(f"seqzoo.{package}") or []:
            assert re.search(rf"(- |\.){name}$", page, re.MULTILINE), f"{package}.{name}"
    assert "::: seqzoo.zoo.load" in pages["python/index.md"]


def test_the_table_of_cells_has_every_cell_with_its_equation():
    table = table_pages.cells()
    for name, kind in CELLS.items():
        assert f"| `{name}` |" in table
        assert command_pages.escaped(kind.about) in table
    assert table_pages.MARK in (site.ROOT / "docs/reference/cells.md").read_text("utf-8")


def test_http_has_every_address_and_field():
    schema = table_pages.openapi()
    page = table_pages.http(schema)
    for path, methods in schema["paths"].items():
        for method, about in methods.items():
            assert f"`{method.upper()} {path}`" in page
            for body in about.get("requestBody", {}).get("content", {}).values():
                assert all(
                    f"| `{field}` |" in page for field in body["schema"]["properties"]
                )


def test_a_new_page_is_in_the_navigation_without_an_entry(tmp_path):
    for name in ("guide/install.md", "guide/install.zh.md", "guide/new.md", "guide/a.md",
                 "reference/cells.md", "reference/python/index.md"):  # fmt: skip
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("# Page\n")
    sections = [
        {"folder": "guide", "title": "Guide", "first": ["missing", "install"]},
        {"folder": "tasks", "title": "Tasks"},
        {"folder": "reference", "title": "Reference"},
    ]
    assert site.navigation(tmp_path, sections) == [
        "index.md",
        {"Guide": ["guide/install.md", "guide/a.md", "guide/new.md"]},
        {"Reference": ["reference/cells.md", {"Python": ["reference/python/index.md"]}]},
    ]


def test_names_on_one_line_of_a_docstring_are_told_apart():
    text = "Do.\n\nArgs:\n    a, b: the bounds,\n        both.\n    c: more, of d: it"
    assert docstrings.split(text) == (
        "Do.\n\nArgs:\n    a: the bounds,\n        both.\n    b: the bounds,\n        both.\n"
        "    c: more, of d: it"
    )
