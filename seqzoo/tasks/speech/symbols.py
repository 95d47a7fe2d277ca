"""The symbols of a recognizer: characters, and CTC's blank in front of them."""

import itertools
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from seqzoo.errors import InputError
from seqzoo.system.files import read_lines, write_lines

FILE = "symbols.txt"
BLANK = 0
SPACE = " "
WRITTEN = {"": "<blank>", SPACE: "<space>"}  # in the file, where a symbol would not be seen


def normal(transcript: str, lowercase: bool) -> str:
    """A transcript in Unicode's form C, single spaces between its words."""
    text = " ".join(unicodedata.normalize("NFC", transcript).split())
    return text.lower() if lowercase else text


def symbols_of(transcripts: Iterable[str]) -> list[str]:
    """The blank, an empty string, and the characters of transcripts in order."""
    return ["", *sorted(set().union(*transcripts))]


def numbers(transcript: str, symbols: Sequence[str], where: str) -> np.ndarray:
    """The numbers of a transcript's characters, int32 (characters,).

    Raises:
        InputError: on a character that is no symbol.
    """
    places = {symbol: place for place, symbol in enumerate(symbols)}
    for character in transcript:
        if character not in places:
            raise InputError(
                f"{where}: {character!r} in {transcript[:60]!r}: expected characters of the training: "
                f"{''.join(symbols)!r}"
            )
    return np.array([places[character] for character in transcript], np.int32)


def steps_needed(transcript: Sequence[object]) -> int:
    """Steps that CTC needs for a transcript: one for each symbol, and a blank between two of a kind."""
    repeats = sum(one == other for one, other in itertools.pairwise(transcript))
    return len(transcript) + repeats


def save(path: Path, symbols: Sequence[str]) -> None:
    """Write symbols, one a line."""
    write_lines(path, [WRITTEN.get(symbol, symbol) for symbol in symbols])


def load(path: Path, count: int | None = None) -> list[str]:
    """The symbols of a file that `save` wrote.

    Raises:
        InputError: if there are not `count` of them.
    """
    read = {name: symbol for symbol, name in WRITTEN.items()}
    lines = read_lines(path) if count is None else read_lines(path, count)
    return [read.get(line, line) for line in lines]
