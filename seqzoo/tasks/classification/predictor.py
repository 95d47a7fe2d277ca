"""Use a trained classifier: a label for each text."""

import functools
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from seqzoo.artifact import Artifact
from seqzoo.datasets.reading.layout import TEXTS_AND_LABELS, Layout
from seqzoo.errors import InputError
from seqzoo.system.files import read_lines
from seqzoo.tasks.arguments import truth
from seqzoo.tasks.classification.inference import Inference
from seqzoo.tasks.classification.options import ClassifierOptions
from seqzoo.tasks.classification.reader_bag import FILE
from seqzoo.tasks.familiarity import FIELD
from seqzoo.tasks.text_predictor import TextPredictor

if TYPE_CHECKING:
    from seqzoo.tasks.classification.bag import Bag

UNSURE = "unsure"  # the label where no class is likely enough
AVERAGE = "average_with_bag"  # of the settings of texts: whether the answers are averages


class Classifier(TextPredictor):
    """A text classifier; answers have `text`, `label`, `probabilities` (label -> float) and `familiarity`.

    Args:
        folder: an artifact of this task.

    Attributes:
        model: the `keras.Model`: ids, int32 (batch, time), padded with 0 -> probabilities, float32
            (batch, classes).
        labels: names of the classes, in the order of the model's output.
        vocabulary, tokenizer, config: how texts become ids, and every setting of the training.
        inference: the model on ids of whole texts.
        bag: the bag of n-grams that its scores stand beside, read when it is first asked for; None: the
            artifact has none.
        average: the bag, if the answers are averages of the network's and its own; else None.
    """

    LAYOUT: ClassVar[Layout] = TEXTS_AND_LABELS
    BUILDER: ClassVar[str] = "classifier"
    INFERENCE: ClassVar[type] = Inference
    inference: Inference

    def __init__(self, folder: Path | Artifact):
        super().__init__(folder)
        self.labels = read_lines(
            self.artifact.path("labels.txt"), self.arguments["num_classes"]
        )
        self.average = self._averaging()

    def _averaging(self) -> "Bag | None":
        """The bag that the network is averaged with, if it is.

        Raises:
            InputError: if the setting is none, or the bag's file is missing, refused, or without weights.
        """
        value = self.config["text"].get(AVERAGE, False)
        if not truth(value):
            raise InputError(
                f'{self.artifact.path("config.json")}: "text": expected a usable "{AVERAGE}"'
            )
        if not value:
            return None
        path = self.artifact.path(FILE)
        if self.bag is None or self.bag.weights is None:
            raise InputError(f"{path}: expected the weights of the average; it has none")
        return self.bag

    @functools.cached_property
    def bag(self) -> "Bag | None":
        """The bag of n-grams.

        Raises:
            InputError: if its file is refused.
        """
        from seqzoo.tasks.classification.bag import Bag

        if FILE not in self.artifact.names:
            return None
        return Bag.load(self.artifact.path(FILE), len(self.labels))

    def answers(
        self, items: Sequence[tuple[str, np.ndarray]], options: ClassifierOptions
    ) -> list[dict[str, Any]]:
        """Label and probabilities of texts, given with their ids."""
        rows = self.probabilities([encoded for _, encoded in items])
        if self.average is not None:
            margins = self.average.margins_of(self.tokenizer(text) for text, _ in items)
            rows = self.average.averaged(rows, margins)
        least = options.min_confidence
        names = [
            self.labels[row.argmax()] if row.max() >= least else UNSURE for row in rows
        ]
        return [
            {
                "text": text,
                "label": name,
                "probabilities": dict(zip(self.labels, row, strict=True)),
                FIELD: self.familiar(ids),
            }
            for (text, ids), name, row in zip(items, names, rows.tolist(), strict=True)
        ]

    def options(self, **given: Any) -> ClassifierOptions:
        """Options of an answer.

        Raises:
            InputError: on an unknown option, a value out of its range, or a least confidence for a model
                that has a class named "unsure".
        """
        options = super().options(**given)
        if options.min_confidence and UNSURE in self.labels:
            raise InputError(
                f'min_confidence: the model has a class named "{UNSURE}"; its answers would be two things'
            )
        return options

    def probabilities(self, encoded: Sequence[np.ndarray]) -> np.ndarray:
        """The network's probabilities, float32 (texts, classes), of ids, int32 (time,) each."""
        return self.inference(encoded)

    def to_plain(self, answer: dict[str, Any]) -> str:
        """The label alone."""
        return answer["label"]

    def about(self) -> dict[str, Any]:
        """`labels`, the names of the classes."""
        return {"labels": list(self.labels)}
