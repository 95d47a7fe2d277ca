"""From texts to numbers: `python reader.py < texts.txt`, a text a line."""

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
        self.text = json.loads((folder / "text.json").read_text("utf-8"))
        self.texts = Texts(folder, self.text)

    def predict(self, texts, batch=64):
        """A dictionary for each text: its number is `value`."""
        answers = [None] * len(texts)
        for places, tokens in self.texts.batches(texts, batch):
            # (rows, 1), in standard deviations from the mean of the training numbers
            standardised = self.network.run({"tokens": tokens})["value"]
            for place, value in zip(places, standardised[:, 0], strict=True):
                number = self.text["mean"] + self.text["deviation"] * float(value)
                answers[place] = {"text": texts[place], "value": number}
        return answers


if __name__ == "__main__":
    sys.exit(answer(Reader()))
