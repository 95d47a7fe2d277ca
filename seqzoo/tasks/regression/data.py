"""Texts with numbers, encoded, ready to train on."""

import functools
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from seqzoo.datasets import Splits
from seqzoo.datasets.reading.cells import LARGEST
from seqzoo.errors import InputError
from seqzoo.pipeline.encoded import Encoded
from seqzoo.pipeline.naive import Naive
from seqzoo.pipeline.prepared import ready
from seqzoo.tasks import text_data
from seqzoo.tasks.regression import naive
from seqzoo.tasks.regression.corpora import Measured
from seqzoo.tasks.regression.inference import Inference
from seqzoo.tasks.regression.scores import mean_answer, ridge_answer
from seqzoo.text.tokenizer import Tokenizer
from seqzoo.text.vocabulary import Vocabulary

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

ANSWER = "target"


class Scale(NamedTuple):
    """Mean and standard deviation of the training numbers, by which the network's are standardised."""

    mean: float
    deviation: float

    def inwards(self, number: float) -> float:
        """A number as the network is trained on it."""
        return (number - self.mean) / self.deviation

    def outwards(self, values: np.ndarray) -> np.ndarray:
        """Numbers in the original unit, float64 (...), of the network's values, float (...)."""
        return self.mean + self.deviation * np.asarray(values, np.float64)


class TextNumbers(text_data.TextRows):
    """Three encoded parts with vocabulary and scale.

    Args:
        folder: where `prepare` put them.
        batch_size, seed: of the training batches.
    """

    ANSWER = ANSWER

    def __init__(self, folder: Path, batch_size: int, seed: int):
        super().__init__(folder, batch_size, seed)
        self.scale = Scale(self.text_settings()["mean"], self.text_settings()["deviation"])

    @classmethod
    def prepare(
        cls,
        folder: Path,
        splits: Splits,
        tokenizer: Tokenizer,
        *,
        max_length: int,
        minimum_count: int,
        vocabulary_size: int,
        batch_size: int,
        seed: int,
    ) -> "TextNumbers":
        """Read the corpus once for vocabulary and scale, once to encode; or take what is there.

        Args:
            folder: of the prepared data.
            splits: the corpus.
            tokenizer: from a text to tokens.
            max_length: tokens of a text; longer ones keep their two ends.
            minimum_count: rarer tokens are unknown.
            vocabulary_size: ids at most.
            batch_size, seed: of the training batches.

        Raises:
            InputError: on texts or numbers that cannot be used, a split without examples, or training
                numbers that are all equal.
        """

        def write(partial: Path) -> dict[str, Any]:
            vocabulary, scale = _survey(splits, tokenizer, minimum_count, vocabulary_size)
            about = cls.write(
                partial, splits, tokenizer, vocabulary, max_length, target_of(scale)
            )
            about["text"] |= scale._asdict()
            return about

        return cls(ready(folder, write), batch_size, seed)

    def infer(self, model: "keras.Model") -> Inference:
        """A model of this data, ready to answer."""
        from seqzoo.training.running import KerasNetwork

        return Inference(KerasNetwork(model))

    @functools.cached_property
    def ridge(self) -> naive.Ridge:
        """The naive model of this data, to compare with; fitted at first use."""
        return naive.fit(
            self.encoded["train"], self.encoded["validation"], len(self.vocabulary)
        )

    def naive_answers(self, part: str) -> list[Naive]:
        """What the mean of the training numbers and a ridge regression score on a part."""
        encoded = self.encoded[part]
        gold = self.scale.outwards(encoded.numbers(ANSWER))
        predicted = self.scale.outwards(self.ridge(encoded))
        return [
            mean_answer(gold, self.scale.mean),
            ridge_answer(gold, predicted, self.ridge.about),
        ]


def target_of(scale: Scale) -> Callable[[Measured], dict[str, np.float32]]:
    """A function from an example to `{"target": standardised number}`, float32 ().

    It raises an InputError on a number too far from the training numbers.
    """

    def answer(example: Measured) -> dict[str, np.float32]:
        target = scale.inwards(example.number)
        if not abs(target) <= LARGEST:
            raise InputError(
                f"{example.source}: {example.number:g} is too far from the training numbers"
            )
        return {ANSWER: np.float32(target)}

    return answer


def batches_of(encoded: Encoded, planned: list[np.ndarray]) -> "tf.data.Dataset":
    """Batches of `tokens`, int32 (batch, time), 0 on the right, and `targets`, float32 (batch,)."""
    return text_data.batches_of(encoded, planned, ANSWER)


def _survey(
    splits: Splits, tokenizer: Tokenizer, minimum_count: int, vocabulary_size: int
) -> tuple[Vocabulary, Scale]:
    """Vocabulary and scale of the training part; all its lines are checked on the way."""
    count, mean, squares = 0, 0.0, 0.0
    last: Any = None  # a `Measured`

    def token_lists() -> Iterator[list[str]]:
        nonlocal count, mean, squares, last
        for last in splits.train():
            # Welford 1962: no difference of two large sums.
            count += 1
            step = last.number - mean
            mean += step / count
            squares += step * (last.number - mean)
            yield tokenizer(last.text)
        if last is None:
            raise InputError(f"{splits.description}: no training example")

    vocabulary = Vocabulary.build(
        token_lists(), minimum_count=minimum_count, maximum_size=vocabulary_size
    )
    scale = Scale(mean, math.sqrt(squares / count))
    if not scale.deviation > 0:
        raise InputError(
            f"{last.source}: end of the training examples, all of the one number {last.number:g}; "
            "expected at least two"
        )
    return vocabulary, scale
