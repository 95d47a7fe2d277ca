"""Use a trained classifier: a label for each text."""

import dataclasses
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
from seqzoo.tasks.classification.decision import Decision, chosen
from seqzoo.tasks.classification.inference import Inference
from seqzoo.tasks.classification.options import ClassifierOptions
from seqzoo.tasks.classification.reader_bag import FILE
from seqzoo.tasks.familiarity import FIELD
from seqzoo.tasks.text_predictor import TextPredictor

if TYPE_CHECKING:
    from seqzoo.tasks.classification.bag import Bag

UNSURE = "unsure"  # the label where no class is likely enough
# Of the settings of texts.
AVERAGE = "average_with_bag"  # whether the answers are averages
MARK = "multi_label"  # what stands between the labels of a text, where it may have several
DECISION = "decision"  # from which probability on the rarer of two classes is the answer
THRESHOLDS = "thresholds"  # from which probability on each of these is given


class Classifier(TextPredictor):
    """A text classifier; answers have `text`, `label`, `probabilities` (label -> float) and `familiarity`.

    Where texts may have several labels, answers have `labels`, a list of them, in the place of `label`.

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
        mark: between the labels of a text in files and plain answers; None: a text has one label.
        decision: how the answer of two classes is chosen; None: it is the most probable.
        thresholds: from which probability on each label is given, float64 (classes,), where there is a mark.
    """

    LAYOUT: ClassVar[Layout] = TEXTS_AND_LABELS
    BUILDER: ClassVar[str] = "classifier"
    IN_JSON: ClassVar[tuple[str, ...]] = ("top_k",)
    INFERENCE: ClassVar[type] = Inference
    inference: Inference

    def __init__(self, folder: Path | Artifact):
        super().__init__(folder)
        self.labels = read_lines(
            self.artifact.path("labels.txt"), self.arguments["num_classes"]
        )
        self.mark, self.thresholds = self._several()
        self.decision = self._decision()
        self.average = self._averaging()

    def _several(self) -> "tuple[str | None, np.ndarray | None]":
        """The mark between labels and their thresholds, if a text may have several labels.

        Raises:
            InputError: if they are none, or do not fit the network.
        """
        text = self.config["text"]
        mark, bounds = text.get(MARK), text.get(THRESHOLDS)
        several = mark is not None
        if several != bool(self.arguments.get("multi_label", False)) or not (
            not several or _usable(mark, bounds, len(self.labels))
        ):
            raise InputError(
                f'{self.artifact.path("config.json")}: "text": expected "{MARK}" and "{THRESHOLDS}" that '
                "fit the network"
            )
        return mark, np.array(bounds, np.float64) if several else None

    def _decision(self) -> Decision | None:
        """How the answer of two classes is chosen; None: it is the most probable.

        Raises:
            InputError: if the setting is none.
        """
        value = self.config["text"].get(DECISION)
        if value is None:
            return None
        try:
            return Decision.read(value, self.labels)
        except ValueError as error:
            path = self.artifact.path("config.json")
            raise InputError(f'{path}: "{DECISION}": {error}') from None

    def _averaging(self) -> "Bag | None":
        """The bag that the network is averaged with, if it is.

        Raises:
            InputError: if the setting is none, or the bag's file is missing, refused, or without weights.
        """
        value = self.config["text"].get(AVERAGE, False)
        if not truth(value) or (value and self.mark is not None):
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
        from seqzoo.tasks.classification.several_bag import table_classes

        if FILE not in self.artifact.names:
            return None
        classes = len(self.labels) if self.mark is None else table_classes(len(self.labels))
        return Bag.load(self.artifact.path(FILE), classes)

    def answers(
        self, items: Sequence[tuple[str, np.ndarray]], options: ClassifierOptions
    ) -> list[dict[str, Any]]:
        """Label and probabilities of texts, given with their ids."""
        rows = self.probabilities([encoded for _, encoded in items])
        if self.average is not None:
            margins = self.average.margins_of(self.tokenizer(text) for text, _ in items)
            rows = self.average.averaged(rows, margins)
        if self.thresholds is not None:
            return self._labelled(items, rows, options)
        decision = self.decision
        if decision is not None and options.threshold is not None:
            decision = decision._replace(least=options.threshold)
        best = chosen(rows, decision).tolist()
        least = options.min_confidence
        names = [
            self.labels[place] if row[place] >= least else UNSURE
            for row, place in zip(rows, best, strict=True)
        ]
        return [
            {
                "text": text,
                "label": name,
                "probabilities": self._named(row, options.top_k),
                FIELD: self.familiar(ids),
            }
            for (text, ids), name, row in zip(items, names, rows.tolist(), strict=True)
        ]

    def options(self, **given: Any) -> ClassifierOptions:
        """Options of an answer.

        Raises:
            InputError: on an unknown option, a value out of its range, a least confidence for a model
                that has a class named "unsure", or whose texts have several labels, or a threshold for a
                model that gives the most probable label.
        """
        options = super().options(**given)
        if options.min_confidence and UNSURE in self.labels:
            raise InputError(
                f'min_confidence: the model has a class named "{UNSURE}"; its answers would be two things'
            )
        if options.min_confidence and self.thresholds is not None:
            raise InputError(
                "min_confidence: each label of this model has a threshold of its own, from training"
            )
        if options.threshold is not None and self.thresholds is None and not self.decision:
            raise InputError(
                "threshold: this model gives the most probable label; expected min_confidence, "
                "or a model of several labels a text"
            )
        return options

    def whole(self, options: ClassifierOptions) -> ClassifierOptions:
        """The same options, for answers that have the probability of every label."""
        return dataclasses.replace(options, top_k=None)

    def _named(self, row: list[float], top_k: int | None) -> dict[str, float]:
        """Probabilities by label: all in the model's order, or the `top_k` largest, the largest first."""
        named = zip(self.labels, row, strict=True)
        if top_k is None:
            return dict(named)
        return dict(sorted(named, key=lambda each: -each[1])[:top_k])

    def _labelled(
        self,
        items: Sequence[tuple[str, np.ndarray]],
        rows: np.ndarray,
        options: ClassifierOptions,
    ) -> list[dict[str, Any]]:
        """The answers to texts of several labels, of their probabilities, float32 (texts, classes)."""
        bounds = self.thresholds if options.threshold is None else options.threshold
        given = rows >= bounds
        names = np.array(self.labels, object)
        return [
            {
                "text": text,
                "labels": names[chosen].tolist(),
                "probabilities": self._named(row, options.top_k),
                FIELD: self.familiar(ids),
            }
            for (text, ids), chosen, row in zip(items, given, rows.tolist(), strict=True)
        ]

    def probabilities(self, encoded: Sequence[np.ndarray]) -> np.ndarray:
        """The network's probabilities, float32 (texts, classes), of ids, int32 (time,) each."""
        return self.inference(encoded)

    def to_plain(self, answer: dict[str, Any]) -> str:
        """The label alone; of several labels those, the mark of the training's file between."""
        return answer["label"] if self.mark is None else self.mark.join(answer["labels"])

    def about(self) -> dict[str, Any]:
        """`labels`, the names of the classes; and `thresholds`, where a text may have several labels."""
        told: dict[str, Any] = {"labels": list(self.labels)}
        if self.thresholds is not None:
            told[THRESHOLDS] = dict(zip(self.labels, self.thresholds.tolist(), strict=True))
        return told


def _usable(mark: Any, bounds: Any, classes: int) -> bool:
    """Whether a mark and thresholds of so many classes are such."""
    if not isinstance(mark, str) or not mark or not isinstance(bounds, list):
        return False
    sound = (type(each) is float and 0 <= each <= 1 for each in bounds)
    return len(bounds) == classes and all(sound)
