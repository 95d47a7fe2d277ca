"""From trees to labels: `python reader.py < trees.txt`, a tree in brackets, one in JSON, or a text a line.

A text without brackets becomes a chain that branches to the right; its answer says so.
"""

import contextlib
import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from lines import answer
from runtime import Network
from texts import Texts

FOLDER = Path(__file__).parent
PIECE = re.compile(r"[()]|[^ \t\r\n()]+")
BEGIN = re.compile(r"\s*\(\s*(\(|[^\s()]+\s+[^\s)])")
ESCAPED = {"-LRB-": "(", "-RRB-": ")"}
UNKNOWN = 1
MOST_NODES = 10_000  # of a tree


class Node(NamedTuple):
    """A node: its word, or none, and what is below it."""

    word: str | None
    children: tuple["Node", ...] = ()


class Reader:
    """The exported classifier of trees.

    Args:
        folder: of the export.
    """

    def __init__(self, folder: Path = FOLDER):
        self.network = Network(folder, "model")
        self.text = json.loads((folder / "text.json").read_text("utf-8"))
        self.texts = Texts(folder, self.text)
        self.labels = (folder / "labels.txt").read_text("utf-8").split("\n")[:-1]
        # Without a fixed number of children a node of a sum has as many as it has.
        self.arity = 2 if self.text["binary"] else self.network.length

    def predict(self, trees: Sequence[Any]) -> list[dict[str, Any]]:
        """Classify trees, in brackets, as objects, or texts.

        Returns:
            For each `label`, `probabilities` (label -> float) and `tree`, which says whether it was given;
            `text`, where the tree was a string.

        Raises:
            ValueError: on what is no tree, or has no known word.
        """
        return [self._answer(tree) for tree in trees]

    def plain(self, answer: dict[str, Any]) -> str:
        """The root's label alone."""
        return answer["label"]

    def _answer(self, item: Any) -> dict[str, Any]:
        root, given = self._tree(item)
        nodes = post_order(binary(root) if self.text["binary"] else root)
        if len(nodes) > MOST_NODES:
            raise ValueError(f"expected {MOST_NODES:,} nodes at most")
        words = [self._id(node.word) for node, _ in nodes]
        if max(words) <= UNKNOWN:
            raise ValueError("none of the words is known to the model")
        row = self._root(words, [places for _, places in nodes])
        return {
            **({"text": item} if isinstance(item, str) else {}),
            "label": self.labels[int(row.argmax())],
            "probabilities": dict(zip(self.labels, map(float, row), strict=True)),
            "tree": "given" if given else "right-branching chain",
        }

    def _tree(self, item: Any) -> tuple[Node, bool]:
        """The root of an input, and whether its tree was given."""
        if isinstance(item, str) and item.lstrip().startswith("{"):
            # One that is no JSON is a text that begins so.
            with contextlib.suppress(ValueError, RecursionError):
                item = json.loads(item)
        if not isinstance(item, str):
            return from_object(item), True
        if BEGIN.match(item) and item.rstrip().endswith(")"):
            return from_brackets(item), True
        words = self.texts.tokens(item)
        if not words:
            raise ValueError(f"the text is {'blank' if item else 'empty'}")
        node = Node(words[-1])
        for word in reversed(words[:-1]):
            node = Node(None, (Node(word), node))
        return node, False

    def _id(self, word: str | None) -> int:
        if word is None:
            return 0
        lowered = word.lower() if self.text["lowercase"] else word
        return self.texts.ids.get(lowered, UNKNOWN)

    def _root(self, words: list[int], children: list[list[int]]) -> np.ndarray:
        """Probabilities of the last node, float32 (classes,): all nodes of one height in one run."""
        states = np.zeros((len(words) + 1, self.text["size"]), np.float32)
        heights: list[int] = []
        for kids in children:
            heights.append(1 + max((heights[kid - 1] for kid in kids), default=-1))
        row = np.zeros(0)
        for level in range(max(heights) + 1):
            places = [place for place, height in enumerate(heights) if height == level]
            arity = self.arity or max(1, *(len(children[place]) for place in places))
            below = np.zeros((len(places), arity), np.int64)
            for number, place in enumerate(places):
                kids = children[place]
                if len(kids) > arity:
                    raise ValueError(f"expected {arity} children of a node at most")
                below[number, : len(kids)] = kids
            token = np.array([[words[place]] for place in places], np.int32)
            given = {"token": token, "states": states[below]}
            outputs = self.network.run(given)
            states[np.array(places) + 1] = outputs["state"]
            row = outputs["label"][-1]
        return row


def from_brackets(text: str) -> Node:
    """The tree of a text.

    Raises:
        ValueError: if it is none.
    """
    unclosed: list[tuple[list[str], list[Node]]] = []  # names and children of each
    found: Node | None = None
    for piece in PIECE.findall(text):
        if found is not None or (piece != "(" and not unclosed):
            raise ValueError(f"expected one tree; got {piece[:20]!r}")
        if piece == "(":
            unclosed.append(([], []))
        elif piece == ")":
            node = closed(*unclosed.pop())
            if unclosed:
                unclosed[-1][1].append(node)
            else:
                found = node
        else:
            unclosed[-1][0].append(piece)
    if found is None:
        raise ValueError("expected ')': a bracket is not closed")
    return found


def closed(names: list[str], children: list[Node]) -> Node:
    """A node at its closing bracket."""
    if len(names) > (1 if children else 2) or (not children and len(names) < 2):
        raise ValueError("expected a label, and a word or nodes, in each bracket")
    if not children:
        return Node(ESCAPED.get(names[1], names[1]))
    if not names and len(children) == 1:
        return children[0]
    return Node(None, tuple(children))


def from_object(value: Any) -> Node:
    """A nested object, or words with heads.

    Raises:
        ValueError: if it is neither.
    """
    if not isinstance(value, dict):
        raise ValueError(f"expected an object; got {type(value).__name__}")
    if "heads" in value:
        return from_heads(value.get("words"), value["heads"])
    word, children = value.get("word"), value.get("children", [])
    if not isinstance(children, list) or not (word is None or isinstance(word, str)):
        raise ValueError("expected a string, word, and a list, children")
    if not word and not children:
        raise ValueError("expected a node with a word, or with children")
    return Node(word, tuple(map(from_object, children)))


def from_heads(words: Any, heads: Any) -> Node:
    """Words below their heads, places from 1 on, 0 for the root.

    Raises:
        ValueError: on a head that there is not, a cycle, no root, or several.
    """
    if not isinstance(words, list) or not isinstance(heads, list):
        raise ValueError("expected lists, words and heads")
    if not len(words) == len(heads) > 0:
        raise ValueError("expected as many heads as words, one at least")
    below: list[list[int]] = [[] for _ in range(len(words) + 1)]
    for place, head in enumerate(heads, 1):
        if type(head) is not int or not 0 <= head <= len(words):
            raise ValueError(f"head {head!r}: expected a number from 0 to {len(words)}")
        below[head].append(place)
    order = [0]
    for place in order:  # grows
        order.extend(below[place])
    if len(below[0]) != 1 or len(order) <= len(words):
        raise ValueError("expected one root, and no cycle")
    made: dict[int, Node] = {}
    for place in reversed(order[1:]):
        made[place] = Node(words[place - 1], tuple(made[child] for child in below[place]))
    return made[below[0][0]]


def binary(root: Node) -> Node:
    """A tree of two children a node at most; a word beside children becomes the first of them."""
    made: list[Node] = []
    for node, places in post_order(root):
        children = [made[place - 1] for place in places]
        if node.word is not None and children:
            children.insert(0, Node(node.word))
        while len(children) > 2:
            children[-2:] = [Node(None, tuple(children[-2:]))]
        made.append(Node(None if children else node.word, tuple(children)))
    return made[-1]


def post_order(root: Node) -> list[tuple[Node, list[int]]]:
    """All nodes, children first, with the places of their children from 1 on."""
    found: list[tuple[Node, list[int]]] = []
    places: list[int] = []  # of the subtrees that wait for their parent
    waiting = [(root, False)]
    while waiting:
        node, is_open = waiting.pop()
        if not is_open:
            waiting.append((node, True))
            waiting.extend((child, False) for child in reversed(node.children))
            continue
        first = len(places) - len(node.children)
        found.append((node, places[first:]))
        places[first:] = [len(found)]
    return found


if __name__ == "__main__":
    sys.exit(answer(Reader()))
