"""From texts to labels: `python reader.py < texts.txt`, a text a line. The graph takes the text itself."""

import re
import sys
from pathlib import Path

import tensorflow as tf
from lines import answer

FOLDER = Path(__file__).parent


class Reader:
    def __init__(self, folder=FOLDER):
        self.loaded = tf.saved_model.load(
            str(folder / "model")
        )  # kept: its functions die with it
        self.classify = self.loaded.signatures["serving_default"]

    def predict(self, texts, batch=64):
        """A dictionary for each text: its label, and the probability of each."""
        answers = []
        for start in range(0, len(texts), batch):
            part = texts[start : start + batch]
            found = self.run(part)
            labels = [label.decode() for label in found["labels"].numpy()]
            for text, label, shares in zip(
                part, found["label"].numpy(), found["probabilities"].numpy(), strict=True
            ):
                named = dict(zip(labels, map(float, shares), strict=True))
                answers.append(
                    {"text": text, "label": label.decode(), "probabilities": named}
                )
        return answers

    def run(self, texts):
        """What the graph gives; a ValueError on a text that it can't use."""
        for text in texts:
            if not text.strip():
                raise ValueError(f"the text is {'blank' if text else 'empty'}")
        try:
            return self.classify(text=tf.constant(texts))
        except tf.errors.InvalidArgumentError as error:
            number = re.search(
                r"none of its tokens is known, number\] \[(\d+)", error.message
            )
            if number is None:
                raise
            raise ValueError(
                f"{texts[int(number[1])][:40]!r}: none of its tokens is known"
            ) from None


if __name__ == "__main__":
    sys.exit(answer(Reader()))
