"""Training a classifier: data, network, loss, scores."""

from pathlib import Path
from typing import Any

import keras
import tensorflow as tf
from keras.src.models.functional import operation_fn

from seqzoo import models
from seqzoo.errors import InputError
from seqzoo.optimizers import RowSGD, falling, paced
from seqzoo.tasks import text_settings
from seqzoo.tasks.classification import corpora, losses
from seqzoo.tasks.classification.calibration import OUTPUT, calibrate
from seqzoo.tasks.classification.data import ANSWER, TextClasses
from seqzoo.tasks.classification.measure import evaluate_encoded
from seqzoo.tasks.classification.pretraining import Pretraining
from seqzoo.tasks.classification.settings import Settings
from seqzoo.tasks.classification.several_data import SeveralLabels
from seqzoo.tasks.text_data import tokenizer_for
from seqzoo.training.by_size import settled

Batch = tuple[tf.Tensor, ...]  # tokens, labels, and perhaps weights


def load(config: Settings, folder: Path) -> TextClasses:
    """The prepared corpus, from `folder` if an earlier run has put it there.

    Raises:
        InputError: see `corpora.load` and `TextClasses.prepare`; or if an average was asked for, and there
            is no bag, or a threshold, and there are more classes than two.
    """
    splits = corpora.load(config)
    kind = TextClasses if config.multi_label is None else SeveralLabels
    data = kind.prepare(
        folder,
        splits,
        tokenizer_for(config, folder, splits),
        **text_settings.preparation(config),
        baseline=config.baseline,
        pretrain=bool(config.pretrain),
        unlabelled=_unlabelled(config),
        mark=config.multi_label,
    )
    data.crop = config.crop
    if config.class_weights == "balanced":
        labels = data.encoded["train"].numbers(ANSWER)
        data.class_weights = losses.balanced(labels, len(data.labels))
    if data.averaged_by(config):
        data.average_with_bag()
    if config.threshold == "f1":
        data.choose_threshold()
    return data


def pretraining(config: Settings, data: TextClasses) -> Pretraining | None:
    """What goes before the training, if `--pretrain` asks for it."""
    return Pretraining(config, data) if config.pretrain else None


def _unlabelled(config: Settings) -> Path | None:
    """The file of texts without labels.

    Raises:
        InputError: if it is named without `--pretrain`, or is not there.
    """
    if config.unlabelled is None:
        return None
    if not config.pretrain:
        raise InputError("--unlabelled: plays no part without --pretrain EPOCHS")
    path = Path(config.unlabelled)
    if not path.is_file():
        raise InputError(f"--unlabelled {path}: expected a file; there is none")
    return path


def build(config: Settings, data: TextClasses) -> keras.Model:
    """The uncompiled model that the settings describe; the data's size decides what they leave to it."""
    config = settled(config, data)
    return models.classifier(
        len(data.vocabulary),
        len(data.labels),
        multi_label=config.multi_label is not None,
        near_units=config.near_units,
        bigrams=config.bigrams,
        **text_settings.network(config),
    )


def optimizer(config: Settings, steps_per_epoch: int) -> keras.optimizers.Optimizer:
    """The optimizer that the settings name; output layer and tables may have rates of their own."""
    made = falling(config, steps_per_epoch)
    if isinstance(made, RowSGD):
        made.row_factor = config.row_rate / config.learning_rate
    return made if config.output_rate == 1 else paced(made, OUTPUT, config.output_rate)


def loss(config: Settings, model: keras.Model, batch: Batch) -> tuple[tf.Tensor, tf.Tensor]:
    """The loss of a training batch, summed, and the number of its examples: float32 () both.

    Args:
        config: with `adversarial`, the size of perturbations; and see `losses.of_batch`.
        model: a builder's.
        batch: tokens, int32 (batch, time), labels, and perhaps weights; see `losses.of_batch`.
    """
    of_texts = losses.of_batch(config, batch)
    if config.adversarial:
        return adversarial_loss(model, batch, config.adversarial, of_texts)
    tokens, labels, *_ = batch
    found = of_texts(model(tokens, training=True))
    return tf.reduce_sum(found), tf.cast(tf.shape(labels)[0], tf.float32)


def adversarial_loss(
    model: keras.Model, batch: Batch, size: float, of_texts: losses.Losses
) -> tuple[tf.Tensor, tf.Tensor]:
    """The loss of a training batch, half of it on embeddings moved in the direction that hurts most.

    Adversarial training (Miyato, Dai & Goodfellow 2017, section 3). They normalise the embeddings and move
    a text by a fixed distance. We leave the embeddings and measure the distance by them.

    Args:
        model: a builder's, with a layer `embedding`.
        batch: as in `loss`.
        size: norm of a text's perturbation, as a share of the norm of its embeddings.
        of_texts: see `losses.of_batch`.

    Returns:
        As `loss`.
    """
    tokens, labels, *_ = batch
    embedding, rest = model.get_layer("embedding"), AfterEmbedding(model)
    embedded = embedding(tokens)  # (batch, time, features)
    real = tf.cast(tf.not_equal(tokens, 0), embedded.dtype)[:, :, None]
    with tf.GradientTape() as tape:
        tape.watch(embedded)
        clean = of_texts(rest(tokens, embedded))
    direction = tf.stop_gradient(tape.gradient(clean, embedded)) * real

    def norm(x: tf.Tensor) -> tf.Tensor:
        """(batch, time, features) -> (batch, 1, 1)."""
        return tf.sqrt(tf.reduce_sum(x**2, axis=(1, 2), keepdims=True) + 1e-24)

    distance = tf.stop_gradient(size * norm(embedded * real) / norm(direction))
    moved = embedded + direction * distance
    found = 0.5 * (clean + of_texts(rest(tokens, moved)))
    return tf.reduce_sum(found), tf.cast(tf.shape(labels)[0], tf.float32)


class AfterEmbedding:
    """A classifier from its embeddings on, in training.

    A second functional model from there on would do. But Keras enters its nodes into the layers it shares
    with the first, which then can no longer be saved; a `keras.Function` enters none. That one passes no
    `training` on to its layers, so we go through the graph as a functional model does.

    Args:
        model: a builder's, with a layer `embedding`.
    """

    def __init__(self, model: keras.Model):
        self.rest = keras.Function(
            [model.input, model.get_layer("embedding").output], model.output
        )

    def __call__(self, tokens: tf.Tensor, embedded: tf.Tensor) -> tf.Tensor:
        """Probabilities, float32 (batch, classes).

        Args:
            tokens: int32 (batch, time), which say what is padding.
            embedded: their embeddings, float32 (batch, time, features).
        """
        return self.rest._run_through_graph(
            [tokens, embedded],
            operation_fn=lambda operation: operation_fn(operation, training=True),
        )


def evaluate(model: keras.Model, data: TextClasses, part: str) -> dict[str, Any]:
    """Metrics of a model on a part of its own data; see `evaluate_encoded`."""
    inference, encoded = data.inference(model), data.encoded[part]
    if isinstance(data, SeveralLabels):
        return data.figures(inference.of_encoded(encoded), part)
    return evaluate_encoded(inference, encoded, data.labels, data.averaging, data.decision)


def finish(config: Settings, model: keras.Model, data: TextClasses) -> dict[str, Any]:
    """Calibrate the best weights, before they are measured; see `calibration.calibrate`."""
    told = losses.about(config, data.class_weights, data.labels)
    return calibrate(model, data) | ({"training_loss": told} if told else {})
