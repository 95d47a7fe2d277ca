"""From running text to a language model's tokens, and from tokens to text again.

A line ends with `</s>`, in character models a whole text does: line breaks are characters there. Both count
where a text is measured; `predict`, whose texts are lines, leaves a character model's `</s>` out.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from seqzoo.errors import unknown_name
from seqzoo.text.vocabulary import SPECIAL, UNK

UNITS = ("space", "word", "character")
END = "</s>"

_WORD = re.compile(r"\w+(?:['’-]\w+)*|[^\w\s]")
_NO_SPACE_BEFORE = re.compile(r" ([.,;:!?%)\]}”’…])")
_NO_SPACE_BEHIND = re.compile(r"([(\[{“‘]) ")
# A vocabulary has a token a line.
_NAMES = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
LINE_BREAK = _NAMES["\n"]  # the token of a line break, of characters
_CHARACTERS = {name: character for character, name in _NAMES.items()}


@dataclass(frozen=True)
class Unit:
    """What a text's tokens are.

    Attributes:
        name: `"space"`: what stands between white space, as corpora that are cut already have it;
            `"word"`: words, numbers, and every other visible character, of text in Unicode NFKC;
            `"character"`: every character, white space too.
        lowercase: lower the case.

    Raises:
        InputError: on another name.
    """

    name: str
    lowercase: bool = False

    def __post_init__(self):
        if self.name not in UNITS:
            raise unknown_name("unit", self.name, UNITS)

    def lines(self, text: str, last: bool = True) -> Iterator[list[str]]:
        """Lists of tokens: of each line, with `</s>` at its end; characters: of all, with `</s>` at its end
        if it is the text's last piece."""
        if self.name == "character":
            yield [*self.tokens(text), *([END] if last else [])]
            return
        for line in text.split("\n"):
            tokens = self.tokens(line)
            if tokens:
                yield [*tokens, END]

    def tokens(self, text: str) -> list[str]:
        """The tokens of a text without `</s>`; a line break in it counts as a space, but as itself for
        characters."""
        text = text.lower() if self.lowercase else text
        if self.name == "character":
            return [_NAMES.get(character, character) for character in text]
        if self.name == "space":
            return text.split()
        return _WORD.findall(unicodedata.normalize("NFKC", text))

    def shown(self, token: str, before: str | None) -> str:
        """A token as text, with the space that parts it from the one before, None at a text's start."""
        if self.name == "character":
            return (
                "\n"
                if token == END
                else _CHARACTERS.get(token, "\ufffd" if token == SPECIAL[UNK] else token)
            )
        if token == END:
            return "\n"
        if before is None or before == END:
            return token
        if self.name == "word":
            pair = _NO_SPACE_BEHIND.sub(
                r"\1", _NO_SPACE_BEFORE.sub(r"\1", f"{before} {token}")
            )
            return pair[len(before) :]
        return f" {token}"
