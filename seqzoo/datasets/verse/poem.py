"""A poem: lines of Chinese characters, mostly equally long."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

FORMS = ("4x5", "4x7", "8x5", "8x7")  # lines x characters

# Variants and remarks stand in brackets.
_REMARK = re.compile(r"[(（\[【〔{][^)）\]】〕}]*[)）\]】〕}]")
_BETWEEN = re.compile(r"[，。！？；：、,.!?;:|/\s\u3000]+")
_QUOTES = re.compile("[“”‘’「」『』《》〈〉\"']")
# Ideographs of the basic plane and beyond it, and the round zero.
_LINE = re.compile("[\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")


@dataclass(frozen=True)
class Poem:
    """A poem.

    Attributes:
        lines: its lines, of characters alone.
        title, author, dynasty: as the source has them; empty: unknown.
        source: where it stands.
    """

    lines: tuple[str, ...]
    title: str = ""
    author: str = ""
    dynasty: str = ""
    source: str = ""

    @property
    def form(self) -> str:
        """Lines x characters of a line, as in `FORMS`; empty where lines differ in length."""
        sizes = {len(line) for line in self.lines}
        return f"{len(self.lines)}x{sizes.pop()}" if len(sizes) == 1 else ""

    @property
    def text(self) -> str:
        """All characters."""
        return "".join(self.lines)


def lines_of(pieces: Iterable[str]) -> tuple[str, ...]:
    """The lines of a poem's text; none, if something else than characters stands in it.

    Punctuation and white space end a line; brackets and what they hold, and quotation marks, are left out.

    Args:
        pieces: of the text, in order: sentences, couplets or lines.
    """
    lines: list[str] = []
    for piece in pieces:
        plain = _QUOTES.sub("", _REMARK.sub("", unicodedata.normalize("NFC", piece)))
        lines += filter(None, _BETWEEN.split(plain))
    sound = all(_LINE.fullmatch(line) for line in lines)
    return tuple(lines) if sound else ()
