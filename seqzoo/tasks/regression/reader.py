"""From texts to numbers: `python reader.py < texts.txt`, a text a line."""

import json
import re
import sys
import unicodedata
from pathlib import Path

import numpy as np
from lines import answer
from runtime import Network

FOLDER = Path(__file__).parent
WORD = re.compile(r"\w+(?:['’]\w+)?|[^\w\s]")


class Reader:
    def __init__(self, folder=FOLDER):
        self.network = Network(folder, "model")
        self.text = json.loads((folder / "text.json").read_text("utf-8"))
        lines = (folder / "vocabulary.txt").read_text("utf-8").split("\n")[:-1]
        self.ids = {token: id for id, token in enumerate(lines)}

    def encode(self, text):
        """Token ids; of a text too long the first third and the last two thirds of what may be."""
        text = unicodedata.normalize("NFKC", re.sub(r"<br\s*/?>", " ", text, flags=re.IGNORECASE))
        text = text.lower() if self.text["lowercase"] else text
        tokens = WORD.findall(text) if self.text["unit"] == "word" else [c for c in text if not c.isspace()]
        if not tokens:
            raise ValueError(f"the text is {'blank' if text else 'empty'}")
        ids, most = [self.ids.get(token, 1) for token in tokens], self.text["max_length"]
        if not any(id != 1 for id in ids):
            raise ValueError(f"{text[:40]!r}: none of its tokens is known")
        return ids if len(ids) <= most else ids[: most // 3] + ids[len(ids) - (most - most // 3) :]

    def predict(self, texts, batch=64):
        """A dictionary for each text: its number is `value`."""
        encoded, answers = [self.encode(text) for text in texts], [None] * len(texts)
        order = sorted(range(len(texts)), key=lambda i: len(encoded[i]))
        for rows in (order[start : start + batch] for start in range(0, len(order), batch)):
            tokens = np.zeros((len(rows), max(len(encoded[i]) for i in rows)), np.int32)
            for row, i in enumerate(rows):
                tokens[row, : len(encoded[i])] = encoded[i]
            # (rows, 1), in standard deviations from the mean of the training numbers
            standardised = self.network.run({"tokens": tokens})["value"]
            for i, value in zip(rows, standardised[:, 0], strict=True):
                number = self.text["mean"] + self.text["deviation"] * float(value)
                answers[i] = {"text": texts[i], "value": number}
        return answers


if __name__ == "__main__":
    sys.exit(answer(Reader()))
