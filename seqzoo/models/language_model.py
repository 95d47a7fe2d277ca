"""Sequence to its own continuation: a recurrent network that foretells the next token."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import layers, ops

from seqzoo.errors import InputError
from seqzoo.layers.adaptive import AdaptiveSoftmax
from seqzoo.layers.by_name import recurrent
from seqzoo.layers.carried import Carried, WeightDrop, recurrent_of, state_sizes
from seqzoo.layers.token_dropout import TokenTypeDropout
from seqzoo.models.built import builder
from seqzoo.models.stack import check_positive, check_shares, layer_sizes

SPREAD = 0.1  # embeddings are drawn evenly from -SPREAD to SPREAD, as in both papers below


@builder(
    parts=lambda model: {"model": stateless_of(model)}, training_only={"batch_size": None}
)
def language_model(
    vocab_size: int,
    *,
    cell: str = "lstm",
    units: int | Sequence[int] = 200,
    num_layers: int = 2,
    embedding_dim: int | None = None,
    tie_embeddings: bool = False,
    cutoffs: Sequence[int] = (),
    dropout: float = 0.0,
    input_dropout: float | None = None,
    output_dropout: float | None = None,
    embedding_dropout: float = 0.0,
    locked_dropout: bool = False,
    weight_drop: float = 0.0,
    initial_scale: float | None = None,
    batch_size: int | None = None,
    name: str = "language_model",
) -> keras.Model:
    """Build a language model (Zaremba et al. 2014; regularised: Merity et al. 2018).

    Input `tokens`, int32 (batch, time). Output `logits`, float32 (batch, time, vocab_size), of the token
    that comes next: at each step all before it has been read. With a `batch_size` the states at a batch's
    end are those at the start of the next: rows must continue where they stopped, as
    `seqzoo.pipeline.stream.Stream` lays them, and `reset_states` makes them begin anew. `stateless_of`
    gives the same network for batches of any size.

        model = language_model(10_000, batch_size=20)
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile(keras.optimizers.SGD(20.0, global_clipnorm=0.25), loss)
        stream = Stream.write(path, [ids])
        chunks = stream.batches(20, stream.plan(20, 35)).map(lambda tokens, following, _: (tokens, following))
        model.fit(chunks)

    Args:
        vocab_size: number of token ids.
        cell: a name in `seqzoo.layers.CELLS`.
        units: size of the states: one number, or one a layer.
        num_layers: recurrent layers, where `units` is one number.
        embedding_dim: size of a token's vector; None: that of the first layer's state, or with tied
            embeddings of the last one's.
        tie_embeddings: the output layer's weights are the embeddings (Press & Wolf 2017; Inan et al. 2017),
            without a bias.
        cutoffs: ids at which clusters of rarer tokens begin: an adaptive softmax (see `AdaptiveSoftmax`).
        dropout: share dropped between layers and, where these are None, of
        input_dropout, output_dropout: embeddings, and the last layer's output.
        embedding_dropout: share of the tokens of the vocabulary whose vector is dropped in a batch
            (Gal & Ghahramani 2016, section 4.2).
        locked_dropout: one draw for all steps of a row, not one for each.
        weight_drop: share of recurrent weights dropped; see `WeightDrop`.
        initial_scale: all weights are drawn evenly from -initial_scale to initial_scale, and biases are 0;
            None: recurrent layers begin as Keras has it, embeddings in [-0.1, 0.1].
        batch_size: rows of every batch; None: any, and every batch begins with states of zero.
        name: the model's name.

    Raises:
        InputError: on an unknown name, a number out of its range, or settings that exclude each other.
    """
    units = layer_sizes(units, num_layers)
    embedding_dim = embedding_dim or (units[-1] if tie_embeddings else units[0])
    input_dropout = dropout if input_dropout is None else input_dropout
    output_dropout = dropout if output_dropout is None else output_dropout
    _check(
        vocab_size, units, embedding_dim, tie_embeddings, cutoffs, batch_size, initial_scale
    )
    check_shares(
        dropout=dropout, input_dropout=input_dropout, output_dropout=output_dropout
    )
    check_shares(embedding_dropout=embedding_dropout, weight_drop=weight_drop)
    scale = initial_scale or SPREAD
    spread = keras.initializers.RandomUniform(-scale, scale)
    tokens = keras.Input((None,), batch_size, dtype="int32", name="tokens")
    kind = layers.ReversibleEmbedding if tie_embeddings else layers.Embedding
    embed = kind(vocab_size, embedding_dim, embeddings_initializer=spread, name="embedding")

    x = embed(tokens)  # (batch, time, embedding_dim)
    if embedding_dropout:
        drop = TokenTypeDropout(vocab_size, embedding_dropout, name="embedding_dropout")
        x = drop([x, tokens])
    x = _dropped(x, input_dropout, locked_dropout, "input_dropout")
    for number, size in enumerate(units, 1):
        layer = recurrent(
            cell,
            size,
            return_state=True,
            initial_scale=initial_scale,
            name=f"{cell}_{number}",
        )
        x = _read(x, layer, number, weight_drop, batch_size)
        rate = output_dropout if number == len(units) else dropout
        x = _dropped(x, rate, locked_dropout, f"dropout_{number}")

    if tie_embeddings:
        return keras.Model(tokens, embed(x, reverse=True), name=name)
    output = _output(vocab_size, cutoffs, spread)
    return keras.Model(tokens, output(x), name=name)


def _output(vocab_size, cutoffs, spread):
    """The output layer where it has weights of its own."""
    if cutoffs:
        return AdaptiveSoftmax(vocab_size, cutoffs, name="output")
    return layers.Dense(vocab_size, kernel_initializer=spread, name="output")


def _read(x, layer, number, weight_drop, batch_size):
    """The outputs (batch, time, units) of a recurrent layer in the wrappers that training asks for."""
    if weight_drop:
        layer = WeightDrop(layer, weight_drop, name=f"weight_drop_{number}")
    if batch_size is None:
        return layer(x)[0]
    return Carried(layer, batch_size, name=f"carried_{number}")(x)


def _check(vocab_size, units, embedding_dim, tied, cutoffs, batch_size, initial_scale):
    """Refuse numbers out of their range, and settings that exclude each other."""
    check_positive(vocab_size=vocab_size, embedding_dim=embedding_dim)
    if batch_size is not None:
        check_positive(batch_size=batch_size)
    if tied and embedding_dim != units[-1]:
        raise InputError(
            f"tie_embeddings: expected an embedding_dim of {units[-1]}, the last layer's size; "
            f"got {embedding_dim}"
        )
    if tied and cutoffs:
        raise InputError(
            "tie_embeddings: an adaptive softmax (cutoffs) has no full matrix to be tied"
        )
    if initial_scale is not None and not initial_scale > 0:
        raise InputError(f"initial_scale: expected a number above 0; got {initial_scale}")


def _dropped(x, rate, locked, name):
    """Dropout of a share; `locked`: one draw for all steps of a row."""
    if not rate:
        return x
    return (layers.SpatialDropout1D if locked else layers.Dropout)(rate, name=name)(x)


def stateless_of(model: keras.Model) -> keras.Model:
    """A `language_model`'s network with its states as inputs and outputs, weights shared, for any batch.

    Returns:
        A functional model without dropout. Inputs: `tokens`, int32 (batch, time), and `state_1`, `state_2`,
        ..., float32 (batch, units) each, zero at first. Outputs: `logits` (batch, time, vocab_size),
        `features` (batch, time, size), which the output layer was given, and the states after the last step.
    """
    tokens = keras.Input((None,), dtype="int32", name="tokens")
    inputs: dict[str, keras.KerasTensor] = {"tokens": tokens}
    outputs: dict[str, keras.KerasTensor] = {}
    x = model.get_layer("embedding")(tokens)
    for layer in recurrent_layers(model):
        names = [f"state_{len(inputs) + place}" for place in range(len(state_sizes(layer)))]
        states = [
            keras.Input((size,), name=name)
            for name, size in zip(names, state_sizes(layer), strict=True)
        ]
        inputs |= dict(zip(names, states, strict=True))
        x, *after = layer(x, initial_state=states)
        outputs |= dict(zip(names, after, strict=True))
    return keras.Model(
        inputs, {"logits": _logits(model, x), "features": x, **outputs}, name="network"
    )


def _logits(model, x):
    """The output layer in Keras' own parts, as what is saved must be made of them."""
    try:
        layer = model.get_layer("output")
    except ValueError:
        return model.get_layer("embedding")(x, reverse=True)
    return layer.call(x) if isinstance(layer, AdaptiveSoftmax) else layer(x)


def recurrent_layers(model: keras.Model) -> list:
    """A `language_model`'s recurrent layers from bottom to top, without what is wrapped around them."""
    found = [recurrent_of(layer) for layer in model.layers]
    found = [layer for layer in found if hasattr(layer, "cell")]
    if not found:
        raise InputError(
            f"{model.name}: expected a model that `language_model` built; has no recurrent layer"
        )
    return found


def first_states(network: keras.Model, batch_size: int) -> list:
    """States of zero for `stateless_of(model)`, in its order."""
    names = [name for name in network.input if name.startswith("state_")]
    return [ops.zeros((batch_size, network.input[name].shape[-1])) for name in names]


def reset_states(model: keras.Model, where: Any = 1.0) -> None:
    """Set a `language_model`'s carried states to zero, as at the start of an epoch; with `where`, a scalar,
    only if it is 1."""
    for layer in model.layers:
        if isinstance(layer, Carried):
            layer.reset(where)


def hidden_of(model: keras.Model) -> keras.Model:
    """A `language_model` without its output layer, weights and carried states shared.

    Returns:
        tokens -> the last layer's output (batch, time, size), after dropout and before it.
    """
    last = next(
        layer for layer in reversed(model.layers) if hasattr(recurrent_of(layer), "cell")
    )
    raw = last.output[0] if isinstance(last.output, (list, tuple)) else last.output
    following = f"dropout_{len(recurrent_layers(model))}"
    features = next(
        (layer.output for layer in model.layers if layer.name == following), raw
    )
    return keras.Model(model.input, [features, raw], name="hidden")


def output_of(model: keras.Model) -> tuple:
    """Weights of a `language_model`'s output layer, its bias (vocab_size,) or None, and whether the weights
    are (vocab_size, size), as tied ones are, and not (size, vocab_size)."""
    if "output" not in {layer.name for layer in model.layers}:
        return model.get_layer("embedding").embeddings, None, True
    layer = model.get_layer("output")
    return layer.kernel, layer.bias, False
