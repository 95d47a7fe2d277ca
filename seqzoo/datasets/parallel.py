"""Texts and their translations: the readers of a user's own files.

* Two files, line by line: source and target.
* One file with tabs: source, target; further columns (Tatoeba has an attribution there) are left aside.

Plain or `.gz`, UTF-8, CRLF or not.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from seqzoo.datasets.files import read_lines
from seqzoo.errors import InputError


@dataclass(frozen=True)
class Pair:
    """A text and its translation, and where they stand (`file:line`).

    Attributes:
        source, target: the texts.
        where: `file:line`.
        text: what a split is drawn by: equal ones fall into the same part. The source, or the
            chapter that it stands in.
    """

    source: str
    target: str
    where: str
    group: str | None = None

    @property
    def text(self) -> str:
        """By which a split is drawn."""
        return self.source if self.group is None else self.group


def read_pairs(source: Path | str, target: Path | str) -> Iterator[Pair]:
    """The pairs of two files, line by line; where both lines are blank, there is no pair.

    Raises:
        InputError: on a text without its translation, or files of unequal length, with both lengths
            and the first blank line.
    """
    blank, number = None, 0
    sources, targets = read_lines(source), read_lines(target)
    found = False
    while True:
        one, other = next(sources, None), next(targets, None)
        if one is None or other is None:
            break
        number, (here, there) = number + 1, (one[1].strip(), other[1].strip())
        if blank is None and not (here and there):
            blank = f"{source if not here else target}:{number}"
        if here and there:
            found = True
            yield Pair(here, there, f"{source}:{number}")
        elif here or there:
            lengths = _lengths(source, target)
            if lengths[0] == lengths[1]:
                raise InputError(
                    f"{blank}: blank, but not in the other file; expected a text and its translation"
                )
            raise _unequal(source, target, lengths, blank)
    if (one is None) != (other is None):
        raise _unequal(source, target, _lengths(source, target), blank)
    if not found:
        raise InputError(f"{source}: expected texts; the file has none")


def _lengths(*paths) -> list[int]:
    return [sum(1 for _ in read_lines(path)) for path in paths]


def _unequal(source, target, lengths, blank) -> InputError:
    first = (
        f"the first blank line is {blank}"
        if blank
        else "no line of either is blank before that"
    )
    return InputError(
        f"{source} has {lengths[0]:,} lines, {target} has {lengths[1]:,}: expected as many; {first}"
    )


def read_columns(path: Path | str) -> Iterator[Pair]:
    """The pairs of a file with tabs.

    Raises:
        InputError: on a line without a tab, or with a blank text; on an empty file.
    """
    found = False
    for number, line in read_lines(path):
        if not line.strip():
            continue
        fields = [field.strip() for field in line.split("\t")]
        if len(fields) < 2:
            raise InputError(
                f"{path}:{number}: expected a text, a tab and its translation; got {line[:40]!r}"
            )
        if not (fields[0] and fields[1]):
            raise InputError(
                f"{path}:{number}: expected a text and its translation; one is blank"
            )
        found = True
        yield Pair(fields[0], fields[1], f"{path}:{number}")
    if not found:
        raise InputError(
            f"{path}: expected texts with their translations; the file has none"
        )
