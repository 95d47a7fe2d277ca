"""`seqzoo generate`: let a model write."""

import argparse
import sys

from seqzoo.errors import InputError
from seqzoo.tasks import discover, options

ABOUT = "let a language model write"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments and flags."""
    parser.add_argument("model", metavar="NAME|DIR")
    parser.add_argument(
        "--prompt",
        default="",
        metavar="TEXT",
        help="what it goes on from; default: nothing",
    )
    options.add_flags(parser, discover().values(), "generate_options")


def run(parsed: argparse.Namespace) -> int:
    """Write; returns the exit status."""
    from seqzoo import zoo

    model = zoo.load(parsed.model)
    if model.task.generate_options is None:
        raise InputError(
            f"{parsed.model}: expected a model that writes; it is one of {model.task.name}"
        )
    given = options.given(model.task, parsed, discover().values(), "generate_options")
    pieces = model.generate(parsed.prompt, **given)
    if unknown := model.unknown(parsed.prompt):
        print(
            f"--prompt: read as <unk>: {', '.join(dict.fromkeys(unknown))}", file=sys.stderr
        )
    sys.stdout.write(parsed.prompt)
    for piece in pieces:
        sys.stdout.write(piece)
        sys.stdout.flush()
    sys.stdout.write("\n")
    return 0
