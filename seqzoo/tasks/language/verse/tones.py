"""Patterns of level and oblique tones of regulated verse (近体诗), with their free places.

Four kinds of lines make all of them (Wang Li 1958, 汉语诗律学, chapter 1). Of five characters:

    A 仄仄平平仄   a 仄仄仄平平   B 平平平仄仄   b 平平仄仄平

With seven, two of the opposite tones stand before. The first place of a line is free, and the third of A
and b, but for the first of b: a lone level tone there is a fault (孤平). Of seven characters the same places
are free, two further on, and the first.
"""

import itertools

LEVEL, OBLIQUE = 1, 2  # bits
EITHER = LEVEL | OBLIQUE
_LINES = {"A": ".仄.平仄", "a": ".仄仄平平", "B": ".平平仄仄", "b": "平平.仄平"}
_BITS = {"平": LEVEL, "仄": OBLIQUE, ".": EITHER}
_QUATRAINS = (
    "AbBa",
    "abBa",
    "BaAb",
    "baAb",
)  # the first line of the second and the last rhymes
_SECOND = {
    "A": "AbBa",
    "a": "AbBa",
    "B": "BaAb",
    "b": "BaAb",
}  # quatrain of a poem that opens so


def line(kind: str, characters: int) -> list[int]:
    """The tones of a line, a bit set each.

    Args:
        kind: one of A, a, B, b.
        characters: 5 or 7.
    """
    tones = [_BITS[mark] for mark in _LINES[kind]]
    if characters == 5:
        return tones
    opposite = LEVEL if kind in "Aa" else OBLIQUE
    return [EITHER, opposite, *tones]


def kinds_of(lines: int) -> list[str]:
    """The four orders of lines of a poem, a letter a line.

    Args:
        lines: 4 or 8.
    """
    if lines == 4:
        return list(_QUATRAINS)
    return [first + _SECOND[first[0]] for first in _QUATRAINS]


def patterns(lines: int, characters: int) -> list[list[list[int]]]:
    """The tones of the four patterns, of each line and character.

    Args:
        lines: 4 or 8.
        characters: 5 or 7.
    """
    return [[line(kind, characters) for kind in order] for order in kinds_of(lines)]


def share_kept(tones: list[list[int]], lines: int, characters: int) -> float:
    """The share of places that the best pattern allows.

    Args:
        tones: of a poem's lines and characters, a bit set each; 0: unknown, which fits.
        lines: of the poem.
        characters: of a line.
    """
    flat = list(itertools.chain.from_iterable(tones))
    best = 0
    for pattern in patterns(lines, characters):
        wanted = itertools.chain.from_iterable(pattern)
        kept = sum(
            not tone or bool(tone & bits) for tone, bits in zip(flat, wanted, strict=True)
        )
        best = max(best, kept)
    return best / len(flat)
