"""Frames of sound to logits of symbols: recurrent layers to train with CTC."""

from collections.abc import Sequence

import keras
from keras import layers, ops

from seqzoo.errors import InputError
from seqzoo.layers.carried import state_sizes
from seqzoo.layers.tensors import Tensor
from seqzoo.models.built import builder
from seqzoo.models.convolutions import convolved
from seqzoo.models.stack import check_positive, check_shares, layer_sizes, stacked
from seqzoo.models.windows import mask_of


@builder(parts=lambda model: {"model": carrying(model)})
def recognizer(
    num_features: int,
    vocab_size: int,
    *,
    cell: str = "lstm",
    units: int | Sequence[int] = 128,
    num_layers: int = 3,
    bidirectional: bool = True,
    stack: int = 3,
    convolution: Sequence[int] = (),
    kernel_sizes: Sequence[int] = (5, 3),
    dropout: float = 0.3,
    recurrent_dropout: float = 0.0,
    residual: bool = False,
    name: str = "recognizer",
) -> keras.Model:
    """Build a recognizer of speech, to train with CTC (Graves et al. 2006).

    Inputs: `frames` float32 (batch, time, num_features), right-padded; `lengths` int32 (batch,), the frames
    of each row, at least one. Output `logits`: float32 (batch, ceil(time / stack), vocab_size), of symbols;
    number 0 is CTC's blank. A row of n frames has ceil(n / stack) steps; what is behind them means nothing.

    Args:
        num_features: numbers of a frame.
        vocab_size: symbols, the blank among them.
        cell: a name in `seqzoo.layers.CELLS`.
        units: state size of each direction: one number, or one for each layer.
        num_layers: number of recurrent layers, where `units` is one number.
        bidirectional: read from both ends; else a stream of sound can be recognized, see `carrying`.
        stack: neighbouring frames that are one step of the layers, side by side (Sak et al. 2015, section 2).
        convolution: filters of convolutions over time in front, each with batch normalisation and ReLU;
            empty: none. They look ahead, so they need `bidirectional`.
        kernel_sizes: frames that the filters see; the last size is that of further convolutions.
        dropout: share dropped of each layer's output.
        recurrent_dropout: share dropped of the state, one mask for all steps. It slows training.
        residual: add a layer's input to its output where sizes agree.
        name: the model's name.

    Raises:
        InputError: on an unknown cell, a number out of its range, or convolutions in a single direction.
    """
    sizes = layer_sizes(units, num_layers)
    check_positive(num_features=num_features, vocab_size=vocab_size, stack=stack)
    check_shares(dropout=dropout, recurrent_dropout=recurrent_dropout)
    if convolution and not bidirectional:
        raise InputError(
            "convolution: expected none in a single direction: a filter looks ahead"
        )

    frames = keras.Input((None, num_features), name="frames")
    lengths = keras.Input((), dtype="int32", name="lengths")
    mask = mask_of(frames, lengths)
    x = convolved(frames, mask, convolution, kernel_sizes) if convolution else frames
    x, mask = side_by_side(x, mask, stack)
    x = stacked(
        x,
        mask,
        cell=cell,
        units=sizes,
        bidirectional=bidirectional,
        return_sequences=True,
        dropout=dropout,
        recurrent_dropout=recurrent_dropout,
        residual=residual,
        states=None if bidirectional else [],
    )
    if dropout:
        x = layers.Dropout(dropout, name="dropout")(x)
    logits = layers.Dense(vocab_size, name="logits")(x)
    return keras.Model([frames, lengths], logits, name=name)


def _real(logits: Tensor, mask: Tensor) -> Tensor:
    """Logits (batch, steps, symbols) with zeros behind the end of each row.

    What a layer gives there depends on what runs it, and the engine is compared with Keras everywhere.
    """
    return ops.where(ops.expand_dims(mask, -1), logits, ops.zeros_like(logits))


def side_by_side(x: Tensor, mask: Tensor, stack: int) -> tuple[Tensor, Tensor]:
    """Neighbouring frames as one step.

    Args:
        x: float32 (batch, time, features).
        mask: bool (batch, time).
        stack: frames of a step.

    Returns:
        float32 (batch, steps, stack * features) with zeros for frames that are not there, and which steps
        have a frame, bool (batch, steps), where steps = ceil(time / stack).
    """
    x = ops.where(ops.expand_dims(mask, -1), x, ops.zeros_like(x))
    if stack == 1:
        return x, mask
    longer = ops.pad(x, ((0, 0), (0, stack - 1), (0, 0)))
    parts = []
    for place in range(stack):
        # As many frames as there were, from each place on: ceil(time / stack) of them are taken.
        end = place - stack + 1 or None
        parts.append(longer[:, place:end:stack])
    return ops.concatenate(parts, axis=-1), mask[:, ::stack]


def carrying(model: keras.Model) -> keras.Model:
    """A recognizer as it is used: in a single direction with its states as inputs and outputs.

    Returns:
        Of two directions the model itself. Else a functional model, weights shared, that reads a stream in
        pieces, each a multiple of `stack` frames but the last. Inputs: `frames`, `lengths`, and `state_1`,
        `state_2`, ..., float32 (batch, units) each, zero at first. Outputs: `logits`, and the states behind
        the last frame.
    """
    arguments = model.built_by["arguments"]
    if arguments["bidirectional"]:
        return model
    frames = keras.Input((None, arguments["num_features"]), name="frames")
    lengths = keras.Input((), dtype="int32", name="lengths")
    inputs: dict[str, Tensor] = {"frames": frames, "lengths": lengths}
    outputs: dict[str, Tensor] = {}
    x, mask = side_by_side(frames, mask_of(frames, lengths), arguments["stack"])

    for layer in (each for each in model.layers if hasattr(each, "cell")):
        sizes = state_sizes(layer)
        names = [f"state_{len(outputs) + place}" for place in range(1, len(sizes) + 1)]
        states = [
            keras.Input((size,), name=name) for name, size in zip(names, sizes, strict=True)
        ]
        before, (x, *after) = x, layer(x, mask=mask, initial_state=states)
        if arguments["residual"] and before.shape == x.shape:
            x = layers.Add()([before, x])
        inputs |= dict(zip(names, states, strict=True))
        outputs |= dict(zip(names, after, strict=True))
    logits = _real(model.get_layer("logits")(x), mask)
    outputs = {"logits": logits, **outputs}
    return keras.Model(inputs, outputs, name="network")
