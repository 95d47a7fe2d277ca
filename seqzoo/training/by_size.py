"""Settings that the corpus decides, its size mostly, unless the user sets them.

Such a field is None, `auto` on the command line, until the training part is counted; then `settled` puts
the number in. Which number is the task's to say: `seqzoo.pipeline.prepared.Prepared.by_size`.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any

from seqzoo import config as configs
from seqzoo.errors import InputError
from seqzoo.pipeline.prepared import Prepared


def left_open(config_class: Any, name: str) -> Any:
    """A field of another dataclass that the size of the corpus decides, unless somebody sets it.

        class Settings(training.Settings):
            epochs: int = left_open(training.Settings, "epochs")

    Args:
        config_class: the other dataclass.
        name: of the field; help and limits stay.
    """
    field = config_class.__dataclass_fields__[name]
    return dataclasses.field(default=None, metadata={**field.metadata, "by_size": True})


def open_fields(config: Any) -> list[str]:
    """The fields that nobody has set and the size of the corpus decides.

    Args:
        config: an instance of a dataclass.
    """
    fields = dataclasses.fields(config)
    return [
        f.name for f in fields if configs.by_size(f) and getattr(config, f.name) is None
    ]


def filled(config: Any, values: Mapping[str, Any]) -> Any:
    """A configuration with values for its open fields; what was set stays.

    Args:
        config: an instance of a dataclass.
        values: field -> value, of any fields; a list, as JSON has it, becomes a tuple.
    """
    found = {name: values[name] for name in open_fields(config) if name in values}
    found = {n: tuple(v) if isinstance(v, list) else v for n, v in found.items()}
    return dataclasses.replace(config, **found)


def settled(config: Any, data: Prepared) -> Any:
    """A configuration without open fields: what was left open follows from the prepared data.

    Args:
        config: an instance of a dataclass.
        data: the prepared data.

    Raises:
        InputError: if the data say nothing of an open field.
    """
    config = filled(config, data.by_size(config))
    if left := open_fields(config):
        flags = ", ".join(f"--{configs.flag(name)}" for name in left)
        raise InputError(f"{flags}: expected a value; these data choose none")
    return config


def in_words(before: Any, config: Any, data: Prepared) -> str | None:
    """What was chosen for these data, in a line; None: nothing was.

    Args:
        before: the configuration with its open fields.
        config: `settled` of it.
        data: the prepared data.
    """
    chosen = [_as_flag(name, getattr(config, name)) for name in open_fields(before)]
    if not chosen:
        return None
    return f"chosen for {data.sizes()['train']:,} {data.counted}: {', '.join(chosen)}"


def _as_flag(name: str, value: Any) -> str:
    """A field's value as it is given on the command line."""
    if isinstance(value, bool):
        return f"--{'' if value else 'no-'}{configs.flag(name)}"
    return f"--{configs.flag(name)} {value}"
