"""`seqzoo evaluate`: a trained model measured on a user's file."""

import argparse
import json
import sys
from pathlib import Path

from seqzoo import engine
from seqzoo.commands.arguments import add_threads
from seqzoo.errors import InputError
from seqzoo.system import memory
from seqzoo.tasks import discover, options

ABOUT = "measure a model on labelled texts"
EXAMPLE = "seqzoo evaluate sentiment-imdb --data labelled.tsv"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments and flags."""
    parser.add_argument("model", metavar="NAME|DIR")
    parser.add_argument("--data", required=True, metavar="PATH",
                        help="a file as the recipe's --data takes it, or the IMDB folder")  # fmt: skip
    add_threads(parser)
    options.add_flags(parser, discover().values(), "measure_options")


def run(parsed: argparse.Namespace) -> int:
    """Measure; returns the exit status.

    Figures go to standard error if the measuring itself writes lines to standard output.

    Raises:
        InputError: if the model or the data can't be read, or on unusable options.
    """
    from seqzoo import zoo

    engine.use_threads(parsed.threads)
    memory.keep_freed_memory()
    found, task = zoo.opened(parsed.model)
    given = options.given(task, parsed, discover().values(), "measure_options")
    chosen = options.replaced(task.measure_options(), **given)
    if not Path(parsed.data).exists():
        raise InputError(f"{parsed.data}: cannot be read: No such file or directory")
    model = task.predictor_class()(found)
    figures = sys.stdout

    def write(text: str) -> None:
        nonlocal figures
        figures = sys.stderr
        sys.stdout.write(text)

    measured = getattr(task.module("measure"), task.measure)(
        model, Path(parsed.data), chosen, write
    )
    print(json.dumps(measured, indent=2, ensure_ascii=False), file=figures)
    return 0
