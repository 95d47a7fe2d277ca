"""From texts to labels: `python reader.py < texts.txt`, a text a line."""

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
        self.network, self.text = (
            Network(folder, "model"),
            json.loads((folder / "text.json").read_text("utf-8")),
        )
        lines = {
            name: (folder / f"{name}.txt").read_text("utf-8").split("\n")[:-1]
            for name in ("vocabulary", "labels")
        }
        self.ids, self.labels = {token: id for id, token in enumerate(lines["vocabulary"])}, lines["labels"]

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
        """A dictionary for each text: its label, and the probability of each."""
        encoded, answers = [self.encode(text) for text in texts], [None] * len(texts)
        order = sorted(range(len(texts)), key=lambda i: len(encoded[i]))
        for rows in (order[start : start + batch] for start in range(0, len(order), batch)):
            tokens = np.zeros((len(rows), max(len(encoded[i]) for i in rows)), np.int32)
            for row, i in enumerate(rows):
                tokens[row, : len(encoded[i])] = encoded[i]
            for i, shares in zip(rows, self.network.run({"tokens": tokens})["label"], strict=True):
                named = dict(zip(self.labels, map(float, shares), strict=True))
                answers[i] = {"text": texts[i], "label": self.labels[shares.argmax()], "probabilities": named}
        return answers


if __name__ == "__main__":
    sys.exit(answer(Reader()))
