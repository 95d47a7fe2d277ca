"""Tables that a model is measured on: what was found and what is left out is told on standard error."""

import sys
from collections.abc import Callable, Iterator
from typing import TypeVar

from seqzoo.datasets.reading.cells import usable
from seqzoo.datasets.reading.settings import Form
from seqzoo.datasets.reading.table import Table
from seqzoo.errors import InputError

Item = TypeVar("Item")


def tell(line: str) -> None:
    """Print a line on standard error."""
    print(line, file=sys.stderr, flush=True)


def tell_found(table: Table) -> None:
    """Tell what was found in a file, if it is more than its name says."""
    if table.remarkable:
        tell(f"{table.name}: {table.found}")


def told(
    table: Table, examples: Callable[[Table], Iterator[Item | InputError]], asked: Form
) -> Iterator[Item]:
    """The examples of a table.

    Args:
        table: of a user's file.
        examples: its examples, and an `InputError` for each row that is none.
        asked: whether such rows are left out.

    Raises:
        InputError: on a row that cannot be used, if they are not.
    """
    tell_found(table)
    return usable(examples(table), table.name, asked.skip_bad_rows, tell)
