"""Traditional characters to simplified ones, by a converter that somebody has installed."""

import importlib
from collections.abc import Callable

from seqzoo.errors import InputError

CONVERTERS = ("none", "zhconv", "opencc")
INSTALL = {"zhconv": "zhconv", "opencc": "opencc-python-reimplemented"}


def converter(name: str) -> Callable[[str], str]:
    """A function from text to text.

    Args:
        name: one of `CONVERTERS`; `none` changes nothing.

    Raises:
        InputError: if it is not installed.
    """
    if name == "none":
        return str
    try:
        package = importlib.import_module(name)
    except ModuleNotFoundError:
        raise InputError(
            f'--simplified {name}: the converter is missing: pip install "{INSTALL[name]}"'
        ) from None
    if name == "opencc":
        return package.OpenCC("t2s").convert
    return lambda text: package.convert(text, "zh-hans")
