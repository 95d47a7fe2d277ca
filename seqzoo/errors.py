"""The errors a user can mend: each message says what was expected, what came, and where."""

import difflib
from collections.abc import Iterable

MOST = 12  # choices that a message lists
LONGEST = 40  # characters of each


class InputError(ValueError):
    """Something from outside (a file, a text, a flag, a folder) cannot be used as it is.

    The command line prints it as one line and exits 2; every other exception is a bug.
    """


class TooLongError(InputError):
    """A text is longer than a model takes."""


class TrainingError(InputError):
    """Training had to stop (a non-finite loss, say); the last good state is on disk."""


def unknown_name(kind: str, name: object, choices: Iterable[str]) -> InputError:
    """An error for a misspelt name, to raise; its message lists what could have been meant.

    Args:
        kind: what the name stands for, as in ``"cell"``.
        name: what came.
        choices: the accepted names.
    """
    choices = sorted(choices)
    shown, got = [_short(choice) for choice in choices], _short(str(name))
    near = difflib.get_close_matches(got, shown, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    more = f" and {len(choices) - MOST:,} more" if len(choices) > MOST else ""
    listed = ", ".join(shown[:MOST])
    return InputError(f"{kind}: expected one of {listed}{more}; got {got!r}{hint}")


def _short(name: str) -> str:
    """A name, cut to a length that a line has room for."""
    return name if len(name) <= LONGEST else f"{name[:LONGEST]}..."
