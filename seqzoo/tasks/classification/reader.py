"""From texts to labels: `python reader.py < texts.txt`, a text a line."""

import json
import sys
from pathlib import Path

from lines import answer
from runtime import Network
from texts import Texts

FOLDER = Path(__file__).parent


class Reader:
    def __init__(self, folder=FOLDER):
        self.network = Network(folder, "model")
        self.texts = Texts(folder, json.loads((folder / "text.json").read_text("utf-8")))
        self.labels = (folder / "labels.txt").read_text("utf-8").split("\n")[:-1]

    def predict(self, texts, batch=64):
        """A dictionary for each text: its label, and the probability of each."""
        answers = [None] * len(texts)
        for places, tokens in self.texts.batches(texts, batch):
            for place, shares in zip(
                places, self.network.run({"tokens": tokens})["label"], strict=True
            ):
                answers[place] = {
                    "text": texts[place],
                    "label": self.labels[shares.argmax()],
                    "probabilities": dict(
                        zip(self.labels, map(float, shares), strict=True)
                    ),
                }
        return answers


if __name__ == "__main__":
    sys.exit(answer(Reader()))
