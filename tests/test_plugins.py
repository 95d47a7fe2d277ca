"""What installed packages declare: used where it is sound, named in one line where it is not."""

import importlib.metadata
import logging
import sys
import types

import pytest

from seqzoo import plugins, recipes
from seqzoo.__main__ import main
from seqzoo.datasets import Corpus, Example
from seqzoo.datasets.corpus import declared, opened
from seqzoo.errors import InputError
from seqzoo.tasks import base, discover
from seqzoo.tasks.options import Options
from tests.support.plugins import forget


@pytest.fixture
def declare(monkeypatch, caplog):
    """Declare entry points as installed packages do: `declare("seqzoo.cells", name="module:attribute")`."""
    points = []

    def add(group, **named):
        points.extend(
            importlib.metadata.EntryPoint(n, value, group) for n, value in named.items()
        )
        forget()

    def entry_points():
        return importlib.metadata.EntryPoints(points)

    monkeypatch.setattr(importlib.metadata, "entry_points", entry_points)
    caplog.set_level(logging.WARNING, "seqzoo")
    forget()
    yield add
    forget()


@pytest.fixture
def package(monkeypatch):
    """A module `outside` that a test fills."""
    module = types.ModuleType("outside")
    monkeypatch.setitem(sys.modules, "outside", module)
    return module


def only_line(caplog) -> str:
    (record,) = caplog.records
    line = record.getMessage()
    assert "\n" not in line
    return line


def kinds():
    """A table of cells of its own, which reads the entry points anew."""
    from seqzoo.layers import CELLS
    from seqzoo.layers.table import Kinds

    return Kinds({"lstm": CELLS["lstm"]})


def test_what_cannot_be_loaded_is_left_out_with_a_line(declare, package, caplog):
    package.value = 7
    declare("seqzoo.any", broken="no_such_module:x", sound="outside:value")
    assert plugins.load("seqzoo.any") == {"sound": 7}
    reason = "ModuleNotFoundError: No module named 'no_such_module'"
    line = f"seqzoo.any: broken of a package is left out: {reason}"
    assert only_line(caplog) == line
    plugins.load("seqzoo.any")
    assert len(caplog.records) == 1


def test_of_two_with_one_name_the_first_is_taken(declare, package, caplog):
    package.first, package.second = 1, 2
    declare("seqzoo.any", same="outside:first")
    declare("seqzoo.any", same="outside:second")
    assert plugins.load("seqzoo.any") == {"same": 1}
    assert "same" in only_line(caplog)


def test_a_cell_joins_the_table_and_builds_a_layer(declare, package, monkeypatch):
    from seqzoo import layers
    from seqzoo.layers import by_name, table

    package.KIND = table.Kind(layers.MGUCell, "a test's")
    declare("seqzoo.cells", mine="outside:KIND")
    found = kinds()
    assert list(found) == ["lstm", "mine"]
    monkeypatch.setattr(by_name, "CELLS", found)
    assert isinstance(by_name.recurrent("mine", 3).cell, layers.MGUCell)


def test_a_cell_s_class_is_imported_when_it_is_first_asked_for(declare, package):
    from seqzoo import layers
    from seqzoo.layers.table import Kind

    package.KIND = Kind("outside:Later", "a test's")
    package.Later = layers.MGUCell
    declare("seqzoo.cells", mine="outside:KIND")
    found = kinds()["mine"]
    assert not isinstance(found.made_by, type)
    assert found.layer is layers.MGUCell


def test_a_class_that_is_not_where_a_cell_says_is_an_error_of_one_line():
    from seqzoo.layers.table import Kind

    with pytest.raises(InputError, match="cell: no_such_module:X: No module named"):
        _ = Kind("no_such_module:X", "a test's").layer


def test_names_of_cells_are_known_before_any_is_loaded(declare, caplog):
    declare("seqzoo.cells", broken="no_such_module:KIND")
    found = kinds()
    assert list(found) == ["lstm", "broken"]
    assert found["lstm"]
    assert not caplog.records


def test_a_cell_that_cannot_be_loaded_is_left_out_once_it_is_asked_for(declare, caplog):
    declare("seqzoo.cells", broken="no_such_module:KIND")
    found = kinds()
    assert "broken" not in found
    assert list(found) == list(dict(found)) == list(dict(found.items())) == ["lstm"]
    assert len(found) == len(found.values()) == 1
    assert "seqzoo.cells: broken" in only_line(caplog)


@pytest.mark.parametrize(
    "name, message", [("lstm", "there is a cell"), ("other", "expected a seqzoo.layers")]
)
def test_a_cell_that_cannot_be_used_is_left_out(name, message, declare, package, caplog):
    package.KIND = "no kind"
    declare("seqzoo.cells", **{name: "outside:KIND"})
    found = kinds()
    assert len(found.items()) == 1
    assert list(found) == ["lstm"]
    assert message in only_line(caplog)


def test_a_recipe_is_known_by_its_name(declare):
    from seqzoo.sweep import report, trials

    declare("seqzoo.recipes", mine="seqzoo.recipes.sentiment")
    assert recipes.modules()["mine"] == "seqzoo.recipes.sentiment"
    assert trials.module_of("mine").__name__ == "seqzoo.recipes.sentiment"
    default = trials.module_of("mine").Config()
    assert report.command("mine", default, default) == "seqzoo train mine"
    assert plugins.recipe_name("seqzoo.recipes.sentiment") == "mine"
    assert plugins.recipe_name("seqzoo.recipes.language_model") == "language_model"


@pytest.mark.parametrize(
    "name, value, message",
    [
        ("sentiment", "outside", "there is a recipe of that name"),
        ("mine", "outside:Config", "expected package.module; got outside:Config"),
        ("mine", "not a module", "expected package.module"),
    ],
)
def test_a_recipe_that_cannot_be_used_is_left_out(name, value, message, declare, caplog):
    own = recipes.names()
    declare("seqzoo.recipes", **{name: value})
    assert recipes.names() == own
    assert message in only_line(caplog)
    recipes.names()
    assert len(caplog.records) == 1


def test_a_recipe_that_cannot_be_imported_is_refused_in_one_line(declare, capfd):
    declare("seqzoo.recipes", mine="no_such_module.recipe")
    assert main(["sweep", "mine"]) == 2
    assert "error: recipe: no module 'no_such_module'" in capfd.readouterr().err


def test_a_dataset_joins_those_of_its_task(declare, package):
    package.read = lambda: Corpus(
        {"train": lambda: iter([Example("a", "b", "c")])}, "a test's"
    )
    declare(
        "seqzoo.datasets",
        **{"here.mine": "outside:read", "elsewhere.other": "outside:read"},
    )
    found = declared("here", {"own": len})
    assert found == {"own": len, "mine": package.read}
    assert (
        opened(found, types.SimpleNamespace(dataset="mine", data=None)).description
        == "a test's"
    )


@pytest.mark.parametrize(
    "name, message", [("here.own", "there is a dataset own"), ("here.x", "a function")]
)
def test_a_dataset_that_cannot_be_used_is_left_out(name, message, declare, package, caplog):
    package.value = len if name == "here.own" else 3
    declare("seqzoo.datasets", **{name: "outside:value"})
    assert declared("here", {"own": max}) == {"own": max}
    assert message in only_line(caplog)


def test_a_dataset_that_is_no_corpus_is_refused(declare, package):
    with pytest.raises(InputError, match="--dataset mine: expected a Corpus; got int"):
        opened({"mine": lambda: 3}, types.SimpleNamespace(dataset="mine", data=None))


def test_a_dataset_of_no_task_is_named(declare, caplog):
    declare("seqzoo.datasets", **{"nowhere.mine": "no_such_module:read"})
    discover()
    assert "nowhere.mine" in only_line(caplog)


def test_a_task_joins_the_others(declare, package):
    task = base.Task(name="outside", summary="", package="outside", predictor="Predictor")
    package.TASKS = (task,)
    declare("seqzoo.tasks", outside="outside")
    assert discover()["outside"] is task


class NoFlags(Options):
    x: int = 3


@pytest.mark.parametrize(
    "tasks, message",
    [
        (None, "expected a module with TASKS"),
        (3, "expected a module with TASKS"),
        (("language",), "expected a module with TASKS"),
        ((base.Task("language", "", "outside", "P"),), "there is a task language"),
        ((base.Task("outside", "", "outside", "P", options=dict),), "expected a class of"),
    ],
)
def test_a_task_that_cannot_be_used_is_left_out(tasks, message, declare, package, caplog):
    own = discover().keys()
    package.TASKS = tasks
    declare("seqzoo.tasks", outside="outside")
    assert discover().keys() == own
    assert message in only_line(caplog)


def test_an_option_with_a_command_s_own_flag_stops_no_command(
    declare, package, capfd, caplog
):
    from dataclasses import make_dataclass

    from seqzoo.config import option

    bases = {"bases": (Options,), "frozen": True}
    fields = [("plain", int, option(3, "clashes")), ("loud", int, option(3, "its own"))]
    package.Loud = make_dataclass("Loud", fields, **bases)
    package.TASKS = (base.Task("outside", "", "outside", "P", options=package.Loud),)
    declare("seqzoo.tasks", outside="outside")
    with pytest.raises(SystemExit) as ended:
        main(["predict", "--help"])
    assert ended.value.code == 0
    assert "--loud X" in capfd.readouterr().out
    assert (
        only_line(caplog)
        == "task outside: its option plain has no flag: the command has one of that name"
    )


def test_a_file_that_a_task_has_not_is_named():
    with pytest.raises(
        InputError, match=r"task x: expected a file measure.py in .*recipes"
    ):
        base.Task("x", "", "seqzoo.recipes", "P").module("measure")


def test_list_goes_on_past_broken_packages(declare, package, capfd, caplog):
    package.TASKS = (base.Task("outside", "a test's", "seqzoo.recipes", "P"),)
    declare("seqzoo.tasks", outside="outside", broken="no_such_module")
    declare("seqzoo.recipes", mine="seqzoo.recipes.sentiment", broken="no_such_module")
    assert main(["list"]) == 0
    lines = capfd.readouterr().out.splitlines()
    assert "  mine (seqzoo.recipes.sentiment)" in lines
    assert not any("broken" in line for line in lines)
    said = [record.getMessage() for record in caplog.records]
    assert len(said) == 3
    assert "task outside: its corpora cannot be listed" in said[-1] + said[-2]
