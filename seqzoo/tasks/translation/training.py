"""Training a translator: settings, network, loss, scores."""

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from seqzoo import models
from seqzoo.config import data_option, option
from seqzoo.layers import ATTENTIONS, CELLS
from seqzoo.layers.decoder import PLACES
from seqzoo.tasks.translation import corpora
from seqzoo.tasks.translation.data import Preparation, TranslationTexts
from seqzoo.tasks.translation.decoding_settings import Search
from seqzoo.tasks.translation.measure import scores
from seqzoo.text.subwords import UNITS
from seqzoo.text.vocabulary import BOS
from seqzoo.training import settings

TOKENIZERS = ("auto", "13a", "intl", "zh", "char", "none")
Batch = tuple[tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]


@dataclass(frozen=True)
class Settings(settings.Settings):
    """What can be set of the training of a translator; each field says what it is."""

    dataset: str = data_option("bible", "the corpus", corpora.CORPORA)
    name: str | None = data_option(
        None, "of the one in tensorflow-datasets: ted_hrlr_translate/pt_to_en, say"
    )
    data: str | None = data_option(
        None, "texts, a tab, their translations; or a folder with such files"
    )
    train_source: str | None = data_option(
        None, "a file of training texts, one a line; needs --train-target"
    )
    train_target: str | None = data_option(
        None, "the file of their translations, one a line"
    )
    validation_source: str | None = data_option(
        None, "a file of texts to choose by, instead of a part held out"
    )
    validation_target: str | None = data_option(
        None, "the file of their translations, one a line"
    )
    test_source: str | None = data_option(
        None, "a file of texts to measure on, instead of a part held out"
    )
    test_target: str | None = data_option(
        None, "the file of their translations, one a line"
    )
    validation: float = data_option(
        0.02, "share held out to choose by, where the corpus has no such part"
    )
    test: float = data_option(
        0.02, "share held out to measure on, where the corpus has no such part"
    )
    limit: int | None = data_option(
        None, "use the first N training pairs of the seed's order", least=1
    )
    unit: str = data_option("unigram", "what texts are cut into", UNITS)
    vocabulary: int = data_option(6000, "pieces at most, of each side or of both", least=5)
    joint: bool = data_option(False, "one vocabulary for both sides")
    variants: int = data_option(
        1, "ways of cutting each training text into pieces; more regularise", least=1
    )
    alpha: float = data_option(
        0.1,
        "how far the variants are drawn from the likeliest (see Subwords.variants)",
        above=0,
    )
    max_length: int = data_option(
        100, "longer training texts, in pieces, are left out", least=2
    )
    reverse_source: bool = data_option(
        False, "read the source from its end (Sutskever et al. 2014)"
    )
    cell: str = option("gru", "the recurrent cell", CELLS)
    units: int | tuple[int, ...] = option(256, "size of states: one number, or one a layer")
    num_layers: int = option(
        1, "recurrent layers of each side, where units is one number", least=1
    )
    bidirectional_encoder: bool = option(True, "read the source from both ends")
    attention: str = option(
        "bahdanau", "how the decoder attends to the source", ("none", *ATTENTIONS)
    )
    attention_at: str = option("top", "which of the decoder's layers asks", PLACES)
    input_feeding: bool = option(
        False, "give the decoder what it attended to; trains slower"
    )
    bridge: str = option(
        "dense", "from the encoder's last states to the decoder's first", models.BRIDGES
    )
    embedding_dim: int = option(256, "size of a piece's vector", least=1)
    tie_embeddings: bool = option(
        True, "the output layer's weights are the target's embeddings"
    )
    share_embeddings: bool = option(
        False, "source and target have one table (with --joint)"
    )
    dropout: float = option(
        0.2, "share of embeddings and of each layer's output dropped", least=0, below=1
    )
    token_dropout: float = option(
        0.0, "share of tokens whose vector is dropped", least=0, below=1
    )
    residual: bool = option(False, "add each layer's input to its output")
    label_smoothing: float = option(
        0.1, "share of probability spread over all pieces", least=0, below=1
    )
    scheduled_sampling: float = option(
        0.0,
        "share of target pieces that the model's own replace, at the end of the training",
        least=0,
        below=1,
    )
    batch_tokens: int = option(1500, "padded pieces of a side in a training step", least=1)
    beam_size: int = data_option(
        5, "beginnings kept by the search for the test and as the model's default", least=1
    )
    length_penalty: float = data_option(
        1.4, "how far long translations are favoured (Wu et al. 2016)", least=0
    )
    tokenize: str = data_option(
        "auto", "how BLEU cuts texts; auto: by the script", TOKENIZERS
    )


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
    )


def preparation_of(config: Settings) -> Preparation:
    """Those of the settings that say how the corpus is encoded."""
    names = [field.name for field in dataclasses.fields(Preparation)]
    return Preparation(**{name: getattr(config, name) for name in names})


def build(config: Settings, data: TranslationTexts) -> keras.Model:
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
    )


def loss(config: Settings, model: keras.Model, batch: Batch) -> tuple[tf.Tensor, tf.Tensor]:
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
        given = _mixed(states(given, False), weights, given, share, done)

    # Only real steps have logits: (batch, time, size) -> (tokens, size) -> (tokens, pieces)
    real = tf.not_equal(following, 0)
    logits = tf.matmul(tf.boolean_mask(states(given, True), real), weights)
    following = tf.boolean_mask(following, real)
    total = tf.reduce_sum(tf.nn.sparse_softmax_cross_entropy_with_logits(following, logits))
    if config.label_smoothing:
        gold = tf.gather(logits, following, axis=1, batch_dims=1)
        excess = gold - tf.reduce_mean(logits, axis=-1)
        total += config.label_smoothing * tf.reduce_sum(excess)
    return total, tf.cast(tf.size(following), tf.float32)


def _mixed(
    states: tf.Tensor,
    weights: tf.Tensor,
    given: tf.Tensor,
    share: tf.Tensor,
    done: tf.Tensor,
) -> tf.Tensor:
    """The tokens given to the decoder, int32 (batch, time), a share of them as the model predicts them.

    Args:
        states: of the decoder, (batch, time, size).
        weights: of the output layer, (size, pieces).
        given: the target from `<s>` on, int32 (batch, time).
        share: of the tokens to replace, float32 ().
        done: share of the training, float32 (), which seeds the draws.
    """
    likeliest = tf.argmax(tf.matmul(states, weights), axis=-1, output_type=tf.int32)
    # What is predicted at a step is given at the next.
    predicted = tf.concat([given[:, :1], tf.stop_gradient(likeliest)[:, :-1]], axis=1)
    seed = tf.stack([tf.bitcast(done, tf.int32), tf.shape(given)[0]])
    drawn = tf.random.stateless_uniform(tf.shape(given), seed=seed) < share
    inside = tf.logical_and(tf.not_equal(given, 0), tf.not_equal(given, BOS))
    return tf.where(tf.logical_and(drawn, inside), predicted, given)


def evaluate(model: keras.Model, data: TranslationTexts, part: str) -> dict[str, Any]:
    """Scores of a model on a part of its own data: greedy on validation, by beam search on test."""
    search = data.search if part == "test" else Search(beam_size=1)
    return scores(
        data.inference(model), data.pairs(part), search, data.text_settings()["tokenize"]
    )
