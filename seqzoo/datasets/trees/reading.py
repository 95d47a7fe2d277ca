"""Trees of a file, or of a folder with a part a file."""

from collections.abc import Callable, Iterator
from pathlib import Path

from seqzoo.datasets.corpus import Corpus, own
from seqzoo.datasets.reading.source import ending_of
from seqzoo.datasets.trees.brackets import read_brackets
from seqzoo.datasets.trees.conllu import read_conllu
from seqzoo.datasets.trees.nested import read_json
from seqzoo.datasets.trees.tree import Tree

CONLLU = ".conllu"
# Endings of files; all others are in brackets.
FORMATS: dict[str, Callable[[Path], Iterator[Tree]]] = {
    CONLLU: read_conllu,
    ".jsonl": read_json,
    ".json": read_json,
}


def read_trees(path: Path) -> Iterator[Tree]:
    """The trees of a file.

    Args:
        path: in brackets, or with an ending of `FORMATS`, plain or gzipped.

    Raises:
        InputError: on what is no tree, with file and line.
    """
    return FORMATS.get(ending_of(path), read_brackets)(path)


def own_trees(path: Path) -> Corpus:
    """The corpus in a file, or in a folder with `train.*`, and perhaps `dev.*` and `test.*`.

    Raises:
        InputError: see `seqzoo.datasets.corpus.own`.
    """
    return own(
        path, read_trees, "train.txt (trees in brackets), train.conllu or train.jsonl"
    )
