"""Entry points of other packages: what can be used is, what cannot is named in one line and stops nothing."""

import functools
import importlib.metadata
import logging
from types import SimpleNamespace

import pytest

from seqzoo import plugins, recipes, tasks
from seqzoo.datasets import Corpus
from seqzoo.datasets.corpus import declared
from seqzoo.tasks import Task, discover


class Point:
    """An entry point that names an object of the test's."""

    def __init__(self, group: str, name: str, found, value: str = "package.module"):
        self.group, self.name, self.found, self.value = group, name, found, value
        self.dist = SimpleNamespace(name="seqzoo-other")

    def load(self):
        if isinstance(self.found, BaseException):
            raise self.found
        return self.found


CACHED = (plugins.points, plugins.load, plugins.modules, tasks.discover, recipes.modules)


@pytest.fixture
def declare(monkeypatch):
    """A function that makes installed packages declare some entry points."""

    def forget():
        for function in CACHED:
            assert isinstance(function, functools._lru_cache_wrapper)
            function.cache_clear()

    def make(*points):
        monkeypatch.setattr(
            importlib.metadata, "entry_points", lambda group: [p for p in points if p.group == group]
        )
        forget()

    yield make
    monkeypatch.undo()
    forget()


def task(name: str) -> Task:
    return Task(name=name, summary="a test", package="tests", predictor="None")


def test_a_task_of_another_package_is_found(declare):
    declare(Point("seqzoo.tasks", "mine", SimpleNamespace(TASKS=(task("mine"),))))
    assert discover()["mine"].summary == "a test"
    assert "classification" in discover()


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (ImportError("no module x"), "ImportError: no module x"),
        (SystemExit(3), "SystemExit: 3"),
        (SimpleNamespace(), "expected a module with TASKS"),
        (SimpleNamespace(TASKS=("x",)), "expected a module with TASKS"),
        (SimpleNamespace(TASKS=(task("classification"),)), "there is a task classification"),
    ],
)
def test_a_task_that_cannot_be_used_is_named_in_a_line(declare, caplog, found, reason):
    declare(
        Point("seqzoo.tasks", "bad", found),
        Point("seqzoo.tasks", "good", SimpleNamespace(TASKS=(task("good"),))),
    )
    with caplog.at_level(logging.WARNING, "seqzoo"):
        found = discover()
    assert "good" in found
    assert found["classification"].package == "seqzoo.tasks.classification"
    (message,) = caplog.messages
    assert "bad" in message
    assert reason in message
    assert "\n" not in message


def test_corpora_of_other_packages_are_a_tasks(declare, caplog):
    corpus = Corpus({}, "made")
    declare(
        Point("seqzoo.datasets", "classification.mine", lambda: corpus),
        Point("seqzoo.datasets", "translation.theirs", lambda: corpus),
        Point("seqzoo.datasets", "classification.none", 3),
        Point("seqzoo.datasets", "classification.imdb", lambda: corpus),
    )
    found = declared("classification", {"imdb": len})
    assert sorted(found) == ["imdb", "mine"]
    assert found["imdb"] is len
    assert found["mine"]() is corpus
    assert ["expected a function" in m or "there is a dataset" in m for m in caplog.messages] == [True, True]


def test_recipes_of_other_packages_are_listed(declare, caplog):
    declare(
        Point("seqzoo.recipes", "mine", None, value="package.module"),
        Point("seqzoo.recipes", "odd", None, value="package.module:function"),
    )
    assert "mine" in recipes.names()
    assert "odd" not in recipes.names()
    assert plugins.recipe_name("package.module") == "mine"
    assert plugins.recipe_name("seqzoo.recipes.sentiment") == "sentiment"
    assert "expected package.module" in caplog.text


def test_of_two_with_one_name_the_first_is_taken(declare, caplog):
    declare(Point("seqzoo.tasks", "a", 1), Point("seqzoo.tasks", "a", 2))
    assert plugins.load("seqzoo.tasks") == {"a": 1}
    assert "has one of that name" in caplog.text
