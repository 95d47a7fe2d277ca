"""The corpora of texts with numbers: made sums in words, and a user's own tables."""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seqzoo.datasets import Corpus, Splits, check_source, declared, opened, own, split
from seqzoo.datasets.files import FORMATS
from seqzoo.datasets.table import read_table
from seqzoo.errors import InputError

LARGEST = 1e30  # of a number: its square must not overflow
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


def read_numbers(path: Path, text_column: str, number_column: str) -> Iterator[Measured]:
    """The texts and numbers of a file; see `seqzoo.datasets.table`.

    Args:
        path: of the file.
        text_column, number_column: names of columns, or places from 1.

    Raises:
        InputError: on a missing column, a blank text, or a cell that is no finite number.
    """
    for where, (text, number) in read_table(path, (text_column, number_column)):
        if not isinstance(text, str):
            raise InputError(
                f"{where}: column {text_column}: expected a text; got {str(text)[:40]}"
            )
        if not text.strip():
            raise InputError(f"{where}: column {text_column}: expected a text; it is blank")
        # JSON may have lone surrogates.
        if any("\ud800" <= character <= "\udfff" for character in text):
            raise InputError(
                f"{where}: column {text_column}: a lone surrogate; expected text"
            )
        yield Measured(text, _number(number, f"{where}: column {number_column}"), where)


def _number(cell: Any, where: str) -> float:
    plain = (
        isinstance(cell, (str, int, float))
        and not isinstance(cell, bool)
        and "_" not in str(cell)
    )
    try:
        value = float(cell) if plain else math.nan
    except (ValueError, OverflowError):  # the latter of JSON's whole numbers
        value = math.nan
    if not abs(value) <= LARGEST:
        raise InputError(
            f"{where}: expected a finite number, of at most {LARGEST:g}; got {str(cell)[:40]!r}"
        )
    return value


def read(path: Path, config: Any) -> Corpus:
    """A user's own corpus: a file, or a folder with `train.*`.

    Args:
        path: of it.
        config: `Settings`: text_column, number_column.

    Raises:
        InputError: if there is none, two files of one part, or one column for both.
    """
    if config.text_column == config.number_column:
        raise InputError(
            f"--text-column, --number-column: both are {config.text_column!r}; expected two"
        )

    def reader(file: Path) -> Iterator[Measured]:
        return read_numbers(file, config.text_column, config.number_column)

    return own(path, reader, f"train{{{','.join(FORMATS)}}}")


def load(config: Any) -> Splits:
    """The three parts that a recipe's settings describe.

    Args:
        config: `Settings`: dataset, data, text_column, number_column, seed, validation, test, limit.

    Raises:
        InputError: on an unknown name, a dataset beside a file, a column without a file, or files that
            cannot be read.
    """
    if config.data is None:
        for name in ("text_column", "number_column"):
            if getattr(config, name) != getattr(type(config)(), name):
                raise InputError(
                    f"--{name.replace('_', '-')}: it is for --data; there is none"
                )
        corpus = opened(CORPORA, config)
    else:
        check_source(config)
        corpus = read(Path(config.data), config)
    return split(
        corpus,
        seed=config.seed,
        validation=config.validation,
        test=config.test,
        limit=config.limit,
    )
