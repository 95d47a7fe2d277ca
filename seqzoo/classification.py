"""What recipes that classify texts share: prepared data, loss, evaluation."""

import contextlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from seqzoo import metrics
from seqzoo.datasets import Example, Splits
from seqzoo.errors import InputError, unknown_name
from seqzoo.input_pipeline import Encoded, Row, batches, both_ends, plan, shard
from seqzoo.storage import check_prepared, preparing, read_json, read_lines, write_json, write_lines
from seqzoo.text import Tokenizer
from seqzoo.vocabulary import Vocabulary

EVALUATION_BATCH = 64
PARTS = ("train", "validation", "test")


class TextClasses:
    """Three encoded splits with vocabulary and labels, on disk in `folder`.

    Args:
        folder: where `prepare` put them.
        batch_size, seed: of the training batches.
    """

    def __init__(self, folder: Path, batch_size: int, seed: int):
        self.batch_size, self.seed = batch_size, seed
        self.forward = None  # the model last evaluated and its compiled inference
        about = read_json(folder / "about.json")
        self.description, self._text = about["description"], about["text"]
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

        Raises:
            InputError: on texts or labels that cannot be used, a split without examples, or
                training data of a single class.
        """
        if not folder.exists():
            with preparing(folder) as partial:
                vocabulary, labels = _survey(splits, tokenizer, minimum_count, vocabulary_size)
                vocabulary.save(partial / "vocabulary.txt")
                write_lines(partial / "labels.txt", labels)
                for part in PARTS:
                    stream = getattr(splits, part)()
                    Encoded.write(partial / part, encode(stream, tokenizer, vocabulary, labels, max_length))
                text = {"unit": tokenizer.unit, "lowercase": tokenizer.lowercase}
                text["max_length"] = max_length
                write_json(partial / "about.json", {"description": splits.description, "text": text})
        else:
            check_prepared(folder)
        return cls(folder, batch_size, seed)

    def plan(self, epoch: int) -> list[np.ndarray]:
        """Row numbers of each training batch of an epoch."""
        return plan(self.encoded["train"].lengths, self.batch_size, self.seed, epoch)

    def batches(self, planned: list[np.ndarray]):
        """The training batches that a plan, or a part of one, names."""
        return batches_of(self.encoded["train"], planned)

    def shard(self, planned, index: int, count: int):
        """One worker's part of a plan, and for each batch of it whether there was a row for that worker."""
        return [shard(rows, index, count) for rows in planned], [index < len(rows) for rows in planned]

    def sizes(self) -> dict[str, int]:
        """Examples of each split, number of token ids, and texts cut to the maximum length."""
        sizes = {part: len(encoded) for part, encoded in self.encoded.items()}
        cut = sum(encoded.info["truncated"] for encoded in self.encoded.values())
        return sizes | {"vocabulary": len(self.vocabulary), "shortened texts": cut}

    def text_settings(self) -> dict:
        """How texts become ids, for `config.json`."""
        return self._text

    def save(self, folder: Path, model: keras.Model) -> None:
        """Write `vocabulary.txt` and `labels.txt`."""
        self.vocabulary.save(folder / "vocabulary.txt")
        write_lines(folder / "labels.txt", self.labels)


def encode(
    examples: Iterable[Example], tokenize, vocabulary: Vocabulary, labels: list[str], max_length: int
) -> Iterator[Row]:
    """Encode a stream of examples; texts of more than `max_length` tokens keep both ends.

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
        cut = both_ends(ids, max_length)
        yield Row(cut[:, None], classes[example.label], len(ids) > max_length)


def batches_of(encoded: Encoded, planned: list[np.ndarray]):
    """A `tf.data.Dataset` of (`tokens` (batch, time), `labels` (batch,)), both int32, prefetched."""

    def rows():
        for indices in planned:
            ids, labels = encoded.rows(indices)
            yield ids[:, :, 0], labels

    return batches(rows, (None, None), (None,))


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


def loss(model: keras.Model, batch):
    """Cross-entropy of a training batch, summed, and the number of its examples."""
    tokens, labels = batch
    losses = cross_entropy(labels, model(tokens, training=True))
    return tf.reduce_sum(losses), tf.cast(tf.size(labels), tf.float32)


def adversarial_loss(model: keras.Model, batch, size: float):
    """`loss`, half of it on embeddings moved in the direction that hurts most.

    Adversarial training (Miyato, Dai & Goodfellow 2017, section 3). Where they normalise the
    embeddings and move a text by a fixed distance, we leave them and measure the distance by them.

    Args:
        model: a builder's, with a layer `embedding`.
        batch: tokens int32 (batch, time), labels int32 (batch,).
        size: norm of a text's perturbation, as a share of the norm of its embeddings.
    """
    tokens, labels = batch
    embedding = model.get_layer("embedding")
    embedded = embedding(tokens)  # (batch, time, features)
    real = tf.cast(tf.not_equal(tokens, 0), embedded.dtype)[:, :, None]
    with tf.GradientTape() as tape:
        tape.watch(embedded)
        with giving(embedding, embedded):
            clean = cross_entropy(labels, model(tokens, training=True))
    direction = tf.stop_gradient(tape.gradient(clean, embedded)) * real

    def norm(x):
        return tf.sqrt(tf.reduce_sum(x**2, axis=(1, 2), keepdims=True) + 1e-24)

    moved = embedded + direction * tf.stop_gradient(size * norm(embedded * real) / norm(direction))
    with giving(embedding, moved):
        losses = 0.5 * (clean + cross_entropy(labels, model(tokens, training=True)))
    return tf.reduce_sum(losses), tf.cast(tf.size(labels), tf.float32)


@contextlib.contextmanager
def giving(layer: keras.layers.Layer, output):
    """Make a layer give `output` whatever it is called with.

    A second functional model from the layer on would do the same, but Keras enters its nodes into
    the layers it shares with the first, which then can no longer be saved.
    """
    layer.call = lambda *_, **__: output
    try:
        yield
    finally:
        del layer.call


def cross_entropy(labels, probabilities):
    """(batch,) from classes int32 (batch,) and probabilities (batch, classes)."""
    return keras.losses.sparse_categorical_crossentropy(labels, probabilities)


def evaluate(model: keras.Model, data: TextClasses, part: str) -> dict:
    """Metrics of a model on a split of its own data."""
    if data.forward is None or data.forward[0] is not model:
        data.forward = model, compiled(model)
    return evaluate_encoded(data.forward[1], data.encoded[part], len(data.labels))


def compiled(model: keras.Model):
    """The model's inference as one compiled function for all shapes."""
    signature = [tf.TensorSpec((None, None), tf.int32)]
    return tf.function(lambda tokens: model(tokens, training=False), input_signature=signature)


def evaluate_encoded(forward, encoded: Encoded, num_classes: int) -> dict:
    """`score` and `accuracy`, `macro_f1`, mean cross-entropy `loss`, and `confusion_matrix`.

    Args:
        forward: int32 (batch, time) -> probabilities (batch, classes), as `compiled` gives it.
        encoded: the examples.
        num_classes: number of classes.
    """
    gold, predicted, total = [], [], 0.0
    for tokens, labels in batches_of(encoded, plan(encoded.lengths, EVALUATION_BATCH, None)):
        probabilities = forward(tokens)
        total += float(tf.reduce_sum(cross_entropy(labels, probabilities)))
        gold.append(labels.numpy())
        predicted.append(np.argmax(probabilities, -1))
    matrix = metrics.confusion_matrix(np.concatenate(gold), np.concatenate(predicted), num_classes)
    return {
        "score": metrics.accuracy(matrix),
        "accuracy": metrics.accuracy(matrix),
        "macro_f1": metrics.macro_f1(matrix),
        "loss": total / len(encoded),
        "confusion_matrix": matrix.tolist(),
    }
