"""Labelled texts, encoded, ready to train on."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from seqzoo.datasets import Example, Splits
from seqzoo.errors import InputError, unknown_name
from seqzoo.pipeline.encoded import Encoded, Row
from seqzoo.pipeline.prepared import ready
from seqzoo.system.files import read_lines, write_lines
from seqzoo.tasks import text_data, text_rows
from seqzoo.tasks.classification.inference import Inference
from seqzoo.text.tokenizer import Tokenizer
from seqzoo.text.vocabulary import Vocabulary

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

ANSWER = "label"


class TextClasses(text_data.TextRows):
    """Three encoded parts with vocabulary and labels.

    Args:
        folder: where `prepare` put them.
        batch_size, seed: of the training batches.
    """

    ANSWER = ANSWER

    def __init__(self, folder: Path, batch_size: int, seed: int):
        super().__init__(folder, batch_size, seed)
        self.labels = read_lines(folder / "labels.txt")

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
    ) -> "TextClasses":
        """Read the corpus once for vocabulary and labels, once to encode; or take what is there.

        Args:
            folder: of the prepared data.
            splits: the corpus.
            tokenizer: from a text to tokens.
            max_length: tokens of a text; longer ones keep their two ends.
            minimum_count: rarer tokens are unknown.
            vocabulary_size: ids at most.
            batch_size, seed: of the training batches.

        Raises:
            InputError: on texts or labels that cannot be used, a split without examples, or
                training data of a single class.
        """

        def write(partial: Path) -> dict[str, Any]:
            vocabulary, labels = _survey(splits, tokenizer, minimum_count, vocabulary_size)
            write_lines(partial / "labels.txt", labels)
            return cls.write(
                partial, splits, tokenizer, vocabulary, max_length, class_of(labels)
            )

        return cls(ready(folder, write), batch_size, seed)

    def infer(self, model: "keras.Model") -> Inference:
        """A model of this data, ready to answer."""
        from seqzoo.training.running import KerasNetwork

        return Inference(KerasNetwork(model))

    def save(self, folder: Path, model: "keras.Model") -> None:
        """Write `vocabulary.txt` and `labels.txt`."""
        super().save(folder, model)
        write_lines(folder / "labels.txt", self.labels)


def class_of(labels: list[str]) -> Callable[[Example], dict[str, np.int32]]:
    """A function from an example to `{"label": class}`, int32 ().

    It raises an InputError on a label that is not in `labels`.
    """
    classes = {label: number for number, label in enumerate(labels)}

    def answer(example: Example) -> dict[str, np.int32]:
        if example.label not in classes:
            raise unknown_name(f"{example.source}: label", example.label, labels)
        return {ANSWER: np.int32(classes[example.label])}

    return answer


def encode(
    examples: Iterable[Example],
    tokenize: Callable[[str], list[str]],
    vocabulary: Vocabulary,
    labels: list[str],
    max_length: int,
) -> Iterator[Row]:
    """Encode a stream of examples; see `seqzoo.tasks.text_rows.rows_of`.

    Raises:
        InputError: on a text without tokens or a label not in `labels`.
    """
    return text_rows.rows_of(examples, tokenize, vocabulary, max_length, class_of(labels))


def batches_of(encoded: Encoded, planned: list[np.ndarray]) -> "tf.data.Dataset":
    """Batches of `tokens` (batch, time), 0 on the right, and `labels` (batch,), int32 both; prefetched."""
    return text_data.batches_of(encoded, planned, ANSWER)


def _survey(
    splits: Splits, tokenizer: Tokenizer, minimum_count: int, vocabulary_size: int
) -> tuple[Vocabulary, list[str]]:
    """Vocabulary and labels of the training part; all its lines are checked on the way."""
    labels: set[str] = set()
    last: Example | None = None

    def token_lists() -> Iterator[list[str]]:
        nonlocal last
        for last in splits.train():
            labels.add(last.label)
            yield tokenizer(last.text)
        if last is None:
            raise InputError(f"{splits.description}: no training example")

    vocabulary = Vocabulary.build(
        token_lists(), minimum_count=minimum_count, maximum_size=vocabulary_size
    )
    assert last is not None  # else `token_lists` has raised
    if len(labels) < 2:
        raise InputError(
            f"{last.source}: end of the training examples, all of the one class {last.label!r}; "
            "expected at least two"
        )
    return vocabulary, sorted(labels)
