"""Labelled texts, encoded, ready to train on."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from seqzoo.datasets import Example, Splits
from seqzoo.errors import InputError, unknown_name
from seqzoo.pipeline.batches import batches, plan
from seqzoo.pipeline.encoded import Encoded, Row, both_ends
from seqzoo.pipeline.prepared import PARTS, Prepared, ready
from seqzoo.system.files import read_lines, write_lines
from seqzoo.tasks.classification.inference import Inference
from seqzoo.text.tokenizer import Tokenizer
from seqzoo.text.vocabulary import Vocabulary


class TextClasses(Prepared):
    """Three encoded parts with vocabulary and labels.

    Args:
        folder: where `prepare` put them.
        batch_size, seed: of the training batches.
    """

    def __init__(self, folder: Path, batch_size: int, seed: int):
        super().__init__(folder)
        self.batch_size, self.seed = batch_size, seed
        self.vocabulary = Vocabulary.load(folder / "vocabulary.txt")
        self.labels = read_lines(folder / "labels.txt")
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

        def write(partial: Path) -> dict:
            vocabulary, labels = _survey(splits, tokenizer, minimum_count, vocabulary_size)
            vocabulary.save(partial / "vocabulary.txt")
            write_lines(partial / "labels.txt", labels)
            sizes, cut = {}, 0
            for part in PARTS:
                rows = encode(getattr(splits, part)(), tokenizer, vocabulary, labels, max_length)
                encoded = Encoded.write(partial / part, rows)
                sizes[part] = len(encoded)
                cut += int(encoded.numbers("shortened").sum())
            sizes |= {"vocabulary": len(vocabulary), "shortened texts": cut}
            text = {"unit": tokenizer.unit, "lowercase": tokenizer.lowercase, "max_length": max_length}
            return {"description": splits.description, "text": text, "sizes": sizes}

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

    def save(self, folder: Path, model) -> None:
        """Write `vocabulary.txt` and `labels.txt`."""
        self.vocabulary.save(folder / "vocabulary.txt")
        write_lines(folder / "labels.txt", self.labels)


def encode(
    examples: Iterable[Example], tokenize, vocabulary: Vocabulary, labels: list[str], max_length: int
) -> Iterator[Row]:
    """Encode a stream of examples; texts of more than `max_length` tokens keep both ends.

    Yields:
        `tokens` int32 (time,), `label` int32 (), and `shortened`, bool ().

    Raises:
        InputError: on a text without tokens or a label not in `labels`.
    """
    classes = {label: number for number, label in enumerate(labels)}
    for example in examples:
        ids = vocabulary.encode(tokenize(example.text))
        if not len(ids):
            raise InputError(f"{example.source}: the text has no token")
        if example.label not in classes:
            raise unknown_name(f"{example.source}: label", example.label, labels)
        yield {
            "tokens": both_ends(ids, max_length),
            "label": np.int32(classes[example.label]),
            "shortened": np.bool_(len(ids) > max_length),
        }


def batches_of(encoded: Encoded, planned: list[np.ndarray]):
    """A `tf.data.Dataset` of (`tokens` (batch, time), `labels` (batch,)), both int32, prefetched."""

    def rows():
        for indices in planned:
            columns = encoded.rows(indices)
            yield columns["tokens"], columns["label"]

    return batches(rows, ((None, None), "int32"), ((None,), "int32"))


def _survey(splits: Splits, tokenizer, minimum_count, vocabulary_size):
    """Vocabulary and labels of the training part; all its lines are checked on the way."""
    labels, last = set(), None

    def token_lists():
        nonlocal last
        for last in splits.train():
            labels.add(last.label)
            yield tokenizer(last.text)
        if last is None:
            raise InputError(f"{splits.description}: no training example")

    vocabulary = Vocabulary.build(token_lists(), minimum_count=minimum_count, maximum_size=vocabulary_size)
    if len(labels) < 2:
        raise InputError(
            f"{last.source}: end of the training examples, all of the one class {last.label!r}; "
            "expected at least two"
        )
    return vocabulary, sorted(labels)
