"""An extension of Griffe: docstrings may describe several parameters on one line, as `a, b: the bounds`."""

import re
from typing import Any

import griffe

_SEVERAL = re.compile(r"^( +)(\w+(?:, \w+)+): ")


class Several(griffe.Extension):
    """Gives each of the names an entry of its own, of the same words."""

    def on_object(self, *, obj: griffe.Object, **_kwargs: Any) -> None:
        """Rewrite an object's docstring before it is parsed."""
        if obj.docstring is not None:
            obj.docstring.value = split(obj.docstring.value)


def split(text: str) -> str:
    """A docstring in which each entry has one name.

    Args:
        text: a docstring without the indentation that its lines share.
    """
    lines = text.split("\n")
    made: list[str] = []
    number = 0
    while number < len(lines):
        end = number + 1
        if several := _SEVERAL.match(lines[number]):
            indent, names = several.groups()
            while end < len(lines) and lines[end].startswith(f"{indent} "):
                end += 1
            rest = lines[number][several.end() :]
            for name in names.split(", "):
                made += [f"{indent}{name}: {rest}", *lines[number + 1 : end]]
        else:
            made.append(lines[number])
        number = end
    return "\n".join(made)
