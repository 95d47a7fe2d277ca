"""From words to lines."""

import itertools
import re

from hypothesis import example, given, settings
from hypothesis import strategies as st

from seqzoo.tasks.tagging import words

LETTERS = "中国，。 \n\u3000aZé7９.,．'’\u0301\u200d\ufe0f👩👍🏽\ud800"
TEXTS = st.text(LETTERS, max_size=30)


def parts_of(text: str) -> list[str]:
    """A text cut before every second character and around white space."""
    places = {place for place in range(0, len(text), 2) if not text[place].isspace()}
    for space in re.finditer(r"\s+", text):
        places -= set(range(space.start(), space.end()))
        places |= set(space.span())
    cuts = sorted(places | {0, len(text)})
    return [text[a:b] for a, b in itertools.pairwise(cuts)]


def line_of(parts: list[str]) -> str:
    """The words with a space between, but for those beside white space."""
    line = ""
    for before, word in itertools.pairwise(["", *parts]):
        line += " " * bool(before and not before.isspace() and not word.isspace()) + word
    return line


@settings(deadline=None, max_examples=300)
@given(TEXTS)
@example("  ")
@example(" 中 国 ")
def test_a_line_has_spaces_between_words_and_white_space_as_it_was(text):
    parts = parts_of(text)
    assert words.joined(parts) == line_of(parts)
