"""From what is asked of a poem to constraints on its tokens."""

import re
from collections.abc import Sequence

from seqzoo.decoding.constraints import Constraints
from seqzoo.decoding.constraints_parts import (
    At,
    Contains,
    Layout,
    Patterns,
    Shared,
    Without,
)
from seqzoo.decoding.constraints_product import Distinct, Part
from seqzoo.decoding.constraints_regex import Matches
from seqzoo.errors import InputError
from seqzoo.tasks.language.verse.options import VerseOptions
from seqzoo.tasks.language.verse.sounds import Sounds
from seqzoo.tasks.language.verse.text import ENDS, Condition
from seqzoo.tasks.language.verse.tones import OBLIQUE, patterns
from seqzoo.text.vocabulary import EOS, PAD, SPECIAL, UNK, Vocabulary

FREE = "?？"  # a character, or a line, that is not given
_BETWEEN = re.compile("[,，。;；|/]")
_HAN = re.compile("[\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


class Demands:
    """What is asked of a poem.

    Args:
        condition: form and title.
        options: what is asked.
        vocabulary: the model's.
        sounds: rhymes and tones; None: they are not asked for.
    """

    def __init__(
        self,
        condition: Condition,
        options: VerseOptions,
        vocabulary: Vocabulary,
        sounds: Sounds | None,
    ):
        self._options, self._vocabulary, self._sounds = options, vocabulary, sounds
        self._size = len(vocabulary)
        self._lines, self._width = condition.lines, condition.characters
        self._characters = [
            id for id, token in enumerate(vocabulary.tokens) if _HAN.fullmatch(token)
        ]
        ends = [self._id(ENDS[line % 2], "form") for line in range(self._lines)]
        marks = set(range(self._size)) - set(self._characters)
        others = sorted(marks - set(ends))
        self._layout = Layout(self._size, [self._width] * self._lines, ends, others, "form")

    def constraints(self) -> Constraints:
        """All of them.

        Raises:
            InputError: if they cannot be met, or on what is asked in a way that cannot be read.
        """
        demands: list[Part | Distinct] = [self._layout, *self._given(), *self._words()]
        demands += self._heard()
        if not self._options.repeat:
            demands.append(Distinct("no repeat", self._characters))
        elif self._rhymes:
            heads = [self._layout.place(0, -1)] if self._options.tones else []
            feet = frozenset([*heads, *self._feet])
            demands.append(
                Distinct("rhymes of different characters", self._characters, feet)
            )
        return Constraints(
            self._size,
            demands,
            end=EOS,
            longest=self._layout.length,
            never=[id for id in range(len(SPECIAL)) if id != EOS],
        )

    @property
    def _rhymes(self) -> bool:
        return self._options.rhyme or self._options.rhyme_group is not None

    @property
    def _feet(self) -> list[int]:
        """The places of the characters that rhyme: the last of even lines."""
        return [self._layout.place(line, -1) for line in range(1, self._lines, 2)]

    def _id(self, character: str, name: str) -> int:
        """The id of a character.

        Raises:
            InputError: if the model does not know it.
        """
        (found,) = self._vocabulary.ids([character])
        if found in (UNK, PAD):
            raise InputError(f"{name}: {character}: the model does not know this character")
        return found

    def _at(self, characters: dict[int, str], name: str) -> At:
        ids = {place: [self._id(each, name)] for place, each in characters.items()}
        shown = "".join(characters.values())
        return At(self._size, ids, f"{name} {shown}")

    def _given(self) -> list[Part]:
        """Characters whose places are given."""
        options = self._options
        demands: list[Part] = []
        if options.first and options.acrostic:
            ids = [self._id(each, "first") for each in options.first]
            name = f"first line with {options.first}"
            demands.append(Contains(self._size, ids, name, range(self._width)))
        elif options.first:
            demands.append(self._at(self._begun(options.first), "first"))
        if options.acrostic:
            self._check_length("acrostic", options.acrostic, self._lines)
            heads = {
                self._layout.place(line, 0): each
                for line, each in enumerate(options.acrostic)
            }
            demands.append(self._at(heads, "acrostic"))
        if options.lines:
            demands.append(self._at(self._held(options.lines), "lines"))
        return demands

    def _begun(self, first: str) -> dict[int, str]:
        """The places of the characters that the poem begins with."""
        characters = _BETWEEN.sub("", first)
        if not characters:
            raise InputError(f"first: expected characters; got {first!r}")
        self._check_length("first", characters, self._lines * self._width)
        return {
            self._layout.place(*divmod(number, self._width)): each
            for number, each in enumerate(characters)
        }

    def _held(self, lines: str) -> dict[int, str]:
        """The places of the characters of lines that are held."""
        given = _BETWEEN.split(lines.strip("，。,"))
        self._check_length("lines", given, self._lines)
        found: dict[int, str] = {}
        for number, line in enumerate(given):
            if line in FREE:  # the empty line, too
                continue
            if len(line) != self._width:
                raise InputError(
                    f"lines: {line}: expected {self._width} characters, or ?; got {len(line)}"
                )
            found |= {
                self._layout.place(number, column): each
                for column, each in enumerate(line)
                if each not in FREE
            }
        return found

    def _check_length(self, name: str, given: Sequence[str], most: int) -> None:
        if len(given) > most:
            raise InputError(
                f"{name}: expected at most {most} for this form; got {len(given)}"
            )

    def _words(self) -> list[Part]:
        """What comes somewhere, or nowhere."""
        options = self._options
        demands: list[Part] = []
        if options.keyword:
            ids = [self._id(each, "keyword") for each in options.keyword]
            demands.append(Contains(self._size, ids, f"keyword {options.keyword}"))
        if options.forbid:
            # What the model does not know does not come anyway.
            ids = [id for id in self._vocabulary.ids(options.forbid) if id != UNK]
            demands.append(Without(self._size, ids, f"forbid {options.forbid}"))
        if options.pattern:
            texts = [
                token if id >= len(SPECIAL) and len(token) == 1 else None
                for id, token in enumerate(self._vocabulary.tokens)
            ]
            demands.append(Matches(options.pattern, texts, steps=options.demand_steps))
        return demands

    def _heard(self) -> list[Part]:
        """Rhymes and tones."""
        sounds = self._sounds
        demands: list[Part] = []
        if sounds is None:
            return demands
        tokens = self._vocabulary.tokens
        tones = [sounds.tones(token) for token in tokens]
        if self._rhymes:
            demands.append(self._rhyme([sounds.rhymes(token) for token in tokens], tones))
        if self._options.tones:
            places = [
                {
                    self._layout.place(line, column): bits
                    for line, kinds in enumerate(pattern)
                    for column, bits in enumerate(kinds)
                    if bits != 3
                }
                for pattern in patterns(self._lines, self._width)
            ]
            demands.append(Patterns(tones, places, "tones"))
        return demands

    def _rhyme(self, rhymes: list[int], tones: list[int]) -> Shared:
        """Even lines rhyme; under patterns of tones the first does, too, if it ends in a level tone."""
        name = self._options.rhyme_group
        among = None
        if name is not None:
            assert self._sounds is not None
            among = self._sounds.among(name)
        called = "rhyme" if name is None else f"rhyme group {name}"
        if not self._options.tones:
            return Shared(rhymes, self._feet, called, among)
        # A group that says nothing of the tone gets a bit more, that of oblique ends.
        oblique = 1 << (max(rhymes).bit_length() + 1)
        marked = [
            bits | (oblique if tone & OBLIQUE else 0)
            for bits, tone in zip(rhymes, tones, strict=True)
        ]
        head = self._layout.place(0, -1)
        every = among if among is not None else oblique - 1
        return Shared(marked, [head, *self._feet], called, every, {head: oblique})
