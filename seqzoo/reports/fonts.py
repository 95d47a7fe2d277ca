"""Fonts for texts of any script in pictures."""

import contextlib
import functools
import logging
from collections.abc import Sequence

from matplotlib import font_manager
from matplotlib.ft2font import FT2Font

BASE = "DejaVu Sans"  # comes with matplotlib
# Families that have East Asian characters; the first that is installed of each kind serves.
EAST_ASIAN = (
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",
    "Noto Sans SC",
    "Noto Sans JP",
    "Noto Sans KR",
    "Source Han Sans SC",
    "WenQuanYi Zen Hei",
    "WenQuanYi Micro Hei",
    "IPAGothic",
    "NanumGothic",
    "PingFang SC",
    "Hiragino Sans",
    "Microsoft YaHei",
    "SimHei",
)
PACKAGE = "fonts-noto-cjk"  # of Debian and its kin
log = logging.getLogger("seqzoo")


def shown(texts: Sequence[str]) -> tuple[list[str], dict]:
    """Texts as a picture can show them, and matplotlib's properties for them.

    A character that no font here has is written as its code, `\\u4e2d`; the log says which
    package has a font for East Asian ones.

    Args:
        texts: of any script.
    """
    wanted = {ord(character) for text in texts for character in text}
    families, known = [BASE], _characters(BASE)
    if wanted - known:
        families += [name for name in EAST_ASIAN if name in _installed()]
        known = known.union(*map(_characters, families))
    missing = {
        character
        for text in texts
        for character in text
        if ord(character) not in known and character.isprintable()
    }
    if missing:
        example = min(missing)
        log.warning(
            "no font has %r and %d other characters of this picture; they are shown as codes "
            "(for Chinese, Japanese and Korean: apt-get install %s)",
            example,
            len(missing) - 1,
            PACKAGE,
        )
    found = ["".join(_written(each, missing) for each in text) for text in texts]
    return found, {"fontfamily": families, "parse_math": False}


def _written(character: str, missing: set[str]) -> str:
    """A character, or its code."""
    if character in missing or not character.isprintable():
        return character.encode("unicode_escape").decode()
    return character


@functools.cache
def _installed() -> frozenset[str]:
    """The families of fonts there are.

    matplotlib remembers those that it found when it first ran. Where it knows no East Asian one, newer files
    are looked for.
    """
    names = frozenset(font_manager.get_font_names())
    if names.isdisjoint(EAST_ASIAN):
        known = {entry.fname for entry in font_manager.fontManager.ttflist}
        for path in set(font_manager.findSystemFonts()) - known:
            with contextlib.suppress(RuntimeError):  # a file that is no font for matplotlib
                font_manager.fontManager.addfont(path)
        names = frozenset(font_manager.get_font_names())
    return names


@functools.cache
def _characters(family: str) -> frozenset[int]:
    """The code points that a family's regular font has."""
    path = font_manager.findfont(font_manager.FontProperties(family=[family]))
    return frozenset(FT2Font(path).get_charmap())
