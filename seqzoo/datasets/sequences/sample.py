"""What the first lines of a file of columns show: where tokens and tags stand, and what must be asked."""

from collections.abc import Sequence
from typing import NamedTuple

from seqzoo.datasets.reading.layout import either
from seqzoo.datasets.reading.settings import Form
from seqzoo.datasets.sequences import letters
from seqzoo.errors import InputError

CONLLU = (
    "id", "form", "lemma", "upos", "xpos", "feats", "head", "deprel", "deps", "misc",
)  # fmt: skip
TOKENS = (
    "token",
    "word",
    "form",
    "tokens",
    "words",
    "text",
    "character",
    "char",
    "词",
    "字",
)
TAGS = (
    "tag", "ner", "label", "ner_tag", "ner tag", "tags", "entity", "ner_tags", "bio", "iob",
    "labels", "标签",
)  # fmt: skip
SENTENCES = (
    "sentence #", "sentence", "sentence_id", "sentence id", "sent_id", "sentence_idx",
    "sentence number", "sentence_number", "sent", "sentence#", "句子",
)  # fmt: skip
NAMED = {"token": TOKENS, "tag": TAGS, "sentence": SENTENCES}
ENOUGH = 5  # rows from which on a pattern is no chance


class Columns(NamedTuple):
    """Where what stands, places from 0.

    Attributes:
        token, tag: of a token, and of its tag; None: the file has no tags.
        sentence: of what says which sentence a row is of; None: blank lines part them.
        names: of the columns, where something names them.
        has_header: whether the first row does.
        bare: whether tags are names of single tokens: parts of speech.
        width: columns.
    """

    token: int
    tag: int | None
    sentence: int | None
    names: Sequence[str] | None
    has_header: bool
    bare: bool
    width: int


Rows = Sequence[Sequence[str]]


def columns_of(
    sequences: Sequence[Rows], where: str, asked: Form, conllu: bool, tagged: bool
) -> Columns:
    """Where tokens and tags stand.

    Args:
        sequences: the first rows of the file, by sequence.
        where: the first row stands; begins errors.
        asked: what the user said.
        conllu: whether the columns are those of CoNLL-U.
        tagged: whether tags are wanted.

    Raises:
        InputError: if the file shows that something else stands where tokens or tags are expected.
    """
    rows = [row for sequence in sequences for row in sequence]
    names, has_header = _names(rows, asked, conllu, where)
    body = rows[1:] if has_header else rows
    width = len(rows[0])
    asked_token = _asked("token", names, asked, width, where)
    tag = _asked("tag", names, asked, width, where)
    sentence = _asked("sentence", names, asked, width, where)
    said = asked_token is not None, tag is not None
    token = _by_name("token", names) or 0 if asked_token is None else asked_token
    if tag is None and tagged:
        tag = _conllu_tag(body, where) if conllu else _by_name("tag", names)
        tag = width - 1 if tag is None else tag
    if sentence is None:
        sentence = _by_name("sentence", names)
    if tagged and width < 2:
        raise InputError(f"{where}: expected a token and a tag; got {rows[0][0][:40]!r}")
    if tagged and token == tag:
        raise InputError(f"{where}: column {token + 1} has both tokens and tags")
    if names is None and not any(said):
        _ask(sequences, body, width, where, tagged)
    bare = said[1] and tag is not None and _is_bare(body, tag, conllu)
    return Columns(token, tag, sentence, names, has_header, bare, width)


def _names(
    rows: Rows, asked: Form, conllu: bool, where: str
) -> tuple[Sequence[str] | None, bool]:
    """The columns' names, and whether the first row has them."""
    if conllu:
        return CONLLU, False
    if asked.columns is not None:
        if len(asked.columns) != len(rows[0]):
            raise InputError(
                f"{where}: expected {len(asked.columns)} columns, as in --columns; got {len(rows[0])}"
            )
        return [name.strip().lower() for name in asked.columns], False
    first = [cell.strip().lower() for cell in rows[0]]
    wanted = {
        name.lower()
        for role, name in asked.places.items()
        if role in NAMED and not name.isdigit()
    }
    known = any(n in TOKENS for n in first) and any(n in TAGS for n in first)
    if wanted & set(first) or known:
        return first, True
    return None, False


def _asked(
    role: str, names: Sequence[str] | None, asked: Form, width: int, where: str
) -> int | None:
    wanted = asked.places.get(role)
    if wanted is None and asked.trained is not None:
        wanted = asked.trained.places.get(role)
        # Where the file has no such column, it is no file like those of the training.
        if wanted is not None and not _has(wanted, names, width):
            return None
    if wanted is None:
        return None
    if names is not None and list(names).count(wanted.lower()) == 1:
        return list(names).index(wanted.lower())
    if wanted.isascii() and wanted.isdigit() and 1 <= int(wanted) <= width:
        return int(wanted) - 1
    there = f"columns 1 to {width}" if names is None else either(names)
    raise InputError(f"{where}: --{role}-column {wanted}: expected one of {there}")


def _has(wanted: str, names: Sequence[str] | None, width: int) -> bool:
    if wanted.isdigit():
        return 1 <= int(wanted) <= width
    return names is not None and wanted.lower() in names


def _by_name(role: str, names: Sequence[str] | None) -> int | None:
    """The column that a name says, the likeliest first."""
    for name in NAMED[role]:
        if names is not None and name in names:
            return list(names).index(name)
    return None


def _conllu_tag(rows: Rows, where: str) -> int:
    """The last column, if it has tags.

    Raises:
        InputError: if it has none.
    """
    misc = [of_misc(row[-1]) for row in rows]
    if any(tag not in (None, "O") for tag in misc):
        return len(CONLLU) - 1
    raise InputError(
        f"{where}: CoNLL-U without tags of spans in the column misc: --tag-column says which column "
        "is learnt: upos, xpos, or another name or place"
    )


def of_misc(cell: str) -> str | None:
    """The tag in a cell of CoNLL-U's last column: itself, or `NER=B-PER` among others; None: no tag."""
    for part in cell.split("|"):
        name, mark, value = part.partition("=")
        found = value if mark and name.lower() in ("ner", "entity", "tag", "bio") else part
        if letters.role_of(found) is not None:
            return found
    return "O" if "=" in cell or cell in letters.NOTHING else None


def _is_bare(rows: Rows, tag: int, conllu: bool) -> bool:
    """Whether a column that the user named has names of tokens, no tags of spans."""
    cells = [row[tag] for row in rows if tag < len(row)]
    if conllu and tag == len(CONLLU) - 1:
        return False
    return sum(letters.role_of(cell) is None for cell in cells) > len(cells) / 2


def _ask(
    sequences: Sequence[Rows], rows: Rows, width: int, where: str, tagged: bool
) -> None:
    """Refuse columns that stand in another order than expected.

    Raises:
        InputError: saying which flags mend it.
    """
    even = [row for row in rows if len(row) == width]
    if width > 1 and len(even) >= ENOUGH:
        last = sum(letters.role_of(row[-1]) is not None for row in even)
        first = sum(letters.role_of(row[0]) is not None for row in even)
        if first == len(even) and last < len(even) / 2:
            raise InputError(
                f"{where}: the tags seem to stand in column 1: --tag-column 1 --token-column 2 says so"
            )
    if width > 2 - (not tagged) and len(even) >= ENOUGH and _counts(sequences):
        raise InputError(
            f"{where}: column 1 counts the tokens of each sequence: --token-column says which column "
            "has the tokens (2, say)"
        )


def _counts(sequences: Sequence[Rows]) -> bool:
    """Whether the first column counts from 0 or 1 in each sequence."""
    for rows in sequences:
        first = [row[0] for row in rows]
        count = len(first)
        if first not in ([str(n) for n in range(start, start + count)] for start in (0, 1)):
            return False
    return True
