"""`seqzoo evaluate`: a trained model measured on a user's file, or two compared on it."""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from seqzoo import engine
from seqzoo.commands.arguments import add_threads
from seqzoo.errors import InputError
from seqzoo.reports import tables
from seqzoo.system import memory
from seqzoo.tasks import discover, options
from seqzoo.tasks.base import Task

ABOUT = "measure a model on labelled texts, or compare two"
EXAMPLE = "seqzoo evaluate sentiment-imdb --data labelled.tsv"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments and flags."""
    parser.add_argument("models", metavar="NAME|DIR", nargs="+",
                        help="a model; or two of one task, to compare them on the same rows")  # fmt: skip
    parser.add_argument("--data", required=True, metavar="PATH",
                        help="a file as the recipe's --data takes it, or the IMDB folder")  # fmt: skip
    parser.add_argument("--json", action="store_true",
                        help="all figures as JSON, for programs; default: a table")  # fmt: skip
    add_threads(parser)
    options.add_flags(parser, discover().values(), "measure_options")


def run(parsed: argparse.Namespace) -> int:
    """Measure; returns the exit status.

    Figures go to standard error if the measuring itself writes lines to standard output.

    Raises:
        InputError: if a model or the data can't be read, or on unusable options.
    """
    engine.use_threads(parsed.threads)
    memory.keep_freed_memory()
    if len(parsed.models) > 2:
        raise InputError(f"expected one model, or two; got {len(parsed.models)}")
    path = Path(parsed.data)
    opened = [_opened(name, parsed) for name in parsed.models]
    if not path.exists():
        raise InputError(f"{path}: cannot be read: No such file or directory")
    if len(opened) == 2:
        return _compare(parsed.models, opened, path, parsed.json)
    return _measure(opened[0], path, f"{parsed.models[0]} on {path}", parsed.json)


class _Model(NamedTuple):
    """A trained model, and how it is measured."""

    task: Task
    predictor: Any
    options: Any

    def measured(self, path: Path, write: Any) -> dict[str, Any]:
        """What the task's `measure` gives."""
        measure = getattr(self.task.module("measure"), self.task.measure)
        return measure(self.predictor, path, self.options, write)


def _opened(name: str, parsed: argparse.Namespace) -> _Model:
    from seqzoo import zoo

    found, task = zoo.opened(name)
    given = options.given(task, parsed, discover().values(), "measure_options")
    chosen = options.replaced(task.measure_options(), **given)
    return _Model(task, task.predictor_class()(found), chosen)


def _measure(model: _Model, path: Path, title: str, as_json: bool) -> int:
    """Print what a model scores."""
    from seqzoo.pipeline.bootstrap import with_interval

    figures = sys.stdout

    def write(text: str) -> None:
        nonlocal figures
        figures = sys.stderr
        sys.stdout.write(text)

    measured = with_interval(model.measured(path, write))
    print(_shown(measured, as_json, lambda: tables.lines_of(measured, title)), file=figures)
    return 0


def _shown(found: dict[str, Any], as_json: bool, lines: Callable[[], list[str]]) -> str:
    """Figures as JSON, or as lines for people."""
    if as_json:
        return json.dumps(found, indent=2, ensure_ascii=False)
    return "\n".join(lines())


def _compare(names: list[str], models: list[_Model], path: Path, as_json: bool) -> int:
    """Print what two models score on the same rows.

    Raises:
        InputError: if they are of two tasks, or cannot be compared on the rows.
    """
    from seqzoo.pipeline.bootstrap import PER_ROW, compared

    first, second = models
    if first.task != second.task:
        raise InputError(
            f"{names[0]} and {names[1]}: expected two models of one task; got {first.task.name} "
            f"and {second.task.name}"
        )
    one, other = (model.measured(path, _refuse_lines).get(PER_ROW) for model in models)
    if one is None or other is None:
        raise InputError(
            f"task {first.task.name}: it gives no statistics of rows; expected one model"
        )
    told = compared((names[0], names[1]), (one, other))
    print(_shown(told, as_json, lambda: tables.compared(told)))
    return 0


def _refuse_lines(text: str) -> None:
    raise InputError("expected one model, with options that write lines of their own")
