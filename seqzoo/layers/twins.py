"""A model in seqzoo's layers to one in Keras' own, and back: same architecture, same weights.

What is saved is the stock twin, which plain Keras loads; what is run is seqzoo's, which is faster.
"""

import keras

from seqzoo.layers import recurrence
from seqzoo.layers.crf import CRF

NAMES = ("SimpleRNN", "GRU", "LSTM", "RNN", "Bidirectional")
BUILT = "seqzoo>BuiltModel"  # see `seqzoo.layers.built_model`
# How Keras names the class of functional models.
FUNCTIONAL = {
    "module": "keras.src.models.functional",
    "class_name": "Functional",
    "registered_name": "Functional",
}


def to_stock(model: keras.Model) -> keras.Model:
    """A copy of the model with `keras.layers` where it has seqzoo's.

    Args:
        model: a built functional or sequential model, or one of a class with `get_config`.

    Returns:
        An uncompiled model of the same names, weights and outputs, which loads without seqzoo.

    Raises:
        ValueError: if the model can't be described by its config, has not been built, or has layers
            of classes derived from seqzoo's, or a CRF (the network below it has a twin).
        TypeError: on classes of the user's own that are not registered with Keras.
    """
    twin = _twin(model, _stock)
    ours = (*(getattr(recurrence, name) for name in NAMES), CRF)
    left = [layer.name for layer in twin._flatten_layers() if isinstance(layer, ours)]
    if left:
        raise ValueError(
            f"{model.name}: {', '.join(left)}: a CRF, or of a class derived from seqzoo's: no twin"
        )
    return twin


def from_stock(model: keras.Model) -> keras.Model:
    """A copy of the model with seqzoo's layers where it has `keras.layers`; see `to_stock`."""
    return _twin(model, _ours)


def _twin(model, convert):
    if not model.built:
        raise ValueError(
            f"{model.name}: expected a model that has been built; call it once first"
        )
    try:
        config = keras.saving.serialize_keras_object(model)
    except NotImplementedError as error:
        raise ValueError(
            f"{model.name}: expected a model with get_config(): {error}"
        ) from error
    config.pop("compile_config", None)
    if config["registered_name"] == BUILT:
        config |= FUNCTIONAL
    _check_known(model)
    # not from a file: what is in the model has run already
    twin = keras.saving.deserialize_keras_object(
        _everywhere(config, convert), safe_mode=False
    )
    twin.set_weights(model.get_weights())
    return twin


def _check_known(model):
    """Refuse a model of a class that Keras cannot find again.

    Raises:
        TypeError: naming the class.
    """
    kind = type(model)
    if kind.__module__.partition(".")[0] in ("keras", "seqzoo"):
        return
    name = keras.saving.get_registered_name(kind)
    if keras.saving.get_registered_object(name) is not kind:
        raise TypeError(
            f"{model.name}: expected a functional or sequential model, or one of a class that is registered "
            f"(keras.saving.register_keras_serializable); got {kind.__name__}"
        )


def _everywhere(config, convert):
    """The config with every layer's part converted, the innermost first."""
    if isinstance(config, (list, tuple)):
        return type(config)(_everywhere(part, convert) for part in config)
    if not isinstance(config, dict):
        return config
    config = {name: _everywhere(part, convert) for name, part in config.items()}
    return convert(config) if config.get("class_name") in NAMES else config


def _stock(config):
    if config["module"] != recurrence.__name__:
        return config
    inner = {name: value for name, value in config["config"].items() if name != "fused"}
    return {**config, "module": "keras.layers", "registered_name": None, "config": inner}


def _ours(config):
    if config["module"] != "keras.layers":
        return config
    name = config["class_name"]
    return {**config, "module": recurrence.__name__, "registered_name": f"seqzoo>{name}"}
