"""How likely texts are: `python reader.py < texts.txt`, a text a line."""

import json
import re
import sys
import unicodedata
from pathlib import Path

import numpy as np
from lines import answer
from runtime import Network

FOLDER = Path(__file__).parent
WORD = re.compile(r"\w+(?:['’-]\w+)*|[^\w\s]")
NAMES = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
UNKNOWN, END = 1, 3


class Reader:
    def __init__(self, folder=FOLDER):
        self.network, self.text = (
            Network(folder, "model"),
            json.loads((folder / "text.json").read_text("utf-8")),
        )
        tokens = (folder / "vocabulary.txt").read_text("utf-8").split("\n")[:-1]
        self.ids = {token: id for id, token in enumerate(tokens)}
        self.states = self.text["states"]  # name -> size

    def encode(self, text):
        """Token ids; of words with the line's end behind them."""
        text = text.lower() if self.text["lowercase"] else text
        if not (text if self.text["unit"] == "character" else text.split()):
            raise ValueError("the text is blank")
        if self.text["unit"] == "character":
            return [self.ids.get(NAMES.get(c, c), UNKNOWN) for c in text]
        tokens = (
            text.split()
            if self.text["unit"] == "space"
            else WORD.findall(unicodedata.normalize("NFKC", text))
        )
        return [*(self.ids.get(token, UNKNOWN) for token in tokens), END]

    def log_probs(self, ids):
        """The log-probability of each token of a text, which begins behind the end of another one."""
        states = {
            name: np.zeros((1, size), np.float32) for name, size in self.states.items()
        }
        given, found = [END, *ids[:-1]], []
        step = self.network.length or len(given)
        for start in range(0, len(given), step):
            part = given[start : start + step]
            outputs = self.network.run({"tokens": np.array([part], np.int32), **states})
            states = {name: outputs[f"next_{name}"] for name in states}
            logits = outputs["logits"][0, : len(part)].astype(np.float64)
            logits -= logits.max(-1, keepdims=True)
            logits -= np.log(np.exp(logits).sum(-1, keepdims=True))
            found += [logits[place, ids[start + place]] for place in range(len(part))]
        return found

    def predict(self, texts):
        """A dictionary for each text: its log-probability (in nats) and perplexity."""
        answers = []
        for text in texts:
            found = self.log_probs(self.encode(text))
            answers.append(
                {
                    "text": text,
                    "log_prob": sum(found),
                    "perplexity": np.exp(-np.mean(found)),
                }
            )
        return answers


if __name__ == "__main__":
    sys.exit(answer(Reader()))
