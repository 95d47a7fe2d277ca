"""Flags of a command line that tests begin with and change."""

from collections.abc import Iterable


def changed(flags: Iterable[str], *more: str) -> list[str]:
    """Flags, and more of them: where one of both is the same, its value is the last.

    A command refuses a flag that comes twice.
    """
    found: dict[str, list[str]] = {}
    name = ""
    for word in (*flags, *more):
        if word.startswith("--"):
            name = word
            found.pop(name, None)
        found.setdefault(name, []).append(word)
    return [word for words in found.values() for word in words]
