"""Sequence to synchronous sequence: embeddings, stacked recurrent layers, a tag for each token.

But for the CRF and the recurrent layers, which have stock twins, the model is made of Keras' own
layers alone.
"""

from collections.abc import Mapping, Sequence

import keras
import numpy as np
from keras import layers, ops

from seqzoo.errors import InputError
from seqzoo.layers.crf import CRF
from seqzoo.models.built import builder
from seqzoo.models.crf_tagger import CRFTagger
from seqzoo.models.stack import check_positive, check_shares, layer_sizes, stacked, thin_out
from seqzoo.text import schemes


@builder(
    parts=lambda model: {
        "model": emissions_of(model)
    },  # the CRF's scores are in transitions.json
    training_only={"num_auxiliary": 0},
    beside=lambda model: (
        {"transitions.json": put_scores} if _crf_of(model) is not None else {}
    ),
)
def tagger(
    vocab_size: int,
    num_tags: int,
    *,
    cell: str = "lstm",
    units: int | Sequence[int] = 128,
    num_layers: int = 1,
    bidirectional: bool = True,
    crf: bool = True,
    tags: Sequence[str] | None = None,
    scheme: str | None = None,
    embedding_dim: int = 64,
    bigram_vocab_size: int | None = None,
    bigram_dim: int = 64,
    num_auxiliary: int = 0,
    dropout: float = 0.5,
    recurrent_dropout: float = 0.0,
    embedding_dropout: float = 0.0,
    token_dropout: float = 0.0,
    residual: bool = False,
    name: str = "tagger",
) -> keras.Model:
    """Build a tagger (Huang, Xu & Yu 2015; for Chinese characters Chen et al. 2015, Ma et al. 2018).

    Inputs: `tokens`, int32 (batch, time), right-padded with 0, at least one token a row; with
    `bigram_vocab_size` a list with `bigrams` behind it, of the same shape: `bigrams[t]` is the pair
    of tokens t-1 and t. Each token sees its vector and those of the pairs on its left and right.

    Outputs with `crf`, a dictionary: `tags`, int32 (batch, time), the best legal sequence;
    `potentials`, float32 (batch, time, num_tags + 1, num_tags), for `seqzoo.layers.CRFLoss`. Without: `tag`,
    float32 (batch, time, num_tags), each token's probabilities (softmax). With `num_auxiliary`
    always a dictionary, `auxiliary` in it: probabilities (batch, time, num_auxiliary).

        model = tagger(5000, 4, tags="BMES", scheme="BMES")
        model.compile("adam", loss=CRFLoss(), metrics=["accuracy"])
        model.fit(tokens, tags)

    With a CRF loss and accuracy count real steps alone, see `seqzoo.models.crf_tagger.CRFTagger`. Without,
    give `compile` `weighted_metrics=["accuracy"]` and `fit` `sample_weight=tokens != 0`.

    Args:
        vocab_size: number of token ids, the padding id 0 included.
        num_tags: number of tags.
        cell: a name in `seqzoo.layers.CELLS`.
        units: state size of each direction: one number, or one for each layer.
        num_layers: number of recurrent layers, where `units` is one number.
        bidirectional: read from both ends.
        crf: a conditional random field on top, instead of a softmax for each token alone.
        tags, scheme: the tags' names in order and a name in `seqzoo.text.schemes.SCHEMES`: the CRF then
            forbids what the scheme does.
        embedding_dim, bigram_dim: sizes of a token's and of a pair's vector.
        bigram_vocab_size: number of pair ids, the padding id 0 included; None: no pairs.
        num_auxiliary: classes of a second label of each token, to learn from beside the tags.
        dropout: share dropped of the embeddings and of each layer's output.
        recurrent_dropout: share dropped of the state, one mask for all steps. It slows training.
        embedding_dropout: share of embedding features dropped, one mask a text.
        token_dropout: share of tokens whose whole vector is dropped.
        residual: add a layer's input to its output where their sizes agree.
        name: the model's name.

    Raises:
        InputError: on an unknown cell or scheme, a number out of its range, or tags that don't fit.
    """
    units = layer_sizes(units, num_layers)
    check_positive(vocab_size=vocab_size, num_tags=num_tags, embedding_dim=embedding_dim)
    check_shares(dropout=dropout, recurrent_dropout=recurrent_dropout)
    check_shares(embedding_dropout=embedding_dropout, token_dropout=token_dropout)
    flags = _flags(num_tags, tags, scheme)
    inputs = [keras.Input((None,), dtype="int32", name="tokens")]
    mask = ops.not_equal(inputs[0], 0)  # passed on by hand: rule 4 of the house
    x = layers.Embedding(vocab_size, embedding_dim, name="embedding")(inputs[0])
    if bigram_vocab_size is not None:
        check_positive(bigram_vocab_size=bigram_vocab_size, bigram_dim=bigram_dim)
        inputs.append(keras.Input((None,), dtype="int32", name="bigrams"))
        x = _with_pairs(x, inputs[1], mask, bigram_vocab_size, bigram_dim)
    x = thin_out(x, token_dropout, embedding_dropout)
    x = layers.Dropout(dropout, name="input_dropout")(x) if dropout else x
    x = stacked(
        x,
        mask,
        cell=cell,
        units=units,
        bidirectional=bidirectional,
        return_sequences=True,
        dropout=dropout,
        recurrent_dropout=recurrent_dropout,
        residual=residual,
    )
    x = layers.Dropout(dropout, name="dropout")(x) if dropout else x
    outputs = _outputs(x, mask, num_tags, flags if crf else None, num_auxiliary)
    kind = CRFTagger if crf else keras.Model
    return kind(inputs if len(inputs) > 1 else inputs[0], outputs, name=name)


def _with_pairs(x, bigrams, mask, vocab_size: int, dim: int):
    """Tokens' vectors joined with those of the pairs on their left and right, (batch, time, features)."""
    left = layers.Embedding(vocab_size, dim, name="bigram_embedding")(bigrams)
    right = ops.pad(left[:, 1:], [[0, 0], [0, 1], [0, 0]])  # the next token's left one
    right = right * ops.cast(ops.expand_dims(_followed(mask), -1), right.dtype)
    return layers.Concatenate(name="token_and_pairs")([x, left, right])


def emissions_of(model: keras.Model) -> keras.Model:
    """A `tagger` below its CRF and without its auxiliary head, weights shared: ids in; out come
    scores of each tag, (batch, time, num_tags), or without a CRF probabilities."""
    output = model.get_layer("emissions" if _crf_of(model) is not None else "tag").output
    inputs = model.inputs if len(model.inputs) > 1 else model.inputs[0]
    return keras.Model(inputs, output, name="tagger")


def put_scores(model: keras.Model, scores: Mapping[str, list]) -> None:
    """Give a tagger's CRF its scores.

    Args:
        model: a `tagger` with a CRF.
        scores: `start` (tags,), `transitions` (tags, tags) and `end` (tags,), as lists of numbers.

    Raises:
        InputError: if these are not scores of so many tags.
    """
    crf = _crf_of(model)
    if crf is None:
        raise InputError(f"{model.name}: expected a tagger with a CRF")
    try:
        arrays = [
            np.array(scores[name], np.float32) for name in ("start", "transitions", "end")
        ]
        if not all(np.isfinite(array).all() for array in arrays):
            raise ValueError("not all of them are finite")
        crf.set_weights(arrays)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise InputError(f"not the scores of {crf.num_tags} tags: {error}") from error


def _crf_of(model: keras.Model) -> CRF | None:
    return next((layer for layer in model.layers if isinstance(layer, CRF)), None)


def _outputs(x, mask, num_tags: int, flags: dict | None, num_auxiliary: int):
    """The heads; without `flags` no CRF."""
    if flags is None:
        outputs = {"tag": layers.Dense(num_tags, "softmax", name="tag")(x)}
    else:
        emissions = layers.Dense(num_tags, name="emissions")(x)
        outputs = CRF(num_tags, name="crf", **flags)(emissions, mask=mask)
    if num_auxiliary:
        outputs["auxiliary"] = layers.Dense(num_auxiliary, "softmax", name="auxiliary")(x)
    return outputs["tag"] if list(outputs) == ["tag"] else outputs


def _followed(mask):
    """Whether a real token comes next, bool as the mask: more padding must not change a thing."""
    return ops.pad(mask[:, 1:], [[0, 0], [0, 1]])


def _flags(num_tags, tags, scheme) -> dict:
    """What the scheme lets follow what, as the CRF takes it."""
    if tags is not None and len(tags) != num_tags:
        raise InputError(f"tags: expected {num_tags}, as num_tags says; got {len(tags)}")
    if scheme is None:
        return {}
    if tags is None:
        raise InputError("scheme: expected the tags' names too (tags=...)")
    starts, allowed, ends = schemes.legal(tags, scheme)
    return {"starts": starts, "allowed": allowed, "ends": ends}
