"""Use a trained classifier: a label for each text."""

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import numpy as np

from seqzoo.artifact import Artifact
from seqzoo.datasets import read_examples
from seqzoo.errors import InputError
from seqzoo.pipeline.encoded import both_ends
from seqzoo.system.files import read_lines
from seqzoo.tasks.classification.inference import Inference
from seqzoo.tasks.options import Options
from seqzoo.tasks.predictor import Predictor, length, made_texts, one_of, truth, words_of
from seqzoo.text.tokenizer import UNITS, Tokenizer
from seqzoo.text.vocabulary import UNK, Vocabulary


class Classifier(Predictor):
    """A text classifier; answers have `text`, `label` and `probabilities` (label -> float).

    Args:
        folder: an artifact of this task.

    Attributes:
        model: the `keras.Model`: ids int32 (batch, time), padded with 0 -> (batch, classes).
        labels: names of the classes, in the order of the model's output.
        vocabulary, tokenizer, config: how texts become ids, and every setting of the training.
        inference: the model on ids of whole texts.
    """

    BUILDER: ClassVar[str] = "classifier"
    TEXT: ClassVar[dict] = {"unit": one_of(UNITS), "lowercase": truth, "max_length": length}

    def __init__(self, folder: Path | Artifact):
        super().__init__(folder)
        text, sizes = self.config["text"], self.arguments
        self.tokenizer = Tokenizer(text["unit"], text["lowercase"])
        self.max_length = text["max_length"]
        self.vocabulary = Vocabulary.load(self.artifact.path("vocabulary.txt"), sizes["vocab_size"])
        self.labels = read_lines(self.artifact.path("labels.txt"), sizes["num_classes"])
        self.inference = Inference(self.model)

    def encode(self, item: str, where: str) -> np.ndarray:
        """Ids of a text, int32 (time,), cut to the length the model was trained with.

        Raises:
            InputError: if it is blank or has no token that the model knows.
        """
        ids = self.vocabulary.encode(self.tokenizer(item))
        if not len(ids):
            raise InputError(f"{where}: the text is {'blank' if item else 'empty'}")
        if not (ids != UNK).any():
            raise InputError(f"{where}: none of the {len(ids)} tokens is known to the model")
        return both_ends(ids, self.max_length)

    def answers(self, items: list[tuple[str, np.ndarray]], options: Options) -> list[dict]:
        """Label and probabilities of texts."""
        rows = self.probabilities([encoded for _, encoded in items])
        return [self._answer(text, row) for (text, _), row in zip(items, rows, strict=True)]

    def _answer(self, text: str, row: np.ndarray) -> dict:
        probabilities = {label: float(p) for label, p in zip(self.labels, row, strict=True)}
        return {
            "text": text,
            "label": self.labels[int(row.argmax())],
            "probabilities": probabilities,
        }

    def probabilities(self, encoded: list[np.ndarray]) -> np.ndarray:
        """float32 (texts, classes), of ids int32 (time,) each."""
        return self.inference(encoded)

    def to_plain(self, answer: dict) -> str:
        """The label alone."""
        return answer["label"]

    def about(self) -> dict:
        """The labels."""
        return {"labels": list(self.labels)}

    def samples(self, count: int, longest: int) -> list[str]:
        """Texts of known tokens in no order."""
        return made_texts(words_of(self.vocabulary), count, longest, self.tokenizer.unit)

    def network_rows(self, path: Path) -> Iterator[dict]:
        """Ids of a file's texts."""
        for example in read_examples(path):
            yield {self.model.inputs[0].name: self.encode(example.text, example.source)}
