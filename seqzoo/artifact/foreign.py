"""A `.keras` file from anywhere, read without running, opening or allocating what it may ask for.

Keras' safe mode refuses lambdas, but a file can name more than that. So it is checked here first: its
layers must be seqzoo's, or Keras' own that do nothing but arithmetic. Its weights must fit into its bytes.
"""

import copy
import json
import math
from pathlib import Path
from typing import Any

import keras
from keras import tree

import seqzoo.layers  # noqa: F401, its classes are found by name
from seqzoo.artifact import weights
from seqzoo.errors import InputError
from seqzoo.models.built import shapes_alone

# They run code, open files or load other models.
REFUSED = {"Lambda", "TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer", "StringLookup",
           "IntegerLookup", "TextVectorization", "HashedCrossing", "Hashing", "FeatureSpace", "Pipeline",
           "__lambda__", "function", "__typespec__"}  # fmt: skip
MODULES = ("keras", "seqzoo.layers", "builtins")
MOST_STATES = 10_000_000  # numbers of carried states, which are in no file
BUILTINS = ("int", "float", "str", "bool", "slice")  # what of that module may be named


def network(path: Path) -> keras.Model:
    """The `keras.Model` in a `.keras` file, uncompiled.

    Raises:
        InputError: if it is no such file, is damaged, or has layers or weights that are refused.
    """
    config = _config(path)
    _check_names(path, config)
    content = weights.floats(path)
    try:
        model = _built(config, len(content))
    except Exception as error:  # Keras raises of every kind
        reason = " ".join(str(error).split())[:300]
        raise InputError(f"{path}: cannot be read: {reason}") from error
    if not isinstance(model, keras.Model):
        raise InputError(f"{path}: expected a model; got {type(model).__name__}")
    weights.assign(path, content, model)
    return model


def _built(config: dict[str, Any], size: int) -> Any:
    """What a configuration describes, if its parameters fit into `size` bytes; else an InputError."""
    with shapes_alone():
        taken = _without_states(config)  # a copy: Keras takes apart what it is given
        model = keras.saving.deserialize_keras_object(taken, safe_mode=True)
        count = sum(math.prod(weight.shape) for weight in model.weights)
        states = _carried(model)
    if states > MOST_STATES:
        raise InputError(
            f"{states:,} numbers of carried states; expected {MOST_STATES:,} at most"
        )
    if 2 * count > size:  # a parameter has two bytes or more
        raise InputError(f"{count:,} parameters; there are {size:,} bytes of weights")
    return keras.saving.deserialize_keras_object(config, safe_mode=True)


def _without_states(config: Any) -> Any:
    """A copy of a configuration whose layers carry no states: these are made at once, and take memory."""
    if isinstance(config, list):
        return [_without_states(part) for part in config]
    if not isinstance(config, dict):
        return copy.deepcopy(config)
    return {
        name: False if name == "stateful" else _without_states(part)
        for name, part in config.items()
    }


def _carried(model: Any) -> int:
    """How many numbers the states of a model's recurrent layers have at most, if all are carried."""
    inputs = getattr(model, "inputs", None) or []
    rows = max((x.shape[0] or 1 for x in inputs if len(x.shape)), default=1)
    layers = model._flatten_layers() if isinstance(model, keras.Model) else []
    sizes = [
        size for layer in layers for size in tree.flatten(getattr(layer, "state_size", 0))
    ]
    return rows * sum(size for size in sizes if isinstance(size, int))


def _config(path: Path) -> dict[str, Any]:
    """The file's `config.json`, without how it was compiled.

    Raises:
        InputError: if there is none.
    """
    if path.suffix != ".keras":
        raise InputError(f"{path}: expected a .keras file")
    content = weights.config(path)
    try:
        config = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: config.json: {error}") from error
    if not isinstance(config, dict):
        raise InputError(f"{path}: config.json: expected an object")
    config.pop("compile_config", None)
    return config


def _check_names(path: Path, config: dict[str, Any]) -> None:
    """Refuse a configuration that names anything but Keras' arithmetic and seqzoo's layers."""
    left: list[Any] = [config]
    while left:
        part = left.pop()
        if isinstance(part, list):
            left += part
        if not isinstance(part, dict):
            continue
        left += part.values()
        if "class_name" in part and not _is_harmless(part):
            what = f"{part.get('module') or 'keras'}.{part['class_name']}"
            raise InputError(
                f"{path}: {what}: not read; expected Keras' layers of arithmetic, or seqzoo's"
            )


def _is_harmless(part: dict[str, Any]) -> bool:
    """Whether the class or function that a part of a configuration names may be used."""
    name, module = part["class_name"], part.get("module") or "keras"
    # A dotted name would be looked up below the module.
    if not isinstance(name, str) or not name.isidentifier() or name in REFUSED:
        return False
    if not isinstance(module, str) or not any(
        module == known or module.startswith(f"{known}.") for known in MODULES
    ):
        return False
    if module == "builtins" and name not in BUILTINS:
        return False
    registered = part.get("registered_name")
    return not registered or registered == name or str(registered).startswith("seqzoo>")
