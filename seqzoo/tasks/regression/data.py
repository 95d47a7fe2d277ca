"""Texts with numbers, encoded, ready to train on."""

import functools
import math
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from seqzoo.datasets import Splits
from seqzoo.errors import InputError
from seqzoo.pipeline.batches import batches, plan
from seqzoo.pipeline.encoded import Encoded, Row, both_ends
from seqzoo.pipeline.prepared import PARTS, Prepared, ready
from seqzoo.tasks.regression import naive
from seqzoo.tasks.regression.corpora import LARGEST, Measured
from seqzoo.tasks.regression.inference import Inference
from seqzoo.text.tokenizer import Tokenizer
from seqzoo.text.vocabulary import Vocabulary


class Scale(NamedTuple):
    """Mean and standard deviation of the training numbers: the network's answers are standardised by them."""

    mean: float
    deviation: float

    def inwards(self, number: float) -> float:
        """A number as the network is trained on it."""
        return (number - self.mean) / self.deviation

    def outwards(self, values):
        """Numbers in the original unit, float64 (...), of the network's values (...)."""
        return self.mean + self.deviation * np.asarray(values, np.float64)


class TextNumbers(Prepared):
    """Three encoded parts with vocabulary and scale.

    Args:
        folder: where `prepare` put them.
        batch_size, seed: of the training batches.
    """

    def __init__(self, folder: Path, batch_size: int, seed: int):
        super().__init__(folder)
        self.batch_size, self.seed = batch_size, seed
        self.vocabulary = Vocabulary.load(folder / "vocabulary.txt")
        self.scale = Scale(self.text_settings()["mean"], self.text_settings()["deviation"])
        self.encoded = {part: Encoded(folder / part) for part in PARTS}

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

        def write(partial: Path) -> dict:
            vocabulary, scale = _survey(splits, tokenizer, minimum_count, vocabulary_size)
            vocabulary.save(partial / "vocabulary.txt")
            sizes, cut = {}, 0
            for part in PARTS:
                rows = encode(getattr(splits, part)(), tokenizer, vocabulary, scale, max_length)
                encoded = Encoded.write(partial / part, rows)
                sizes[part] = len(encoded)
                cut += int(encoded.numbers("shortened").sum())
            sizes |= {"vocabulary": len(vocabulary), "shortened texts": cut}
            text = {"unit": tokenizer.unit, "lowercase": tokenizer.lowercase, "max_length": max_length}
            return {"description": splits.description, "text": text | scale._asdict(), "sizes": sizes}

        return cls(ready(folder, write), batch_size, seed)

    def plan(self, epoch: int) -> list[np.ndarray]:
        """Row numbers of each training batch of an epoch."""
        return plan(self.encoded["train"].lengths, self.batch_size, self.seed, epoch)

    def batches(self, planned: list[np.ndarray]):
        """The training batches that a plan, or a part of one, names; see `batches_of`."""
        return batches_of(self.encoded["train"], planned)

    def infer(self, model) -> Inference:
        """A model of this data, ready to answer."""
        return Inference(model)

    @functools.cached_property
    def ridge(self) -> naive.Ridge:
        """The naive model of this data."""
        return naive.fit(self.encoded["train"], self.encoded["validation"], len(self.vocabulary))

    def save(self, folder: Path, model) -> None:
        """Write `vocabulary.txt`."""
        self.vocabulary.save(folder / "vocabulary.txt")


def encode(
    examples: Iterable[Measured], tokenize, vocabulary: Vocabulary, scale: Scale, max_length: int
) -> Iterator[Row]:
    """Encode a stream of examples; texts of more than `max_length` tokens keep both ends.

    Yields:
        `tokens` int32 (time,), `target` float32 (), standardised, and `shortened`, bool ().

    Raises:
        InputError: on a text without tokens, or a number too far from the training numbers.
    """
    for example in examples:
        ids = vocabulary.encode(tokenize(example.text))
        if not len(ids):
            raise InputError(f"{example.source}: the text has no token")
        target = scale.inwards(example.number)
        if not abs(target) <= LARGEST:
            raise InputError(f"{example.source}: {example.number:g} is too far from the training numbers")
        yield {
            "tokens": both_ends(ids, max_length),
            "target": np.float32(target),
            "shortened": np.bool_(len(ids) > max_length),
        }


def batches_of(encoded: Encoded, planned: list[np.ndarray]):
    """A `tf.data.Dataset` of (`tokens` int32 (batch, time), `targets` float32 (batch,)), prefetched."""

    def rows():
        for indices in planned:
            columns = encoded.rows(indices)
            yield columns["tokens"], columns["target"]

    return batches(rows, ((None, None), "int32"), ((None,), "float32"))


def _survey(splits: Splits, tokenizer, minimum_count, vocabulary_size) -> tuple[Vocabulary, Scale]:
    """Vocabulary and scale of the training part; all its lines are checked on the way."""
    count, mean, squares, last = 0, 0.0, 0.0, None

    def token_lists():
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

    vocabulary = Vocabulary.build(token_lists(), minimum_count=minimum_count, maximum_size=vocabulary_size)
    scale = Scale(mean, math.sqrt(squares / count))
    if not scale.deviation > 0:
        raise InputError(
            f"{last.source}: end of the training examples, all of the one number {last.number:g}; "
            "expected at least two"
        )
    return vocabulary, scale
