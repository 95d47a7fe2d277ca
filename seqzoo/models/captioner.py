"""A picture to a sequence of tokens: a convolutional encoder, and a decoder that attends to its positions."""

from collections.abc import Sequence

import keras
from keras import layers, ops

from seqzoo.errors import InputError
from seqzoo.layers.decoder import Decoder
from seqzoo.layers.tensors import Tensor
from seqzoo.models.attending import dense_states, keys_of, target_embedding
from seqzoo.models.built import builder
from seqzoo.models.choices import PICTURE_ENCODERS
from seqzoo.models.convolutions import MOMENTUM
from seqzoo.models.stack import (
    check_name,
    check_positive,
    check_shares,
    layer_sizes,
    thin_out,
)
from seqzoo.models.translator_parts import encoder_of, step_of

PICTURE, FEATURES, COLOURS = "picture", "features", 3


@builder(parts=lambda model: {"encoder": encoder_of(model), "step": step_of(model)})
def captioner(
    vocab_size: int,
    *,
    image_size: int = 64,
    channels: Sequence[int] = (32, 64, 128),
    residual_blocks: int = 0,
    encoder: str = "convolution",
    num_features: int = 0,
    cell: str = "gru",
    units: int | Sequence[int] = 256,
    num_layers: int = 1,
    attention: str | None = "bahdanau",
    attention_at: str = "top",
    input_feeding: bool = False,
    embedding_dim: int = 128,
    tie_embeddings: bool = True,
    dropout: float = 0.3,
    token_dropout: float = 0.0,
    residual: bool = False,
    name: str = "captioner",
) -> keras.Model:
    """Build a captioner (Xu et al. 2015); decoder, attention and search are the `translator`'s.

    Inputs: `picture`, float32 (batch, image_size, image_size, 3), from 0 to 1, sRGB; or, with
    `encoder="features"`, `features`, float32 (batch, positions, num_features), as a network of
    `keras.applications` gives them; and `target`, int32 (batch, time), right-padded with 0, which starts with
    `<s>` and lacks its `</s>`. Output `logits`, float32 (batch, time, vocab_size), of the token that comes
    next.

    Each convolution sees 3 by 3 pixels; behind it are batch normalisation, ReLU and the maximum of 2 by 2
    pixels. So a position sees 22 pixels in each direction; each residual block widens that by 32. The decoder
    attends to what is left: 8 by 8 positions of a picture of 64 by 64. Its first states
    are made of their mean (section 3.1.2).

        model = captioner(2000)
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=0)
        model.compile("adam", loss)
        model.fit({"picture": pictures, "target": target}, following)  # the target one step on

    Args:
        vocab_size: number of token ids, the padding id 0 included.
        image_size: height and width of pictures; halved by each convolution without a rest.
        channels: filters of each convolution.
        residual_blocks: of two convolutions each behind the last halving, of the last size of `channels`,
            added to what they are given (He et al. 2016, section 3.1).
        encoder: `"convolution"`; or `"features"`: features of each position go through a dense layer of the
            last size of `channels`.
        num_features: numbers of a position, of `"features"` alone.
        cell: a name in `seqzoo.layers.CELLS`.
        units: size of the decoder's states: one number, or one a layer.
        num_layers: of the decoder, where `units` is one number.
        attention: a name in `seqzoo.layers.ATTENTIONS`; None: all the decoder knows is its first states.
        attention_at, input_feeding: see `seqzoo.layers.Decoder`.
        embedding_dim: size of a token's vector, and of what the decoder gives to the output layer.
        tie_embeddings: the output layer's weights are the embeddings (Press & Wolf 2017).
        dropout: share dropped of what the encoder gives, of the decoder's inputs and layers.
        token_dropout: share of target tokens whose whole vector is dropped.
        residual: add a layer's input to its output where their sizes agree.
        name: the model's name.

    Raises:
        InputError: on an unknown name, a number out of its range, or settings that exclude each other.
    """
    units = layer_sizes(units, num_layers)
    check_positive(vocab_size=vocab_size, embedding_dim=embedding_dim)
    check_shares(dropout=dropout, token_dropout=token_dropout)
    _check(encoder, image_size, channels, num_features, residual_blocks)
    if encoder == PICTURE_ENCODERS[0]:
        given = keras.Input((image_size, image_size, COLOURS), name=PICTURE)
        memory = _convolved(given, channels, residual_blocks)
    else:
        given = keras.Input((None, num_features), name=FEATURES)
        memory = layers.Dense(channels[-1], "relu", name="projection")(given)
    if dropout:
        memory = layers.Dropout(dropout, name="memory_dropout")(memory)
    target = keras.Input((None,), dtype="int32", name="target")
    embed = target_embedding(vocab_size, embedding_dim, tie_embeddings)

    decoder = Decoder(
        cell,
        units,
        embedding_dim,
        attention=attention,
        attention_at=attention_at,
        input_feeding=input_feeding,
        residual=residual,
        dropout=dropout,
        name="decoder",
    )
    sizes = decoder.state_sizes
    whole = ops.mean(memory, axis=1)  # (batch, channels)
    features = decoder(
        thin_out(embed(target), token_dropout, 0.0, "target_"),
        memory=memory,
        keys=keys_of(
            memory, attention, units[0] if attention_at == "bottom" else units[-1]
        ),
        memory_mask=_everywhere(memory),
        states=dense_states([whole] * len(sizes), sizes),
        step_mask=ops.not_equal(target, 0),
    )
    features = features if attention is None else features[0]
    return keras.Model([given, target], embed(features, reverse=True), name=name)


def _check(
    encoder: str,
    image_size: int,
    channels: Sequence[int],
    num_features: int,
    residual_blocks: int,
) -> None:
    """Refuse sizes that do not fit, and numbers that play no part."""
    check_name("encoder", encoder, PICTURE_ENCODERS)
    if not channels:
        raise InputError("channels: expected at least one; got none")
    check_positive(
        image_size=image_size, **{f"channels[{n}]": c for n, c in enumerate(channels)}
    )
    if encoder == PICTURE_ENCODERS[1]:
        check_positive(num_features=num_features)
        if residual_blocks:
            raise InputError("residual_blocks: expected 0 beside encoder features")
        return
    if num_features:
        raise InputError("num_features: expected 0 beside encoder convolution")
    if residual_blocks < 0:
        raise InputError(f"residual_blocks: expected 0 or more; got {residual_blocks}")
    if image_size % 2 ** len(channels):
        raise InputError(
            f"image_size: expected a multiple of {2 ** len(channels)}, for {len(channels)} channels; "
            f"got {image_size}"
        )


def _convolved(x: Tensor, channels: Sequence[int], blocks: int) -> Tensor:
    """A picture (batch, size, size, 3) as positions (batch, positions, channels)."""
    for number, count in enumerate(channels, 1):
        x = ops.relu(_convolution(x, count, f"{number}"))
        x = layers.MaxPooling2D(2, name=f"halved_{number}")(x)
    for block in range(1, blocks + 1):
        inner = ops.relu(_convolution(x, channels[-1], f"block_{block}_1"))
        x = ops.relu(x + _convolution(inner, channels[-1], f"block_{block}_2"))
    # (batch, rows, columns, channels) -> (batch, rows * columns, channels)
    return layers.Reshape((-1, channels[-1]), name="positions")(x)


def _convolution(x: Tensor, count: int, name: str) -> Tensor:
    """Filters of 3 by 3 pixels, normalised: (batch, rows, columns, `count`)."""
    convolve = layers.Conv2D(
        count, 3, padding="same", use_bias=False, name=f"convolution_{name}"
    )
    return layers.BatchNormalization(momentum=MOMENTUM, name=f"normalization_{name}")(
        convolve(x)
    )


def _everywhere(memory: Tensor) -> Tensor:
    """A mask that leaves all positions: bool (batch, positions)."""
    return ops.equal(ops.zeros_like(memory[:, :, 0]), 0.0)
