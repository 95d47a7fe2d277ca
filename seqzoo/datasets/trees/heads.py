"""The words of a sentence and their heads as a tree, a node a word (Tai et al. 2015, section 3.1)."""

from collections.abc import Sequence

from seqzoo.datasets.trees.tree import Node, Tree, from_node
from seqzoo.errors import InputError


def tree_of_heads(
    words: Sequence[str],
    heads: Sequence[int],
    labels: Sequence[str | None],
    wheres: Sequence[str],
) -> Tree:
    """The tree of a sentence.

    Args:
        words: of the sentence, one at least.
        heads: place of each word's head from 1 on, 0 for the one root.
        labels: of each word's node.
        wheres: `file:line` of each word.

    Raises:
        InputError: on a head that there is not, a cycle, no root, or several.
    """
    dependents: list[list[int]] = [[] for _ in range(len(words) + 1)]
    for place, head in enumerate(heads, 1):
        if not 0 <= head <= len(words):
            raise InputError(
                f"{wheres[place - 1]}: head {head}: expected a number from 0 to {len(words)}"
            )
        dependents[head].append(place)
    if len(dependents[0]) > 1:
        second = dependents[0][1] - 1
        raise InputError(
            f"{wheres[second]}: {words[second]!r} is a second root; expected one head 0"
        )
    order = _reached(dependents)
    if len(order) <= len(words):
        lost = min(set(range(1, len(words) + 1)) - set(order))
        raise InputError(
            f"{wheres[lost - 1]}: {words[lost - 1]!r} is in a cycle, or below one: its heads never come to 0"
        )
    made: dict[int, Node] = {}
    for place in reversed(order[1:]):
        children = tuple(made[child] for child in dependents[place])
        made[place] = Node(words[place - 1], labels[place - 1], children)
    return from_node(made[dependents[0][0]], wheres[0])


def _reached(dependents: Sequence[Sequence[int]]) -> list[int]:
    """All places that hang below 0, heads before their dependents."""
    order = [0]
    for place in order:  # grows
        order.extend(dependents[place])
    return order
