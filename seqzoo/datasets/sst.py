"""The Stanford Sentiment Treebank (Socher et al. 2013): sentences of reviews, each of their phrases judged.

Read from a folder with `train.txt`, `dev.txt` and `test.txt`, each plain or gzipped, a tree a line:
`(3 (2 It) (4 (2 's) (4 lovely)))`. The number of a node is the judgement of its words, 0 to 4.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from seqzoo.datasets.corpus import Corpus
from seqzoo.datasets.files import Example, read_lines
from seqzoo.errors import InputError

FILES = {"train": "train.txt", "validation": "dev.txt", "test": "test.txt"}
# The classes of the five judgements; of two classes, neutral texts have none.
CLASSES = {
    2: ("negative", "negative", None, "positive", "positive"),
    5: ("very negative", "negative", "neutral", "positive", "very positive"),
}
# Words are separated by ASCII spaces alone: some hold a no-break space.
PIECE = re.compile(r" *(?:\((?P<judgement>[0-4]) |(?P<end>\))|(?P<word>[^ ()]+)) *")
ESCAPED = {"-LRB-": "(", "-RRB-": ")"}


class Phrase(NamedTuple):
    """A node of a tree.

    Attributes:
        judgement: 0, very negative, to 4, very positive.
        first, last: its words are those from `first` up to `last`.
    """

    judgement: int
    first: int
    last: int


def corpus(folder: Path, classes: int, phrases: bool = False) -> Corpus:
    """The official split; validation and test are whole sentences.

    Args:
        folder: with the three files.
        classes: 2 or 5; of two, neutral texts are left out.
        phrases: train on every phrase, each text once, not on the sentences alone.

    Raises:
        InputError: if a file is missing.
    """
    names = CLASSES[classes]
    paths = {part: _path(folder, name) for part, name in FILES.items()}

    def sentences(path: Path) -> Callable[[], Iterator[Example]]:
        return lambda: _examples(path, names, whole=True)

    parts = {part: sentences(path) for part, path in paths.items()}
    if phrases:
        parts["train"] = lambda: _once(_examples(paths["train"], names, whole=False))
    trained = "phrases" if phrases else "sentences"
    description = (
        f"Stanford Sentiment Treebank, official split, {trained}, {classes} classes"
    )
    return Corpus(parts, description)


def read_tree(line: str, where: str) -> tuple[list[str], list[Phrase]]:
    """The words of a tree and its nodes, the root first.

    Args:
        line: of a file.
        where: `file:line`, for errors.

    Raises:
        InputError: if it is no tree with judgements from 0 to 4.
    """
    words: list[str] = []
    nodes: list[Phrase] = []
    unclosed: list[int] = []  # places in `nodes`
    at = 0
    while at < len(line):
        piece = PIECE.match(line, at)
        outside = bool(nodes) != bool(unclosed)  # before the tree nothing is closed
        if piece is None or outside or (not nodes and not piece["judgement"]):
            raise _no_tree(where, line, at)
        if piece["judgement"]:
            unclosed.append(len(nodes))
            nodes.append(Phrase(int(piece["judgement"]), len(words), -1))
        elif piece["word"]:
            words.append(ESCAPED.get(piece["word"], piece["word"]))
        else:
            place = unclosed.pop()
            nodes[place] = nodes[place]._replace(last=len(words))
        at = piece.end()
    if not nodes or unclosed or any(node.first == node.last for node in nodes):
        raise _no_tree(where, line, at)
    return words, nodes


def _examples(path: Path, names: tuple, whole: bool) -> Iterator[Example]:
    """The texts of a file that have a class: sentences if they shall be whole, else all phrases."""
    for number, line in read_lines(path):
        where = f"{path}:{number}"
        words, nodes = read_tree(line, where)
        for judgement, first, last in nodes[:1] if whole else nodes:
            if names[judgement] is not None:
                yield Example(" ".join(words[first:last]), names[judgement], where)


def _once(examples: Iterator[Example]) -> Iterator[Example]:
    """Each text the first time it comes."""
    seen: set[str] = set()  # the corpus is a fixed one: 10 MB
    for example in examples:
        if example.text not in seen:
            seen.add(example.text)
            yield example


def _path(folder: Path, name: str) -> Path:
    for path in (folder / name, folder / f"{name}.gz"):
        if path.is_file():
            return path
    raise InputError(f"{folder / name}: no such file, nor one with .gz")


def _no_tree(where: str, line: str, at: int) -> InputError:
    found = repr(line[at : at + 20]) if at < len(line) else "the end of the line"
    return InputError(
        f"{where}: character {at + 1}: expected a tree like (3 (2 fine) (2 .)); got {found}"
    )
