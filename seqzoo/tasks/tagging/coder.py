"""From tokens to ids, the same in training and use."""

import re
import sys
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from seqzoo.errors import InputError
from seqzoo.system.files import read_lines, write_lines
from seqzoo.text.vocabulary import BOS, PAD, SPECIAL, UNK, Vocabulary

_SPACE = "\u2581"  # white space that a file has as a token; vocabularies have none
_FIRST = len(SPECIAL)
MOST_KNOWN = 1_000_000  # tokens whose ids are remembered
COUNTED_TOGETHER = 10_000  # sequences whose pairs are counted at once


def normalize(token: str, unit: str) -> str:
    """A token as the vocabulary has it: Unicode NFKC, digits as 0; of characters, Latin letters as a."""
    folded = unicodedata.normalize("NFKC", token)
    if unit == "word":
        return re.sub(r"\d", "0", "".join(folded.split())) or _SPACE
    if len(folded) != 1:  # ℃, …: as they are, since a tag belongs to each character
        folded = token
    if folded.isspace():
        return _SPACE
    if folded.isascii() and folded.isalnum():
        return "0" if folded.isdigit() else "a"
    return folded


class Bigrams:
    """The known pairs of neighbouring tokens, by ids of a vocabulary; 0 is padding, 1 any other pair.

    Args:
        keys: int64 (pairs,), ascending: left id * `base` + right id.
        base: size of the vocabulary.
    """

    def __init__(self, keys: np.ndarray, base: int):
        self.keys, self.base = keys, base

    def __len__(self) -> int:
        return len(self.keys) + 2

    def pairs(self, ids: np.ndarray) -> np.ndarray:
        """The key of each token with the one before it, int64 (..., time), of ids (..., time)."""
        pairs = np.full(ids.shape, BOS, np.int64)
        pairs[..., 1:] = ids[..., :-1]
        pairs *= self.base
        pairs += ids
        return pairs

    def encode(self, ids: np.ndarray) -> np.ndarray:
        """Ids of the pairs, int32 (..., time), of the tokens' ids (..., time); padding stays padding."""
        pairs = self.pairs(ids)
        places = np.minimum(np.searchsorted(self.keys, pairs), len(self.keys) - 1)
        places[self.keys[places] != pairs] = UNK - 2
        places += 2
        places[ids == PAD] = PAD
        return places.astype(np.int32)

    def save(self, path: Path, vocabulary: Vocabulary) -> None:
        """Write `left right`, a pair a line; the id is the line number from 2."""
        names = vocabulary.tokens
        write_lines(
            path,
            (f"{names[key // self.base]} {names[key % self.base]}" for key in self.keys),
        )

    @classmethod
    def load(
        cls, path: Path, vocabulary: Vocabulary, count: int | None = None
    ) -> "Bigrams":
        """Read what `save` wrote.

        Args:
            path: of the file.
            vocabulary: whose tokens the pairs are of.
            count: of the pairs, if it is known.

        Raises:
            InputError: on a line that is no pair of the vocabulary's tokens, pairs out of order, or another
                number of pairs than `count`.
        """
        number = {token: id for id, token in enumerate(vocabulary.tokens)}
        lines = read_lines(path, count)
        try:
            if any(line.count(" ") != 1 for line in lines):
                raise ValueError("a line without a space, or with several")
            # All at once: a model of 270,000 pairs is read at each start.
            tokens = " ".join(lines).split(" ") if lines else []
            ids = np.fromiter(map(number.__getitem__, tokens), np.int64, len(tokens))
        except (KeyError, ValueError) as error:
            raise InputError(
                f"{path}: expected pairs of the vocabulary's tokens: {error}"
            ) from error
        keys = ids[::2] * len(vocabulary) + ids[1::2]
        if not len(keys) or (np.diff(keys) <= 0).any():
            raise InputError(f"{path}: expected pairs in the order of their ids, each once")
        return cls(keys, len(vocabulary))


@dataclass
class Coder:
    """Tokens to ids.

    Attributes:
        unit: `"character"` or `"word"`.
        max_length: tokens of a piece at most.
        vocabulary: of normalised tokens.
        bigrams: of its ids, or None.
    """

    unit: str
    max_length: int
    vocabulary: Vocabulary
    bigrams: Bigrams | None = None

    def __post_init__(self) -> None:
        self._known: dict[str, int] = {}
        # By code point; 0: not asked for yet. The system gives it memory where it is written to.
        self._of_characters = np.zeros(sys.maxunicode + 1, np.int32)

    def ids(self, tokens: Sequence[str]) -> np.ndarray:
        """Token ids, int32 (time,); a string stands for its characters."""
        if isinstance(tokens, str):
            return self._ids_of_characters(tokens)
        # A stream of ever new words must not fill the memory.
        if len(self._known) > MOST_KNOWN:
            self._known.clear()
        for token in tokens:
            if token not in self._known:
                self._known[token] = self._id(token)
        return np.fromiter(map(self._known.__getitem__, tokens), np.int32, len(tokens))

    def _ids_of_characters(self, text: str) -> np.ndarray:
        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
        ids = self._of_characters[codes]
        if not ids.all():
            for code in np.unique(codes[ids == 0]).tolist():
                self._of_characters[code] = self._id(chr(code))
            ids = self._of_characters[codes]
        return ids

    def _id(self, token: str) -> int:
        id = int(self.vocabulary.encode([normalize(token, self.unit)])[0])
        # "<pad>" in a text is no padding.
        return id if id >= _FIRST else UNK

    def inputs(self, ids: np.ndarray) -> list[np.ndarray]:
        """What the model reads of token ids: these and, if there are pairs, the pairs' ids.

        Args:
            ids: int32 (..., time).

        Returns:
            One or two arrays, int32 (..., time).
        """
        return [ids] if self.bigrams is None else [ids, self.bigrams.encode(ids)]

    def columns(self, ids: np.ndarray) -> np.ndarray:
        """What `inputs` gives, side by side, int32 (..., time, 1 or 2)."""
        return np.stack(self.inputs(ids), axis=-1)

    def save(self, folder: Path) -> None:
        """Write `vocabulary.txt` and, where there are pairs, `bigrams.txt`."""
        self.vocabulary.save(folder / "vocabulary.txt")
        if self.bigrams is not None:
            self.bigrams.save(folder / "bigrams.txt", self.vocabulary)


def build_coder(
    sequences: Callable[[], Iterable[Sequence[str]]],
    unit: str,
    max_length: int,
    minimum_count: int,
    minimum_pairs: int,
) -> tuple[Coder, np.ndarray]:
    """A coder for a stream of token lists, and the pairs' counts, int64 (pairs,).

    Args:
        sequences: makes an iterator of token lists; it is read twice.
        unit, max_length: as in `Coder`.
        minimum_count: rarer tokens are unknown.
        minimum_pairs: rarer pairs are unknown; 0: no pairs.

    Raises:
        InputError: if no token, or no pair, comes often enough.
    """
    normal = ([normalize(token, unit) for token in tokens] for tokens in sequences())
    coder = Coder(unit, max_length, Vocabulary.build(normal, minimum_count=minimum_count))
    if not minimum_pairs:
        return coder, np.zeros(0, np.int64)
    keys, counts = _counted_pairs(sequences(), coder)
    base = len(coder.vocabulary)
    left, right = keys // base, keys % base
    # Pairs with an unknown or foreign token tell nothing of their own.
    known = (right >= _FIRST) & ((left >= _FIRST) | (left == BOS))
    kept = known & (counts >= minimum_pairs)
    if not kept.any():
        raise InputError(
            f"pairs of tokens: none comes {minimum_pairs} times or more; set --bigrams 0"
        )
    coder.bigrams = Bigrams(keys[kept], base)
    return coder, counts[kept]


def _counted_pairs(
    sequences: Iterable[Sequence[str]], coder: Coder
) -> tuple[np.ndarray, np.ndarray]:
    """All pairs' keys in ascending order and their counts, int64 (pairs,) both."""
    empty = Bigrams(np.zeros(0, np.int64), len(coder.vocabulary))
    keys, counts = np.zeros(0, np.int64), np.zeros(0, np.int64)
    batch: list[np.ndarray] = []
    for tokens in sequences:
        batch.append(empty.pairs(coder.ids(tokens)))
        if len(batch) == COUNTED_TOGETHER:
            keys, counts = _merged(keys, counts, batch)
            batch = []
    return _merged(keys, counts, batch)


def _merged(
    keys: np.ndarray, counts: np.ndarray, batch: list[np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """Distinct keys in ascending order and their counts, a batch's added."""
    batch_keys = np.concatenate([np.zeros(0, np.int64), *batch])
    new, new_counts = np.unique(batch_keys, return_counts=True)
    merged, places = np.unique(np.concatenate([keys, new]), return_inverse=True)
    totals = np.zeros(len(merged), np.int64)
    np.add.at(totals, places, np.concatenate([counts, new_counts]))
    return merged, totals


def load_coder(
    path: Callable[[str], Path],
    text: dict[str, Any],
    with_bigrams: bool,
    sizes: tuple[int | None, int | None] = (None, None),
) -> Coder:
    """The coder of some files.

    Args:
        path: gives the place of a file by its name.
        text: `unit` and `max_length`.
        with_bigrams: whether there are pairs.
        sizes: numbers of ids of tokens and of pairs, where they are known.

    Raises:
        InputError: if the files are missing or are no such vocabularies.
    """
    vocabulary = Vocabulary.load(path("vocabulary.txt"), sizes[0])
    count = None if sizes[1] is None else sizes[1] - 2
    bigrams = Bigrams.load(path("bigrams.txt"), vocabulary, count) if with_bigrams else None
    return Coder(text["unit"], text["max_length"], vocabulary, bigrams)
