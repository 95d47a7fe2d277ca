"""Words between spaces, a sentence a line, as the SIGHAN bakeoff has it; or with their parts of speech."""

import itertools
import re
from collections.abc import Iterator

from seqzoo.datasets.reading import delimiter as delimiters
from seqzoo.datasets.reading.encoding import Lines
from seqzoo.datasets.reading.settings import Form
from seqzoo.datasets.reading.source import Source
from seqzoo.datasets.tagged import Sequences, Tagged, words_tagged
from seqzoo.errors import InputError

SAMPLE = 1000  # lines
ENOUGH = 5  # lines from which on a pattern is no chance
LONG = 6  # characters a line, on average, from which on it holds several words
MARKS = "/|_+、,"  # what may stand between words instead of spaces
# A word with its part of speech: 说/v; in brackets a name of several words: [中国/ns 政府/n]nt.
_MARKED = re.compile(r"(.+?)[/_]([A-Za-z][A-Za-z0-9]{0,7})(?:\][A-Za-z0-9/]*)?")
# In front of each line of the People's Daily: 19980101-01-001-001/m.
_NUMBER = re.compile(r"\d[\d-]{5,}(?:[/_]m)?")


class Words(Sequences):
    """The sentences of a file as characters tagged BMES; each iteration reads it anew.

    Args:
        source: the file.
        asked: what the user said of its form.

    Raises:
        InputError: if no line has words apart from each other.
    """

    unit = "character"

    def __init__(self, source: Source, asked: Form):
        self.name = source.name
        self._lines = Lines(source, asked.encoding)
        self._mark = None if asked.delimiter is None else delimiters.asked(asked.delimiter)
        texts = (line.text.strip() for line in itertools.islice(self._lines, SAMPLE))
        sample = [text for text in texts if text]
        self._has_speech = self._mark is None and _has_speech(sample)
        self._numbered = self._has_speech and all(
            _NUMBER.fullmatch(line.split()[0]) for line in sample
        )
        if self._mark is None:
            _ask(sample, self.name)
        self.found = ", ".join(self._in_words())
        self.remarkable = self.found != "words between spaces, UTF-8"

    def _in_words(self) -> Iterator[str]:
        mark = "spaces" if self._mark is None else delimiters.shown(self._mark)
        yield f"words between {mark}"
        yield str(self._lines.encoding)
        if self._lines.carriage_returns:
            yield "lines end in CR"
        if self._has_speech:
            yield "a part of speech behind each word left aside"
        if self._numbered:
            yield "the number in front of each line left aside"

    def __iter__(self) -> Iterator[Tagged | InputError]:
        found = False
        for number, text, error in self._lines:
            where = f"{self.name}:{number}"
            if error is not None:
                yield error
                continue
            words = self._words(text)
            if not words:
                continue
            found = True
            if self._has_speech:
                marked = [_MARKED.fullmatch(word) for word in words]
                if None in marked:
                    bare = words[marked.index(None)]
                    yield InputError(
                        f"{where}: expected a word and its part of speech (说/v); got {bare[:40]!r}"
                    )
                    continue
                words = [
                    each.group(1).lstrip("[") or "[" for each in marked if each is not None
                ]
            yield words_tagged(words, where)
        if not found:
            raise InputError(
                f"{self.name}: expected words between spaces; the file has none"
            )

    def _words(self, line: str) -> list[str]:
        if self._mark is None:
            words = line.split()
            return words[1:] if self._numbered else words
        return [word for part in line.split() for word in part.split(self._mark) if word]


def _has_speech(lines: list[str]) -> bool:
    """Whether each word has a part of speech behind it."""
    words = [word for line in lines for word in line.split()]
    marked = sum(_MARKED.fullmatch(word) is not None for word in words)
    return len(words) >= ENOUGH and marked > 0.9 * len(words)


def _ask(lines: list[str], name: str) -> None:
    """Refuse lines in which no word stands apart.

    Raises:
        InputError: saying what may stand between words.
    """
    if len(lines) < ENOUGH or any(len(line.split()) > 1 for line in lines):
        return
    if sum(map(len, lines)) < LONG * len(lines):
        return
    for mark in MARKS:
        if sum(line.count(mark) for line in lines) >= len(lines):
            raise InputError(
                f"{name}: expected words between spaces; no line has a blank; between them may stand "
                f"{mark!r}: --delimiter '{mark}' says so"
            )
    raise InputError(
        f"{name}: expected words between spaces; no line has a blank: words are learnt from texts that "
        "are cut into words"
    )
