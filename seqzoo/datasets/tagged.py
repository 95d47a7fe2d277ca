"""Texts with a tag for each token: the readers of a user's own files.

* Columns (`.conll`, `.bio`, `.bioes`, `.bmes`, `.char`): a token a line, its tag in the last column,
  tabs or spaces between; a blank line ends a sequence. `-DOCSTART-` lines are skipped.
* Words (any other ending, as the SIGHAN bakeoff has it): a sentence a line, words between spaces.

Plain or `.gz`, UTF-8, CRLF or not.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from seqzoo.datasets.files import read_lines
from seqzoo.errors import InputError
from seqzoo.text import schemes

COLUMNS = (".conll", ".bio", ".bioes", ".bmes", ".char")


@dataclass(frozen=True)
class Tagged:
    """One sequence of tokens with their tags, and where it stands (`file:line`).

    Attributes:
        tokens: the tokens; for segmentation the characters.
        tags: a tag for each.
        source: `file:line`.
        auxiliary: a further label for each token, to learn from beside the tags; or empty.
    """

    tokens: tuple[str, ...]
    tags: tuple[str, ...]
    source: str
    auxiliary: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The tokens in one, by which a split is drawn."""
        return "".join(self.tokens)


def has_columns(path: Path | str) -> bool:
    """Whether a file's name says that it has a token a line."""
    return Path(str(path).removesuffix(".gz")).suffix.lower() in COLUMNS


def read_columns(path: Path | str, scheme: str) -> Iterator[Tagged]:
    """The sequences of a file with a token a line.

    Raises:
        InputError: on a line without a tag, with another number of columns than the first, or with
            a tag outside the scheme; on an empty file.
    """
    tokens: list[str] = []
    tags: list[str] = []
    start, columns, found = 1, None, False
    for number, line in _and_end(read_lines(path)):
        fields = line.split("\t") if "\t" in line else line.split(" ")
        fields = [field.strip(" ") or field for field in fields if field]
        if not fields:
            if tokens:
                found = True
                yield Tagged(tuple(tokens), tuple(tags), f"{path}:{start}")
            tokens, tags, start = [], [], number + 1
            continue
        if fields[0] == "-DOCSTART-":
            continue
        where = f"{path}:{number}"
        if len(fields) < 2:
            raise InputError(f"{where}: expected a token and a tag; got {line[:40]!r}")
        if columns not in (None, len(fields)):
            raise InputError(
                f"{where}: expected {columns} columns as before; got {len(fields)}"
            )
        schemes.check([fields[-1]], scheme, where)
        columns = len(fields)
        tokens.append(fields[0])
        tags.append(fields[-1])
    if not found:
        raise InputError(f"{path}: expected tokens with tags; the file has none")


def _and_end(lines):
    """The lines and a blank one behind them."""
    number = 0
    for number, line in lines:
        yield number, line.strip(" \t\r")
    yield number + 1, ""


def read_words(path: Path | str) -> Iterator[Tagged]:
    """The sentences of a file with words between spaces, as characters tagged BMES.

    Raises:
        InputError: on an empty file.
    """
    found = False
    for number, line in read_lines(path):
        words = line.split()
        if words:
            found = True
            yield words_tagged(words, f"{path}:{number}")
    if not found:
        raise InputError(f"{path}: expected words between spaces; the file has none")


def words_tagged(
    words: Sequence[str], source: str, auxiliary: Sequence[str] = ()
) -> Tagged:
    """Words as characters tagged BMES."""
    return Tagged(
        tuple("".join(words)), tuple(schemes.words_to_tags(words)), source, tuple(auxiliary)
    )


def read_segmentation(path: Path | str) -> Iterator[Tagged]:
    """Words between spaces, or characters with BMES tags, by the file's name; see above.

    Raises:
        InputError: see `read_words` and `read_columns`.
    """
    if not has_columns(path):
        return read_words(path)
    return map(_without_label, read_entities(path, "BMES", "character"))


def _without_label(example: Tagged) -> Tagged:
    for number, tag in enumerate(example.tags):
        if tag not in ("B", "M", "E", "S"):
            raise InputError(
                f"{example.source}: tag {number + 1}: expected one of B, M, E, S; got {tag!r}"
            )
    return example


def read_entities(path: Path | str, scheme: str, unit: str) -> Iterator[Tagged]:
    """`read_columns`, every token a single character where that is the unit.

    Raises:
        InputError: see `read_columns`; where a token is longer than the unit.
    """
    for example in read_columns(path, scheme):
        for token in example.tokens if unit == "character" else ():
            if len(token) != 1:
                raise InputError(
                    f"{example.source}: expected a character a line (--unit); got {token!r}"
                )
        yield example
