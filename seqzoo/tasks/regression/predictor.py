"""Use a trained regressor: a number for each text."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from seqzoo.artifact import Artifact
from seqzoo.datasets.reading.layout import TEXTS_AND_NUMBERS, Layout
from seqzoo.tasks.familiarity import FIELD
from seqzoo.tasks.options import Options
from seqzoo.tasks.regression.data import Scale
from seqzoo.tasks.regression.inference import Inference
from seqzoo.tasks.text_predictor import TextPredictor


def finite(value: Any) -> bool:
    """Whether a setting is a finite number."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return math.isfinite(value)


class Regressor(TextPredictor):
    """A text regressor; answers have `text`, `value` and `familiarity`.

    The value is a float in the unit of the training numbers.

    Args:
        folder: an artifact of this task.

    Attributes:
        model: the `keras.Model`: ids, int32 (batch, time), padded with 0 -> standardised numbers, float32
            (batch, 1).
        scale: mean and standard deviation of the training numbers.
        vocabulary, tokenizer, config: how texts become ids, and every setting of the training.
        inference: the model on ids of whole texts.
    """

    LAYOUT: ClassVar[Layout] = TEXTS_AND_NUMBERS
    BUILDER: ClassVar[str] = "regressor"
    INFERENCE: ClassVar[type] = Inference
    inference: Inference
    TEXT: ClassVar[dict] = TextPredictor.TEXT | {
        "mean": finite,
        "deviation": lambda value: finite(value) and value > 0,
    }

    def __init__(self, folder: Path | Artifact):
        super().__init__(folder)
        text = self.config["text"]
        self.scale = Scale(text["mean"], text["deviation"])

    def answers(
        self, items: Sequence[tuple[str, np.ndarray]], options: Options
    ) -> list[dict[str, Any]]:
        """Numbers of texts, given with their ids."""
        standardised = self.inference([encoded for _, encoded in items])  # (texts,)
        values = self.scale.outwards(standardised)
        return [
            {"text": text, "value": float(value), FIELD: self.familiar(ids)}
            for (text, ids), value in zip(items, values, strict=True)
        ]

    def to_plain(self, answer: dict[str, Any]) -> str:
        """The number, in four digits."""
        return f"{answer['value']:.4g}"
