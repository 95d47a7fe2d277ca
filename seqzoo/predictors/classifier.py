"""Use a trained classifier: a label for each text."""

from pathlib import Path
from typing import ClassVar

import numpy as np

from seqzoo.artifact import Artifact
from seqzoo.errors import InputError
from seqzoo.input_pipeline import both_ends
from seqzoo.predictors.base import Predictor, length, one_of, truth
from seqzoo.storage import read_lines
from seqzoo.text import UNITS, Tokenizer
from seqzoo.vocabulary import PAD, UNK, Vocabulary

BATCH = 32  # texts computed together


class Classifier(Predictor):
    """A text classifier; answers have `text`, `label` and `probabilities` (label -> float).

    Args:
        folder: an artifact of the task `classification`.

    Attributes:
        model: the `keras.Model`: ids int32 (batch, time), padded with 0 -> (batch, classes).
        labels: names of the classes, in the order of the model's output.
        vocabulary, tokenizer, config: how texts become ids, and every setting of the training.
    """

    BUILDER: ClassVar[str] = "classifier"
    TEXT: ClassVar[dict] = {"unit": one_of(UNITS), "lowercase": truth, "max_length": length}

    def __init__(self, folder: Path | Artifact):
        super().__init__(folder)
        import keras
        import tensorflow as tf

        text, sizes = self.config["text"], self.arguments
        self.tokenizer = Tokenizer(text["unit"], text["lowercase"])
        self.max_length = text["max_length"]
        self.vocabulary = Vocabulary.load(self.artifact.path("vocabulary.txt"), sizes["vocab_size"])
        self.labels = read_lines(self.artifact.path("labels.txt"), sizes["num_classes"])
        self._pad = keras.utils.pad_sequences
        self._forward = tf.function(
            lambda tokens: self.model(tokens, training=False),
            input_signature=[tf.TensorSpec((None, None), tf.int32)],
        )

    def encode(self, text: str, where: str) -> np.ndarray:
        """Ids of a text, int32 (time,), cut to the length the model was trained with.

        Raises:
            InputError: if it is blank or has no token that the model knows.
        """
        ids = self.vocabulary.encode(self.tokenizer(text))
        if not len(ids):
            raise InputError(f"{where}: the text is {'blank' if text else 'empty'}")
        if not (ids != UNK).any():
            raise InputError(f"{where}: none of the {len(ids)} tokens is known to the model")
        return both_ends(ids, self.max_length)

    def answers(self, items: list[tuple[str, np.ndarray]]) -> list[dict]:
        """Label and probabilities of texts."""
        rows = self.probabilities([encoded for _, encoded in items])
        return [self._answer(text, row) for (text, _), row in zip(items, rows, strict=True)]

    def to_plain(self, answer: dict) -> str:
        """The label alone."""
        return answer["label"]

    def _answer(self, text: str, row: np.ndarray) -> dict:
        probabilities = {label: float(p) for label, p in zip(self.labels, row, strict=True)}
        return {
            "text": text,
            "label": self.labels[int(row.argmax())],
            "probabilities": probabilities,
        }

    def probabilities(self, encoded: list[np.ndarray]) -> np.ndarray:
        """float32 (texts, classes), rows of like length computed together."""
        order = sorted(range(len(encoded)), key=lambda i: len(encoded[i]))
        result = np.zeros((len(encoded), len(self.labels)), np.float32)
        for start in range(0, len(order), BATCH):
            indices = order[start : start + BATCH]
            tokens = self._pad([encoded[i] for i in indices], padding="post", value=PAD)
            result[indices] = np.asarray(self._forward(tokens))
        return result
