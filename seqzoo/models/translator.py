"""Sequence to asynchronous sequence: an encoder, and a decoder that attends to what it gave.

One model for teacher forcing; `translator_parts` takes from it what decoding needs.
"""

from collections.abc import Sequence

import keras
from keras import layers, ops

from seqzoo.errors import InputError
from seqzoo.layers.decoder import Decoder
from seqzoo.models.attending import (
    SOURCE_SPREAD,
    dense_states,
    keys_of,
    normal,
    target_embedding,
)
from seqzoo.models.built import builder
from seqzoo.models.choices import BRIDGES
from seqzoo.models.stack import (
    check_name,
    check_positive,
    check_shares,
    layer_sizes,
    stacked,
    thin_out,
)
from seqzoo.models.translator_parts import encoder_of, step_of
from seqzoo.models.turns import over_turns


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
    turn_id: int = 0,
    turns: int = 0,
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
        turn_id, turns: of talks: the id that ends a turn, and how many turns are read by a second encoder;
            see `seqzoo.models.turns.over_turns`. 0: there is none.
        name: the model's name.

    Raises:
        InputError: on an unknown name, a number out of its range, or settings that exclude each other.
    """
    units = layer_sizes(units, num_layers)
    check_positive(source_vocab_size=source_vocab_size, target_vocab_size=target_vocab_size)
    check_positive(embedding_dim=embedding_dim)
    check_shares(dropout=dropout, token_dropout=token_dropout)
    _check(units, bidirectional_encoder, bridge)
    _check_turns(turn_id, turns, source_vocab_size)
    sizes = source_vocab_size, target_vocab_size
    source = keras.Input((None,), dtype="int32", name="source")
    target = keras.Input((None,), dtype="int32", name="target")
    embed_source, embed = _embeddings(
        sizes, embedding_dim, tie=tie_embeddings, share=share_embeddings
    )

    mask = ops.not_equal(source, 0)  # bool (batch, source time)
    x = thin_out(embed_source(source), token_dropout, 0.0, "source_")
    memory, states = _encoded(
        x, mask, cell, units, bidirectional_encoder, dropout, residual
    )
    if turns:
        memory, states = over_turns(
            memory,
            source,
            turn_id=turn_id,
            turns=turns,
            cell=cell,
            units=units,
            dropout=dropout,
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
    keys = keys_of(memory, attention, units[0] if attention_at == "bottom" else units[-1])
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


def _check(units, bidirectional, bridge):
    """Refuse an unknown bridge, and odd sizes of states, of which no direction could have half."""
    check_name("bridge", bridge, BRIDGES)
    if bidirectional and any(size % 2 for size in units):
        raise InputError(
            f"units: expected even numbers for a bidirectional encoder; got {units}"
        )


def _check_turns(turn_id, turns, vocabulary):
    """Refuse turns without an id that ends them, and the other way round."""
    if not turns and not turn_id:
        return
    check_positive(turn_id=turn_id, turns=turns)
    if turn_id >= vocabulary:
        raise InputError(f"turn_id: expected one of {vocabulary} ids; got {turn_id}")


def _embeddings(sizes, dim, *, tie, share):
    """The source's and the target's embeddings; the target's are the output layer too."""
    source_size, target_size = sizes
    if share and source_size != target_size:
        raise InputError(
            f"share_embeddings: expected one vocabulary; got sizes {source_size}, {target_size}"
        )
    target = target_embedding(target_size, dim, tie)
    if share:
        return target, target
    source = layers.Embedding(
        source_size, dim, normal(SOURCE_SPREAD), name="source_embedding"
    )
    return source, target


def _encoded(x, mask, cell, units, bidirectional, dropout, residual):
    """The encoder's outputs (batch, time, units) and its layers' last states."""
    states: list = []
    x = layers.Dropout(dropout, name="source_dropout")(x) if dropout else x
    memory = stacked(
        x,
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
    # A concatenation of one leaves behind the mask that Keras hangs on the tensor.
    return ops.concatenate([memory], axis=-1), states


def _bridged(states, bridge):
    """The decoder's first states, made of the encoder's last ones."""
    if bridge == "copy":
        return states
    if bridge == "zero":
        return [ops.zeros_like(state) for state in states]
    return dense_states(states, [state.shape[-1] for state in states])
