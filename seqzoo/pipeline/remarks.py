"""What stands out in encoded texts, said once before training."""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from seqzoo.text.vocabulary import UNK

MANY_UNKNOWN = 0.1  # share of tokens from which on it is a warning
MANY_SHORTENED = 0.1  # share of texts


class Unknown:
    """Counts the tokens of a part that the vocabulary lacks.

    Attributes:
        tokens: all so far.
        unknown: those of them that are unknown.
    """

    def __init__(self) -> None:
        self.tokens = self.unknown = 0

    def add(self, ids: np.ndarray) -> np.ndarray:
        """Count ids, int (...); they come back."""
        self.tokens += ids.size
        self.unknown += int(np.count_nonzero(ids == UNK))
        return ids

    def of(self, rows: Iterable[Any], name: str) -> Iterator[Any]:
        """Rows as they pass by, of which a column has ids."""
        for row in rows:
            self.add(row[name])
            yield row

    @property
    def share(self) -> float:
        """Of the tokens."""
        return self.unknown / max(1, self.tokens)

    def lines(self, part: str, mends: str) -> Iterator[str]:
        """A line on the share, a warning where it is large; none where all is known.

        Args:
            part: how the line calls it.
            mends: what makes it smaller, in words.
        """
        if not self.unknown:
            return
        shown = f"{self.share:.1%} of the {part} tokens are unknown"
        if self.share <= MANY_UNKNOWN:
            yield f"note: {shown}"
            return
        yield f"warning: {shown}, so that the model cannot tell them apart; {mends}"


def shortened(count: int, total: int, max_length: int) -> Iterator[str]:
    """A line on texts that are longer than what is read of them.

    Args:
        count: of such texts.
        total: of all.
        max_length: tokens that are read.
    """
    share = count / max(1, total)
    if share > MANY_SHORTENED:
        yield (
            f"warning: {share:.0%} of the texts have more than {max_length:,} tokens and are shortened; "
            "--max-length changes that"
        )


def tell(lines: Iterable[str]) -> None:
    """Print lines."""
    for line in lines:
        print(line, flush=True)
