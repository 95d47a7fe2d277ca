"""Every task offers what the rest of the house asks of one: a missing place fails here."""

import ast
import dataclasses
import inspect
import subprocess
import sys

import pytest

from seqzoo import config
from seqzoo.export.task import TaskExport
from seqzoo.pipeline.prepared import Prepared
from seqzoo.tasks import Task, discover, inputs, task_of
from seqzoo.tasks.options import Options
from seqzoo.tasks.predictor import Predictor

TASKS = list(discover().values())
by_name = pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)


def test_discovering_imports_neither_keras_nor_tensorflow():
    code = "import sys; from seqzoo.tasks import discover; assert len(discover()) >= 6\n"
    code += "assert not {'keras', 'tensorflow'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_an_unknown_task_is_an_error_that_lists_them():
    from seqzoo import InputError

    with pytest.raises(
        InputError,
        match=r"^m/config.json: task: expected one of captions, classification, .*'clasification'",
    ):
        task_of("clasification", "m/config.json: task")


@by_name
def test_its_folder_has_every_file(task):
    for name in (
        "corpora",
        "data",
        "training",
        "inference",
        "predictor",
        "measure",
        "export",
        "reader",
    ):
        assert task.has(f"{name}.py"), name
    assert "Keras" in task.text("card.md")
    assert f"{task.name}:" in task.text("view.js")
    assert "export const views" in task.text("view.js")
    assert task.summary and task.corpus_names()


@by_name
def test_its_predictor_says_what_it_reads_and_gives(task):
    kind = task.predictor_class()
    assert issubclass(kind, Predictor)
    assert kind.READS and set(kind.READS) <= inputs.KINDS.keys()
    for name in ("encode", "answers", "to_plain", "samples", "network_rows"):
        assert any(
            name in vars(base) for base in kind.__mro__[: kind.__mro__.index(Predictor)]
        ), name
    assert list(inspect.signature(kind.answers).parameters) == ["self", "items", "options"]
    assert (kind.generate is not Predictor.generate) == (task.generate_options is not None)


@by_name
def test_its_options_are_declared_with_help_and_defaults(task):
    for options in (task.options, task.measure_options, task.generate_options or Options):
        assert issubclass(options, Options)
        assert options.__dataclass_params__.frozen
        options().check()
        for field in dataclasses.fields(options):
            assert config.help_of(field)
            assert "served" in field.metadata


@by_name
def test_its_training_measuring_and_export_are_there(task):
    training = task.module("training")
    for name in ("build", "loss"):
        assert callable(getattr(training, name))
    prepared = [
        v
        for v in vars(task.module("data")).values()
        if isinstance(v, type) and issubclass(v, Prepared)
    ]
    assert any(kind is not Prepared for kind in prepared)
    measure = getattr(task.module("measure"), task.measure)
    assert list(inspect.signature(measure).parameters) == [
        "predictor",
        "path",
        "options",
        "write",
    ]
    export = task.module("export").Export
    assert issubclass(export, TaskExport)
    assert export.LENGTHS and export.SIDE_FILES
    classes = [
        node.name
        for node in ast.parse(task.text("reader.py")).body
        if isinstance(node, ast.ClassDef)
    ]
    assert "Reader" in classes


def test_a_task_is_a_frozen_record():
    with pytest.raises(dataclasses.FrozenInstanceError):
        TASKS[0].name = "other"
    assert isinstance(TASKS[0], Task)
