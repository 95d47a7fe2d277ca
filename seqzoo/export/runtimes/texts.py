"""From texts to token ids, in batches of like length; NumPy alone."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

WORD = re.compile(r"\w+(?:['’]\w+)?|[^\w\s]")
LINE_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
UNKNOWN = 1


class Texts:
    """The vocabulary of a folder, and how texts become ids.

    Args:
        folder: of the export.
        text: its `text.json`.
    """

    def __init__(self, folder: Path, text: dict[str, Any]):
        self.text = text
        tokens = (folder / "vocabulary.txt").read_text("utf-8").split("\n")[:-1]
        self.ids = {token: id for id, token in enumerate(tokens)}

    def tokens(self, text: str) -> list[str]:
        """The tokens of a text."""
        text = unicodedata.normalize("NFKC", LINE_BREAK.sub(" ", text))
        if self.text["lowercase"]:
            text = text.lower()
        if self.text["unit"] == "word":
            return WORD.findall(text)
        return [character for character in text if not character.isspace()]

    def encode(self, text: str) -> list[int]:
        """Token ids of a text; of one that is too long the ends.

        These are the first third and the last two thirds of the most ids that there may be.

        Raises:
            ValueError: if the text is empty or blank, or none of its tokens is known.
        """
        tokens = self.tokens(text)
        if not tokens:
            raise ValueError(f"the text is {'blank' if text else 'empty'}")

        ids = [self.ids.get(token, UNKNOWN) for token in tokens]
        if all(id == UNKNOWN for id in ids):
            raise ValueError(f"{text[:40]!r}: none of its tokens is known")

        most = self.text["max_length"]
        if len(ids) <= most:
            return ids
        head = most // 3
        tail = most - head
        return ids[:head] + ids[-tail:]

    def batches(
        self, texts: Sequence[str], size: int
    ) -> Iterator[tuple[list[int], np.ndarray]]:
        """Texts in batches of like length, the shortest first.

        Yields:
            The places of a batch's texts, and their ids, int32 (rows, time), 0 on the right.

        Raises:
            ValueError: as `encode`.
        """
        encoded = [self.encode(text) for text in texts]
        order = sorted(range(len(texts)), key=lambda place: len(encoded[place]))
        for start in range(0, len(order), size):
            places = order[start : start + size]
            longest = len(encoded[places[-1]])
            tokens = np.zeros((len(places), longest), np.int32)
            for row, place in zip(tokens, places, strict=True):
                row[: len(encoded[place])] = encoded[place]
            yield places, tokens
