"""Trees as ids of words and places of children, in three parts, ready to train on."""

import functools
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from seqzoo.datasets import Splits
from seqzoo.datasets.sst import CLASSES
from seqzoo.datasets.trees.tree import Tree
from seqzoo.errors import InputError, unknown_name
from seqzoo.pipeline.batches import batches, plan
from seqzoo.pipeline.encoded import Encoded, Row
from seqzoo.pipeline.naive import Naive
from seqzoo.pipeline.prepared import PARTS, Prepared, ready
from seqzoo.system.files import read_lines, write_lines
from seqzoo.tasks.trees import naive
from seqzoo.tasks.trees.coding import (
    BINARY,
    LABELS,
    VOCABULARY,
    Coded,
    Coding,
    cased,
)
from seqzoo.tasks.trees.inference import Inference
from seqzoo.text.vocabulary import Vocabulary

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

TOKENS, CHILDREN, GOLD = "tokens", "children", "gold"  # columns
MOST_CHILDREN = 100  # of a node: every node has room for as many


class Trees(Prepared):
    """Three parts of trees.

    Args:
        folder: where `prepare` put them.
        batch_size, seed: of the training batches.

    Attributes:
        coding: how trees become arrays.
        labels: names of the classes.
        arity: children of a node at most.
        encoded: part -> its rows.
    """

    counted = "trees"

    def __init__(self, folder: Path, batch_size: int, seed: int):
        super().__init__(folder)
        self.batch_size, self.seed = batch_size, seed
        about = self.text_settings()
        vocabulary = Vocabulary.load(folder / VOCABULARY)
        self.coding = Coding(vocabulary, about["lowercase"], about["binary"])
        self.labels = read_lines(folder / LABELS)
        self.arity: int = about["arity"]
        self.encoded = {part: Encoded(folder / part) for part in PARTS}

    @classmethod
    def prepare(
        cls,
        folder: Path,
        splits: Splits,
        *,
        binary: bool,
        at: str,
        classes: int | None,
        lowercase: bool,
        minimum_count: int,
        vocabulary_size: int,
        batch_size: int,
        seed: int,
    ) -> "Trees":
        """Encode and write trees, or take what is there.

        Args:
            folder: of the prepared data.
            splits: the trees.
            binary: whether nodes have two children at most.
            at: whose labels are learnt: `root` or `nodes`.
            classes: of judgements, for the predictor; None: the labels are as they were.
            lowercase, minimum_count, vocabulary_size: of the words.
            batch_size, seed: of the training batches.

        Raises:
            InputError: on a part without trees, a root without a label, one class alone, or too many
                children.
        """

        def write(partial: Path) -> dict[str, Any]:
            trees = {part: list(getattr(splits, part)()) for part in PARTS}
            labels = _labels(trees["train"], at)
            words = (
                cased((word for word in tree.words if word is not None), lowercase)
                for tree in trees["train"]
            )
            vocabulary = Vocabulary.build(
                words, minimum_count=minimum_count, maximum_size=vocabulary_size
            )
            vocabulary.save(partial / VOCABULARY)
            write_lines(partial / LABELS, labels)
            coding = Coding(vocabulary, lowercase, binary)
            arity = BINARY if binary else _arity(trees)
            sizes = {}
            for part, own in trees.items():
                rows = _rows(own, coding, labels, at, arity)
                sizes[part] = len(Encoded.write(partial / part, rows, TOKENS))
            text = {
                "lowercase": lowercase, "binary": binary, "arity": arity, "at": at, "classes": classes,
            }  # fmt: skip
            sizes["words"] = len(vocabulary)
            return {"description": splits.description, "text": text, "sizes": sizes}

        return cls(ready(folder, write), batch_size, seed)

    def plan(self, epoch: int) -> list[np.ndarray]:
        """Numbers of the trees of each training batch, those of like size together."""
        return plan(self.encoded["train"].lengths, self.batch_size, self.seed, epoch)

    def batches(self, planned: list[np.ndarray]) -> "tf.data.Dataset":
        """Batches of tokens, children and classes; see `arrays`."""
        return batches(
            lambda: (self.arrays(rows) for rows in planned),
            ((None, None), "int32"),
            ((None, None, self.arity), "int32"),
            ((None, None), "int32"),
        )

    def arrays(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Training trees by their numbers.

        Args:
            rows: int (trees,).

        Returns:
            tokens int32 (trees, nodes), children int32 (trees, nodes, arity), and classes from 1 on, int32
            (trees, nodes); 0 for none in all of them.
        """
        found = self.encoded["train"].rows(rows, 1)
        return found[TOKENS], found[CHILDREN], found[GOLD]

    def trees(self, part: str) -> list[Coded]:
        """The trees of a part, as inference takes them; their words and labels are not kept."""
        nothing = Tree((), (), (), part)
        encoded = self.encoded[part]
        both = zip(encoded.each(TOKENS), encoded.each(CHILDREN), strict=True)
        return [Coded(nothing, tokens, children) for tokens, children in both]

    def gold(self, part: str) -> list[np.ndarray]:
        """Classes from 1 on, 0 for none, int32 (nodes,), of each tree of a part."""
        return list(self.encoded[part].each(GOLD))

    def infer(self, model: "keras.Model") -> Inference:
        """A model of this data, ready to answer: the whole network."""
        from seqzoo.training.running import KerasNetwork

        return Inference(KerasNetwork(model))

    @functools.cached_property
    def bag(self) -> naive.Bag:
        """The naive answers, fitted on the training part."""
        tokens = list(self.encoded["train"].each(TOKENS))
        roots = np.array([each[-1] - 1 for each in self.gold("train")])
        return naive.Bag.fit(tokens, roots, len(self.coding.vocabulary), len(self.labels))

    def naive_answers(self, part: str) -> list[Naive]:
        """What the most frequent class and a bag of words score on a part."""
        tokens = list(self.encoded[part].each(TOKENS))
        roots = np.array([each[-1] - 1 for each in self.gold(part)])
        return self.bag.answers(tokens, roots, self.labels)

    def save(self, folder: Path, model: "keras.Model") -> None:
        """Write vocabulary, labels and naive answers beside the network."""
        self.coding.vocabulary.save(folder / VOCABULARY)
        write_lines(folder / LABELS, self.labels)
        self.bag.save(folder / naive.FILE)


def _labels(trees: list[Tree], at: str) -> list[str]:
    """The classes in order: numbers and judgements by size, others by name.

    Raises:
        InputError: unless there are two at least.
    """
    found = {
        label
        for tree in trees
        for label in (tree.labels[-1:] if at == "root" else tree.labels)
        if label is not None
    }
    if len(found) < 2:
        shown = ", ".join(sorted(found)) or "none"
        raise InputError(f"train: expected labels of two classes at least; got {shown}")
    for names in CLASSES.values():
        if found <= set(names):
            return list(dict.fromkeys(name for name in names if name in found))
    if all(label.isascii() and label.isdigit() for label in found):
        return sorted(found, key=int)
    return sorted(found)


def _arity(trees: dict[str, list[Tree]]) -> int:
    """The most children of a node in all parts.

    Raises:
        InputError: on more than `MOST_CHILDREN`.
    """
    largest = max((tree for part in trees.values() for tree in part), key=lambda t: t.arity)
    if largest.arity > MOST_CHILDREN:
        raise InputError(
            f"{largest.where}: {largest.arity} children of a node; expected {MOST_CHILDREN} at most"
        )
    return max(1, largest.arity)


def _rows(
    trees: list[Tree], coding: Coding, labels: list[str], at: str, arity: int
) -> Iterator[Row]:
    """Tokens, children and classes of each tree."""
    for tree in trees:
        coded = coding.coded(tree)
        children = np.zeros((len(coded.tokens), arity), np.int32)
        children[:, : coded.children.shape[1]] = coded.children
        yield {
            TOKENS: coded.tokens,
            CHILDREN: children,
            GOLD: gold_of(coded.tree, labels, at),
        }


def gold_of(tree: Tree, labels: list[str], at: str) -> np.ndarray:
    """Classes of a tree's nodes from 1 on, int32 (nodes,), 0 for none.

    Args:
        tree: as the network has it.
        labels: names of the classes.
        at: `root`: others' labels play no part.

    Raises:
        InputError: on a root without a label, or a label that is none of the classes.
    """
    if tree.label is None:
        raise InputError(f"{tree.where}: expected a label at the root")
    places = {label: place for place, label in enumerate(labels, 1)}
    found = np.zeros(len(tree.words), np.int32)
    for place, label in enumerate(tree.labels):
        if label is None or (at == "root" and place < len(found) - 1):
            continue
        if label not in places:
            raise unknown_name(f"{tree.where}: label", label, labels)
        found[place] = places[label]
    return found
