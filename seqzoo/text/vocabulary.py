"""Tokens <-> ids. Ids 0 to 3 are the same in every seqzoo model; an id is a line number."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from seqzoo.errors import InputError
from seqzoo.system.files import read_lines, write_lines

PAD, UNK, BOS, EOS = 0, 1, 2, 3
SPECIAL = ("<pad>", "<unk>", "<s>", "</s>")

_NO_TOKEN = re.compile(
    "[\n\r\ud800-\udfff]"
)  # a line can't hold the first two, UTF-8 not the others

# Beyond this many distinct tokens the rarest are forgotten, so that counting an endless stream
# stays in bounded memory; no corpus below some 10 GB of text reaches it.
MAXIMUM_COUNTED = 5_000_000


class Vocabulary:
    """An ordered set of tokens behind the four special ones.

    Args:
        tokens: the tokens without the special ones, most frequent first; ids start at 4.

    Raises:
        InputError: if a token is empty, holds a line break or a lone surrogate, or comes twice.
    """

    def __init__(self, tokens: Iterable[str]):
        self.tokens = [*SPECIAL, *tokens]
        self._ids = {token: id for id, token in enumerate(self.tokens)}
        if len(self._ids) != len(self.tokens):
            twice = next(t for id, t in enumerate(self.tokens) if self._ids[t] != id)
            raise InputError(f"vocabulary: expected distinct tokens; {twice!r} comes twice")
        # All at once first: one by one they take as long as the rest of a cold start.
        if "" in self._ids or _NO_TOKEN.search("".join(self.tokens)):
            for id, token in enumerate(self.tokens):
                if not token or _NO_TOKEN.search(token):
                    raise InputError(f"vocabulary: line {id + 1}: not a token: {token!r}")

    @classmethod
    def build(
        cls,
        texts: Iterable[list[str]],
        *,
        minimum_count: int = 1,
        maximum_size: int | None = None,
    ) -> "Vocabulary":
        """Count tokens and keep the most frequent; ties go to the one first in code-point order.

        Args:
            texts: token lists, streamed.
            minimum_count: rarer tokens become `<unk>`.
            maximum_size: number of ids at most, the special ones included.

        Raises:
            InputError: if nothing is left.
        """
        return cls.of_counts(
            counted(texts), minimum_count=minimum_count, maximum_size=maximum_size
        )

    @classmethod
    def of_counts(
        cls,
        counts: Mapping[str, int],
        *,
        minimum_count: int = 1,
        maximum_size: int | None = None,
    ) -> "Vocabulary":
        """Keep the most frequent tokens; see `build`.

        Args:
            counts: see `counted`.
            minimum_count, maximum_size: as `build` takes them.

        Raises:
            InputError: if nothing is left.
        """
        kept = sorted(
            (
                token
                for token, n in counts.items()
                if n >= minimum_count and token not in SPECIAL
            ),
            key=lambda token: (-counts[token], token),
        )
        if maximum_size is not None:
            kept = kept[: max(maximum_size - len(SPECIAL), 0)]
        if not kept:
            raise InputError(
                f"vocabulary: no token of {len(counts)} comes {minimum_count} times or more"
            )
        return cls(kept)

    def __len__(self) -> int:
        return len(self.tokens)

    def ids(self, tokens: Iterable[str]) -> list[int]:
        """Ids; a token that is not in the vocabulary becomes `UNK`."""
        get = self._ids.get
        return [get(token, UNK) for token in tokens]

    def encode(self, tokens: Iterable[str]) -> np.ndarray:
        """What `ids` gives, int32 (time,)."""
        return np.array(self.ids(tokens), np.int32)

    def decode(self, ids: Iterable[int]) -> list[str]:
        """The tokens that stand behind ids."""
        return [self.tokens[id] for id in ids]

    def save(self, path: Path | str) -> None:
        """Write one token a line, UTF-8."""
        write_lines(Path(path), self.tokens)

    @classmethod
    def load(cls, path: Path | str, size: int | None = None) -> "Vocabulary":
        """Read what `save` wrote.

        Args:
            path: the file.
            size: of the vocabulary, the special tokens included, if it is known.

        Raises:
            InputError: if the file is of another size, holds what is no token, or does not start with the
                four special ones.
        """
        tokens = read_lines(Path(path), size)
        if tuple(tokens[: len(SPECIAL)]) != SPECIAL:
            raise InputError(
                f"{path}: expected to start with {SPECIAL}; got {str(tokens[:4])[:100]}"
            )
        try:
            return cls(tokens[len(SPECIAL) :])
        except InputError as error:
            raise InputError(f"{path}: {error}") from None


def counted(texts: Iterable[list[str]]) -> Counter[str]:
    """How often each token comes; of very many different ones, those that come once are forgotten.

    Args:
        texts: token lists, streamed.
    """
    counts: Counter[str] = Counter()
    for tokens in texts:
        counts.update(tokens)
        if len(counts) > MAXIMUM_COUNTED:
            counts = Counter({token: n for token, n in counts.items() if n > 1})
    return counts
