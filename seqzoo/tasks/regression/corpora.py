"""The corpora of texts with numbers: made sums in words, and a user's own tables."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from seqzoo.datasets import Corpus, Splits, check_source, declared, opened, split
from seqzoo.datasets.own import check_no_reading, own_splits
from seqzoo.datasets.reading.cells import number_of, text_of
from seqzoo.datasets.reading.layout import TEXTS_AND_NUMBERS
from seqzoo.datasets.reading.measured import told
from seqzoo.datasets.reading.settings import Form
from seqzoo.datasets.reading.table import Row, Table, open_table
from seqzoo.errors import InputError

SUMS = 30_000
MOST_TERMS, LARGEST_TERMS = 4, (19, 99, 399)  # small terms as often as large ones
ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


@dataclass(frozen=True)
class Measured:
    """A text with its number, and where it stands (`file:line`)."""

    text: str
    number: float
    source: str


def in_words(number: int) -> str:
    """A whole number from 0 to 999 in English words: 43 is `forty three`."""
    hundreds, rest = divmod(number, 100)
    words = [ONES[hundreds], "hundred"] if hundreds else []
    if rest >= 20:
        tens, rest = divmod(rest, 10)
        words.append(TENS[tens - 2])
    if rest or not words:
        words.append(ONES[rest])
    return " ".join(words)


def sums() -> Iterator[Measured]:
    """Made sums of 1 to `MOST_TERMS` numbers in words, the same ones every time."""
    generator = random.Random(0)
    for number in range(1, SUMS + 1):
        terms = [
            generator.randint(0, largest)
            for largest in generator.choices(LARGEST_TERMS, k=MOST_TERMS)
        ]
        terms = terms[: generator.randint(1, MOST_TERMS)]
        words, total = [in_words(terms[0])], terms[0]
        for term in terms[1:]:
            sign = generator.choice((1, -1))
            words += ["plus" if sign == 1 else "minus", in_words(term)]
            total += sign * term
        yield Measured(" ".join(words), float(total), f"number-words:{number}")


def number_words() -> Corpus:
    """Sums in words and their values. They are made by a program, not collected."""
    description = f"{SUMS:,} sums in English words, made by a program (no natural text)"
    return Corpus({"train": sums}, description)


CORPORA = declared("regression", {"number-words": number_words})


def measured(data: Any, asked: Form) -> Table:
    """A file or frame of texts with numbers as a table.

    Raises:
        InputError: on a format that nobody reads, or a missing column.
    """
    return open_table(data, TEXTS_AND_NUMBERS, asked)


def examples_of(table: Table) -> Iterator[Measured | InputError]:
    """The examples of a table, and what is wrong with rows that are none."""
    return (_example(row, table.raw.typed) for row in table)


def _example(row: Row, typed: bool) -> Measured | InputError:
    if isinstance(row.cells, InputError):
        return row.cells
    text, number = row.cells
    where = row.where
    try:
        return Measured(text_of(text, where, typed), number_of(number, where), where)
    except InputError as error:
        return error


def read_numbers(data: Any, asked: Form | None = None) -> Iterator[Measured]:
    """The texts and numbers of a file or frame; see `seqzoo.datasets.reading`.

    Args:
        data: a path or a frame.
        asked: what the user said of its form.

    Raises:
        InputError: on a missing column, a blank text, or a cell that is no finite number.
    """
    asked = asked or Form()
    return told(measured(data, asked), examples_of, asked)


def load(config: Any) -> Splits:
    """The three parts that a recipe's settings describe.

    Args:
        config: `Settings`: dataset, data, those of `Form`, seed, validation, test, limit.

    Raises:
        InputError: on an unknown name, a dataset beside a file, a column without a file, or files that
            cannot be read.
    """
    if config.data is not None:
        check_source(config)
        return own_splits(config, measured, examples_of)
    check_no_reading(config)
    return split(
        opened(CORPORA, config),
        seed=config.seed,
        validation=config.validation,
        test=config.test,
        limit=config.limit,
    )
