"""Points of a pen to the next point, alone or along a text (Graves 2013, sections 4 and 5)."""

from collections.abc import Sequence

import keras
from keras import layers, ops

from seqzoo.errors import InputError
from seqzoo.layers.by_name import recurrent
from seqzoo.layers.carried import state_sizes
from seqzoo.layers.pen_numbers import width_of
from seqzoo.layers.tensors import Tensor
from seqzoo.layers.window import Windowed
from seqzoo.models.built import builder, description_of
from seqzoo.models.stack import check_positive, check_shares, layer_sizes

POINT = 3  # dx, dy, pen lifted


@builder(parts=lambda model: {"model": stepped_of(model)})
def handwriter(
    *,
    vocab_size: int | None = None,
    cell: str = "lstm",
    units: int | Sequence[int] = 256,
    num_layers: int = 2,
    mixtures: int = 20,
    window: int = 10,
    pace: float = 0.1,
    embedding_dim: int = 64,
    dropout: float = 0.0,
    name: str = "handwriter",
) -> keras.Model:
    """Build a network that foretells the next point of a pen.

    Every layer reads the point, and every layer's output goes into the mixture (skip connections, Graves
    2013, section 2). With a vocabulary the first layer moves a soft window over a text; what it sees goes
    into all layers (section 5.1). Tokens have vectors where the paper has one-hot ones.

    Inputs: `points` float32 (batch, time, 3): dx, dy, and 1 where the pen is lifted after the point, padded
    on the right; with a vocabulary `tokens`, int32 (batch, tokens), 0 is padding on the right. Output
    `mixture`: float32 (batch, time, 6 mixtures + 1), the raw numbers of the point that follows each; see
    `seqzoo.layers.mixture`, and `seqzoo.layers.PenLoss` for the loss.

    Args:
        vocab_size: number of token ids; None: there is no text.
        cell: a name in `seqzoo.layers.CELLS`.
        units: size of the states: one number, or one a layer.
        num_layers: recurrent layers, where `units` is one number.
        mixtures: Gaussians of a point.
        window: Gaussians of the window; without a vocabulary it plays no part.
        pace: tokens that the window moves at each step before it has learnt.
        embedding_dim: size of a token's vector.
        dropout: share dropped of each layer's output.
        name: the model's name.

    Raises:
        InputError: on an unknown cell, or a number out of its range.
    """
    sizes = layer_sizes(units, num_layers)
    check_positive(mixtures=mixtures, window=window, embedding_dim=embedding_dim)
    check_shares(dropout=dropout)
    if vocab_size is not None:
        check_positive(vocab_size=vocab_size)

    points = keras.Input((None, POINT), name="points")
    read = [points]  # what every layer reads
    outputs: list[Tensor] = []  # of every layer, (batch, time, units) each
    for number, size in enumerate(sizes, 1):
        if number == 1 and vocab_size is not None:
            tokens = keras.Input((None,), dtype="int32", name="tokens")
            memory = layers.Embedding(vocab_size, embedding_dim, name="embedding")(tokens)
            layer = Windowed(cell, size, window, pace, name="windowed")
            x, context = layer(points, memory, ops.not_equal(tokens, 0))
            read.append(context)
        else:
            layer = recurrent(cell, size, return_state=True, name=f"{cell}_{number}")
            x, *_ = layer(_joined([*read, *outputs[-1:]]))
        if dropout:
            x = layers.Dropout(dropout, name=f"dropout_{number}")(x)
        outputs.append(x)

    mixture = layers.Dense(width_of(mixtures), name="mixture")(_joined(outputs))
    inputs = points if vocab_size is None else [points, tokens]
    return keras.Model(inputs, mixture, name=name)


def _joined(parts: list[Tensor]) -> Tensor:
    """Features side by side."""
    return parts[0] if len(parts) == 1 else ops.concatenate(parts, axis=-1)


def stepped_of(model: keras.Model) -> keras.Model:
    """A `handwriter` as it is used: its states are inputs and outputs; weights shared, without dropout.

    Inputs: `points`, float32 (batch, time, 3), of any number of steps; along a text (batch, 1, 3).
    `tokens` where the model has them. `state_1`, `state_2`, ..., float32 (batch, size) each, zero at first.

    Outputs: `mixture`, as the model gives it. Along a text `alignments`, float32 (batch, tokens), the
    window's weights. The states after the last step by the inputs' names.

    Args:
        model: of the builder `handwriter`.

    Raises:
        InputError: on another builder's model.
    """
    description = description_of(model)
    if description["builder"] != "handwriter":
        raise InputError(f"{model.name}: expected a model that `handwriter` built")
    conditional = description["arguments"]["vocab_size"] is not None

    points = keras.Input((1 if conditional else None, POINT), name="points")
    inputs: dict[str, Tensor] = {"points": points}
    outputs: dict[str, Tensor] = {}
    states: dict[str, Tensor] = {}
    read, features = [points], []
    if conditional:
        tokens = keras.Input((None,), dtype="int32", name="tokens")
        inputs["tokens"] = tokens
        layer = model.get_layer("windowed")
        first = _state_inputs(inputs, layer.state_sizes)
        memory, mask = model.get_layer("embedding")(tokens), ops.not_equal(tokens, 0)
        # (batch, 1, 3) -> (batch, 3)
        x, after, weights = layer.step(ops.squeeze(points, 1), first, memory, mask)
        states |= _named(states, after)
        outputs["alignments"] = weights
        read.append(ops.expand_dims(after[-1], 1))  # the context, (batch, 1, size)
        features.append(ops.expand_dims(x, 1))

    for layer in (each for each in model.layers if hasattr(each, "cell")):
        first = _state_inputs(inputs, state_sizes(layer))
        x, *after = layer(_joined([*read, *features[-1:]]), initial_state=first)
        states |= _named(states, after)
        features.append(x)
    mixture = model.get_layer("mixture")(_joined(features))
    return keras.Model(inputs, {"mixture": mixture, **outputs, **states}, name="network")


def _state_inputs(inputs: dict[str, Tensor], sizes: Sequence[int]) -> list[Tensor]:
    """New inputs for a layer's states, which join the others."""
    count = sum(name.startswith("state_") for name in inputs)
    new = [
        keras.Input((size,), name=f"state_{count + place}")
        for place, size in enumerate(sizes, 1)
    ]
    inputs |= {each.name: each for each in new}
    return new


def _named(states: dict[str, Tensor], after: Sequence[Tensor]) -> dict[str, Tensor]:
    """States behind those that are there already, by the names of their inputs."""
    return {f"state_{len(states) + place}": state for place, state in enumerate(after, 1)}
