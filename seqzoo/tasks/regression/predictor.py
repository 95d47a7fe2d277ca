"""Use a trained regressor: a number for each text."""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import numpy as np

from seqzoo.artifact import Artifact
from seqzoo.tasks.options import Options
from seqzoo.tasks.regression.corpora import read_numbers
from seqzoo.tasks.regression.data import Scale
from seqzoo.tasks.regression.inference import Inference
from seqzoo.tasks.texts import TextPredictor


def finite(value) -> bool:
    """Whether a setting is a finite number."""
    return (
        isinstance(value, (int, float))
        and not isinstance(value, bool)
        and math.isfinite(value)
    )


class Regressor(TextPredictor):
    """A text regressor; answers have `text` and `value`, a float in the unit of the training numbers.

    Args:
        folder: an artifact of this task.

    Attributes:
        model: the `keras.Model`: ids int32 (batch, time), padded with 0 -> standardised numbers (batch, 1).
        scale: mean and standard deviation of the training numbers.
        vocabulary, tokenizer, config: how texts become ids, and every setting of the training.
        inference: the model on ids of whole texts.
    """

    BUILDER: ClassVar[str] = "regressor"
    INFERENCE: ClassVar[type] = Inference
    TEXT: ClassVar[dict] = TextPredictor.TEXT | {
        "mean": finite,
        "deviation": lambda value: finite(value) and value > 0,
    }

    def __init__(self, folder: Path | Artifact):
        super().__init__(folder)
        text = self.config["text"]
        self.scale = Scale(text["mean"], text["deviation"])

    def answers(self, items: list[tuple[str, np.ndarray]], options: Options) -> list[dict]:
        """Numbers of texts."""
        values = self.scale.outwards(self.inference([encoded for _, encoded in items]))
        return [
            {"text": text, "value": float(v)}
            for (text, _), v in zip(items, values, strict=True)
        ]

    def to_plain(self, answer: dict) -> str:
        """The number, of four digits."""
        return f"{answer['value']:.4g}"

    def columns(
        self, text: str | None = None, number: str | None = None
    ) -> tuple[str, str]:
        """Columns of a table's texts and numbers; what is None is as in training."""
        trained = self.config["config"]
        return text or trained["text_column"], number or trained["number_column"]

    def network_rows(self, path: Path) -> Iterator[dict]:
        """Ids of a file's texts; its columns are as in training."""
        for example in read_numbers(path, *self.columns()):
            yield {self.model.inputs[0].name: self.encode(example.text, example.source)}
