"""ListOps (Nangia & Bowman 2018): lists of digits under operators, made by a program.

`[MAX 2 9 [MIN 4 7 ] 0 ]` is 9. Every node's label is the value of what is below it. The tree is the list
itself: an operator is the word of a node, its arguments are the children.
"""

from collections.abc import Callable, Sequence

import numpy as np

from seqzoo.datasets.trees.tree import Node, Tree, from_node

# The paper's: largest, smallest, median rounded down, sum modulo 10.
OPERATORS: dict[str, Callable[[Sequence[int]], int]] = {
    "[MAX": max,
    "[MIN": min,
    "[MED": lambda values: int(np.median(values)),
    "[SM": lambda values: sum(values) % 10,
}
MOST_ARGUMENTS, DEEPEST = 5, 20  # as the paper's
NESTED = 0.25  # chance that an argument is a list: the paper's


def made_trees(count: int, seed: int, most: int = 100) -> list[Tree]:
    """Lists that differ from each other.

    Args:
        count: of lists.
        seed: of all that is drawn by chance.
        most: nodes of a tree; the paper has up to a hundred tokens.
    """
    random = np.random.default_rng(seed)
    found: dict[str, Tree] = {}
    while len(found) < count:
        node, _ = _list(random, 1)
        tree = from_node(node, f"listops:{len(found) + 1}")
        if len(tree.words) <= most:
            found.setdefault(written(tree), tree)
    return list(found.values())


def _list(random: np.random.Generator, depth: int) -> tuple[Node, int]:
    """A list of two arguments at least, and its value."""
    operator = str(random.choice(list(OPERATORS)))
    children, values = [], []
    for _ in range(random.integers(2, MOST_ARGUMENTS + 1)):
        if depth < DEEPEST and random.random() < NESTED:
            node, value = _list(random, depth + 1)
        else:
            value = int(random.integers(10))
            node = Node(str(value), str(value))
        children.append(node)
        values.append(value)
    value = OPERATORS[operator](values)
    return Node(operator, str(value), tuple(children)), value


def written(tree: Tree) -> str:
    """A list as the paper writes it, `[MAX 2 [MIN 4 7 ] ]`."""
    found: list[str] = []  # of each node
    for word, kids in zip(tree.words, tree.children, strict=True):
        inner = " ".join(found[kid] for kid in kids)
        found.append(f"{word} {inner} ]" if kids else str(word))
    return found[-1]
