"""From texts to numbers: `python reader.py < texts.txt`, a text a line."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lines import answer
from runtime import Network
from texts import Texts

FOLDER = Path(__file__).parent


class Reader:
    """The exported regressor.

    Args:
        folder: of the export.
    """

    def __init__(self, folder: Path = FOLDER):
        self.network = Network(folder, "model")
        self.text = json.loads((folder / "text.json").read_text("utf-8"))
        self.texts = Texts(folder, self.text)

    def predict(self, texts: Sequence[str], batch: int = 64) -> list[dict[str, Any]]:
        """Give each text a number, `batch` of them together.

        Returns:
            For each text `text`, and `value` in the unit of the training numbers.

        Raises:
            ValueError: if a text is blank, or none of its tokens is known.
        """
        values: dict[int, float] = {}  # place -> number
        for places, tokens in self.texts.batches(texts, batch):
            # (rows, 1), in standard deviations from the mean of the training numbers
            standardised = self.network.run({"tokens": tokens})["value"]
            for place, value in zip(places, standardised[:, 0], strict=True):
                values[place] = self.text["mean"] + self.text["deviation"] * float(value)
        return [{"text": text, "value": values[place]} for place, text in enumerate(texts)]

    def plain(self, answer: dict[str, Any]) -> str:
        """An answer's number, in four digits."""
        return f"{answer['value']:.4g}"


if __name__ == "__main__":
    sys.exit(answer(Reader()))
