"""Training a classifier: data, network, loss, scores."""

from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from seqzoo import models
from seqzoo.errors import InputError
from seqzoo.optimizers import RowSGD, falling, paced
from seqzoo.pipeline.encoded import Encoded
from seqzoo.tasks import text_settings
from seqzoo.tasks.classification import corpora, losses
from seqzoo.tasks.classification.adversarial import adversarial_loss, virtual_losses
from seqzoo.tasks.classification.calibration import OUTPUT, calibrate
from seqzoo.tasks.classification.data import ANSWER, TextClasses
from seqzoo.tasks.classification.measure import evaluate_encoded
from seqzoo.tasks.classification.pieces import TEXTS
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
        pieces_are=_pieces_are(config),
        unlabelled=_unlabelled(config),
        taught_by=config.teacher,
        mark=config.multi_label,
    )
    data.crop = config.crop
    if config.virtual_adversarial and config.unlabelled is not None:
        data.pieces = Encoded(folder / TEXTS)
    data.taught = 0 if config.teacher is None else config.taught
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


def _pieces_are(config: Settings) -> str | None:
    """What is done with pieces of the texts, in words, which may be none; None: there are no pieces."""
    if config.pretrain:
        return "pretrained"
    if config.unlabelled is None:
        return None
    # With a teacher they may be left aside: whether answers are made smooth is no setting of the data.
    return "made smooth" if config.teacher is None else ""


def _unlabelled(config: Settings) -> Path | None:
    """The file of texts without labels.

    Raises:
        InputError: if it is named without what reads it, or is not there.
    """
    if config.unlabelled is None:
        return None
    if not config.pretrain and not config.virtual_adversarial and config.teacher is None:
        raise InputError(
            "--unlabelled: plays no part without --pretrain EPOCHS, --virtual-adversarial SIZE or "
            "--teacher MODEL"
        )
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
        config: with `adversarial` and `virtual_adversarial`, the sizes of perturbations; and see
            `losses.of_batch`.
        model: a builder's.
        batch: tokens, int32 (batch, time), labels, and perhaps weights; see `losses.of_batch`. With
            `virtual_adversarial` and `unlabelled` the tokens of texts without labels come next. With
            `teacher` the tokens and answers of taught texts come last, which count as much as others.
    """
    more: Batch = ()
    taught: Batch = ()
    if config.teacher is not None:
        *given, texts, answers = batch
        batch, taught = tuple(given), (texts, answers)
    if config.virtual_adversarial and config.unlabelled is not None:
        *given, pieces = batch
        batch, more = tuple(given), (pieces,)
    of_texts = losses.of_batch(config, batch)
    tokens, labels, *_ = batch
    count = tf.cast(tf.shape(labels)[0], tf.float32)
    if config.adversarial:
        total, count = adversarial_loss(model, batch, config.adversarial, of_texts)
    else:
        total = tf.reduce_sum(of_texts(model(tokens, training=True)))
    if config.virtual_adversarial:
        size = config.virtual_adversarial
        virtual = [virtual_losses(model, each, size) for each in (tokens, *more)]
        total += count * tf.reduce_mean(tf.concat(virtual, 0))
    if taught:
        total += tf.reduce_sum(
            losses.of_taught(config, answers, model(texts, training=True))
        )
        count += tf.cast(tf.shape(answers)[0], tf.float32)
    return total, count


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
