"""What may be cut in a text, and what may not: Latin words, numbers, addresses, other scripts, emoji.

The rules are regular expressions over simplified texts (`seqzoo.text.kinds`); readers of other languages
take them as they are. `marks` gives a mark for the place before each character:

* `FREE`: the network decides.
* `CUT`: a word begins here.
* `JOIN`: no word begins here.

A match of `RULES` is never cut inside. What group 1 matches is a word of its own; what group 2 matches is
parted from a Han character, or a letter of another script, beside it if it has a letter itself.
"""

import re
from collections.abc import Iterable, Iterator

import numpy as np

from seqzoo.text import kinds
from seqzoo.text.kinds import AMOUNT, EMOJI, HAN, INVISIBLE, LETTER, PICTOGRAPH, REGIONAL

FREE, CUT, JOIN = 0, 1, 2

_X = "[" + "".join(kinds.BEHIND) + "]"  # belongs to the character before it
_A, _N = f"A-Za-z{LETTER}", f"A-Za-z0-9{LETTER}"
_NAME = rf"{HAN}{AMOUNT}{_N}{''.join(kinds.SCRIPTS)}_\-"
_NUMBER = r"[0-9]+(?:[.,][0-9]+)*"

# Addresses, which end in no mark of a sentence.
_URL = r"(?:[A-Za-z0-9\-._~:/?#@!$&'()*+,;=%]*[A-Za-z0-9/_~#&=+%$*@\-])"
_TOP = "(?:com|cn|net|org|gov|edu|io|cc|tv|me|info)"
# Bounded, so that no text takes long.
_LABEL = r"[A-Za-z0-9][A-Za-z0-9\-]{0,62}"
_ADDRESSES = [
    rf"(?:https?|HTTPS?|Https?|ftp)://{_URL}",
    rf"[Ww][Ww][Ww]\.{_URL}",
    rf"[A-Za-z0-9][A-Za-z0-9._%+\-]{{0,63}}@(?:{_LABEL}\.){{1,8}}[A-Za-z]{{2,24}}",
    rf"(?:{_LABEL}\.){{1,8}}{_TOP}/{_URL}?",
]
# @name: of letters without Han ones, or up to a mark or white space; #topic#, #topic.
_NAMES = [
    rf"(?<![{_N}])@[A-Za-z0-9_](?:[A-Za-z0-9_.\-]*[A-Za-z0-9_])?",
    rf"(?<![{_N}])@[{_NAME}]{{1,20}}(?![{_NAME}])",
    rf"(?<![{_N}])#[^# ]{{1,40}}#",
    rf"(?<![{_N}#])#[{_A}_][{_N}_]*",
]
_CLOCK = "[0-9]{2}:[0-9]{2}(?::[0-9]{2})?(?:[.][0-9]+)?(?:Z|[+\\-][0-9]{2}:?[0-9]{2})?"
_TIMES = [
    *(
        rf"[0-9]{{4}}{mark}[0-9]{{1,2}}{mark}[0-9]{{1,2}}(?![0-9])(?:T{_CLOCK})?"
        for mark in ("-", "/", "[.]")
    ),
    r"[012]?[0-9]:[0-5][0-9](?::[0-5][0-9])?(?![0-9:])",
]
_PHONES = [
    r"(?:[+]86-?)?1[3-9][0-9]-?[0-9]{4}-?[0-9]{4}(?![0-9])",
    r"(?:[+]86-?)?0[0-9]{2,3}-[0-9]{7,8}(?:-[0-9]{1,6})?(?![0-9])",
    r"[(（]0[0-9]{2,3}[)）]-?[0-9]{7,8}(?![0-9])",
    r"[48]00-?[0-9]{3}-?[0-9]{4}(?![0-9])",
    r"[0-9]{3}-[0-9]{3,4}-[0-9]{4}(?![0-9])",
    r"[+][0-9]{1,3}(?:-[0-9]{2,})+(?![0-9])",
    r"[+][0-9]{7,15}(?![0-9])",
]
_AMOUNTS = [
    rf"{_NUMBER}[%‰]",
    rf"[A-Z]{{0,3}}[$¥€£₩₹]{_NUMBER}(?![0-9{AMOUNT}])",
    rf"[vV]?[0-9]+(?:[.][0-9]+){{2,}}(?![{_N}.\-])",
    rf"[vV]?[0-9]+(?:[.][0-9]+)*[.][xX](?![{_N}])",
]
_JOINED = rf"(?:{_X}|(?<={kinds.JOINER})[{EMOJI}{PICTOGRAPH}])*"
_EMOJI = [
    rf"(?:{REGIONAL}{REGIONAL}|{EMOJI}){_JOINED}",
    rf"[0-9#*]{kinds.EMOJI_STYLE}?{kinds.KEYCAP}{_X}*",
    rf"{PICTOGRAPH}{kinds.EMOJI_STYLE}{_JOINED}",
]

# A mark between: not one between a digit and a digit, which only make a number by these marks.
_MARK = (
    rf"(?:[_'’&+/\-—](?=[{_A}])|(?<=[{_A}])[_'’&+/\-—.](?=[{_N}])"
    rf"|(?<=[0-9])[.,/](?=[0-9])|(?<=[{_A}])·(?=[{_A}]))"
)
_WORD = rf"(?:[CF]#|(?:[{_N}]{_X}*)+(?:{_MARK}(?:[{_N}]{_X}*)+)*(?:(?<=[{_A}])[+]{{1,2}}(?![{_N}+]))?)"
_SCRIPT_RUNS = [
    rf"{sign}{_X}*(?:(?:['’.\-](?={sign}))?[{sign}0-9]{_X}*)*" for sign in kinds.SCRIPTS
]
_CLUSTERS = [
    rf"[A-Z]{{0,3}}[$¥€£₩₹]{_NUMBER}",
    rf"{PICTOGRAPH}{_JOINED}",
    rf"[^ ]{_X}+",
]
_APART = "|".join([*_ADDRESSES, *_NAMES, *_TIMES, *_PHONES, *_AMOUNTS, *_EMOJI])
_RUN = "|".join([_WORD, *_SCRIPT_RUNS])
# What cannot be seen and stands first belongs to what is behind it.
_FIRST = f"[{INVISIBLE}{kinds.PREPEND}]"
RULES = re.compile(
    f"{_FIRST}*(?:({_APART})|({_RUN})|({'|'.join(_CLUSTERS)})){_X}*|{_FIRST}+[^ ]{_X}*"
)
# What an entity is not cut within: group 1 is an emoji, which is never in one.
UNITS = re.compile(
    f"{_FIRST}*(?:({'|'.join(_EMOJI)})|{'|'.join(_SCRIPT_RUNS)}|[^ ]{_JOINED}){_X}*"
)
# A letter, of any script but Han; what a run of letters is parted from.
LETTERS = re.compile(f"[{_A}{''.join(kinds.SCRIPTS)}]")
PARTED = re.compile(f"[{HAN}{AMOUNT}{''.join(kinds.SCRIPTS)}{_A}]")
# No rule but one on what belongs to the character before it begins with other characters.
_PLAIN = f"{HAN}{AMOUNT}{kinds.OTHER}"
_UNLIKE = re.compile(f"[^ {_PLAIN}]+")
_BEHIND = re.compile(_X)

Found = tuple[int, int, int]  # start, end, and number of the group


def found(simple: str) -> Iterator[Found]:
    """The matches of `RULES` in a simplified text, those of one plain character left out."""
    place = 0  # where to go on
    for part in _UNLIKE.finditer(simple):
        start, stop = part.span()
        if place < start and _BEHIND.match(simple, start) and simple[start - 1] != " ":
            start -= 1
        place = max(place, start)
        while place < stop:
            match = RULES.match(simple, place)
            if match is None:
                place += 1
                continue
            yield place, match.end(), match.lastindex or 0
            place = match.end()


def marks(simple: str, matches: Iterable[Found] | None = None) -> np.ndarray:
    """The mark of the place before each character of a simplified text, and of its end.

    Args:
        simple: the text.
        matches: as `found` gives them; None: it is asked.

    Returns:
        int8 (characters + 1,).
    """
    result = np.zeros(len(simple) + 1, np.int8)
    for start, end, group in found(simple) if matches is None else matches:
        apart = [start, end] if group == 1 else []
        if group == 2 and LETTERS.search(simple, start, end):
            first = start > 0 and PARTED.match(simple, start - 1)
            apart = [start] * bool(first) + [end] * bool(PARTED.match(simple, end))
        result[apart] = CUT
        result[start + 1 : end] = JOIN
    return result
