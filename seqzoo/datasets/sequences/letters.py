"""The letters of tags: BIO, IOB, BIOES, BMES, BILOU, BIOUL and IOBES say the same by other ones."""

from collections.abc import Iterable

from seqzoo.errors import InputError
from seqzoo.text.schemes import OUTSIDE

# A role by any scheme's letter -> the role in BIOES.
ROLES = {"B": "B", "I": "I", "M": "I", "E": "E", "L": "E", "S": "S", "U": "S", "W": "S"}
EXPECTED = "a tag: O, or B-LABEL, I-LABEL, ... (BIO, BIOES, BMES, BILOU)"
NOTHING = ("_", "-")  # stand for outside in CoNLL-U


def role_of(tag: str) -> tuple[str, str] | None:
    """A tag's own letter and its label, blank where it has none; None: it is no tag."""
    letter, mark, label = tag[:1], tag[1:2], tag[2:]
    if tag == OUTSIDE:
        return tag, ""
    if letter not in ROLES or (mark and (mark not in "-_" or not label)):
        return None
    return letter, label


def plain(tag: str, where: str) -> str:
    """A tag in BIOES.

    Args:
        tag: in any of the schemes.
        where: it stands; begins errors.

    Raises:
        InputError: if it is none.
    """
    found = role_of(tag)
    if found is None:
        zero = ", the digit zero; outside is the letter O" if tag == "0" else ""
        raise InputError(f"{where}: expected {EXPECTED}; got {tag[:40]!r}{zero}")
    letter, label = found
    if letter == OUTSIDE:
        return OUTSIDE
    return f"{ROLES[letter]}-{label}" if label else ROLES[letter]


def alone(name: str) -> str:
    """The tag of a token that has a name of its own: a part of speech, say."""
    return OUTSIDE if name in NOTHING else f"S-{name}"


def scheme_of(tags: Iterable[str]) -> str:
    """The scheme that tags seem to be in, for a line of output."""
    roles = [found for found in map(role_of, tags) if found is not None]
    letters = {letter for letter, _ in roles}
    if letters & set("LU"):
        return "BILOU"
    # Words have no labels.
    if "M" in letters or (letters & set("ES") and not any(label for _, label in roles)):
        return "BMES"
    return "BIOES" if letters & set("ESW") else "BIO"
