"""Trees as the network takes them."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from seqzoo.datasets.trees.tree import Tree, binary, places
from seqzoo.text.tokenizer import Tokenizer
from seqzoo.text.vocabulary import Vocabulary

VOCABULARY, LABELS = "vocabulary.txt", "labels.txt"
BINARY = 2  # children of a node, of all compositions but a sum over children


class Coded(NamedTuple):
    """A tree.

    Attributes:
        tree: with the nodes that the network has.
        tokens: int32 (nodes,), 0 for a node without a word.
        children: int32 (nodes, arity), places from 1 on, 0 for none.
        given: whether the tree was given; else its text was made a chain.
    """

    tree: Tree
    tokens: np.ndarray
    children: np.ndarray
    given: bool = True


class Coding:
    """How trees become arrays.

    Args:
        vocabulary: ids of the words.
        lowercase: whether words are lowered.
        binary: whether nodes have two children at most; trees of more are changed.

    Attributes:
        tokenizer: of texts without a tree.
    """

    def __init__(self, vocabulary: Vocabulary, lowercase: bool, binary: bool):
        self.vocabulary, self.lowercase, self.binary = vocabulary, lowercase, binary
        self.tokenizer = Tokenizer("word", lowercase)

    def coded(self, tree: Tree, given: bool = True) -> Coded:
        """A tree as arrays."""
        shaped = shaped_as(tree, self.binary)
        words = [each for each in shaped.words if each is not None]
        tokens = np.zeros(len(shaped.words), np.int32)
        there = [each is not None for each in shaped.words]
        tokens[there] = self.vocabulary.ids(cased(words, self.lowercase))
        arity = BINARY if self.binary else max(1, shaped.arity)
        return Coded(shaped, tokens, places(shaped, arity), given)


def shaped_as(tree: Tree, two: bool) -> Tree:
    """A tree as the network has it: of two children a node at most, or as it is."""
    return binary(tree) if two else tree


def cased(words: Iterable[str], lowercase: bool) -> list[str]:
    """Words, lowered if they shall be."""
    return [word.lower() if lowercase else word for word in words]


def padded_children(
    rows: list[np.ndarray], nodes: int, arity: int | None = None
) -> np.ndarray:
    """Children of several trees, int32 (trees, nodes, arity), zeros where there is none.

    Args:
        rows: int32 (nodes, arity) each.
        nodes: of the padded trees.
        arity: children of a node; None: as many as one has.
    """
    arity = arity or max(each.shape[1] for each in rows)
    found = np.zeros((len(rows), nodes, arity), np.int32)
    for row, each in enumerate(rows):
        found[row, : len(each), : each.shape[1]] = each
    return found
