"""Training a recognizer: data, network, loss, scores."""

from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from seqzoo import models
from seqzoo.datasets.audio.front_end import FrontEnd
from seqzoo.datasets.audio.pauses import LEAST
from seqzoo.decoding.ctc import greedy, text
from seqzoo.errors import InputError
from seqzoo.layers import ctc_loss
from seqzoo.tasks.speech import beginning, corpora
from seqzoo.tasks.speech.changes import Changes
from seqzoo.tasks.speech.data import Utterances
from seqzoo.tasks.speech.scores import per_row, rates
from seqzoo.tasks.speech.settings import Settings
from seqzoo.training.by_size import settled

PREPARATION = ("validation", "test", "lowercase", "speeds", "seed")
FRONT_END = ("rate", "filters", "coefficients", "deltas", "normalize")
NETWORK = (
    "cell", "units", "num_layers", "bidirectional", "stack", "convolution", "kernel_sizes", "dropout",
    "recurrent_dropout", "residual",
)  # fmt: skip


def load(config: Settings, folder: Path) -> Utterances:
    """The prepared utterances, from `folder` if an earlier run has put them there.

    Raises:
        InputError: see `corpora.load`, `Utterances.prepare` and `Utterances.check_steps`; or if words should
            change their order, and pauses part them nowhere.
    """
    settings = {name: getattr(config, name) for name in PREPARATION}
    read = corpora.load(config)
    corpora.refuse_idle(config, read.parts)
    data = Utterances.prepare(folder, read, front_end=front_end_of(config), **settings)
    given, config = config, settled(config, data)
    data.batch_size = config.batch_size
    data.changes = Changes(*(getattr(config, name) for name in Changes._fields))
    data.check_steps(config.stack)
    if config.reorder:
        _check_order(data, given.reorder is not None)
    return data


def _check_order(data: Utterances, asked: bool) -> None:
    """Say in how many utterances words may change their order.

    Raises:
        InputError: if there are none, and the user asked for it.
    """
    found, count = sum(each is not None for each in data.pauses), len(data.pauses)
    if asked and not found:
        raise InputError(
            f"--reorder: expected an utterance of several words, with a pause of {LEAST:g} seconds or more "
            f"between any two; none of {count:,} training utterances is so"
        )
    print(
        f"--reorder: pauses part the words of {found:,} of {count:,} utterances", flush=True
    )


def front_end_of(config: Settings) -> FrontEnd:
    """What makes frames of sound.

    Raises:
        InputError: on settings that exclude each other.
    """
    settings = {name: getattr(config, name) for name in FRONT_END}
    try:
        return FrontEnd(kind=config.front_end, **settings)
    except ValueError as error:
        raise InputError(f"--front-end {config.front_end}: {error}") from error


def build(config: Settings, data: Utterances) -> keras.Model:
    """The uncompiled model that the settings describe.

    Raises:
        InputError: see `beginning.give`.
    """
    config = settled(config, data)
    settings = {name: getattr(config, name) for name in NETWORK}
    model = models.recognizer(data.front_end.size, len(data.symbols), **settings)
    if config.begin_with is not None:
        beginning.give(model, config.begin_with, data.front_end, data.symbols, config.stack)
    return model


def loss(
    config: Settings,
    model: keras.Model,
    batch: tuple[tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor],
) -> tuple[tf.Tensor, tf.Tensor]:
    """CTC's loss of a training batch, summed, and the number of its symbols: float32 () both.

    An utterance without a word counts as one symbol.

    Args:
        config: with `stack`.
        model: a builder's.
        batch: see `Utterances.arrays`.
    """
    frames, lengths, labels, counts = batch
    logits = model([frames, lengths], training=True)
    steps = -(-lengths // config.stack)
    found = ctc_loss(logits, labels, steps, counts)
    return tf.reduce_sum(found), tf.cast(tf.reduce_sum(tf.maximum(counts, 1)), tf.float32)


def evaluate(model: keras.Model, data: Utterances, part: str) -> dict[str, Any]:
    """Scores of a model on a part of its own data, the likeliest symbol of each step; see `scores.rates`."""
    steps = data.inference(model)(data.utterances(part))
    given = [text(greedy(row), data.symbols) for row in steps]
    return rates(per_row(data.transcripts(part), given))
