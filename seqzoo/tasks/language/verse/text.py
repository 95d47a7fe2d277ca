"""A poem as the network reads it: `唐七绝：title`, a line break, its lines with `，` and `。`, and the end.

What stands before the line break is the condition; each part of it may be missing, but the form.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from seqzoo.datasets.verse.poem import Poem
from seqzoo.errors import InputError, unknown_name
from seqzoo.text.running import LINE_BREAK
from seqzoo.text.vocabulary import EOS, UNK, Vocabulary

NAMES = {"4x5": "五绝", "4x7": "七绝", "8x5": "五律", "8x7": "七律"}  # form -> its name
DYNASTIES = {
    "Tang": "唐", "Song": "宋", "Yuan": "元", "Ming": "明", "Qing": "清",
}  # fmt: skip
TITLE = "："  # stands before the title
BREAK = "\n"
ENDS = ("，", "。")  # of odd and of even lines
READINGS = "readings.tsv"  # of an artifact
TRAINED = "dynasties"  # in the settings of the text: those that poems were trained on with
LONGEST_TITLE = 30  # characters that are read


@dataclass(frozen=True)
class Condition:
    """What a poem is to be.

    Attributes:
        form: a key of `NAMES`.
        title: empty: unknown.
        dynasty: a key of `DYNASTIES`; empty, or another: unknown.
    """

    form: str
    title: str = ""
    dynasty: str = ""

    def check(self) -> None:
        """Refuse a form that there is not, and a title that is no line or too long to be read.

        Raises:
            InputError: naming what is wrong.
        """
        if self.form not in NAMES:
            raise unknown_name("form", self.form, NAMES)
        if len(self.title) > LONGEST_TITLE:
            raise InputError(
                f"title: expected at most {LONGEST_TITLE} characters; got {len(self.title)}"
            )
        if BREAK in self.title or "\0" in self.title:
            raise InputError(f"title: expected a single line; got {self.title!r}")

    @property
    def lines(self) -> int:
        """Lines of the poem."""
        return int(self.form.partition("x")[0])

    @property
    def characters(self) -> int:
        """Characters of a line."""
        return int(self.form.partition("x")[2])

    @property
    def text(self) -> str:
        """The beginning of the text, its line break included."""
        dynasty = DYNASTIES.get(self.dynasty, "")
        title = self.title[:LONGEST_TITLE]
        return f"{dynasty}{NAMES[self.form]}{TITLE}{title}{BREAK}"


def condition_of(poem: Poem) -> Condition:
    """What a poem is."""
    return Condition(poem.form, poem.title, poem.dynasty)


def shown(lines: Iterable[str]) -> str:
    """Lines with what ends them."""
    return "".join(line + ENDS[place % 2] for place, line in enumerate(lines))


def text_of(poem: Poem, condition: Condition | None = None) -> str:
    """A poem's text, the end not included.

    Args:
        poem: of a form of `NAMES`.
        condition: that it is read behind; None: all that is known.
    """
    return (condition or condition_of(poem)).text + shown(poem.lines)


def poems_of(text: str) -> Iterator[list[str]]:
    """The lines of each poem in texts as `text_of` makes them, an end between two."""
    for part in filter(None, text.split("</s>")):
        body = part.partition(BREAK)[2]
        for end in ENDS:
            body = body.replace(end, BREAK)
        yield body.split(BREAK)[:-1] if body.endswith(BREAK) else body.split(BREAK)


def is_character(ids: np.ndarray, vocabulary: Vocabulary) -> np.ndarray:
    """Which ids of running text are characters of a poem's lines, bool (time,).

    Args:
        ids: int32 (time,), of whole poems, each behind its condition and with its end.
        vocabulary: of the ids.
    """
    (break_id,) = vocabulary.ids([LINE_BREAK])
    # 1 from a poem's line break on, 0 from its end on.
    turns = (ids == break_id).astype(np.int64) - (ids == EOS)
    inside = np.cumsum(turns) > 0
    no_character = [break_id, EOS, *(id for id in vocabulary.ids(ENDS) if id != UNK)]
    return inside & ~np.isin(ids, no_character)
