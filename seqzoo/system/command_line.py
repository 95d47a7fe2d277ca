"""The command line: errors of the user's as one line and exit 2, never a traceback."""

import argparse
import io
import itertools
import os
import sys
import warnings
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from seqzoo.errors import InputError


class Parser(argparse.ArgumentParser):
    """Reports wrong flags in one line, like every other error; flags may stand between arguments.

    Where a flag comes twice, `argparse` takes the last. Here that is an error, unless it gathers values.
    """

    _intermixing = False  # `argparse` calls `parse_known_args` for each of its two passes

    def __init__(self, *arguments: Any, example: str | None = None, **keywords: Any):
        keywords["allow_abbrev"] = False
        if example is not None:
            keywords["epilog"] = f"example: {example}"
        super().__init__(*arguments, **keywords)

    def parse_known_args(  # type: ignore[override]  # overloaded by the namespace's type there
        self, args: Sequence[str] | None = None, namespace: Any = None
    ) -> Any:
        """Parse arguments as `argparse` does.

        Raises:
            InputError: on arguments that are not UTF-8, or not of this command; on a flag that comes twice.
        """
        args = sys.argv[1:] if args is None else args
        for argument in args:
            if any("\ud800" <= character <= "\udfff" for character in argument):
                raise InputError(f"expected arguments in UTF-8; got {argument!r}")
        if not self._intermixing:
            self._check_once(args)
        if self._intermixing or not self._takes_several():
            return super().parse_known_args(args, namespace)
        self._intermixing = True
        try:
            return self.parse_known_intermixed_args(args, namespace)
        finally:
            self._intermixing = False

    def _check_once(self, args: Sequence[str]) -> None:
        """Refuse a flag with a value, or a flag and its `--no-` twin, that comes twice."""
        seen: dict[str, str] = {}
        for argument in itertools.takewhile(lambda each: each != "--", args):
            name = argument.partition("=")[0]
            action = self._option_string_actions.get(name)
            if action is None or _may_repeat(action):
                continue
            if action.dest in seen:
                before = seen[action.dest]
                both = name if before == name else f"{before} and {name}"
                raise InputError(f"{both}: given twice; expected once")
            seen[action.dest] = name

    def _takes_several(self) -> bool:
        """Whether an argument takes several words; `argparse` ends it at the first flag."""
        return any(action.nargs in ("*", "+") for action in self._get_positional_actions())

    def error(self, message: str) -> NoReturn:
        """Raise an `InputError` where `argparse` would print and exit."""
        raise InputError(f"{message}; see {self.prog} --help")


def _may_repeat(action: argparse.Action) -> bool:
    """Whether nothing is lost where a flag comes again: it gathers values, or has none."""
    if isinstance(action, argparse.BooleanOptionalAction):
        return False
    gathers = isinstance(action, argparse._AppendAction)
    return gathers or action.nargs == 0


def guarded(function: Callable[[], int]) -> int:
    """Run a command; returns its exit status.

    What it prints is UTF-8, whatever the surroundings say: the texts of users have no place in ASCII.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    formatted = warnings.formatwarning
    warnings.formatwarning = _in_a_line(formatted)
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
    except (
        OSError
    ) as error:  # a full disk, a folder without permission: the user's to mend too
        print(f"error: {error}", file=sys.stderr)
        return 2
    finally:
        warnings.formatwarning = formatted


def _in_a_line(formatted: Callable[..., str]) -> Callable[..., str]:
    """How a command shows warnings: those for its user in a line, others as `formatted` does."""

    def shown(message: Warning | str, category: type[Warning], *place: Any) -> str:
        if category is UserWarning:
            return f"warning: {message}\n"
        return formatted(message, category, *place)

    return shown
