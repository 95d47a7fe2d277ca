"""Makes `seqzoo/text/kinds.txt`, the kinds of Unicode's characters: `python -m tests.support.make_kinds`.

The properties are those of the package `regex`, of its version of Unicode.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import regex

from seqzoo.text import kinds

PLACE = Path(kinds.__file__).with_name("kinds.txt")
ALL = "".join(map(chr, range(sys.maxunicode + 1)))
WRITTEN = r"[\p{L}\p{M}\p{N}\u0f0b]"  # Tibetan syllables are parted by their tsheg

# Properties -> what stands for such characters; the first that fits a character decides.
CLASSES = [
    (r"[\ufe0f]", kinds.EMOJI_STYLE),
    (r"[\u20e3]", kinds.KEYCAP),
    (r"[\u200d]", kinds.JOINER),
    (r"\p{GCB=Extend}", kinds.EXTEND),
    (r"\p{GCB=SpacingMark}", kinds.SPACING),
    (r"\p{GCB=RI}", kinds.REGIONAL),
    (r"[[\p{GCB=Control}]&&[\p{Cf}\p{Default_Ignorable_Code_Point}]]", kinds.INVISIBLE),
    # Signs rather than emoji, unless the style of emoji is asked for behind them.
    (r"[©®™ℹ‼⁉〰〽㊗㊙Ⓜ]", kinds.PICTOGRAPH),
    (r"[\p{Emoji}--[0-9#*]]", kinds.EMOJI),
    (r"[\p{Extended_Pictographic}&&\p{Cn}]", kinds.EMOJI),
    (r"\p{Extended_Pictographic}", kinds.PICTOGRAPH),
    (r"[\u767e\u5343\u4e07\u842c\u4ebf\u5104]", kinds.AMOUNT),
    (r"[\p{Script=Han}&&[\p{L}\u3007]]", kinds.HAN),
    (rf"[[\p{{Script=Hiragana}}\p{{Script=Katakana}}\u30fc\uff70]&&{WRITTEN}]", kinds.KANA),
    (
        r"[[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}]&&\p{L}--[A-Za-z]"
        r"--[\uff21-\uff3a\uff41-\uff5a]]",
        kinds.LETTER,
    ),
    (r"[\p{GCB=L}\p{GCB=V}\p{GCB=T}]", kinds.SCRIPT_SIGNS["Hangul"]),
    *(
        (rf"[\p{{Script={name}}}&&{WRITTEN}]", sign)
        for name, sign in kinds.SCRIPT_SIGNS.items()
    ),
    # Any other script: runs of two such scripts side by side are taken for one.
    (
        rf"[{WRITTEN}--[\p{{Script=Common}}\p{{Script=Inherited}}\p{{Script=Han}}"
        r"\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}]]",
        kinds.OTHER_SCRIPT,
    ),
    (r"\p{GCB=Prepend}", kinds.PREPEND),
]


def table() -> dict[str, list[tuple[int, int]]]:
    """What stands for a kind -> first and last code point of each of its runs."""
    signs: list[str] = [""] * len(ALL)
    for pattern, sign in CLASSES:
        for found in regex.finditer(pattern, ALL, regex.V1):
            signs[found.start()] = signs[found.start()] or sign
    assigned = regex.findall(r"\p{Cn}", ALL)
    holes = set(map(ord, assigned))
    found: dict[str, list[tuple[int, int]]] = {}
    for start, end, sign in _runs(signs, holes):
        found.setdefault(sign, []).append((start, end))
    return dict(sorted(found.items()))


def _runs(signs: list[str], holes: set[int]) -> Iterator[tuple[int, int, str]]:
    """Runs of one sign; code points without a character between two of a run count as it."""
    start, end, sign = 0, -1, ""
    for code, each in enumerate([*signs, "end"]):
        if each == "" and code in holes:
            continue
        if each != sign:
            if sign:
                yield start, end, sign
            start, sign = code, each
        end = code


def main() -> None:
    """Write the file."""
    lines = [
        f"{ord(sign):x} " + " ".join(f"{a:x}-{b:x}" if b > a else f"{a:x}" for a, b in runs)
        for sign, runs in table().items()
    ]
    PLACE.write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
