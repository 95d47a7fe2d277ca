"""Use a trained regressor: a number for each text."""

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from seqzoo.artifact import Artifact
from seqzoo.tasks.options import Options
from seqzoo.tasks.regression.corpora import read_numbers
from seqzoo.tasks.regression.data import Scale
from seqzoo.tasks.regression.inference import Inference
from seqzoo.tasks.text_predictor import TextPredictor


def finite(value: Any) -> bool:
    """Whether a setting is a finite number."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return math.isfinite(value)


class Regressor(TextPredictor):
    """A text regressor; answers have `text` and `value`, a float in the unit of the training numbers.

    Args:
        folder: an artifact of this task.

    Attributes:
        model: the `keras.Model`: ids, int32 (batch, time), padded with 0 -> standardised numbers, float32
            (batch, 1).
        scale: mean and standard deviation of the training numbers.
        vocabulary, tokenizer, config: how texts become ids, and every setting of the training.
        inference: the model on ids of whole texts.
    """

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
            {"text": text, "value": float(value)}
            for (text, _), value in zip(items, values, strict=True)
        ]

    def to_plain(self, answer: dict[str, Any]) -> str:
        """The number, in four digits."""
        return f"{answer['value']:.4g}"

    def columns(
        self, text: str | None = None, number: str | None = None
    ) -> tuple[str, str]:
        """The names of a table's columns of texts and of numbers; None: as in training."""
        trained = self.config["config"]
        return text or trained["text_column"], number or trained["number_column"]

    def network_rows(self, path: Path) -> Iterator[dict[str, np.ndarray]]:
        """Ids, int32 (time,), of a file's texts, by the network's input; its columns are as in training.

        Raises:
            InputError: if the file can't be read, or a text can't be used.
        """
        for example in read_numbers(path, *self.columns()):
            yield {"tokens": self.encode(example.text, example.source)}
