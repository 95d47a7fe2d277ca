"""What a sweep varies: the recipe's `search_space(hp)`, narrowed or widened by a TOML file.

cell = ["gru", "lstm"]                                     # one of these
units = [64, 128, "128,64"]                                # two layers in the last
dropout = { min = 0.2, max = 0.6, step = 0.1 }             # a number in a range
learning_rate = { min = 1e-4, max = 1e-2, sampling = "log" }
bidirectional = true                                       # fixed
"""

import dataclasses
import math
import tomllib
import typing
from collections.abc import Collection
from pathlib import Path
from types import ModuleType
from typing import Any

from keras_tuner import HyperParameters

from seqzoo import config as configs
from seqzoo.errors import InputError, unknown_name

RANGE = ("min", "max", "step", "sampling")
SAMPLINGS = ("linear", "log", "reverse_log")
NOT_VARIED = ("epochs", "seed")  # the first is the sweep's own, the other chance


def space(
    recipe: ModuleType,
    base: Any,
    path: Path | None = None,
    fixed: Collection[str] | None = None,
) -> HyperParameters:
    """The values among which a sweep looks.

    Args:
        recipe: a module with `search_space(hp)`, unless the file names all.
        base: the `Config` of what is not varied; its values are the defaults of what is.
        path: a TOML file; what it says of a setting holds in place of the recipe's word.
        fixed: names that are not varied, whatever the recipe says; None: those that in `base` are not the
            recipe's own and that the file does not name.

    Raises:
        InputError: on a file that is no such TOML, a name that is none of the recipe's settings, values it
            cannot have, or nothing to vary.
    """
    hp, said = HyperParameters(), _read(path)
    if fixed is None:
        fixed = [name for name in changed(recipe, base) if name not in said]
    if "," in str(said.get("units")) and "num_layers" not in said:
        fixed = [*fixed, "num_layers"]  # sizes a layer each tell it
    for name in fixed:
        hp.Fixed(name, _plain(getattr(base, name)))
    for name, what in said.items():
        if name in fixed:
            raise InputError(f"{path}: {name}: varied there and fixed by a flag")
        _register(hp, base, path, name, what)
    if hasattr(recipe, "search_space"):
        recipe.search_space(hp)  # names registered already stay as they are
    elif path is None:
        raise InputError(
            f"{recipe.__name__}: it has no search_space(hp); expected --space FILE"
        )
    found = HyperParameters()
    for each in hp.space:
        if each.name not in fixed:
            found.merge([_with_default(each, base)])
    if all(len(list(each.values)) == 1 for each in found.space):
        raise InputError(f"{path or recipe.__name__}: nothing to vary")
    return found


def changed(recipe: ModuleType, base: Any) -> list[str]:
    """The settings that a sweep may vary and that in a configuration are not the recipe's own.

    Args:
        recipe: the module.
        base: an instance of its `Config`.
    """
    own, names = recipe.Config(), [field.name for field in dataclasses.fields(base)]
    differing = [n for n in names if getattr(base, n) != getattr(own, n)]
    return [n for n in differing if n not in NOT_VARIED]


def configured(base: Any, values: dict) -> Any:
    """A configuration with a trial's values put in.

    Raises:
        InputError: if they are not such as the configuration can have.
    """
    chosen = {n: v for n, v in values.items() if not n.startswith("tuner/")}
    config = dataclasses.replace(
        base, **{n: configs.from_text(type(base), n, _text(v)) for n, v in chosen.items()}
    )
    configs.check(config)
    return config


def defaults(found: HyperParameters) -> dict:
    """The first trial's values: the configuration's own where the space has them, else the first of a list
    or the least of a range."""
    return {each.name: each.default for each in found.space}


def _read(path: Path | None) -> dict:
    if path is None:
        return {}
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read: {error}") from error


def _register(hp, base, path, name, what) -> None:
    names = [field.name for field in dataclasses.fields(base)]
    if name not in names or name in NOT_VARIED:
        raise unknown_name(
            f"{path}: setting", name, [n for n in names if n not in NOT_VARIED]
        )
    if isinstance(what, dict):
        _register_range(hp, base, f"{path}: {name}", name, what)
        return
    values = what if isinstance(what, list) else [what]
    if not values:
        raise InputError(f"{path}: {name}: an empty list; expected what it may be")
    values = [_checked(base, f"{path}: {name}", name, value) for value in values]
    if len({type(value) for value in values}) > 1:
        values = [_text(value) for value in values]
    if len(set(values)) < len(values):
        raise InputError(f"{path}: {name}: a value twice; got {what}")
    if isinstance(values[0], bool):  # a Choice would make numbers of them
        hp.Boolean(name) if len(values) == 2 else hp.Fixed(name, values[0])
    else:
        hp.Choice(name, values)


def _register_range(hp, base, where, name, what) -> None:
    if unknown := [key for key in what if key not in RANGE]:
        raise unknown_name(f"{where}: a range's", unknown[0], RANGE)
    if "min" not in what or "max" not in what:
        raise InputError(f"{where}: expected min and max; got {what}")
    least, most = (_checked(base, where, name, what[end]) for end in ("min", "max"))
    if not all(
        isinstance(end, int | float) and not isinstance(end, bool) for end in (least, most)
    ):
        raise InputError(f"{where}: no range of numbers; expected a list")
    if not least < most:
        raise InputError(f"{where}: an empty range: min {least}, max {most}")
    sampling, step = what.get("sampling", "linear"), what.get("step")
    if sampling not in SAMPLINGS:
        raise unknown_name(f"{where}: sampling", sampling, SAMPLINGS)
    if sampling != "linear" and least <= 0:
        raise InputError(
            f"{where}: sampling {sampling}: expected a min above 0; got {least}"
        )
    room = (
        most - least if sampling == "linear" else most / least
    )  # a difference or a factor
    if step is not None and not (isinstance(step, int | float) and 0 < step <= room):
        raise InputError(f"{where}: step: expected a number up to {room:g}; got {step}")
    kind = hp.Float if float in (type(least), type(most)) else hp.Int
    try:
        kind(name, least, most, step=step, sampling=sampling)
    except ValueError as error:
        raise InputError(f"{where}: {error}") from None


def _checked(base, where, name, value):
    """A value as the configuration has it, in the form keras-tuner keeps."""
    try:
        if isinstance(value, list | dict):
            raise InputError(f"--{configs.flag(name)}: expected one value; got {value}")
        return _plain(getattr(configured(base, {name: value}), name))
    except InputError as error:
        raise InputError(f"{where}: {str(error).removeprefix('--')}") from None


def _with_default(each, base):
    """A hyper-parameter whose default is the configuration's value, where it may have that."""
    settings, value = each.get_config(), _plain(getattr(base, each.name))
    if "values" in settings:  # a choice
        allowed = value in settings["values"]
        value = (
            value
            if allowed
            else _text(value)
            if _text(value) in settings["values"]
            else None
        )
    elif "min_value" in settings:
        inside = (
            isinstance(value, int | float)
            and settings["min_value"] <= value <= settings["max_value"]
        )
        value = value if inside and _on_step(value, settings) else None
    elif "value" in settings:  # fixed
        value = None
    return type(each).from_config(
        settings if value is None else settings | {"default": value}
    )


def _on_step(value, settings: dict) -> bool:
    """Whether a value is one that a range with steps comes to."""
    least, step = settings["min_value"], settings["step"]
    if step is None:
        return True
    steps = (
        (value - least) / step
        if settings["sampling"] == "linear"
        else math.log(value / least, step)
    )
    return abs(steps - round(steps)) < 1e-6


def _plain(value: typing.Any):
    """A configuration's value as keras-tuner can keep it: a number, a truth value or a text."""
    return _text(value) if value is None or isinstance(value, tuple) else value


def _text(value) -> str:
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    if isinstance(value, float):
        return f"{value:.6g}"  # more digits than matter; keras-tuner's workers are sent single precision
    return "none" if value is None else str(value)
