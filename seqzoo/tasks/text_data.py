"""Prepared data of texts that have one answer each."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from seqzoo.datasets import Splits
from seqzoo.pipeline import remarks
from seqzoo.pipeline.batches import batches, plan
from seqzoo.pipeline.encoded import Encoded
from seqzoo.pipeline.prepared import PARTS, Prepared
from seqzoo.tasks.text_rows import arrays_of, rows_of
from seqzoo.tasks.units import unit_for
from seqzoo.text.tokenizer import Tokenizer
from seqzoo.text.vocabulary import Vocabulary

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

SHORTEST = 8  # tokens of a piece that is read of a text
MENDS = "--unit character, a lower --minimum-count or a larger --vocabulary-size"


def tokenizer_for(config: Any, folder: Path, splits: Splits) -> Tokenizer:
    """From a text to tokens, as settings say; where they leave the unit open, by the script of the texts.

    Args:
        config: settings: unit, which may be None, and lowercase.
        folder: of the prepared data, if they are there.
        splits: the corpus.
    """
    texts = (example.text for example in splits.train())
    return Tokenizer(unit_for(config.unit, folder, texts), config.lowercase)


class TextRows(Prepared):
    """Three encoded parts with a vocabulary.

    Args:
        folder: where they were put.
        batch_size, seed: of the training batches.

    Attributes:
        vocabulary: of the tokens.
        encoded: part -> its rows.
        crop: share of a training batch's texts of which a random piece is read; see `cropped`.
    """

    ANSWER: ClassVar[str]  # the column of the answers

    def __init__(self, folder: Path, batch_size: int, seed: int):
        super().__init__(folder)
        self.batch_size, self.seed, self.crop = batch_size, seed, 0.0
        self.vocabulary = Vocabulary.load(folder / "vocabulary.txt")
        self.encoded = {part: Encoded(folder / part) for part in PARTS}

    @staticmethod
    def write(
        folder: Path,
        splits: Splits,
        tokenizer: Tokenizer,
        vocabulary: Vocabulary,
        max_length: int,
        answer: Callable[[Any], Mapping[str, Any]],
        beside: Callable[[list[str]], Mapping[str, Any]] | None = None,
    ) -> dict[str, Any]:
        """Write the vocabulary and the rows of all parts.

        Args:
            folder: of the prepared data.
            splits: the corpus.
            tokenizer, vocabulary, max_length, answer, beside: see `rows_of`.

        Returns:
            What `seqzoo.pipeline.prepared.ready` asks for: `description`, `text` and `sizes`.

        Raises:
            InputError: on a text without tokens, or a part without examples.
        """
        vocabulary.save(folder / "vocabulary.txt")
        sizes, shortened = {}, 0
        unknown = remarks.Unknown()
        for part in PARTS:
            rows = rows_of(
                getattr(splits, part)(), tokenizer, vocabulary, max_length, answer, beside
            )
            counted = unknown.of(rows, "tokens") if part == "validation" else rows
            encoded = Encoded.write(folder / part, counted)
            sizes[part] = len(encoded)
            shortened += int(encoded.numbers("shortened").sum())
        remarks.tell(remarks.shortened(shortened, sum(sizes.values()), max_length))
        remarks.tell(unknown.lines("validation", MENDS))
        sizes |= {"vocabulary": len(vocabulary), "shortened texts": shortened}
        text = {
            "unit": tokenizer.unit,
            "lowercase": tokenizer.lowercase,
            "max_length": max_length,
        }
        return {"description": splits.description, "text": text, "sizes": sizes}

    def by_size(self, config: Any) -> dict[str, Any]:
        """What a token is."""
        return {"unit": self._text["unit"]}

    def plan(self, epoch: int) -> list[np.ndarray]:
        """Row numbers of each training batch of an epoch."""
        return plan(self.encoded["train"].lengths, self.batch_size, self.seed, epoch)

    def batches(self, planned: list[np.ndarray]) -> "tf.data.Dataset":
        """The training batches that a plan, or a part of one, names; see `batches_of`."""
        crop = (self.crop, self.seed) if self.crop else None
        return batches_of(self.encoded["train"], planned, self.ANSWER, crop)

    def save(self, folder: Path, model: "keras.Model") -> None:
        """Write `vocabulary.txt`."""
        self.vocabulary.save(folder / "vocabulary.txt")


def batches_of(
    encoded: Encoded,
    planned: list[np.ndarray],
    answer: str,
    crop: tuple[float, int] | None = None,
) -> "tf.data.Dataset":
    """Batches of `tokens`, int32 (batch, time), 0 on the right, and answers; prefetched.

    Answers are numbers, (batch,), or where the column has steps padded with 0, (batch, steps).

    Args:
        encoded: the rows.
        planned: row numbers of each batch.
        answer: the column of the answers.
        crop: share of texts of which a random piece is read, and a seed; None: all are read whole.
    """

    def rows() -> Iterator[tuple[np.ndarray, np.ndarray]]:
        arrays = arrays_of(encoded, planned, answer)
        for indices, (tokens, answers) in zip(planned, arrays, strict=True):
            if crop is not None:
                share, seed = crop
                # What is drawn follows from the batch, so that a resumed run draws the same.
                generator = np.random.default_rng([seed, *map(int, indices)])
                tokens = cropped(tokens, share, generator)
            yield tokens, answers

    column = encoded.columns[answer]
    shape = (None, None) if column.steps else (None,)
    return batches(rows, ((None, None), "int32"), (shape, column.dtype))


def cropped(tokens: np.ndarray, share: float, generator: np.random.Generator) -> np.ndarray:
    """Read a random piece of some texts: short texts are learnt from long ones.

    A piece's length is drawn evenly by its logarithm, from `SHORTEST` tokens to the whole text.

    Args:
        tokens: int32 (batch, time), 0 on the right.
        share: of the texts.
        generator: draws texts, lengths and places.

    Returns:
        As `tokens`.
    """
    lengths = np.count_nonzero(tokens, axis=1)
    made = np.zeros_like(tokens)
    chosen = generator.random(len(tokens)) < share
    for row, text, length, whole in zip(made, tokens, lengths, ~chosen, strict=True):
        size, start = length, 0
        if not whole and length > SHORTEST:
            size = round(np.exp(generator.uniform(np.log(SHORTEST), np.log(length))))
            start = generator.integers(0, length - size + 1)
        row[:size] = text[start : start + size]
    return made
