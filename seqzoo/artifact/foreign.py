"""A `.keras` file from anywhere, read without running, opening or allocating what it may ask for.

Keras' safe mode refuses lambdas; what else a file can name is looked over here first: its layers must be
Keras' own that do nothing but arithmetic, or seqzoo's, and their weights no more than it has bytes for.
"""

import copy
import json
import math
from pathlib import Path

import keras

import seqzoo.layers  # noqa: F401, its classes are found by name
from seqzoo.artifact import weights
from seqzoo.errors import InputError
from seqzoo.models.built import shapes_alone

# They run code, open files or load other models.
REFUSED = {"Lambda", "TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer", "StringLookup",
           "IntegerLookup", "TextVectorization", "HashedCrossing", "Hashing", "FeatureSpace", "Pipeline",
           "__lambda__", "function", "__typespec__"}  # fmt: skip
MODULES = ("keras", "seqzoo.layers", "builtins")


def network(path: Path) -> keras.Model:
    """The `keras.Model` in a `.keras` file, uncompiled.

    Raises:
        InputError: if it is no such file, is damaged, or holds what is not read.
    """
    config = _config(path)
    _look_over(path, config)
    content = weights.read(path)
    try:
        with shapes_alone():
            taken = copy.deepcopy(config)  # Keras takes apart what it is given
            model = keras.saving.deserialize_keras_object(taken, safe_mode=True)
            count = sum(math.prod(weight.shape) for weight in model.weights)
        if 2 * count > len(content):
            raise InputError(
                f"{count:,} parameters; there are {len(content):,} bytes of weights"
            )
        model = keras.saving.deserialize_keras_object(config, safe_mode=True)
    except Exception as error:  # Keras raises of every kind
        raise InputError(
            f"{path}: cannot be read: {' '.join(str(error).split())[:300]}"
        ) from error
    if not isinstance(model, keras.Model):
        raise InputError(f"{path}: expected a model; got {type(model).__name__}")
    weights.assign(path, content, model)
    return model


def _config(path: Path) -> dict:
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


def _look_over(path: Path, config) -> None:
    """Refuse what names a class or function of anything but Keras' arithmetic and seqzoo's layers."""
    left = [config]
    while left:
        part = left.pop()
        if isinstance(part, list):
            left += part
        if not isinstance(part, dict):
            continue
        left += part.values()
        name, module = part.get("class_name"), part.get("module") or "keras"
        known = isinstance(module, str) and any(
            module == m or module.startswith(f"{m}.") for m in MODULES
        )
        own = not part.get("registered_name") or str(part["registered_name"]).startswith(
            "seqzoo>"
        )
        if "class_name" not in part:
            continue
        # A dotted name would be looked up below the module.
        plain = known and isinstance(name, str) and name.isidentifier()
        plain = plain and (
            module != "builtins" or name in ("int", "float", "str", "bool", "slice")
        )
        if not plain or not (own or part["registered_name"] == name) or name in REFUSED:
            what = f"{module}.{name}"
            raise InputError(
                f"{path}: {what}: not read; expected Keras' layers of arithmetic, or seqzoo's"
            )
