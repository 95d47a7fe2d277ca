"""From texts to labels: `python reader.py < texts.txt`, a text a line. The graph takes the text itself."""

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import tensorflow as tf
from lines import answer

FOLDER = Path(__file__).parent
UNKNOWN = re.compile(r"none of its tokens is known, number\] \[(\d+)")


class Reader:
    """The exported classifier.

    Args:
        folder: of the export.
    """

    def __init__(self, folder: Path = FOLDER):
        path = str(folder / "model")
        self.loaded = tf.saved_model.load(path)  # kept: its functions die with it
        self.classify = self.loaded.signatures["serving_default"]

    def predict(self, texts: Sequence[str], batch: int = 64) -> list[dict[str, Any]]:
        """Classify texts, `batch` of them together.

        Returns:
            For each text `text`, `label` (or a list of `labels`), and `probabilities`, label -> float.

        Raises:
            ValueError: if a text is blank, or none of its tokens is known.
        """
        answers = []
        for start in range(0, len(texts), batch):
            part = texts[start : start + batch]
            outputs = {name: value.numpy() for name, value in self.run(part).items()}
            names = [label.decode() for label in outputs["labels"]]
            for place, (text, row) in enumerate(
                zip(part, outputs["probabilities"], strict=True)
            ):
                told = {"probabilities": dict(zip(names, map(float, row), strict=True))}
                answers.append({"text": text, **_labels(outputs, place, names), **told})
        return answers

    def run(self, texts: Sequence[str]) -> dict[str, tf.Tensor]:
        """The graph's outputs for some texts.

        Returns:
            `label`, strings (texts,), or `given`, bool (texts, labels); `probabilities`, float32 (texts,
            labels); `labels`, strings (labels,).

        Raises:
            ValueError: if a text is blank, or none of its tokens is known.
        """
        for text in texts:
            if not text.strip():
                raise ValueError(f"the text is {'blank' if text else 'empty'}")
        try:
            return self.classify(text=tf.constant(texts))
        except tf.errors.InvalidArgumentError as error:
            number = UNKNOWN.search(error.message)
            if number is None:
                raise
            text = texts[int(number[1])]
            raise ValueError(f"{text[:40]!r}: none of its tokens is known") from None


def _labels(outputs: dict[str, Any], place: int, names: list[str]) -> dict[str, Any]:
    """The label of a text, by its place, or its labels."""
    if "given" not in outputs:
        return {"label": outputs["label"][place].decode()}
    given = zip(names, outputs["given"][place], strict=True)
    return {"labels": [name for name, is_one in given if is_one]}


if __name__ == "__main__":
    sys.exit(answer(Reader()))
