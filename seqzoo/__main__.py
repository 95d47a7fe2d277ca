"""The `seqzoo` command: `seqzoo COMMAND ...`, each a file of `seqzoo/commands`."""

import importlib
import sys

from seqzoo import __version__
from seqzoo.commands import COMMANDS
from seqzoo.system.command_line import Parser, guarded

__all__ = ["COMMANDS", "main"]


def main(arguments: list[str] | None = None) -> int:
    """Parse and run; returns the exit status."""
    return guarded(lambda: _run(sys.argv[1:] if arguments is None else arguments))


def _run(arguments: list[str]) -> int:
    if arguments[:1] in (["sweep"], ["train"]):  # their flags depend on the recipe
        command = importlib.import_module(f"seqzoo.commands.{arguments[0]}")
        return command.run_with(arguments[1:])
    parser = Parser("seqzoo", description="Recurrent sequence models: use, measure, list.")
    parser.add_argument("--version", action="version", version=f"seqzoo {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    # The others are of use in the help, and in the list of choices of an unknown one.
    for name in arguments[:1] if arguments[:1] and arguments[0] in COMMANDS else COMMANDS:
        command = importlib.import_module(f"seqzoo.commands.{name}")
        about = command.ABOUT
        added = commands.add_parser(
            name, help=about, description=_sentence(about), example=command.EXAMPLE
        )
        command.add_arguments(added)
        added.set_defaults(run=command.run)
    parsed = parser.parse_args(arguments)
    return parsed.run(parsed)


def _sentence(about: str) -> str:
    """A line of help as a sentence."""
    return f"{about[0].upper()}{about[1:]}."


if __name__ == "__main__":
    sys.exit(main())
