"""The sentences of a text, by its punctuation alone."""

import re

# What ends a sentence with a space behind it, and what may stand between; in East Asian texts no space does.
_END = re.compile(
    r"[.!?…]++[\"'”’»)\]]*(?=\s+[\"'“‘«(\[¿¡]*[^\W\d_])|[。！？]++[”’」』）]*(?=\s*[^\s”’」』）])"
)
# Words whose full stop ends no sentence: titles, abbreviations, initials, letters with stops between.
_SHORT = re.compile(
    r"mrs?|ms|dr|prof|st|sr|jr|vs|nr|fig|vol|pp|ca|cf|etc|bzw|usw|approx|dept|est|(?:\w\.)*\w"
)
_WORD = re.compile(r"(\S*)\.$")


def sentences(text: str) -> list[str]:
    """The sentences of a text, without white space around them.

    A sentence ends at a full stop, a question or an exclamation mark with white space and a letter that is
    no small one behind it; at `。！？` without white space, too. What cannot be told from punctuation stays
    together: a full stop behind an initial or a common abbreviation ends none.

    Args:
        text: of any length.
    """
    found, start = [], 0
    for match in _END.finditer(text):
        end = match.end()
        if _goes_on(text[start:end], text[end:].lstrip()):
            continue
        found.append(text[start:end].strip())
        start = end
    return [each for each in [*found, text[start:].strip()] if each]


def _goes_on(before: str, behind: str) -> bool:
    """Whether a sentence goes on behind a mark that may end it."""
    letter = behind.lstrip("\"'“‘«([¿¡")[:1]
    if letter.islower():
        return True
    last = _WORD.search(before)
    if last is None:
        return False
    word = last.group(1).lstrip("\"'“‘«([").lower()
    return bool(_SHORT.fullmatch(word))
