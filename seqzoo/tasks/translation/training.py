"""Training a translator: network, loss, scores."""

import dataclasses
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from seqzoo import models
from seqzoo.tasks.translation import corpora
from seqzoo.tasks.translation.by_sentence import BySentence
from seqzoo.tasks.translation.data import TranslationTexts
from seqzoo.tasks.translation.decoding_settings import Search
from seqzoo.tasks.translation.measure import scores
from seqzoo.tasks.translation.preparing import Preparation
from seqzoo.tasks.translation.settings import Settings, TranslatorSettings
from seqzoo.text.turns import TURN
from seqzoo.training.teacher_forcing import cross_entropy, mixed

Batch = tuple[tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]


def load(config: Settings, folder: Path) -> TranslationTexts:
    """The prepared corpus, from `folder` if an earlier run has put it there.

    Raises:
        InputError: see `corpora.load` and `TranslationTexts.prepare`.
    """
    return TranslationTexts.prepare(
        folder,
        corpora.load(config),
        preparation_of(config),
        batch_tokens=config.batch_tokens,
        epochs=config.epochs,
        baseline=config.baseline,
    )


def preparation_of(config: TranslatorSettings) -> Preparation:
    """Those of the settings that say how the corpus is encoded."""
    names = [field.name for field in dataclasses.fields(Preparation)]
    given = {name: getattr(config, name) for name in names if hasattr(config, name)}
    return Preparation(**given)


def build(config: TranslatorSettings, data: TranslationTexts) -> keras.Model:
    """The uncompiled model that the settings describe."""
    return models.translator(
        len(data.source),
        len(data.target),
        cell=config.cell,
        units=config.units,
        num_layers=config.num_layers,
        bidirectional_encoder=config.bidirectional_encoder,
        attention=None if config.attention == "none" else config.attention,
        attention_at=config.attention_at,
        input_feeding=config.input_feeding,
        bridge=config.bridge,
        embedding_dim=config.embedding_dim,
        tie_embeddings=config.tie_embeddings,
        share_embeddings=config.share_embeddings,
        dropout=config.dropout,
        token_dropout=config.token_dropout,
        residual=config.residual,
        **_over_turns(config, data),
    )


def _over_turns(config: TranslatorSettings, data: TranslationTexts) -> dict[str, int]:
    """The arguments of a second encoder over turns, if the settings ask for one."""
    if not getattr(config, "hierarchical", False):
        return {}
    mark = data.source.id_of(TURN)
    return {"turn_id": mark, "turns": data.text_settings()["context"]}


def loss(
    config: TranslatorSettings, model: keras.Model, batch: Batch
) -> tuple[tf.Tensor, tf.Tensor]:
    """Cross-entropy of a training batch, summed, and the number of its target tokens: float32 () both.

    Label smoothing gives a share of the probability to all tokens alike (Szegedy et al. 2016). Scheduled
    sampling replaces a share of the target's tokens by those that the model holds likeliest. It grows
    linearly (Bengio et al. 2015), and takes two passes, as of Mihaylova & Martins (2019).

    Args:
        config: with `label_smoothing`, that share, and `scheduled_sampling`, the share at the end.
        model: as `models.translator` builds it.
        batch: as `TranslationTexts.batches` gives it.
    """
    source, given, following, done = batch
    features, weights = models.features_of(model), models.output_weights(model)

    def states(given: tf.Tensor, training: bool) -> tf.Tensor:
        """int32 (batch, time) -> the decoder's states (batch, time, size)."""
        outputs = features([source, given], training=training)
        return outputs[0] if isinstance(outputs, (list, tuple)) else outputs

    if config.scheduled_sampling:
        share = config.scheduled_sampling * done
        given = mixed(states(given, False), weights, given, share, done)
    return cross_entropy(states(given, True), weights, following, config.label_smoothing)


def evaluate(model: keras.Model, data: TranslationTexts, part: str) -> dict[str, Any]:
    """Scores of a model on a part of its own data: greedy on validation, by beam search on test."""
    search = data.search if part == "test" else Search(beam_size=1)
    text = data.text_settings()
    by_sentence = BySentence(data.inference(model), text)
    return scores(by_sentence, data.pairs(part), search, text["tokenize"])
