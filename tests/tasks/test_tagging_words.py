"""From the beginnings of words to words and lines."""

import itertools
import random
import re

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from seqzoo.tasks.tagging import words

LETTERS = "中国，。 \n\u3000aZé7９.,．'’\u0301\u200d\ufe0f👩👍🏽\ud800"
TEXTS = st.text(LETTERS, max_size=30)


def slowly(text: str) -> list[tuple[int, int]]:
    """What is never cut, looked for at each place."""
    found = (match.span() for match in words.WHOLE.finditer(text))
    return [(start, stop) for start, stop in found if stop - start > 1]


@settings(deadline=None, max_examples=500)
@given(TEXTS)
@example("中\u0301a\u0301\u200d中\u200d国3.14\u0301")
def test_what_is_never_cut_is_found_as_by_looking_at_each_place(text):
    assert list(words.uncut(text)) == slowly(text)


def one_by_one(text: str, places: set[int]) -> list[str]:
    """A text cut at places and around white space, but for what is never cut."""
    for space in re.finditer(r"\s+", text):
        places |= set(space.span())
    for start, stop in slowly(text):
        places -= set(range(start + 1, stop))
    cuts = sorted(places | {0, len(text)})
    return [text[a:b] for a, b in itertools.pairwise(cuts)]


def begins_of(text: str, draw: random.Random, listed: bool):
    """Where words begin, drawn, of the sequences between white space: as a set, and as `cut` takes it."""
    places, sequences = set(), []
    for run in re.finditer(r"\S+", text):
        first = np.array([draw.random() < 0.5 for _ in run.group()])
        places |= {run.start() + int(place) for place in np.flatnonzero(first)}
        starts = range(*run.span())
        sequences.append((list(starts) if listed else starts, first))
    return places, sequences


@settings(deadline=None, max_examples=300)
@given(st.lists(TEXTS, max_size=5), st.integers(0, 99), st.booleans())
def test_texts_cut_together_are_those_cut_one_by_one(texts, seed, listed):
    draw = random.Random(seed)
    drawn = [begins_of(text, draw, listed) for text in texts]
    expected = [
        one_by_one(text, places) for text, (places, _) in zip(texts, drawn, strict=True)
    ]
    assert words.cut(texts, [sequences for _, sequences in drawn]) == expected


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
    places = {place for place in range(0, len(text), 2) if not text[place].isspace()}
    parts = one_by_one(text, places)
    assert words.joined(parts) == line_of(parts)


@pytest.mark.parametrize("text", ["", "中"])
def test_a_text_without_sequences(text):
    assert words.cut([text], [[]]) == [[text] if text else []]
