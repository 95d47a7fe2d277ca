"""The n-grams of words that a search reckons with: counted from transcripts, or of a user's ARPA file."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from seqzoo.decoding import arpa, kneser_ney
from seqzoo.decoding.ngram import NGram
from seqzoo.errors import InputError

FILE = "words.arpa"
ORDER = 3  # words of the longest n-grams
UNKNOWN, BEGIN, END = "<unk>", "<s>", "</s>"


def count(path: Path, transcripts: Sequence[str]) -> None:
    """Count the n-grams of transcripts, by interpolated Kneser-Ney, and write them as an ARPA file."""
    vocabulary = sorted({word for each in transcripts for word in each.split()})
    tokens = [UNKNOWN, BEGIN, END, *vocabulary]
    places = {token: place for place, token in enumerate(tokens)}
    end = places[END]
    sequences = [
        np.array([*(places[word] for word in each.split()), end], np.int64)
        for each in transcripts
    ]
    begin = places[BEGIN]
    model = kneser_ney.fit(sequences, len(tokens), ORDER, begin=begin, never=(begin,))
    arpa.write(path, model, tokens)


def read(path: Path) -> tuple[NGram, list[str]]:
    """The n-grams of an ARPA file, and their words.

    Raises:
        InputError: if it is none, or lacks what begins and ends sentences.
    """
    model, tokens = arpa.read(path)
    for token in (BEGIN, END):
        if token not in tokens:
            raise InputError(f"{path}: expected {BEGIN} and {END} among the words")
    return model, tokens
