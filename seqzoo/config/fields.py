"""The fields of a `Config`: what they accept, and which go together."""

import dataclasses
import functools
import os
from collections.abc import Collection, Container, Iterable, Mapping
from typing import Any

from seqzoo.errors import InputError, unknown_name

GROUPS = ("data", "network", "training")  # of flags, in the order of the help


class _On:
    """The values that are something: no zero, no None, not `none`."""

    def __contains__(self, value: object) -> bool:
        return bool(value) and value != "none"


class _Said:
    """All values but None."""

    def __contains__(self, value: object) -> bool:
        return value is not None


ON, SAID = _On(), _Said()


def option(
    default: Any,
    help: str,
    choices: Iterable[str] = (),
    *,
    least: float | None = None,
    most: float | None = None,
    above: float | None = None,
    below: float | None = None,
    prepares: bool = False,
    path: bool = False,
    idle_beside: Iterable[str] = (),
    beside: Iterable[str] = (),
    needs: Mapping[str, Container] | None = None,
    by_size: bool | str = False,
    group: str = "training",
    served: bool | float = True,
) -> Any:
    """A dataclass field with its help text and what it accepts.

    Args:
        default: its value where no flag is given.
        help: what it is, for `--help`.
        choices: the accepted names, if it is a name.
        least, most: the smallest and the largest number accepted.
        above, below: bounds that are not themselves accepted.
        prepares: whether a recipe's prepared data depend on it.
        path: whether it names a file or folder that is read.
        idle_beside: fields that take its place, so that it plays no part where one of them is set.
        beside: values that do play a part beside such fields.
        needs: field -> its values with which this one plays a part.
        by_size: whether the corpus decides it where it is None, see `seqzoo.training.by_size`; or what of the
            corpus does, in words.
        group: the part of the help in which its flag stands, one of `GROUPS`.
        served: whether a request to a server may set it; a number: the largest that it may ask for.
    """
    limits: dict[str, Any] = {
        "choices": tuple(choices),
        "least": least,
        "most": most,
        "above": above,
        "below": below,
    }
    limits |= {"prepares": prepares, "served": served, "path": path}
    limits |= {"idle_beside": tuple(idle_beside), "beside": tuple(beside)}
    limits |= {"by_size": by_size, "needs": needs or {}, "group": group}
    return dataclasses.field(default=default, metadata={"help": help, **limits})


def default(config_class: Any, name: str, value: Any) -> Any:
    """A field of another dataclass with a default of its own; help and limits stay.

        class Config(Settings):
            units: int = default(Settings, "units", 64)

    Args:
        config_class: the other dataclass.
        name: of the field.
        value: the new default.
    """
    field = config_class.__dataclass_fields__[name]
    return dataclasses.field(default=value, metadata=field.metadata)


# A sweep's trials that agree in all of these share their prepared data.
data_option = functools.partial(option, prepares=True, group="data")
network_option = functools.partial(option, group="network")
# What the corpus decides where nobody sets it; see `seqzoo.training.by_size`.
by_corpus = functools.partial(data_option, None, by_size=True)


def check(config: Any, flags: bool = True) -> None:
    """Refuse names that are none of a field's choices and numbers out of its range.

    Args:
        config: an instance of a dataclass.
        flags: whether errors name the fields as flags.

    Raises:
        InputError: listing the choices, or giving the range.
    """
    for field in dataclasses.fields(config):
        value = getattr(config, field.name)
        if value is None and by_size(field):
            continue
        name = f"--{flag(field.name)}" if flags else field.name
        if field.metadata.get("path") and not isinstance(
            value, (str, os.PathLike, type(None))
        ):
            raise InputError(
                f"{name}: expected a path; got {type(value).__name__}; write it to a file first "
                "(frame.to_parquet, frame.write_parquet)"
            )
        for each in value if isinstance(value, tuple) else (value,):
            _check(name, each, field.metadata)


def _check(name: str, value: Any, limits: Mapping[str, Any]) -> None:
    if limits["choices"] and value not in limits["choices"]:
        raise unknown_name(name, value, limits["choices"])
    bounds = [limits[bound] for bound in ("least", "most", "below", "above")]
    if value is None or all(bound is None for bound in bounds):
        return
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise InputError(f"{name}: expected a number; got {value!r}")
    if limits["least"] is not None and not value >= limits["least"]:
        raise InputError(f"{name}: expected at least {limits['least']}; got {value}")
    if limits["most"] is not None and not value <= limits["most"]:
        raise InputError(f"{name}: expected at most {limits['most']}; got {value}")
    if limits["below"] is not None and not value < limits["below"]:
        raise InputError(f"{name}: expected less than {limits['below']}; got {value}")
    if limits["above"] is not None and not value > limits["above"]:
        raise InputError(f"{name}: expected a number above {limits['above']}; got {value}")


def check_idle(config: Any, given: Iterable[str] | None = None) -> None:
    """Refuse fields that play no part beside others.

    Args:
        config: an instance of a dataclass.
        given: names of the fields that somebody has set; None: those that differ from their defaults.

    Raises:
        InputError: naming both fields.
    """
    fields = dataclasses.fields(config)
    if given is None:
        given = [f.name for f in fields if getattr(config, f.name) != f.default]
    for field in fields:
        for other in field.metadata.get("idle_beside", ()):
            if field.name not in given or getattr(config, other) is None:
                continue
            if getattr(config, field.name) in field.metadata["beside"]:
                continue
            idle, used = (
                f"--{flag(name)} {getattr(config, name)}" for name in (field.name, other)
            )
            raise InputError(
                f"{idle} and {used}: expected one of them; the other plays no part"
            )


def check_needed(config: Any, given: Iterable[str]) -> None:
    """Refuse fields that play no part with what others are.

    Args:
        config: an instance of a dataclass.
        given: names of the fields that somebody has set.

    Raises:
        InputError: naming both fields.
    """
    fields = [field for field in dataclasses.fields(config) if field.name in given]
    for field in fields:
        for other, values in field.metadata.get("needs", {}).items():
            if getattr(config, other) not in values:
                idle = f"--{flag(field.name)} {shown(getattr(config, field.name))}"
                used = f"--{flag(other)} {shown(getattr(config, other)).lower()}"
                raise InputError(f"{idle}: with {used} it plays no part")


def differences(
    old: dict[str, Any], config: Any, ignore: Collection[str] = ()
) -> list[str]:
    """The fields in which a recorded configuration and another differ, in words.

    Args:
        old: as `to_json` gave it, perhaps of an earlier version with fewer fields.
        config: an instance of the dataclass.
        ignore: fields that may differ.
    """
    # A setting younger than the record had its default's effect.
    defaults = to_json(type(config)())
    old, new = {**defaults, **old}, to_json(config)
    names = [n for n in {**old, **new} if n not in ignore and old[n] != new.get(n)]
    return [f"--{flag(n)} was {old.get(n)!r}, now {new.get(n)!r}" for n in names]


def to_json(config: Any) -> dict[str, Any]:
    """The fields of a dataclass' instance and their values, tuples as lists."""
    values = dataclasses.asdict(config)
    return {name: _plain(value) for name, value in values.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    return list(value) if isinstance(value, tuple) else value


def preparing(config: Any) -> dict[str, Any]:
    """The fields that prepared data depend on, and their values, tuples as lists."""
    values = to_json(config)
    return {
        f.name: values[f.name]
        for f in dataclasses.fields(config)
        if f.metadata.get("prepares")
    }


def flag(name: str) -> str:
    """A field's name as that of its flag, without the dashes before it: `batch_size` is `batch-size`."""
    return name.replace("_", "-")


def by_size(field: dataclasses.Field) -> bool:
    """Whether the corpus' size decides the field where nobody sets it; see `seqzoo.training.by_size`."""
    return bool(field.metadata.get("by_size", False))


def shown(value: Any) -> str:
    """A value as it is given on the command line."""
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
