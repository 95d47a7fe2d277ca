"""Where a batch of ids has tokens, and where padding."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Tokens:
    """One pattern of padding: of an input of ids, or of several that are padded alike.

    Attributes:
        name: the first such input's name.
        real: bool (batch, time): where there is a token.
        more: columns that are added to look at more padding: for each pattern another number, so that it
            tells whose time an axis is.
    """

    name: str
    real: np.ndarray
    more: int

    @property
    def left(self) -> bool:
        """Whether the padding stands on the left."""
        return self.sides["left"] > 0 and not (self.sides["right"] or self.sides["within"])

    @property
    def sides(self) -> dict[str, int]:
        """How many rows are padded on the right, on the left, and within (or on both sides)."""
        count, time = self.real.sum(1, keepdims=True), self.real.shape[1]
        places = np.arange(time)
        right = (self.real == (places < count)).all(1)
        left = (self.real == (places >= time - count)).all(1)
        mixed = (count > 0)[:, 0] & (count < time)[:, 0]
        return {
            "right": int((right & mixed).sum()),
            "left": int((left & mixed).sum()),
            "within": int((~right & ~left).sum()),
        }
