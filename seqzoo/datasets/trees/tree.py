"""A tree as its nodes in post-order."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from seqzoo.errors import InputError

MOST_NODES = 10_000  # of a tree


class Tree(NamedTuple):
    """A tree; children stand before their parents, and the root is the last.

    Attributes:
        words: of each node; None: it has none.
        children: of each node, places from 0 on, in order.
        labels: of each node; None: it has none.
        where: `file:line`, for errors.
    """

    words: tuple[str | None, ...]
    children: tuple[tuple[int, ...], ...]
    labels: tuple[str | None, ...]
    where: str

    @property
    def label(self) -> str | None:
        """The root's label."""
        return self.labels[-1]

    @property
    def arity(self) -> int:
        """The most children that a node has."""
        return max(map(len, self.children))

    @property
    def text(self) -> str:
        """The words with spaces between, in the order of the nodes."""
        return " ".join(word for word in self.words if word is not None)


class Node(NamedTuple):
    """A node and all below it, before it has a place.

    Attributes:
        word, label: see `Tree`.
        children: in order.
    """

    word: str | None
    label: str | None
    children: tuple["Node", ...] = ()


def from_node(root: Node, where: str) -> Tree:
    """The tree below a node.

    Args:
        root: of the tree.
        where: it stands; begins messages.

    Raises:
        InputError: on more than `MOST_NODES` nodes.
    """
    words: list[str | None] = []
    labels: list[str | None] = []
    children: list[tuple[int, ...]] = []
    places: list[int] = []  # of the subtrees that wait for their parent
    for node in _post_order(root):
        words.append(node.word)
        labels.append(node.label)
        first = len(places) - len(node.children)
        children.append(tuple(places[first:]))
        places[first:] = [len(words) - 1]
        if len(words) > MOST_NODES:
            raise InputError(f"{where}: expected {MOST_NODES:,} nodes at most")
    return Tree(tuple(words), tuple(children), tuple(labels), where)


def _post_order(root: Node) -> Iterator[Node]:
    """The nodes, children first; without recursion, since a chain is as deep as it is long."""
    waiting = [(root, False)]
    while waiting:
        node, is_open = waiting.pop()
        if is_open:
            yield node
            continue
        waiting.append((node, True))
        waiting.extend((child, False) for child in reversed(node.children))


def chain(words: Sequence[str], where: str, label: str | None = None) -> Tree:
    """Words as a tree that branches to the right: `(a (b (c d)))`.

    Args:
        words: one at least.
        where: they stand.
        label: of the root.

    Raises:
        InputError: if there is no word, or more than make `MOST_NODES` nodes.
    """
    if not words:
        raise InputError(f"{where}: expected a word")
    node = Node(words[-1], None)
    for word in reversed(words[:-1]):
        node = Node(None, None, (Node(word, None), node))
    return from_node(node._replace(label=label), where)


def binary(tree: Tree) -> Tree:
    """A tree whose nodes have two children at most, for compositions of two children.

    Of more than two, all but the first are joined to the right, by nodes without word or label. A node with
    a word and children gets the word as a first child without a label.
    """
    made: list[Node] = []  # of each node so far
    for word, kids, label in zip(tree.words, tree.children, tree.labels, strict=True):
        children = [made[kid] for kid in kids]
        if word is not None and children:
            children.insert(0, Node(word, None))
        while len(children) > 2:
            children[-2:] = [Node(None, None, tuple(children[-2:]))]
        made.append(Node(None if children else word, label, tuple(children)))
    return from_node(made[-1], tree.where)


def places(tree: Tree, arity: int) -> np.ndarray:
    """Children as networks take them, int32 (nodes, arity): places from 1 on, 0 for none.

    Raises:
        InputError: on a node of more children than `arity`.
    """
    if tree.arity > arity:
        raise InputError(
            f"{tree.where}: expected {arity} children of a node at most; one has {tree.arity}"
        )
    found = np.zeros((len(tree.words), arity), np.int32)
    for place, kids in enumerate(tree.children):
        found[place, : len(kids)] = np.array(kids, np.int32) + 1
    return found
