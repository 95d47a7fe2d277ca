"""The command line: errors of the user's as one line and exit 2, never a traceback."""

import argparse
import os
import sys
from collections.abc import Callable

from seqzoo.config import add_flags, from_flags
from seqzoo.errors import InputError


class Parser(argparse.ArgumentParser):
    """Reports wrong flags in one line, like every other error."""

    def __init__(self, *arguments, **keywords):
        super().__init__(*arguments, allow_abbrev=False, **keywords)

    def parse_known_args(self, args=None, namespace=None):
        args = sys.argv[1:] if args is None else args
        for argument in args:
            if any("\ud800" <= character <= "\udfff" for character in argument):
                raise InputError(f"expected arguments in UTF-8; got {argument!r}")
        return super().parse_known_args(args, namespace)

    def error(self, message):
        raise InputError(f"{message}; see {self.prog} --help")


def guarded(function: Callable[[], int]) -> int:
    """Run a command; returns its exit status."""
    try:
        return function()
    except InputError as error:
        print(f"error: {' '.join(str(error).split())}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader has gone (`| head`). Python flushes once more at exit: give it somewhere to.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:  # a full disk, a folder without permission: the user's to mend too
        print(f"error: {error}", file=sys.stderr)
        return 2


def run_recipe(recipe, arguments: list[str] | None = None) -> int:
    """Train a recipe as its flags say; returns the exit status."""
    name = (recipe.__spec__.name if recipe.__spec__ else recipe.__name__).rpartition(".")[2]

    def command() -> int:
        parser = Parser(f"python -m seqzoo.recipes.{name}", description=recipe.__doc__)
        parser.add_argument("--output", metavar="DIR", default=f"runs/{name}",
                            help="folder for the model; an unfinished run in it goes on; "
                            f"default runs/{name}")  # fmt: skip
        parser.add_argument("--tensorboard", action="store_true", help="logs to DIR/logs")
        parser.add_argument("--save-seconds", type=float, default=60.0, metavar="S",
                            help="at most so long between saves; default 60")  # fmt: skip
        parser.add_argument("--distribute", metavar="NAME",
                            help="share every batch: mirrored (GPUs), multi-worker (TF_CONFIG)")  # fmt: skip
        add_flags(parser, recipe.Config)
        _add_presets(parser, getattr(recipe, "PRESETS", {}), arguments)
        parsed = parser.parse_args(arguments)
        config = from_flags(recipe.Config, parsed)
        from seqzoo.train import train

        train(recipe, config, parsed.output, save_seconds=parsed.save_seconds,
              tensorboard=parsed.tensorboard, distribute=parsed.distribute)  # fmt: skip
        return 0

    return guarded(command)


def _add_presets(parser: Parser, presets: dict[str, dict], arguments: list[str] | None) -> None:
    """`--preset NAME`, which sets flags that are not given."""
    if not presets:
        return
    first = Parser(parser.prog, add_help=False)
    for each in (first, parser):
        each.add_argument("--preset", metavar="NAME", choices=presets,
                          help=f"a paper's settings, for flags not given ({', '.join(presets)})")  # fmt: skip
    known, _ = first.parse_known_args(arguments)
    parser.set_defaults(**presets.get(known.preset, {}))
