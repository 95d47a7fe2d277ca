"""From raw text to tokens, the same way in training, prediction and export.

The two settings that decide it, `unit` and `lowercase`, travel in a model's `config.json`.
"""

import re
import unicodedata
from dataclasses import dataclass

from seqzoo.errors import unknown_name

UNITS = ("character", "word")

LINE_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
WORD = re.compile(r"\w+(?:['’]\w+)?|[^\w\s]")
# For readers in other languages.
PATTERNS = {"line_break": LINE_BREAK, "word": WORD}


@dataclass(frozen=True)
class Tokenizer:
    """Normalise and split a text.

    Normalisation: HTML line breaks (`<br />`, which review corpora are full of) become a space,
    then Unicode NFKC (full-width digits become ASCII ones, ligatures fall apart), then lower case.

    Attributes:
        unit: `"word"` for languages with spaces (a run of letters and digits, an inner apostrophe
            kept; every other visible character is a token of its own), `"character"` for Chinese
            (each character but white space).
        lowercase: whether to lower the case.

    Raises:
        InputError: if `unit` is neither.
    """

    unit: str = "word"
    lowercase: bool = True

    def __post_init__(self):
        if self.unit not in UNITS:
            raise unknown_name("unit", self.unit, UNITS)

    def normalize(self, text: str) -> str:
        """The text as the model gets to see it."""
        text = unicodedata.normalize("NFKC", LINE_BREAK.sub(" ", text))
        return text.lower() if self.lowercase else text

    def __call__(self, text: str) -> list[str]:
        """The tokens of `text`; an empty list for a text of blanks."""
        text = self.normalize(text)
        if self.unit == "word":
            return WORD.findall(text)
        return [character for character in text if not character.isspace()]
