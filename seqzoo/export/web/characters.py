"""What Python knows of characters, as tables for JavaScript: normal forms, lower case, white space, digits.

A browser knows another version of Unicode, and lowers some letters otherwise. With these tables a page
reads a text as this Python does.
"""

import functools
import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import Any, Literal

from seqzoo.export.web.patterns import every_code, javascript

SIGMA, FINAL_SIGMA = "Σ", "ς"
_HANGUL = range(0xAC00, 0xD7A4)  # syllables, which are composed by a rule


@functools.cache
def tables() -> dict[str, Any]:
    """All tables, as a value for JSON.

    Returns:
        `canonical`, `compatible`: character -> its decomposition of that kind, where that is another;
        `composed`: pair of characters -> the one that they make;
        `orders`: [start, end, class] of code points with a canonical combining class, the end exclusive;
        `lower`: character -> its lower case, where that is another;
        `cased`, `ignorable`: [start, end] of code points: what decides how a sigma is lowered;
        `space`, `digit`: sources of regular expressions for a character of the kind.
    """
    cased, ignorable = _around_a_sigma()
    return {
        "canonical": dict(_decomposed("NFD")),
        "compatible": dict(_decomposed("NFKD")),
        "composed": dict(_pairs()),
        "orders": [[*span, order] for span, order in _orders()],
        "lower": {
            letter: letter.lower() for letter in every_code() if letter.lower() != letter
        },
        "cased": cased,
        "ignorable": ignorable,
        "space": javascript(re.compile(r"\s")),
        "digit": javascript(re.compile(r"\d")),
    }


def _but_syllables() -> Iterator[str]:
    return (letter for letter in every_code() if ord(letter) not in _HANGUL)


def _decomposed(form: Literal["NFD", "NFKD"]) -> Iterator[tuple[str, str]]:
    """Each character that falls apart in a normal form, and what it falls into."""
    for letter in _but_syllables():
        found = unicodedata.normalize(form, letter)
        if found != letter:
            yield letter, found


def _pairs() -> Iterator[tuple[str, str]]:
    """Each canonical pair that is composed, and the character that it makes."""
    for letter in _but_syllables():
        parts = unicodedata.decomposition(letter).split()
        # What begins with a tag is no canonical decomposition; some are never composed again.
        if len(parts) == 2 and not parts[0].startswith("<"):
            pair = "".join(chr(int(part, 16)) for part in parts)
            if unicodedata.normalize("NFC", pair) == letter:
                yield pair, letter


def _orders() -> Iterator[tuple[tuple[int, int], int]]:
    """Runs of code points of one combining class other than 0."""
    start, before = 0, 0
    for code, letter in enumerate(every_code()):
        order = unicodedata.combining(letter)
        if order != before:
            if before:
                yield (start, code), before
            start, before = code, order


def _around_a_sigma() -> tuple[list[list[int]], list[list[int]]]:
    """Code points that are cased, and those that are looked past, as `str.lower` takes them.

    A sigma is final behind a cased letter. Python tells neither set, but shows both when it lowers.
    """
    alone = _lowered(lambda letter: f"{letter}{SIGMA}")
    behind_a_letter = _lowered(lambda letter: f"a{letter}{SIGMA}")
    cased = "".join("x" if final else " " for final in alone)
    # Behind a letter a sigma is final, too, if what stands between is looked past.
    past = "".join(
        "x" if final and not own else " "
        for final, own in zip(behind_a_letter, alone, strict=True)
    )
    return _spans(cased), _spans(past)


def _lowered(word: Callable[[str], str]) -> list[bool]:
    """Whether the sigma at the end of a word with each code point is lowered to a final one."""
    lines = "\n".join(word(letter if letter != "\n" else " ") for letter in every_code())
    return [line.endswith(FINAL_SIGMA) for line in lines.lower().split("\n")]


def _spans(marks: str) -> list[list[int]]:
    return [list(found.span()) for found in re.finditer("x+", marks)]
