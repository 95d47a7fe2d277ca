"""A classifier's network on trees: all nodes of one height, of several trees, in one run."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from seqzoo.engine import for_groups
from seqzoo.pipeline.encoded import padded
from seqzoo.tasks.trees.coding import Coded, padded_children

TOGETHER = 64  # trees
MOST_ROWS = 2048  # nodes of a run


class Inference:
    """Probabilities of nodes.

    Args:
        network: runs arrays by name. One of whole trees has `tokens`, int32 (batch, nodes), and `children`,
            int32 (batch, nodes, arity); one of single nodes `token`, int32 (nodes, 1), and `states`, float32
            (nodes, arity, size).
    """

    def __init__(self, network: Any):
        self.network = network
        self.whole = "children" in network.inputs

    def __call__(self, trees: Sequence[Coded]) -> list[np.ndarray]:
        """Probabilities, float32 (nodes, classes), of each tree."""
        found: list[np.ndarray] = [np.zeros(0)] * len(trees)

        def compute(rows: list[int]) -> None:
            run = self._whole if self.whole else self._by_level
            for row, own in zip(rows, run([trees[row] for row in rows]), strict=True):
                found[row] = own

        lengths = [len(each.tokens) for each in trees]
        for_groups(self.network, compute, lengths, TOGETHER, TOGETHER)
        return found

    def _whole(self, trees: Sequence[Coded]) -> list[np.ndarray]:
        tokens = padded([each.tokens for each in trees])
        rows = [each.children for each in trees]
        children = padded_children(rows, tokens.shape[1], self.network.inputs["children"])
        label = self.network.run({"tokens": tokens, "children": children})["label"]
        return [label[row, : len(each.tokens)] for row, each in enumerate(trees)]

    def _by_level(self, trees: Sequence[Coded]) -> list[np.ndarray]:
        tokens = np.concatenate([each.tokens for each in trees])
        sizes = [len(each.tokens) for each in trees]
        children = padded_children([each.children for each in trees], max(sizes))
        # Places in a tree become places in the row of all trees, one behind the other.
        before = np.cumsum([0, *sizes[:-1]])
        flat = [
            np.where(rows > 0, rows + first, 0)[:size]
            for rows, first, size in zip(children, before, sizes, strict=True)
        ]
        label = self._composed(tokens, np.concatenate(flat))
        return np.split(label, np.cumsum(sizes)[:-1])

    def _composed(self, tokens: np.ndarray, children: np.ndarray) -> np.ndarray:
        """Probabilities (nodes, classes): tokens (nodes,), children (nodes, arity), places from 1 on."""
        states, labels = self._blank(len(tokens))
        levels = heights(children)
        for level in range(levels.max() + 1):
            places = np.flatnonzero(levels == level)
            for first in range(0, len(places), MOST_ROWS):
                rows = places[first : first + MOST_ROWS]
                # (rows, arity) -> (rows, arity, size)
                below = states[children[rows]]
                given = {"token": tokens[rows, None], "states": below}
                outputs = self.network.run(given)
                states[rows + 1], labels[rows] = outputs["state"], outputs["label"]
        return labels

    def _blank(self, nodes: int) -> tuple[np.ndarray, np.ndarray]:
        """States (nodes + 1, size), the first of the child that there is not, and (nodes, classes)."""
        size, classes = self.network.outputs["state"], self.network.outputs["label"]
        return np.zeros((nodes + 1, size), np.float32), np.zeros(
            (nodes, classes), np.float32
        )


def heights(children: np.ndarray) -> np.ndarray:
    """How far each node is from its farthest leaf, int (nodes,): children (nodes, arity) come first."""
    found = np.full(len(children) + 1, -1)
    for place, kids in enumerate(children, 1):
        found[place] = found[kids].max() + 1
    return found[1:]
