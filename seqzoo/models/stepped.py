"""A recursive forecaster with its states as inputs and outputs, so that it goes on from any step."""

import keras
from keras import layers

from seqzoo.layers.carried import state_sizes
from seqzoo.models import horizons
from seqzoo.models.built import description_of
from seqzoo.models.windows import Normal, with_static


def parts_of(model: keras.Model) -> dict[str, keras.Model]:
    """What is saved of a `forecaster`: the model, and of a recursive one `stepped_of`."""
    recursive = description_of(model)["arguments"]["mode"] == "recursive"
    return {"model": stepped_of(model) if recursive else model}


def stepped_of(model: keras.Model) -> keras.Model:
    """A recursive `forecaster` for series in pieces of any length, weights shared; without dropout.

    Inputs: `values` float32 (batch, time, num_features), all steps there; `known` float32 (batch, time,
    known_features), of the step after each, and `static` float32 (batch, static_features), where the model
    has them; `state_1`, `state_2`, ..., float32 (batch, units) each, zero at first.

    Outputs: `forecast`, as the model gives it, and the states after the last step by the inputs' names.

    Args:
        model: of the builder `forecaster`, with the mode `recursive`.
    """
    arguments = description_of(model)["arguments"]
    values = keras.Input((None, arguments["num_features"]), name="values")
    x, inputs = with_static(values, arguments["static_features"])
    inputs = [values, *inputs]
    if arguments["known_features"]:
        known = keras.Input((None, arguments["known_features"]), name="known")
        inputs.append(known)
        x = layers.Concatenate(name="with_known")([x, known])

    outputs: dict[str, keras.KerasTensor] = {}
    recurrent = [layer for layer in model.layers if hasattr(layer, "cell")]
    for number, layer in enumerate(recurrent, 1):
        first = [
            keras.Input((size,), name=f"state_{len(outputs) + place}")
            for place, size in enumerate(state_sizes(layer), 1)
        ]
        inputs += first
        before, (x, *after) = x, layer(x, initial_state=first)
        outputs |= {each.name: state for each, state in zip(first, after, strict=True)}
        if arguments["residual"] and before.shape == x.shape:
            x = layers.Add(name=f"residual_{number}")([before, x])

    targets = arguments["num_targets"] or arguments["num_features"]
    raw = horizons.by_target(model.get_layer("steps")(x), targets)
    base = values[..., :targets] if arguments["normalization"] == "last" else None
    forecast = horizons.restored(arguments["distribution"], raw, Normal(None, None), base)
    outputs["forecast"] = layers.Identity(name="forecast")(forecast)
    return keras.Model({each.name: each for each in inputs}, outputs, name="network")
