"""Dependency trees of CoNLL-U: a node a word, whose label is its relation.

A comment `# label = positive` before a sentence is the label of its root; other nodes then have none.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from seqzoo.datasets.files import read_lines
from seqzoo.datasets.trees.heads import tree_of_heads
from seqzoo.datasets.trees.tree import Tree
from seqzoo.errors import InputError

COLUMNS = 10
LABEL = re.compile(r"#\s*label\s*=\s*(\S.*?)\s*$")
_JOINED = re.compile(
    r"\d+-\d+|\d+\.\d+"
)  # words written as one, and words that are not written


class _Word(NamedTuple):
    form: str
    head: int
    relation: str | None
    where: str


def read_conllu(path: Path) -> Iterator[Tree]:
    """The sentences of a file as trees.

    Args:
        path: of the file, plain or gzipped.

    Raises:
        InputError: on a line that is no word, an unknown head, a cycle, no root or several, with file and
            line, or a file without a sentence.
    """
    words: list[_Word] = []
    label, empty = None, True
    for number, line in (*read_lines(path), (0, "")):
        if words and not line.strip():
            yield _tree(words, label)
            words, label, empty = [], None, False
        elif found := LABEL.match(line):
            label = found[1]
        elif line.strip() and not line.startswith("#"):
            where = f"{path}:{number}"
            cells = line.split("\t")
            if len(cells) != COLUMNS:
                raise InputError(
                    f"{where}: expected {COLUMNS} columns with tabs between; got {len(cells)}"
                )
            if not _JOINED.fullmatch(cells[0]):
                words.append(_word(cells, len(words) + 1, where))
    if empty:
        raise InputError(f"{path}: expected sentences of CoNLL-U; there is none")


def _word(cells: list[str], number: int, where: str) -> _Word:
    """The word of a line, the `number`-th of its sentence."""
    if cells[0] != str(number):
        raise InputError(f"{where}: expected word number {number}; got {cells[0]!r}")
    head = cells[6]
    if not head.isascii() or not head.isdigit() or len(head) > 6:
        raise InputError(
            f"{where}: head {head!r}: expected a word's number, or 0 for the root"
        )
    relation = None if cells[7] == "_" else cells[7]
    return _Word(cells[1], int(head), relation, where)


def _tree(words: list[_Word], label: str | None) -> Tree:
    forms, heads, relations, wheres = map(list, zip(*words, strict=True))
    if label is not None:
        relations = [None] * len(words)
    tree = tree_of_heads(forms, heads, relations, wheres)
    return tree._replace(labels=(*tree.labels[:-1], label or tree.label))
