"""Trees in brackets: `(3 (2 It) (4 (2 's) (4 lovely)))`, as the Penn Treebank and its followers have them.

What follows a bracket is the node's label, then come its nodes or its one word. A tree may go over lines. A
bracket without a label around a whole tree, as in the Penn Treebank, is left out.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from seqzoo.datasets.files import read_lines
from seqzoo.datasets.trees.tree import Node, Tree, from_node
from seqzoo.errors import InputError

# Words are separated by ASCII white space alone: some hold a no-break space.
PIECE = re.compile(r"[()]|[^ \t\r\n()]+")
ESCAPED = {"-LRB-": "(", "-RRB-": ")"}


class _Open:
    """A bracket that is not closed yet."""

    def __init__(self, where: str):
        self.where = where
        self.names: list[str] = []  # label, then word
        self.children: list[Node] = []

    def name(self, piece: str, where: str) -> None:
        """A label or a word."""
        if self.children or len(self.names) == 2:
            raise InputError(
                f"{where}: {piece!r}: expected a bracket; a node has one label, and one word or nodes"
            )
        self.names.append(piece)

    def child(self, node: Node, where: str) -> None:
        """A node below it."""
        if len(self.names) == 2:
            raise InputError(
                f"{where}: expected ')': the node has the word {self.names[1]!r}, so no nodes"
            )
        self.children.append(node)

    def closed(self, where: str) -> Node:
        """The node, at its closing bracket."""
        label = self.names[0] if self.names else None
        if not self.children:
            if len(self.names) < 2:
                raise InputError(
                    f"{where}: expected a label, and a word or nodes, in each bracket: (3 (2 fine) (2 .))"
                )
            return Node(ESCAPED.get(self.names[1], self.names[1]), label)
        if label is None and len(self.children) == 1:
            return self.children[0]
        return Node(None, label, tuple(self.children))


def read_brackets(path: Path) -> Iterator[Tree]:
    """The trees of a file.

    Args:
        path: of the file, plain or gzipped.

    Raises:
        InputError: on what is no tree, with file and line, or a file without a tree.
    """
    empty = True
    for tree in trees_of(read_lines(path), str(path)):
        empty = False
        yield tree
    if empty:
        raise InputError(f"{path}: expected trees like (3 (2 fine) (2 .)); there is none")


def trees_of(lines: Iterable[tuple[int, str]], name: str) -> Iterator[Tree]:
    """The trees of numbered lines.

    Args:
        lines: their numbers and texts.
        name: of what they are in; with the number it begins messages.

    Raises:
        InputError: on what is no tree.
    """
    unclosed: list[_Open] = []
    for number, line in lines:
        where = f"{name}:{number}"
        for match in PIECE.finditer(line):
            piece = match[0]
            if piece == "(":
                unclosed.append(_Open(where))
            elif not unclosed:
                raise InputError(
                    f"{where}: character {match.start() + 1}: expected '('; got {piece[:20]!r}"
                )
            elif piece == ")":
                bracket = unclosed.pop()
                node = bracket.closed(where)
                if unclosed:
                    unclosed[-1].child(node, where)
                else:
                    yield from_node(node, bracket.where)
            else:
                unclosed[-1].name(piece, where)
    if unclosed:
        raise InputError(f"{unclosed[0].where}: expected ')': the bracket is not closed")


def is_bracketed(text: str) -> bool:
    """Whether a text begins and ends as a tree does."""
    begins = re.match(r"\s*\(\s*(\(|[^\s()]+\s+[^\s)])", text)
    return begins is not None and text.rstrip().endswith(")")


def tree_of(text: str, where: str) -> Tree:
    """The one tree of a text.

    Args:
        text: the tree.
        where: it stands; begins messages.

    Raises:
        InputError: on what is no tree, or several.
    """
    found = list(trees_of(enumerate(text.splitlines(), 1), where))
    if len(found) != 1:
        raise InputError(f"{where}: expected one tree; got {len(found)}")
    return found[0]._replace(where=where)
