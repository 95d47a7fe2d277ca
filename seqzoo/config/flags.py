"""The fields of a `Config` as flags of a command line, and back."""

import argparse
import dataclasses
import types
import typing
from collections.abc import Callable, Mapping
from typing import Any

from seqzoo.config.fields import (
    GROUPS,
    by_size,
    check,
    check_idle,
    check_needed,
    flag,
    shown,
)
from seqzoo.errors import InputError, unknown_name

AUTO = "auto"  # stands for the value that the corpus decides


def from_text(config_class: Any, name: str, text: str) -> Any:
    """The value of a field that a text stands for, as on the command line; `none` for None.

    Args:
        config_class: the dataclass.
        name: of the field.
        text: stands for its value.

    Raises:
        InputError: if there is no such field or it cannot hold that.
    """
    hints = typing.get_type_hints(config_class)
    if name not in hints:
        raise unknown_name("setting", name, hints)
    hint = hints[name]
    if text == AUTO and by_size(config_class.__dataclass_fields__[name]):
        return None
    if hint is bool:
        if text.lower() not in ("true", "false"):
            raise InputError(f"--{flag(name)}: expected true or false; got {text!r}")
        return text.lower() == "true"
    if text == "none" and types.NoneType in typing.get_args(hint):
        return None
    try:
        return _parser(hint)(text)
    except argparse.ArgumentTypeError as error:
        raise InputError(f"--{flag(name)}: {error}") from None


def add_flags(parser: argparse.ArgumentParser, config_class: Any) -> None:
    """Add one flag for each field, named like it; what is parsed has the flags that were given alone.

    Args:
        parser: gets the flags.
        config_class: the dataclass.
    """
    hints = typing.get_type_hints(config_class)
    fields = dataclasses.fields(config_class)
    used = {field.metadata.get("group", GROUPS[-1]) for field in fields}
    groups = {name: parser.add_argument_group(name) for name in GROUPS if name in used}
    for field in fields:
        help = help_of(field)
        keywords: dict[str, typing.Any]
        if hints[field.name] is bool:
            keywords = {"action": argparse.BooleanOptionalAction}
        else:
            parse = _parser(hints[field.name])
            if by_size(field):
                parse = _or_auto(parse)
            keywords = {"type": parse, "metavar": _metavar(field, hints[field.name])}
        keywords |= {"default": argparse.SUPPRESS, "help": help}
        group = groups[field.metadata.get("group", GROUPS[-1])]
        group.add_argument(f"--{flag(field.name)}", dest=field.name, **keywords)


def _metavar(field: dataclasses.Field, hint: Any) -> str:
    """What stands for a flag's value in the help."""
    if field.metadata.get("path"):
        return "PATH"
    if field.metadata.get("choices"):
        kind = "NAME"
    else:
        kinds = _kinds(hint)
        kind = "FLOAT" if float in kinds else "INT" if int in kinds else "TEXT"
    several = any(typing.get_origin(each) is tuple for each in _members(hint))
    return f"{kind}[,{kind}...]" if several else kind


def _members(hint: Any) -> tuple[Any, ...]:
    """The types that a union names; of another type, itself."""
    return typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,)


def _kinds(hint: Any) -> set[Any]:
    """The types of single values that a hint allows."""
    return {kind for each in _members(hint) for kind in typing.get_args(each) or (each,)}


def help_of(field: dataclasses.Field) -> str:
    """The help text of a field's flag: what it is, its choices, its default."""
    help, choices = field.metadata.get("help", ""), field.metadata.get("choices")
    if choices:
        help += f" ({', '.join(choices)})"
    value = "none" if field.default is None else shown(field.default)
    if by_size(field) and field.default is None:
        reason = field.metadata["by_size"]
        value = f"{AUTO}: {'by the corpus' if reason is True else reason}"
    return f"{help}; default {value}".replace("%", "%%")


def given_flags(config_class: Any, arguments: argparse.Namespace) -> dict[str, Any]:
    """The fields whose flags were given, and their values.

    Args:
        config_class: the dataclass whose flags `add_flags` has added.
        arguments: what was parsed.
    """
    parsed, fields = vars(arguments), dataclasses.fields(config_class)
    return {field.name: parsed[field.name] for field in fields if field.name in parsed}


def from_flags(
    config_class: Any,
    arguments: argparse.Namespace,
    preset: Mapping[str, Any] | None = None,
) -> Any:
    """The configuration that parsed flags describe.

    Args:
        config_class: the dataclass whose flags `add_flags` has added.
        arguments: what was parsed.
        preset: fields and values, for flags that were not given.

    Raises:
        InputError: on a value that a field does not accept, or a flag that plays no part beside another.
    """
    given = given_flags(config_class, arguments)
    config = config_class(**{**(preset or {}), **given})
    check(config)
    check_idle(config, given)
    check_needed(config, given)
    return config


def _or_auto(parse: Callable[[str], Any]) -> Callable[[str], Any]:
    """A parser that takes `auto`, too: None."""
    return lambda text: None if text == AUTO else parse(text)


def _parser(hint: Any) -> Callable[[str], Any]:
    """A function from a flag's text to the field's type; errors name expectation and text."""
    options = _members(hint)
    numbers = next((o for o in options if o in (int, float)), None)
    several = next((o for o in options if typing.get_origin(o) is tuple), None)

    def parse(text: str) -> Any:
        if numbers is None and several is None:
            return text
        kind = numbers or typing.get_args(several)[0]
        parts = text.split(",") if several else [text]
        try:
            values = tuple(kind(part) for part in parts)
        except ValueError:
            what = {int: "a whole number", float: "a number"}[kind]  # any text is a str
            what += ", or several with commas between" if several else ""
            raise argparse.ArgumentTypeError(f"expected {what}; got {text!r}") from None
        return values[0] if numbers and len(values) == 1 else values

    return parse
