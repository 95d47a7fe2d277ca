"""From texts to token ids, in batches of like length; NumPy alone."""

import re
import unicodedata

import numpy as np

WORD = re.compile(r"\w+(?:['’]\w+)?|[^\w\s]")
UNKNOWN = 1


class Texts:
    """The vocabulary of a folder, and how its `text.json` says that texts become ids."""

    def __init__(self, folder, text):
        self.text = text
        tokens = (folder / "vocabulary.txt").read_text("utf-8").split("\n")[:-1]
        self.ids = {token: id for id, token in enumerate(tokens)}

    def encode(self, text):
        """Token ids; of a text too long the first third and the last two thirds of what may be."""
        text = unicodedata.normalize(
            "NFKC", re.sub(r"<br\s*/?>", " ", text, flags=re.IGNORECASE)
        )
        text = text.lower() if self.text["lowercase"] else text
        tokens = (
            WORD.findall(text)
            if self.text["unit"] == "word"
            else [c for c in text if not c.isspace()]
        )
        if not tokens:
            raise ValueError(f"the text is {'blank' if text else 'empty'}")
        ids, most = (
            [self.ids.get(token, UNKNOWN) for token in tokens],
            self.text["max_length"],
        )
        if not any(id != UNKNOWN for id in ids):
            raise ValueError(f"{text[:40]!r}: none of its tokens is known")
        return (
            ids
            if len(ids) <= most
            else ids[: most // 3] + ids[len(ids) - (most - most // 3) :]
        )

    def batches(self, texts, size):
        """Places of the texts of each batch, and their ids, int32 (rows, time), 0 on the right."""
        encoded = [self.encode(text) for text in texts]
        order = sorted(range(len(texts)), key=lambda place: len(encoded[place]))
        for start in range(0, len(order), size):
            places = order[start : start + size]
            tokens = np.zeros(
                (len(places), max(len(encoded[place]) for place in places)), np.int32
            )
            for row, place in zip(tokens, places, strict=True):
                row[: len(encoded[place])] = encoded[place]
            yield places, tokens
