"""How likely texts are: `python reader.py < texts.txt`, a text a line."""

import json
import re
import sys
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from lines import answer
from runtime import Network

FOLDER = Path(__file__).parent
WORD = re.compile(r"\w+(?:['’-]\w+)*|[^\w\s]")
NAMES = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}  # as the vocabulary has them
UNKNOWN, END = 1, 3


class Reader:
    """The exported language model.

    Args:
        folder: of the export.
    """

    def __init__(self, folder: Path = FOLDER):
        self.network = Network(folder, "model")
        self.text = json.loads((folder / "text.json").read_text("utf-8"))
        tokens = (folder / "vocabulary.txt").read_text("utf-8").split("\n")[:-1]
        self.ids = {token: id for id, token in enumerate(tokens)}
        self.states: dict[str, int] = self.text["states"]  # name -> size

    def encode(self, text: str) -> list[int]:
        """Token ids of a text; of words with the line's end behind them.

        Raises:
            ValueError: if there is no token.
        """
        if self.text["lowercase"]:
            text = text.lower()
        unit = self.text["unit"]
        if unit == "character":
            tokens = [NAMES.get(character, character) for character in text]
        elif unit == "space":
            tokens = text.split()
        else:
            tokens = WORD.findall(unicodedata.normalize("NFKC", text))
        if not (text if unit == "character" else text.split()):
            raise ValueError("the text is blank")
        ids = [self.ids.get(token, UNKNOWN) for token in tokens]
        return ids if unit == "character" else [*ids, END]

    def log_probs(self, ids: Sequence[int]) -> list[float]:
        """The log-probability in nats of each token of a text, which begins behind the end of another."""
        states = {
            name: np.zeros((1, size), np.float32) for name, size in self.states.items()
        }
        before = [END, *ids[:-1]]  # the token that each one follows
        step = self.network.length or len(before)
        result: list[float] = []
        for start in range(0, len(before), step):
            part = before[start : start + step]
            outputs = self.network.run({"tokens": np.array([part], np.int32), **states})
            states = {name: outputs[f"next_{name}"] for name in states}
            # (1, time, vocabulary) -> (tokens, vocabulary)
            logits = outputs["logits"][0, : len(part)].astype(np.float64)
            logits -= logits.max(-1, keepdims=True)
            logits -= np.log(np.exp(logits).sum(-1, keepdims=True))
            result += [logits[place, ids[start + place]] for place in range(len(part))]
        return result

    def predict(self, texts: Sequence[str]) -> list[dict[str, Any]]:
        """Measure texts.

        Returns:
            For each text `text`, `log_prob` (of all its tokens, in nats) and `perplexity`.

        Raises:
            ValueError: if a text is blank.
        """
        answers = []
        for text in texts:
            log_probs = self.log_probs(self.encode(text))
            perplexity = np.exp(-np.mean(log_probs))
            answers.append(
                {"text": text, "log_prob": sum(log_probs), "perplexity": perplexity}
            )
        return answers

    def plain(self, answer: dict[str, Any]) -> str:
        """An answer's log-probability in nats alone."""
        return f"{answer['log_prob']:.4f}"


if __name__ == "__main__":
    sys.exit(answer(Reader()))
