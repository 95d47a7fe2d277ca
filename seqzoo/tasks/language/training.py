"""What recipes of language models share: prepared data, model, loss, scores."""

from pathlib import Path

import keras
import tensorflow as tf

from seqzoo import models
from seqzoo.errors import InputError
from seqzoo.layers import AdaptiveSoftmax, cross_entropy
from seqzoo.optimizers import Stepped, linear
from seqzoo.tasks.language import corpora
from seqzoo.tasks.language.data import RunningText
from seqzoo.tasks.language.inference import scores
from seqzoo.tasks.language.settings import ALL_OPTIMIZERS, Settings
from seqzoo.tasks.units import unit_for
from seqzoo.text.running import Unit

Batch = tuple[tf.Tensor, tf.Tensor, tf.Tensor]


def load(config: Settings, folder: Path) -> RunningText:
    """The prepared corpus, from `folder` if an earlier run has put it there.

    Raises:
        InputError: also on settings that exclude each other, before anything is read.
    """
    check_settings(config)
    if config.pattern != "*" and (config.data is None or Path(config.data).is_file()):
        raise InputError(f"--pattern {config.pattern}: expected a folder as --data")
    splits = corpora.load(config)
    texts = (passage.text for passage in splits.train())
    return RunningText.prepare(
        folder,
        splits,
        Unit(unit_for(config.unit, folder, texts), config.lowercase),
        minimum_count=config.minimum_count,
        vocabulary=config.vocabulary,
        limit=config.limit,
        batch_size=config.batch_size,
        steps=config.steps,
        vary_steps=config.vary_steps,
        seed=config.seed,
        baseline=config.baseline,
    )


def check_settings(config: Settings) -> None:
    """Refuse settings of the network and its training that exclude each other.

    Raises:
        InputError: naming them.
    """
    models.layer_sizes(config.units, config.num_layers)
    if config.cutoffs and config.tie_embeddings:
        raise InputError(
            "--cutoffs: an adaptive softmax can't be tied; expected --no-tie-embeddings too"
        )
    if config.vary_steps and config.optimizer not in ("sgd", "asgd"):
        raise InputError(
            f"--vary-steps: expected --optimizer sgd or asgd; got {config.optimizer}"
        )


def build(config: Settings, data: RunningText) -> keras.Model:
    """The uncompiled model, its states carried from chunk to chunk."""
    cutoffs = config.cutoffs or ()
    return models.language_model(
        len(data.vocabulary),
        cell=config.cell,
        units=config.units,
        num_layers=config.num_layers,
        embedding_dim=config.embedding_dim,
        tie_embeddings=config.tie_embeddings,
        cutoffs=(cutoffs,) if isinstance(cutoffs, int) else cutoffs,
        dropout=config.dropout,
        input_dropout=config.input_dropout,
        output_dropout=config.output_dropout,
        embedding_dropout=config.embedding_dropout,
        locked_dropout=config.locked_dropout,
        weight_drop=config.weight_drop,
        initial_scale=config.initial_scale,
        batch_size=len(data.rows),
    )


def optimizer(config: Settings, steps_per_epoch: int) -> keras.optimizers.Optimizer:
    """The optimizer with its learning rate's course; if lengths vary, all epochs count as long as the first.

    Args:
        config: with the optimizer's name, the rate and its course.
        steps_per_epoch: of the first epoch.
    """
    if config.flat_epochs is None:
        schedule = linear(config.learning_rate, steps_per_epoch * config.epochs)
    else:
        schedule = Stepped(
            config.learning_rate, steps_per_epoch, config.flat_epochs, config.decay
        )
    kind = ALL_OPTIMIZERS[config.optimizer]
    return kind(
        schedule, global_clipnorm=config.clip_norm, weight_decay=config.weight_decay or None
    )


def loss(config: Settings, model: keras.Model, batch: Batch) -> tuple[tf.Tensor, tf.Tensor]:
    """Negative log-likelihood of a training chunk, summed, and the number of its tokens: float32 () both.

    Its gradient, not its value, has penalties on activations (Merity et al. 2018, section 4.3).

    Args:
        config: with `activation` and `temporal`, the weights of the penalties.
        model: a builder's; its states are carried from chunk to chunk.
        batch: tokens and those that follow them, int32 (rows, time) each, and which rows begin anew; see
            `seqzoo.pipeline.stream.Stream.batches`.
    """
    tokens, following, first = batch
    models.reset_states(model, first)
    features, raw = models.hidden_of(model)(tokens, training=True)
    # (rows, time, size) -> (rows * time, size)
    flat = tf.reshape(features, (-1, features.shape[-1]))
    total = _cross_entropy(model, flat, tf.reshape(following, (-1,)))
    count = tf.cast(tf.size(following), total.dtype)

    penalty = tf.zeros((), total.dtype)
    if config.activation:
        penalty += config.activation * tf.reduce_mean(tf.square(features))
    if config.temporal:
        changes = tf.square(raw[:, 1:] - raw[:, :-1])
        number = tf.cast(tf.size(changes), total.dtype)  # 0 of a single step
        mean = tf.math.divide_no_nan(tf.reduce_sum(changes), number)
        penalty += config.temporal * mean
    penalty *= count
    return total + penalty - tf.stop_gradient(penalty), count


def rate_factor(config: Settings, batch: Batch) -> tf.Tensor | None:
    """A chunk's share of the usual length, by which its learning rate is multiplied, float32 ().

    None if the lengths do not vary (Merity et al. 2018, section 5).
    """
    if not config.vary_steps:
        return None
    return tf.cast(tf.shape(batch[0])[1], tf.float32) / config.steps


def _cross_entropy(
    model: keras.Model, features: tf.Tensor, targets: tf.Tensor
) -> tf.Tensor:
    """The sum over tokens, float32 (), of features (tokens, size) and targets, int32 (tokens,)."""
    output = model.layers[-1]
    if isinstance(output, AdaptiveSoftmax):
        return output.cross_entropy(features, targets)
    weights, bias, by_class = models.output_of(model)
    return tf.reduce_sum(cross_entropy(features, weights, bias, targets, by_class=by_class))


def evaluate(model: keras.Model, data: RunningText, part: str) -> dict[str, float]:
    """Perplexity of a model on a part of its own data, every token of it.

    Validation is read in rows side by side, each begun anew; test as one stream, or in a row for each
    50,000 tokens.
    """
    stream = data.streams[part]
    rows = data.batch_size if part == "validation" else None
    loss = data.inference(model).mean_loss(stream.read(0, len(stream)), rows)
    return scores(loss, data.text_settings()["unit"])
