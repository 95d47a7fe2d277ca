"""What encoding a file that is not UTF-8 may have, for the message that asks for `--encoding`."""

import functools
import re
from collections.abc import Callable

COMMON = ("utf-8", "utf-16", "gb18030", "big5", "shift_jis", "euc_kr", "cp1252", "cp1251")
LEAST = 0.8  # of the characters beyond ASCII must be the encoding's usual ones
# What texts of a language consist of, beside ASCII.
PUNCTUATION = "‘’“”–—…€ «»°·、。，！？：；（）《》「」"
LATIN = re.compile(f"[À-ÖØ-öø-ÿŒœŠšŽž{PUNCTUATION}]")
CYRILLIC = re.compile(f"[А-яЁё№{PUNCTUATION}]")
KANA = re.compile(f"[\u3040-\u30ff\u4e00-\u9fffー々{PUNCTUATION}]")
HANGUL = re.compile(f"[\uac00-\ud7a3{PUNCTUATION}]")
HAN = re.compile(f"[\u4e00-\u9fff{PUNCTUATION}]")


def _frequent(encoding: str, last: int) -> Callable[[str], bool]:
    """Whether a character is of the first level of a national set, which has the frequent ones."""

    def is_frequent(character: str) -> bool:
        if character in PUNCTUATION:
            return True
        code = character.encode(encoding, "ignore")
        return len(code) == 2 and code[0] <= last and bool(HAN.match(character))

    return is_frequent


CANDIDATES: tuple[tuple[str, Callable[[str], object]], ...] = (
    # Before gb18030, whose frequent signs its bytes are, too; Chinese text makes hanja of them.
    ("euc_kr", HANGUL.match),
    ("gb18030", _frequent("gb2312", 0xD7)),
    ("big5", _frequent("big5", 0xC6)),
    ("shift_jis", KANA.match),
    ("cp1251", CYRILLIC.match),
    ("cp1252", LATIN.match),
)


@functools.lru_cache(8)
def guess(content: bytes) -> str | None:
    """The likeliest of the common encodings; None: none of them fits.

    Args:
        content: of the file, or its first bytes.
    """
    if wide := _wide(content):
        return wide
    best, most = None, LEAST
    for name, usual in CANDIDATES:
        share = _share(content, name, usual)
        if share > most:
            best, most = name, share
    return best


def _share(content: bytes, name: str, usual: Callable[[str], object]) -> float:
    """The share of usual characters beyond ASCII, less what a wrong reading of Latin letters makes."""
    text = content.decode(name, "replace").rstrip("\ufffd")
    others = [character for character in text if character > "\x7f"]
    if not others:
        return 0.0
    share = sum(1 for character in others if usual(character)) / len(others)
    # `caf\xe9` is Latin: two bytes of Chinese do not stand inside a Latin word.
    glued = len(re.findall("[a-z][^\x00-\x7f]", text)) / len(others)
    latin = name == "cp1252"
    return share if latin else share * (1 - glued)


def _wide(content: bytes) -> str | None:
    """UTF-16 without a BOM: every other byte of Latin text is NUL."""
    sample = content[:4096]
    if len(sample) < 4:
        return None
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if max(even, odd) * 4 < len(sample) // 2:
        return None
    if min(even, odd) * 4 > max(even, odd):
        return None
    return "utf-16-be" if even > odd else "utf-16-le"


def hint(content: bytes) -> str:
    """The end of a message on invalid UTF-8."""
    found = guess(content)
    return (
        "" if found is None else f"; the file looks like {found}: give --encoding {found}"
    )


def wide_hint(content: bytes) -> str:
    """The end of a message on NUL bytes."""
    found = _wide(content)
    return (
        ""
        if found is None
        else f"; the file looks like {found.upper()}: give --encoding {found}"
    )
