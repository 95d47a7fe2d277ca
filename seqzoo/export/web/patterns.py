"""Regular expressions of Python as JavaScript's, which match the same whatever Unicode the browser has.

Every class of characters, `\\w` or `[^\\W\\d_]`, becomes the list of its code points in this Python. The
rest of a pattern means the same in both languages, or is refused.
"""

import functools
import re
import sys
from collections.abc import Iterator

# A class of characters alone, a set of them in brackets, an escaped character, any other.
_PART = re.compile(r"\\[wWsSdD]|\[\^?\]?(?:\\.|[^\]\\])*\]|\\.|.", re.DOTALL)
_FLAGS = re.UNICODE | re.IGNORECASE


def javascript(pattern: re.Pattern[str]) -> str:
    """The source of a pattern for `new RegExp(source, "u")`.

    Args:
        pattern: of classes, sets, groups, lookarounds and repetitions; the case may be ignored.

    Raises:
        ValueError: on flags, escapes or groups that JavaScript has not, or reads otherwise.
    """
    if pattern.flags & ~_FLAGS:
        raise ValueError(f"{pattern.pattern!r}: flags that JavaScript has not")
    if re.search(r"\(\?(?!:|<=|<!|=|!)", pattern.pattern):
        raise ValueError(f"{pattern.pattern!r}: a group that JavaScript has not")
    parts = _PART.findall(pattern.pattern)
    return "".join(_part(part, pattern.flags & re.IGNORECASE) for part in parts)


def _part(part: str, flags: int) -> str:
    """One part of a pattern in JavaScript.

    Raises:
        ValueError: on an escape that is no class of characters.
    """
    is_class = part.startswith("[") or part[1:] in tuple("wWsSdD")
    if is_class or (flags and part.isalpha()):
        return _listed(part, flags)
    if part == "." or (part.startswith("\\") and part[1:].isalnum()):
        raise ValueError(f"{part!r}: expected a class of characters")
    return part


@functools.cache
def _listed(characters: str, flags: int) -> str:
    """A class of characters as a list of ranges: `[\\u{41}-\\u{5a}]`."""
    ranges = (
        rf"\u{{{start:x}}}" + (rf"-\u{{{end - 1:x}}}" if end - start > 1 else "")
        for start, end in runs(re.compile(f"(?:{characters})+", flags))
    )
    return "[" + "".join(ranges) + "]"


def runs(pattern: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    """Start and end of each run of code points that a repeated class matches; surrogates are among them."""
    yield from (found.span() for found in pattern.finditer(every_code()))


@functools.cache
def every_code() -> str:
    """All code points in their order, so that a place in it is a code point."""
    return "".join(map(chr, range(sys.maxunicode + 1)))
