"""What kind of character each of Unicode's is, and texts with a character of ASCII's kind for each.

`simplified` gives a text of the same length in which one character stands for all of a kind: "一" for Han
characters, "é" for letters of Latin, Greek and Cyrillic script beyond ASCII, " " for white space, and
so on. Short regular expressions then tell what may be cut, the same ones in every language.
`kinds.txt` has the kinds, made from Unicode's data by `tests/support/make_kinds.py`.
"""

import functools
import sys
from pathlib import Path

import numpy as np

SPACE, OTHER = " ", "。"  # white space; all that is of no other kind
HAN, AMOUNT = "一", "万"  # Han characters; those of hundred, thousand, ten thousand, ...
LETTER, KANA, OTHER_SCRIPT = "é", "ア", "ᚠ"
# Of other scripts: the first letter, or one like it.
SCRIPT_SIGNS = {
    "Arabic": "\u0627", "Armenian": "\u0561", "Bengali": "\u0995", "Bopomofo": "\u3105",
    "Devanagari": "\u0915", "Ethiopic": "\u1200", "Georgian": "\u10d0", "Gujarati": "\u0a95",
    "Gurmukhi": "\u0a15", "Hangul": "\uac00", "Hebrew": "\u05d0", "Kannada": "\u0c95",
    "Khmer": "\u1780", "Lao": "\u0e81", "Malayalam": "\u0d15", "Mongolian": "\u1820",
    "Myanmar": "\u1000", "Oriya": "\u0b15", "Sinhala": "\u0d85", "Syriac": "\u0710",
    "Tamil": "\u0b95", "Telugu": "\u0c15", "Thai": "\u0e01", "Tibetan": "\u0f40", "Yi": "\ua000",
}  # fmt: skip
SCRIPTS = (KANA, *SCRIPT_SIGNS.values(), OTHER_SCRIPT)
EMOJI, PICTOGRAPH, REGIONAL = "☺", "☆", "Ⓐ"
# What belongs to the character before it.
EXTEND, SPACING, JOINER, INVISIBLE = "\u0300", "\u0903", "\u200d", "\u2060"
EMOJI_STYLE, KEYCAP = "\ufe0f", "\u20e3"
PREPEND = "\u0600"  # belongs to the character behind it
BEHIND = (EXTEND, SPACING, JOINER, INVISIBLE, EMOJI_STYLE, KEYCAP)
# Marks that stand for themselves, and full-width ones that stand for others.
THEMSELVES = "‰€£₩₹’—·（）"
WIDE = {"￥": "¥", "¥": "¥", "￡": "£", "￦": "₩"}
WIDE_MARKS = "＃＄％＆＋－．／＠＿"
_WIDE_OFFSET = ord("！") - ord("!")
LAST_SPACE = 0x3000
_PLACE = Path(__file__).with_name("kinds.txt")


@functools.cache
def ranges() -> dict[str, list[tuple[int, int]]]:
    """What stands for a kind -> first and last code point of each of its runs; `OTHER` is all the rest."""
    found = {}
    for line in _PLACE.read_text("utf-8").splitlines():
        sign, *runs = line.split(" ")
        ends = ([int(code, 16) for code in run.split("-")] for run in runs)
        found[chr(int(sign, 16))] = [(each[0], each[-1]) for each in ends]
    spaces = [code for code in range(LAST_SPACE + 1) if chr(code).isspace()]
    found[SPACE] = [(code, code) for code in spaces]
    singles = {chr(code): chr(code) for code in range(0x21, 0x7F)}
    singles |= {mark: mark for mark in THEMSELVES} | WIDE
    for character in (chr(code) for code in range(ord("！"), ord("～") + 1)):
        narrow = chr(ord(character) - _WIDE_OFFSET)
        if narrow.isalnum() or character in WIDE_MARKS:
            singles[character] = narrow
    for character, sign in singles.items():
        found.setdefault(sign, []).append((ord(character), ord(character)))
    return found


@functools.cache
def _table() -> np.ndarray:
    """What stands for each code point, uint16 (code points,)."""
    table = np.full(sys.maxunicode + 1, ord(OTHER), "<u2")
    for sign, runs in ranges().items():
        for first, last in runs:
            table[first : last + 1] = ord(sign)
    return table


def simplified(text: str) -> str:
    """A text of the same length, a character that stands for its kind in the place of each."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
    return _table()[codes].tobytes().decode("utf-16-le")
