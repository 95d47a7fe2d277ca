"""From texts to labels: `python reader.py < texts.txt`, a text a line."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from lines import answer
from runtime import Network
from texts import Texts

FOLDER = Path(__file__).parent


class Reader:
    """The exported classifier.

    Args:
        folder: of the export.
    """

    def __init__(self, folder: Path = FOLDER):
        self.network = Network(folder, "model")
        text = json.loads((folder / "text.json").read_text("utf-8"))
        self.texts = Texts(folder, text)
        self.labels = (folder / "labels.txt").read_text("utf-8").split("\n")[:-1]
        # Of texts of several labels: what stands between them, from which probability each is given.
        self.mark, self.thresholds = text.get("multi_label"), text.get("thresholds")
        self.decision = text.get(
            "decision"
        )  # of two classes: one, and its least probability
        self.bag = None  # that the network's answers are averaged with
        if text.get("average_with_bag"):
            from bag import FILE, Table

            self.bag = Table.read(folder / FILE, len(self.labels))

    def predict(self, texts: Sequence[str], batch: int = 64) -> list[dict[str, Any]]:
        """Classify texts, `batch` of them together.

        Returns:
            For each text `text`, `label` (or a list of `labels`), and `probabilities`, label -> float.

        Raises:
            ValueError: if a text is blank, or none of its tokens is known.
        """
        answers: dict[int, dict[str, Any]] = {}  # place -> answer
        for places, tokens in self.texts.batches(texts, batch):
            # (rows, labels)
            probabilities = self.network.run({"tokens": tokens})["label"]
            if self.bag is not None:
                words = [self.texts.tokens(texts[place]) for place in places]
                margins = self.bag.margins_of(words)
                probabilities = self.bag.averaged(probabilities, margins)
            for place, row in zip(places, probabilities, strict=True):
                answers[place] = self.answer(texts[place], row)
        return [answers[place] for place in range(len(texts))]

    def answer(self, text: str, row: np.ndarray) -> dict[str, Any]:
        """The answer to a text, of its probabilities, float32 (labels,)."""
        shares = dict(zip(self.labels, map(float, row), strict=True))
        if self.thresholds is None:
            return {"text": text, "label": self.label(row), "probabilities": shares}
        both = zip(shares.items(), self.thresholds, strict=True)
        given = [label for (label, share), bound in both if share >= bound]
        return {"text": text, "labels": given, "probabilities": shares}

    def label(self, row: np.ndarray) -> str:
        """The one label of a text, of its probabilities, float32 (labels,)."""
        if self.decision is None:
            return self.labels[row.argmax()]
        place = self.labels.index(self.decision["label"])
        return self.labels[
            place if float(row[place]) >= self.decision["least"] else 1 - place
        ]

    def plain(self, answer: dict[str, Any]) -> str:
        """An answer's label alone, or its labels."""
        return answer["label"] if self.mark is None else self.mark.join(answer["labels"])


if __name__ == "__main__":
    sys.exit(answer(Reader()))
