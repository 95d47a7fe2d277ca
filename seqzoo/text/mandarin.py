"""Readings of Chinese characters in modern Mandarin: tones, level or oblique, and groups of rhymes.

The groups are the fourteen of the 中华新韵 (2005). Readings are written as pinyin with the tone behind it,
`qiu1`; they come from the package `pypinyin`, or from a table that was made with it. Modern readings are not
those of the Tang: entering tones are spread over all others.
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from seqzoo.errors import InputError
from seqzoo.system.files import read_lines, write_lines

GROUPS = {
    "麻": ("a", "ia", "ua"),
    "波": ("o", "e", "uo"),
    "皆": ("ie", "ve"),
    "开": ("ai", "uai"),
    "微": ("ei", "ui"),
    "豪": ("ao", "iao"),
    "尤": ("ou", "iu"),
    "寒": ("an", "ian", "uan", "van"),
    "文": ("en", "in", "un", "vn"),
    "唐": ("ang", "iang", "uang"),
    "庚": ("eng", "ing", "ong", "iong", "ueng"),
    "齐": ("i", "er", "v"),
    "支": ("-i",),
    "姑": ("u",),
}
_GROUP_OF = {final: group for group, finals in GROUPS.items() for final in finals}
_INITIAL = re.compile("zh|ch|sh|[bpmfdtnlgkhjqxrzcs]")
_SYLLABLE = re.compile("([a-z]+)([1-5])")
# What stands for a final where no other initial does.
_ALONE = {
    "yi": "i", "ya": "ia", "ye": "ie", "yao": "iao", "you": "iu", "yan": "ian", "yin": "in",
    "yang": "iang", "ying": "ing", "yong": "iong", "yo": "o", "wu": "u", "wa": "ua", "wo": "uo",
    "wai": "uai", "wei": "ui", "wan": "uan", "wen": "un", "wang": "uang", "weng": "ueng",
    "yu": "v", "yue": "ve", "yuan": "van", "yun": "vn", "ng": "eng", "n": "en", "m": "u",
}  # fmt: skip
LEVEL, OBLIQUE = "平", "仄"
NEUTRAL = 5


def tone_of(reading: str) -> int:
    """The tone of a reading, 1 to 5; 5 is the neutral one."""
    return int(reading[-1])


def kind_of(reading: str) -> str:
    """`LEVEL` of the first and second tone, `OBLIQUE` of the third and fourth; empty of the neutral tone."""
    tone = tone_of(reading)
    if tone == NEUTRAL:
        return ""
    return LEVEL if tone <= 2 else OBLIQUE


def final_of(reading: str) -> str:
    """The final of a reading, `v` for ü, `-i` for that of zhi and zi."""
    syllable = reading[:-1]
    if syllable in _ALONE:
        return _ALONE[syllable]
    found = _INITIAL.match(syllable)
    initial = found.group() if found else ""
    final = syllable.removeprefix(initial)
    if final == "i" and initial in ("zh", "ch", "sh", "r", "z", "c", "s"):
        return "-i"
    if initial in ("j", "q", "x") and final.startswith("u") and final != "u":
        return "v" + final[1:]
    if initial in ("j", "q", "x") and final == "u":
        return "v"
    return {"ue": "ve", "uei": "ui", "uen": "un", "iou": "iu"}.get(final, final)


def group_of(reading: str) -> str:
    """The group of rhymes of a reading, a key of `GROUPS`; empty, if it is of none."""
    return _GROUP_OF.get(final_of(reading), "")


def chosen(readings: Iterable[str]) -> str | None:
    """The reading that counts: the commonest, which comes first, that is not neutral; None: there is none.

    Args:
        readings: as `pypinyin` gives them.
    """
    sound = [each for each in readings if _SYLLABLE.fullmatch(each)]
    full = [each for each in sound if tone_of(each) != NEUTRAL]
    return next(iter(full or sound), None)


def readings_of(characters: Iterable[str]) -> dict[str, str]:
    """The reading that counts of each character, of those that have one.

    Args:
        characters: single ones.

    Raises:
        InputError: if `pypinyin` is not installed.
    """
    try:
        import pypinyin
    except ModuleNotFoundError:
        raise InputError(
            'readings of characters need pypinyin: pip install "seqzoo[verse]"'
        ) from None
    found = {}
    for character in characters:
        every = pypinyin.pinyin(
            character,
            style=pypinyin.Style.TONE3,
            heteronym=True,
            neutral_tone_with_five=True,
            errors="ignore",
            v_to_u=False,
        )
        reading = chosen(every[0] if every else ())
        if reading is not None:
            found[character] = reading
    return found


def save(path: Path, readings: Mapping[str, str]) -> None:
    """Write a table of readings: a character, a tab, its reading."""
    write_lines(
        path, [f"{character}\t{reading}" for character, reading in readings.items()]
    )


def load(path: Path) -> dict[str, str]:
    """Read what `save` wrote.

    Raises:
        InputError: on a line that is no character with a reading.
    """
    readings = {}
    for number, line in enumerate(read_lines(path), 1):
        character, _, reading = line.partition("\t")
        if len(character) != 1 or not _SYLLABLE.fullmatch(reading):
            raise InputError(
                f"{path}:{number}: expected a character, a tab, a reading like qiu1; got {line!r}"
            )
        readings[character] = reading
    return readings
