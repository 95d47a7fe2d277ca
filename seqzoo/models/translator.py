"""Sequence to asynchronous sequence: an encoder, and a decoder that attends to what it gave.

One model for teacher forcing; `encoder_of` and `step_of` take from it, weights shared, the two models that
decoding needs, made of Keras' own layers alone.
"""

from collections.abc import Callable, Sequence

import keras
from keras import layers, ops

from seqzoo.errors import InputError
from seqzoo.layers.attention import key_layer
from seqzoo.layers.decoder import Decoder
from seqzoo.layers.tensors import Tensor
from seqzoo.models.built import builder
from seqzoo.models.stack import (
    check_name,
    check_positive,
    check_shares,
    layer_sizes,
    stacked,
    thin_out,
)

BRIDGES = ("copy", "dense", "zero")
# Keras' own start of embeddings, 0.03, is so small that it takes epochs before attention finds anything to
# attend to; the target's are the output layer too, whose first logits should be small.
SOURCE_SPREAD, TARGET_SPREAD = 0.25, 0.1


@builder(parts=lambda model: {"encoder": encoder_of(model), "step": step_of(model)})
def translator(
    source_vocab_size: int,
    target_vocab_size: int,
    *,
    cell: str = "gru",
    units: int | Sequence[int] = 256,
    num_layers: int = 1,
    bidirectional_encoder: bool = True,
    attention: str | None = "luong",
    attention_at: str = "top",
    input_feeding: bool = False,
    bridge: str = "copy",
    embedding_dim: int = 256,
    tie_embeddings: bool = False,
    share_embeddings: bool = False,
    dropout: float = 0.3,
    token_dropout: float = 0.0,
    residual: bool = False,
    name: str = "translator",
) -> keras.Model:
    """Build an encoder-decoder (Sutskever et al. 2014; attention: Bahdanau et al. 2015, Luong et al. 2015).

    Inputs: `source` and `target`, int32 (batch, source time) and (batch, target time), right-padded with
    0, at least one token a row; the target starts with `<s>` and lacks its `</s>`. Output `logits`, float32
    (batch, target time, target_vocab_size), of the token that comes next.

        model = translator(8000, 8000)
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=0)
        model.compile("adam", loss)
        model.fit({"source": source, "target": target}, following)  # the target one step on

    Args:
        source_vocab_size, target_vocab_size: numbers of token ids, the padding id 0 included.
        cell: a name in `seqzoo.layers.CELLS`, of encoder and decoder.
        units: size of the encoder's outputs and of the decoder's states: one number, or one a layer. A
            bidirectional encoder's directions have half of it each.
        num_layers: of the encoder and of the decoder, where `units` is one number.
        bidirectional_encoder: read the source from both ends.
        attention: a name in `seqzoo.layers.ATTENTIONS`; None: all the decoder knows is the encoder's
            last states.
        attention_at, input_feeding: see `seqzoo.layers.Decoder`.
        bridge: how the encoder's last states become the decoder's first: `"copy"`, `"dense"` (through a
            dense layer, tanh; Bahdanau et al. 2015, A.2.2), or `"zero"`: not at all.
        embedding_dim: size of a token's vector, and of what the decoder gives to the output layer.
        tie_embeddings: the output layer's weights are the target's embeddings (Press & Wolf 2017).
        share_embeddings: source and target have one table of embeddings, and so one vocabulary.
        dropout: share dropped of embeddings, of each layer's output, and before the output layer.
        token_dropout: share of source and target tokens whose whole vector is dropped.
        residual: add a layer's input to its output where their sizes agree.
        name: the model's name.

    Raises:
        InputError: on an unknown name, a number out of its range, or settings that exclude each other.
    """
    units = layer_sizes(units, num_layers)
    check_positive(source_vocab_size=source_vocab_size, target_vocab_size=target_vocab_size)
    check_positive(embedding_dim=embedding_dim)
    check_shares(dropout=dropout, token_dropout=token_dropout)
    check_name("bridge", bridge, BRIDGES)
    if bidirectional_encoder and any(size % 2 for size in units):
        raise InputError(
            f"units: expected even numbers for a bidirectional encoder; got {units}"
        )
    if share_embeddings and source_vocab_size != target_vocab_size:
        raise InputError(
            f"share_embeddings: expected one vocabulary; got sizes {source_vocab_size}, {target_vocab_size}"
        )
    source = keras.Input((None,), dtype="int32", name="source")
    target = keras.Input((None,), dtype="int32", name="target")
    embed = layers.ReversibleEmbedding(
        target_vocab_size,
        embedding_dim,
        tie_embeddings,
        _normal(TARGET_SPREAD),
        name="target_embedding",
    )
    embed_source = embed
    if not share_embeddings:
        embed_source = layers.Embedding(
            source_vocab_size,
            embedding_dim,
            _normal(SOURCE_SPREAD),
            name="source_embedding",
        )
    mask = ops.not_equal(source, 0)
    x = thin_out(embed_source(source), token_dropout, 0.0, "source_")
    memory, states = _encoded(
        x, mask, cell, units, bidirectional_encoder, dropout, residual
    )
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
    keys = _keys(memory, attention, units[0] if attention_at == "bottom" else units[-1])
    features = decoder(
        thin_out(embed(target), token_dropout, 0.0, "target_"),
        memory=memory,
        keys=keys,
        memory_mask=mask,
        states=_bridged(states, bridge),
        step_mask=ops.not_equal(target, 0),
    )
    features = features if attention is None else features[0]
    return keras.Model([source, target], embed(features, reverse=True), name=name)


def _normal(spread):
    return keras.initializers.RandomNormal(stddev=spread)


def _encoded(x, mask, cell, units, bidirectional, dropout, residual):
    """The encoder's outputs (batch, time, units) and its layers' last states."""
    states = []
    memory = stacked(
        layers.Dropout(dropout, name="source_dropout")(x) if dropout else x,
        mask,
        cell=cell,
        units=[size // 2 for size in units] if bidirectional else units,
        bidirectional=bidirectional,
        return_sequences=True,
        dropout=dropout,
        recurrent_dropout=0.0,
        residual=residual,
        states=states,
        prefix="encoder_",
    )
    memory = layers.Dropout(dropout, name="memory_dropout")(memory) if dropout else memory
    return ops.concatenate(
        [memory], axis=-1
    ), states  # leaves behind the mask that Keras hangs on it


def _keys(memory, attention, size):
    layer = None if attention is None else key_layer(attention, size)
    return memory if layer is None else layer(memory)


def _bridged(states, bridge):
    if bridge == "copy":
        return states
    if bridge == "zero":
        return [ops.zeros_like(state) for state in states]
    return [
        layers.Dense(s.shape[-1], "tanh", name=f"bridge_{n}")(s)
        for n, s in enumerate(states, 1)
    ]


_MEMORY = ("memory", "keys", "mask")


def encoder_of(model: keras.Model) -> keras.Model:
    """The encoder of a `translator`, weights shared: tokens (batch, time) -> memory, keys, mask and the
    decoder's first states.

    Returns:
        A functional model with the outputs `memory`, float (batch, time, units), `keys`, of the same
        leading sizes, `mask`, bool (batch, time), and `state_1`, `state_2`, ...: the step's first states.
    """
    arguments = _arguments(model)
    outputs = {name: arguments[name] for name in ("memory", "keys")} | {
        "mask": arguments["memory_mask"]
    }
    first = _decoder(model).first_state(arguments["states"], arguments["memory_mask"])
    outputs |= {f"state_{number}": state for number, state in enumerate(first, 1)}
    return keras.Model(model.inputs[0], outputs, name="encoder")


def step_of(model: keras.Model) -> keras.Model:
    """One step of a `translator`'s decoder, weights shared, for rows that are one hypothesis each.

    Returns:
        A functional model. Inputs: `token`, int32 (rows, 1), and what `encoder_of` gives, a row for each
        hypothesis. Outputs: `log_probs` (rows, target_vocab_size), the next `state_1`, ..., and, with
        attention, `alignments` (rows, source time).
    """
    decoder, encoder = _decoder(model), encoder_of(model)
    inputs = {"token": keras.Input((1,), dtype="int32", name="token")}
    inputs |= {
        name: keras.Input(x.shape[1:], dtype=x.dtype, name=name)
        for name, x in encoder.output.items()
    }
    state = [value for name, value in inputs.items() if name.startswith("state_")]
    embed = model.get_layer("target_embedding")
    features, state, alignments = decoder.step(
        embed(inputs["token"]), state, inputs["keys"], inputs["memory"], inputs["mask"]
    )
    logits = ops.squeeze(embed(features, reverse=True), 1)
    outputs = {"log_probs": ops.log_softmax(logits)}
    outputs |= {f"state_{number}": value for number, value in enumerate(state, 1)}
    if alignments is not None:
        outputs["alignments"] = ops.squeeze(alignments, 1)
    return keras.Model(inputs, outputs, name="step")


def features_of(model: keras.Model) -> keras.Model:
    """A `translator` without its output layer, weights shared: source and target to the decoder's
    features (batch, time, embedding_dim) and, with attention, alignments."""
    return keras.Model(model.inputs, _decoder(model).output, name="features")


def output_weights(model: keras.Model) -> Tensor:
    """The output layer's matrix (embedding_dim, target_vocab_size), tied or not."""
    layer = model.get_layer("target_embedding")
    return (
        ops.transpose(layer.embeddings) if layer.tie_weights else layer.reverse_embeddings
    )


def step_function(model: keras.Model, encoded: dict) -> tuple[Callable, list]:
    """What `seqzoo.decoding` asks for, for what `encoder_of(model)` gave for a batch.

    Unlike `step_of`, it does not need a copy of the memory for each hypothesis.

    Returns:
        `step(tokens, state) -> (log_probs, state, alignments)` and the first state.
    """
    decoder, embed, weights = (
        _decoder(model),
        model.get_layer("target_embedding"),
        output_weights(model),
    )
    memory, keys, mask = (encoded[name] for name in ("memory", "keys", "mask"))
    batch = ops.shape(memory)[0]

    def step(tokens, state):
        x = embed(ops.reshape(tokens, (batch, -1)))
        features, state, alignments = decoder.step(x, state, keys, memory, mask)
        logits = ops.matmul(ops.reshape(features, (-1, features.shape[-1])), weights)
        if alignments is not None:
            alignments = ops.reshape(alignments, (-1, ops.shape(memory)[1]))
        return ops.log_softmax(logits), state, alignments

    return step, _states(encoded)


def network_step(network: keras.Model, encoded: dict) -> tuple[Callable, list]:
    """`step_function` of the network that `step_of` gives, or of the same one loaded from its file: made of
    Keras' own layers, but with a copy of the memory for each hypothesis."""
    count = ops.shape(encoded["mask"])[0]

    def step(tokens, state):
        rows = ops.shape(tokens)[0]
        given = {
            name: ops.repeat(encoded[name], rows // count, axis=0)
            for name in _MEMORY
            if name in encoded
        }
        given |= {f"state_{number}": value for number, value in enumerate(state, 1)}
        outputs = network(
            {"token": ops.reshape(tokens, (rows, 1)), **given}, training=False
        )
        return outputs["log_probs"], _states(outputs), outputs.get("alignments")

    return step, _states(encoded)


def _states(named: dict) -> list:
    return [named[name] for name in sorted(named, key=_number) if name.startswith("state_")]


def _number(name: str) -> int:
    return int(name.rpartition("_")[2]) if name.startswith("state_") else 0


def _decoder(model):
    try:
        return model.get_layer("decoder")
    except ValueError:
        raise InputError(
            f"{model.name}: expected a model that `translator` built; has no decoder"
        ) from None


def _arguments(model):
    """The symbolic tensors that the decoder was called with."""
    node = _decoder(model)._inbound_nodes[0]
    return node.arguments.kwargs
