"""Trees in JSON: nested nodes, or words with heads.

`{"label": "3", "children": [{"word": "fine", "label": "2"}, {"word": "."}]}` is a tree of nodes;
`{"words": ["fine", "."], "heads": [0, 1], "label": "3"}` a dependency tree, whose words may have `labels`.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from seqzoo.datasets.files import read_lines
from seqzoo.datasets.trees.heads import tree_of_heads
from seqzoo.datasets.trees.tree import Node, Tree, from_node
from seqzoo.errors import InputError, unknown_name

NODE, SENTENCE = ("word", "label", "children"), ("words", "heads", "label", "labels")


def read_json(path: Path) -> Iterator[Tree]:
    """The trees of a file, an object a line.

    Args:
        path: of the file, plain or gzipped.

    Raises:
        InputError: on what is no tree, with file and line, or a file without a tree.
    """
    empty = True
    for number, line in read_lines(path):
        if not line.strip():
            continue
        empty = False
        where = f"{path}:{number}"
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise InputError(f"{where}: not JSON: {error}") from None
        yield from_value(value, where)
    if empty:
        raise InputError(f"{path}: expected a tree a line; there is none")


def from_value(value: Any, where: str) -> Tree:
    """The tree that a JSON value stands for.

    Args:
        value: as `json` gives it.
        where: it stands; begins messages.

    Raises:
        InputError: if it is none.
    """
    if isinstance(value, dict) and "heads" in value:
        return _sentence(value, where)
    try:
        return from_node(_node(value, where), where)
    except RecursionError:
        raise InputError(f"{where}: expected a tree that is less deep") from None


def _node(root: Any, where: str) -> Node:
    """A node and all below it."""
    value = _object(root, NODE, where)
    children = value.get("children", [])
    if not isinstance(children, list):
        raise InputError(f"{where}: children: expected a list of nodes")
    word = _name(value, "word", where)
    if word is None and not children:
        raise InputError(f"{where}: expected a node with a word, or with children")
    found = (
        _node(child, f"{where}: children[{n}]" if n < 3 else where)
        for n, child in enumerate(children)
    )
    return Node(word, _name(value, "label", where), tuple(found))


def _sentence(value: dict, where: str) -> Tree:
    """Words with heads."""
    _object(value, SENTENCE, where)
    words, heads = _list(value, "words", str, where), _list(value, "heads", int, where)
    labels = value.get("labels", [None] * len(words))
    if not isinstance(labels, list) or not len(words) == len(heads) == len(labels) > 0:
        raise InputError(
            f"{where}: expected as many heads and labels as words, one at least"
        )
    names = [_name({"label": each}, "label", where) for each in labels]
    tree = tree_of_heads(words, heads, names, [where] * len(words))
    label = _name(value, "label", where)
    return tree if label is None else tree._replace(labels=(*tree.labels[:-1], label))


def _list(value: dict, key: str, kind: type, where: str) -> list:
    found = value.get(key)
    if not isinstance(found, list) or any(type(each) is not kind for each in found):
        raise InputError(f"{where}: {key}: expected a list of {kind.__name__}")
    return found


def _object(value: Any, known: tuple[str, ...], where: str) -> dict:
    if not isinstance(value, dict):
        raise InputError(f"{where}: expected an object; got {type(value).__name__}")
    for key in value:
        if key not in known:
            raise unknown_name(f"{where}: key", key, known)
    return value


def _name(value: dict, key: str, where: str) -> str | None:
    """A word or a label; whole numbers are labels, too."""
    found = value.get(key)
    if found is None or (isinstance(found, str) and found):
        return found
    if key == "label" and type(found) is int:
        return str(found)
    raise InputError(f"{where}: {key}: expected a string that is not empty; got {found!r}")
