"""`seqzoo generate`: let a model write, or draw."""

import argparse
import sys
from typing import Any

from seqzoo import engine
from seqzoo.commands.arguments import add_threads
from seqzoo.errors import InputError
from seqzoo.tasks import discover, options

ABOUT = "let a model write, or draw"
EXAMPLE = 'seqzoo generate characters-python --prompt "def " --length 200'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments and flags."""
    parser.add_argument("model", metavar="NAME|DIR")
    parser.add_argument(
        "--prompt",
        default="",
        metavar="TEXT",
        help="what it goes on from; default: nothing",
    )
    add_threads(parser)
    options.add_flags(parser, discover().values(), "generate_options")


def run(parsed: argparse.Namespace) -> int:
    """Write; returns the exit status."""
    from seqzoo import zoo

    found, task = zoo.opened(parsed.model)
    if task.generate_options is None:
        raise InputError(
            f"{parsed.model}: expected a model that writes; it is one of {task.name}"
        )
    given = options.given(task, parsed, discover().values(), "generate_options")
    options.replaced(task.generate_options(), **given)
    engine.use_threads(parsed.threads)
    model: Any = task.predictor_class()(found)
    pieces = model.generate(parsed.prompt, **given)
    for name, unknown in model.unread({"prompt": parsed.prompt, **given}).items():
        if unknown:
            every = ", ".join(
                each if each.strip() else repr(each) for each in dict.fromkeys(unknown)
            )
            print(f"--{name}: read as <unk>: {every}", file=sys.stderr)
    if model.WRITES_ON:
        sys.stdout.write(parsed.prompt)
    for piece in pieces:
        sys.stdout.write(piece)
        sys.stdout.flush()
    sys.stdout.write("\n")
    return 0
