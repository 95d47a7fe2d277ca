"""Use a trained classifier of trees: the class of a tree and of its nodes."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from seqzoo.artifact import Artifact
from seqzoo.datasets.reading.settings import Form
from seqzoo.datasets.reading.source import Source, ending_of
from seqzoo.datasets.trees.brackets import is_bracketed, tree_of
from seqzoo.datasets.trees.nested import from_value
from seqzoo.datasets.trees.reading import CONLLU, read_trees
from seqzoo.datasets.trees.tree import Tree, chain
from seqzoo.errors import InputError
from seqzoo.pipeline.encoded import padded
from seqzoo.system.files import read_lines
from seqzoo.tasks.arguments import length, one_of, truth
from seqzoo.tasks.predictor import Predictor
from seqzoo.tasks.reading import Inputs
from seqzoo.tasks.samples import words_of
from seqzoo.tasks.trees import naive
from seqzoo.tasks.trees.coding import LABELS, VOCABULARY, Coded, Coding, padded_children
from seqzoo.tasks.trees.inference import Inference
from seqzoo.tasks.trees.options import AnswerOptions
from seqzoo.text.vocabulary import UNK, Vocabulary

if TYPE_CHECKING:
    from seqzoo.diagnosis import Finding

ROWS = 32  # trees of a file, for `doctor`
GIVEN, CHAINED = "given", "right-branching chain"  # what is said of an answer's tree


class TreeClassifier(Predictor):
    """A classifier of trees.

    An input is a tree in brackets, one in JSON, or a text, which becomes a chain that branches to the right.
    An answer has `label`, `probabilities` (label -> float) and `tree`, which says whether it was given.

    Args:
        folder: an artifact of this task.

    Attributes:
        coding: how trees become arrays.
        labels: names of the classes, in the order of the network's output.
        classes: of judgements, as in training; None: labels are as they are.
        at: whose labels were learnt.
        inference: the network on trees.
        bag: the naive answers.
    """

    READS: ClassVar[tuple[str, ...]] = ("text", "json")
    BUILDER: ClassVar[str] = "tree_classifier"
    TEXT: ClassVar[dict] = {
        "lowercase": truth,
        "binary": truth,
        "arity": length,
        "at": one_of(("root", "nodes")),
        "classes": lambda value: value in (None, 2, 5),
    }
    FOR_DRAWING: ClassVar[dict[str, Any]] = {"nodes": True}
    IN_JSON: ClassVar[tuple[str, ...]] = ("nodes",)

    def __init__(self, folder: Path | Artifact):
        super().__init__(folder)
        text = self.config["text"]
        vocabulary = Vocabulary.load(
            self.artifact.path(VOCABULARY), self.arguments["vocab_size"]
        )
        self.coding = Coding(vocabulary, text["lowercase"], text["binary"])
        self.classes, self.at = text["classes"], text["at"]
        self.labels = read_lines(self.artifact.path(LABELS), self.arguments["num_classes"])
        self.inference = Inference(self.network())
        self.bag = naive.Bag.load(
            self.artifact.path(naive.FILE), len(vocabulary), len(self.labels)
        )

    def encode(self, item: Any, where: str) -> Coded:
        """A tree as arrays; a text without brackets becomes a chain.

        Raises:
            InputError: on what is no tree, a blank text, or one without a word that the model knows.
        """
        given = not isinstance(item, str) or is_bracketed(item)
        if not isinstance(item, str):
            tree = from_value(item, where)
        elif given:
            tree = tree_of(item, where)
        else:
            words = self.coding.tokenizer(item)
            if not words:
                raise InputError(f"{where}: the text is {'blank' if item else 'empty'}")
            tree = chain(words, where)
        coded = self.coding.coded(tree, given)
        if not (coded.tokens > UNK).any():
            raise InputError(f"{where}: none of the words is known to the model")
        return coded

    def open_inputs(self, data: Any, asked: Form | None = None) -> Inputs:
        """The trees and texts of a file, one a line; see `FileReading`.

        Raises:
            InputError: on a CoNLL-U file, whose lines are words, or a file that cannot be read.
        """
        if isinstance(data, (Source, Path)) and ending_of(data.name) == CONLLU:
            raise InputError(
                f"{data}: expected trees in brackets, JSON or texts, one a line; a {CONLLU} file is for "
                "training and evaluate"
            )
        return super().open_inputs(data, asked)

    def answers(
        self, items: Sequence[tuple[Any, Coded]], options: AnswerOptions
    ) -> list[dict[str, Any]]:
        """The classes of trees, given with their arrays."""
        every = [coded for _, coded in items]
        found = []
        for (item, coded), rows in zip(items, self.inference(every), strict=True):
            root = rows[-1]
            answer: dict[str, Any] = {
                **({"text": item} if isinstance(item, str) else {}),
                "label": self.labels[int(root.argmax())],
                "probabilities": dict(zip(self.labels, root.tolist(), strict=True)),
                "tree": GIVEN if coded.given else CHAINED,
            }
            if options.nodes:
                answer["nodes"] = self._nodes(coded.tree, rows)
            found.append(answer)
        return found

    def _nodes(self, tree: Tree, rows: np.ndarray) -> list[dict[str, Any]]:
        """Word, children (places from 0 on), label and its probability of each node, the root last."""
        return [
            {
                "word": word,
                "children": list(kids),
                "label": self.labels[int(row.argmax())],
                "probability": float(row.max()),
            }
            for word, kids, row in zip(tree.words, tree.children, rows, strict=True)
        ]

    def to_plain(self, answer: dict[str, Any]) -> str:
        """The root's label alone."""
        return answer["label"]

    def about(self) -> dict[str, Any]:
        """`labels`, the names of the classes, and `at`, whose labels were learnt."""
        return {"labels": list(self.labels), "at": self.at}

    def samples(self, count: int, longest: int) -> list[str]:
        """Made trees in brackets of known words, of 1 to `longest` nodes each."""
        words = [each for each in words_of(self.coding.vocabulary) if _is_plain(each)]
        draw = np.random.default_rng(0)
        return [_sample(draw, words, max(1, (longest + 1) // 2)) for _ in range(count)]

    def draw(self, answer: dict[str, Any], path: Path) -> None:
        """Draw the tree with a colour a node: an SVG file, or a PNG.

        Args:
            answer: with `nodes`.
            path: of the picture.

        Raises:
            InputError: on another ending.
        """
        from seqzoo.reports import trees

        trees.write(path, answer["nodes"], self.labels)

    def network_rows(
        self, path: Path, asked: Form | None = None
    ) -> Iterator[dict[str, np.ndarray]]:
        """Each tree of a file, as the whole network takes it, for `seqzoo doctor --data`."""
        self.refuse_form(asked)
        for tree in read_trees(path):
            coded = self.coding.coded(tree)
            yield {"tokens": coded.tokens, "children": coded.children}

    def batch(self, path: Path, asked: Form | None = None) -> dict[str, np.ndarray]:
        """The first trees of a file, as the whole network takes them; see `network_rows`."""
        rows = []
        for row in self.network_rows(path, asked):
            rows.append(row)
            if len(rows) == ROWS:
                break
        tokens = padded([row["tokens"] for row in rows])
        arity = max(self.arguments["arity"], *(row["children"].shape[1] for row in rows))
        children = [row["children"] for row in rows]
        return {
            "tokens": tokens,
            "children": padded_children(children, tokens.shape[1], arity),
        }

    def sicknesses(self, path: Path, asked: Form | None = None) -> list["Finding"]:
        """Whether the answers on a file tell trees apart; see `diagnosis`."""
        from seqzoo.tasks.trees.diagnosis import findings

        self.refuse_form(asked)
        return list(findings(self, path))


def _is_plain(word: str) -> bool:
    """Whether a word can stand in brackets as it is."""
    return not any(each.isspace() or each in "()" for each in word)


def _sample(draw: np.random.Generator, words: Sequence[str], longest: int) -> str:
    """A tree of random shape over random words."""
    size = int(draw.integers(1, longest + 1))
    parts = [f"(_ {words[int(draw.integers(len(words)))]})" for _ in range(size)]
    while len(parts) > 1:
        place = int(draw.integers(len(parts) - 1))
        parts[place : place + 2] = [f"(_ {parts[place]} {parts[place + 1]})"]
    return parts[0]
