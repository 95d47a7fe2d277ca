"""What `config.json` of an artifact says of texts and of the network, checked before it is used."""

from collections.abc import Callable, Container
from typing import Any

from seqzoo.errors import InputError


def one_of(choices: Container[str]) -> Callable[[Any], bool]:
    """A function that says whether a setting is one of some names."""
    return lambda value: isinstance(value, str) and value in choices


def truth(value: Any) -> bool:
    """Whether a setting is true or false."""
    return isinstance(value, bool)


def length(value: Any) -> bool:
    """Whether a setting is a length of texts, a whole number of at least 1."""
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value < 2**31


class Arguments(dict[str, Any]):
    """What a model was built with, as `config.json` says; a missing one is an error of the file's.

    Args:
        given: from the file.
        where: the file.

    Raises:
        InputError: if there are none, or a size is no size.
    """

    def __init__(self, given: Any, where: str):
        if not isinstance(given, dict):
            raise InputError(f'{where}: "model": expected arguments')
        for name, value in given.items():
            if name.endswith("_size") and value is not None and not length(value):
                raise InputError(f"{where}: {name}: expected a size; got {str(value)[:60]}")
        super().__init__(given)
        self._where = where

    def __missing__(self, name: str) -> Any:
        raise InputError(f'{self._where}: "model": expected "{name}" among the arguments')
