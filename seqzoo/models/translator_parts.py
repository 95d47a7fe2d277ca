"""What decoding takes from a `translator` or a `captioner`: its encoder, and a step of its decoder.

Weights are shared.

`encoder_of` and `step_of` make two models of Keras' own layers alone. `step_function` and `network_step` make
of the whole model, or of these two, the `step` that `seqzoo.decoding` asks for.
"""

from collections.abc import Callable

import keras
from keras import ops

from seqzoo.errors import InputError
from seqzoo.layers.tensors import Tensor

_MEMORY = ("memory", "keys", "mask")


def encoder_of(model: keras.Model) -> keras.Model:
    """The encoder of a `translator` or a `captioner`, weights shared: tokens (batch, time), or a picture, ->
    memory, keys, mask and the decoder's first states.

    Returns:
        A functional model with the outputs `memory`, float (batch, time, units), `keys`, of the same
        leading sizes, `mask`, bool (batch, time), and `state_1`, `state_2`, ...: the step's first states.
    """
    arguments = _arguments(model)
    mask = arguments["memory_mask"]
    outputs = {"memory": arguments["memory"], "keys": arguments["keys"], "mask": mask}
    first = _decoder(model).first_state(arguments["states"], mask)
    outputs |= {f"state_{number}": state for number, state in enumerate(first, 1)}
    return keras.Model(model.inputs[0], outputs, name="encoder")


def step_of(model: keras.Model) -> keras.Model:
    """One step of such a model's decoder, weights shared, for rows that are one hypothesis each.

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
    """Such a model without its output layer, weights shared: source and target to the decoder's
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
    decoder, embed = _decoder(model), model.get_layer("target_embedding")
    weights = output_weights(model)
    memory, keys, mask = (encoded[name] for name in _MEMORY)
    batch = ops.shape(memory)[0]

    def step(tokens, state):
        x = embed(ops.reshape(tokens, (batch, -1)))  # (batch, hypotheses, features)
        features, state, alignments = decoder.step(x, state, keys, memory, mask)
        features = ops.reshape(features, (-1, features.shape[-1]))  # (rows, features)
        log_probs = ops.log_softmax(ops.matmul(features, weights))
        if alignments is not None:
            # (batch, hypotheses, source time) -> (rows, source time)
            alignments = ops.reshape(alignments, (-1, ops.shape(memory)[1]))
        return log_probs, state, alignments

    return step, _states(encoded)


def network_step(network: keras.Model, encoded: dict) -> tuple[Callable, list]:
    """`step_function` of the network that `step_of` gives, or of the same one loaded from its file: made of
    Keras' own layers, but with a copy of the memory for each hypothesis."""
    count = ops.shape(encoded["mask"])[0]

    def step(tokens, state):
        rows = ops.shape(tokens)[0]
        given = {"token": ops.reshape(tokens, (rows, 1))}
        for name in _MEMORY:
            if name in encoded:  # (batch, ...) -> (rows, ...)
                given[name] = ops.repeat(encoded[name], rows // count, axis=0)
        given |= {f"state_{number}": value for number, value in enumerate(state, 1)}
        outputs = network(given, training=False)
        return outputs["log_probs"], _states(outputs), outputs.get("alignments")

    return step, _states(encoded)


def _states(named: dict) -> list:
    """The tensors named `state_1`, `state_2`, ..., in this order."""
    return [named[name] for name in sorted(named, key=_number) if name.startswith("state_")]


def _number(name: str) -> int:
    return int(name.rpartition("_")[2]) if name.startswith("state_") else 0


def _decoder(model):
    try:
        return model.get_layer("decoder")
    except ValueError:
        raise InputError(
            f"{model.name}: expected a model that `translator` or `captioner` built; has no decoder"
        ) from None


def _arguments(model):
    """The symbolic tensors that the decoder was called with."""
    node = _decoder(model)._inbound_nodes[0]
    return node.arguments.kwargs
