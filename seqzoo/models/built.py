"""How a model was built: a builder's name and its arguments, from which it is built again.

It is all that an artifact keeps of an architecture: what is loaded is made by the builders here, whatever
else a file may name.
"""

import contextlib
import functools
import inspect
import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import keras
from keras.src.backend.common import global_state

from seqzoo.errors import InputError, unknown_name
from seqzoo.layers.built_model import BuiltModel

LARGEST, MOST, LAYERS = 2**31 - 1, 1000, 100  # a number, members of a list, layers
MOST_TAGS = 300  # what may follow what is a table of their square
_NAME = re.compile(r"[A-Za-z][\w.-]{0,99}", re.ASCII)


@dataclass(frozen=True)
class Builder:
    """A builder function and what is saved of its models.

    Attributes:
        build: named numbers and strings -> an uncompiled model.
        parts: a model -> the networks that use needs, by the names of their files; weights shared.
        training_only: arguments that only training needs -> their values in use.
        beside: a model -> what of its weights is in JSON files beside the networks: name of the file ->
            function of model and value that puts it in.
    """

    build: Callable[..., keras.Model]
    parts: Callable[[keras.Model], dict[str, keras.Model]]
    training_only: Mapping[str, object]
    beside: Callable[[keras.Model], dict[str, Callable]]


BUILDERS: dict[str, Builder] = {}


def whole(model: keras.Model) -> dict[str, keras.Model]:
    """All of a model, as `model`."""
    return {"model": model}


def builder(
    *,
    parts: Callable[[keras.Model], dict[str, keras.Model]] = whole,
    training_only: Mapping[str, object] | None = None,
    beside: Callable[[keras.Model], dict[str, Callable]] = lambda model: {},
) -> Callable:
    """Make a function a builder: its models tell how they were built, and what of them is saved.

    A model's `built_by` is `{"builder": name, "arguments": {...}}`.

    Args:
        parts, training_only, beside: see `Builder`.

    Raises:
        ValueError: when it decorates a function whose name another module's builder has: what was saved of
            one would be built by the other.
    """

    def decorate(function: Callable[..., keras.Model]) -> Callable[..., keras.Model]:
        @functools.wraps(function)
        def build(*arguments, **keywords):
            made = function(*arguments, **keywords)
            model = made
            if not isinstance(made, BuiltModel):
                model = BuiltModel(made.input, made.output, name=made.name)
            bound = inspect.signature(function).bind(*arguments, **keywords)
            bound.apply_defaults()
            plain = {
                n: list(v) if isinstance(v, (tuple, list)) else v
                for n, v in bound.arguments.items()
            }
            model.built_by = MappingProxyType(
                {"builder": function.__name__, "arguments": plain}
            )
            vocabularies = _vocabularies(model, bound.arguments)
            model.vocabularies = MappingProxyType(vocabularies)
            return model

        taken = BUILDERS.get(function.__name__)
        if taken is not None and taken.build.__module__ != function.__module__:
            raise ValueError(
                f"builder {function.__name__}: {taken.build.__module__} has one of that name"
            )
        BUILDERS[function.__name__] = Builder(build, parts, training_only or {}, beside)
        return build

    return decorate


def _vocabularies(model: keras.Model, arguments: Mapping[str, Any]) -> dict[str, int]:
    """How many ids each input of a model has, by the arguments that it was built with.

    `bigrams` has its number in `bigram_vocab_size`, the only or first input perhaps in `vocab_size`. Frames
    of numbers, and lengths, which are one number a row, are no ids.
    """
    found = {}
    of_ids = [each for each in model.inputs if "int" in each.dtype and len(each.shape) > 1]
    for name in (each.name for each in of_ids):
        singular = name.removesuffix("s")
        for key in (f"{name}_vocab_size", f"{singular}_vocab_size", "vocab_size"):
            if isinstance(arguments.get(key), int):
                found[name] = arguments[key]
                break
    return found


def description_of(model: keras.Model) -> dict:
    """What `built_by` of a model of these builders says.

    Raises:
        InputError: if it is another's model.
    """
    if not hasattr(model, "built_by"):
        raise InputError(
            f"{model.name}: expected a model that a builder of seqzoo.models has built"
        )
    return {**model.built_by}


def parts(model: keras.Model) -> dict[str, keras.Model]:
    """What of a model is saved: name -> network, weights shared with the model.

    Raises:
        InputError: if no builder of seqzoo's made it.
    """
    return BUILDERS[description_of(model)["builder"]].parts(model)


def beside(model: keras.Model) -> dict[str, Callable]:
    """What of a model is in JSON files beside its networks; see `Builder`."""
    return BUILDERS[description_of(model)["builder"]].beside(model)


def described_for_use(model: keras.Model) -> dict:
    """How to build the model again without what only training needs."""
    description = description_of(model)
    changed = BUILDERS[description["builder"]].training_only
    return {**description, "arguments": {**description["arguments"], **changed}}


@contextlib.contextmanager
def shapes_alone() -> Iterator[None]:
    """Inside, layers are built whose variables have a shape, but no value and no memory."""
    # Keras would give them values at the next chance: it must forget them.
    waiting = global_state.get_global_attribute("uninitialized_variables") or []
    kept = list(waiting)
    try:
        with keras.StatelessScope(initialize_variables=False):
            yield
    finally:
        global_state.set_global_attribute("uninitialized_variables", kept)


def rebuild(description: Any, where: str, most: int = LARGEST) -> keras.Model:
    """Build a model again, its weights as new.

    Args:
        description: as `description_of` gives it, from a file perhaps.
        where: of the description, for errors.
        most: parameters that it may have; nothing of a larger one is allocated.

    Raises:
        InputError: if it names no builder, arguments that this hasn't or can't take, or too large ones.
    """
    name, arguments = _checked(description, where)
    try:
        with shapes_alone():
            count = sum(
                math.prod(weight.shape)
                for weight in BUILDERS[name].build(**arguments).weights
            )
        if count > most:
            raise InputError(f"{count:,} parameters; {most:,} at most can be in the files")
        return BUILDERS[name].build(**arguments)
    except (ValueError, TypeError, ArithmeticError) as error:
        raise InputError(f"{where}: {name}: {error}") from error


def _checked(description, where: str) -> tuple[str, dict]:
    """Builder and arguments, of types and sizes that can be meant."""
    if not isinstance(description, dict) or set(description) != {"builder", "arguments"}:
        raise InputError(
            f"{where}: expected how the model was built: a builder and its arguments"
        )
    name, arguments = description["builder"], description["arguments"]
    if not isinstance(name, str) or name not in BUILDERS:
        raise unknown_name(f"{where}: builder", name, BUILDERS)
    given = arguments if isinstance(arguments, dict) else {"arguments": None}
    known = inspect.signature(BUILDERS[name].build).parameters
    for argument, value in given.items():
        if argument not in known:
            raise unknown_name(f"{where}: argument of {name}", argument, known)
        if not _can_be_meant(argument, value):
            raise InputError(
                f"{where}: {name}: {argument}: out of the range of models: {str(value)[:60]}"
            )
    return name, arguments


def _can_be_meant(argument: str, value: object) -> bool:
    """Whether a value is plain, and of a size that a model can have."""
    if argument == "name" and not (isinstance(value, str) and _NAME.fullmatch(value)):
        return False
    members = value if isinstance(value, list) else [value]
    longest = {"units": LAYERS, "tags": MOST_TAGS}.get(argument, MOST)
    largest = LAYERS if argument == "num_layers" else LARGEST
    if len(members) > longest:
        return False
    for member in members:
        if isinstance(member, str):
            fits = len(member) <= MOST_TAGS
        elif isinstance(member, (int, float)):  # a bool is an int
            fits = -largest <= member <= largest
        else:
            fits = member is None
        if not fits:
            return False
    return True
