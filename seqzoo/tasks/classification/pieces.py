"""Pieces of texts to pretrain on: of the training part, and of texts without labels."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np

from seqzoo.datasets import Splits
from seqzoo.datasets.files import read_lines
from seqzoo.datasets.reading.cells import text_of
from seqzoo.datasets.reading.layout import TEXTS as COLUMN_OF_TEXTS
from seqzoo.datasets.reading.source import of_path
from seqzoo.datasets.reading.table import open_table
from seqzoo.errors import InputError
from seqzoo.pipeline.encoded import Encoded, Row
from seqzoo.text.vocabulary import Vocabulary

TEXTS, HELD_OUT = "pretraining", "pretraining_validation"  # folders of pieces
PIECE = 100  # tokens

Tokenize = Callable[[str], list[str]]


class Unlabelled:
    """Texts without labels; those that stand in validation or test are left out.

    Args:
        path: of a file: a table with a column `text` (see `seqzoo.datasets.reading`), `imdb_unsup.tsv.gz`
            of the IMDB folder, else a text a line.
        splits: the corpus with the labels.
        tokenize: from a text to its tokens, by which texts are compared.

    Attributes:
        count, left_out: how many there were, and how many of them were left out, after iteration.

    Raises:
        InputError: if the file cannot be read, or has no text.
    """

    def __init__(self, path: Path, splits: Splits, tokenize: Tokenize):
        self.path, self._tokenize = path, tokenize
        self.count = self.left_out = 0
        parts = (splits.validation(), splits.test())
        self._held = {_key(tokenize(example.text)) for part in parts for example in part}

    def __iter__(self) -> Iterator[list[str]]:
        """The tokens of each text."""
        return (tokens for _, tokens in self.pairs())

    def pairs(self) -> Iterator[tuple[str, list[str]]]:
        """Each text and its tokens."""
        self.count = self.left_out = 0
        for text in texts_of(self.path):
            tokens = self._tokenize(text)
            if _key(tokens) in self._held:
                self.left_out += 1
            elif tokens:
                self.count += 1
                yield text, tokens
        if not self.count:
            raise InputError(f"{self.path}: expected texts without labels; there is none")

    def about(self) -> str:
        """How many texts were read, and left out, in words."""
        left = f" ({self.left_out:,} more, of validation and test, left out)"
        return f"{self.count:,} texts without labels{left if self.left_out else ''}"


def texts_of(path: Path) -> Iterator[str]:
    """The texts of a file; see `Unlabelled`."""
    if path.name == "imdb_unsup.tsv.gz":
        for number, line in read_lines(path):
            fields = line.split("\t")
            if len(fields) != 2:
                raise InputError(f"{path}:{number}: expected id, text")
            yield fields[1]
    elif of_path(path).is_table:
        for row in open_table(path, COLUMN_OF_TEXTS, strings=True):
            if isinstance(row.cells, InputError):
                raise row.cells
            yield text_of(row.cells[0], row.where)
    else:
        for _, line in read_lines(path):
            yield line


def write(
    folder: Path,
    splits: Splits,
    unlabelled: Unlabelled | None,
    tokenize: Tokenize,
    vocabulary: Vocabulary,
) -> str:
    """Write the pieces to pretrain on, and those of the validation part.

    Args:
        folder: of the prepared data.
        splits: the corpus with the labels.
        unlabelled: further texts.
        tokenize, vocabulary: from a text to ids.

    Returns:
        Whose pieces they are, in words.
    """

    def train() -> Iterator[list[str]]:
        for example in splits.train():
            yield tokenize(example.text)
        if unlabelled is not None:
            yield from unlabelled

    Encoded.write(folder / TEXTS, _pieces(train(), vocabulary))
    held = (tokenize(example.text) for example in splits.validation())
    Encoded.write(folder / HELD_OUT, _pieces(held, vocabulary))
    return f"the training texts{f' and {unlabelled.about()}' if unlabelled else ''}"


def _pieces(texts: Iterable[list[str]], vocabulary: Vocabulary) -> Iterator[Row]:
    """Pieces of `PIECE` tokens, the last of a text shorter: `tokens` int32 (time,)."""
    for tokens in texts:
        ids = vocabulary.encode(tokens)
        for start in range(0, len(ids), PIECE):
            yield {"tokens": ids[start : start + PIECE].astype(np.int32)}


def _key(tokens: list[str]) -> bytes:
    """What texts of the same words share, marks aside."""
    words = " ".join(token for token in tokens if token[0].isalnum())
    return hashlib.blake2b(words.encode("utf-8", "surrogatepass"), digest_size=16).digest()
