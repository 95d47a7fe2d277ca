"""The turns of a talk as one text: a mark stands between them, with a space on both sides."""

from collections.abc import Sequence

TURN = "⏎"  # between turns; in no form of Unicode is it another character
TAB = "\t"  # between turns, where people and programs write them in a line


def joined(turns: Sequence[str], most: int) -> str:
    """The last turns as one text.

    Args:
        turns: the talk so far, the oldest first; a mark in one of them becomes a space.
        most: turns that are read.
    """
    bare = (" ".join(turn.replace(TURN, " ").split()) for turn in turns)
    spoken = [turn for turn in bare if turn]
    return f" {TURN} ".join(spoken[-most:])


def of_line(text: str, most: int) -> str:
    """`joined` of turns with tabs, line ends or marks between them; of such a text it is the same again."""
    return joined(text.replace("\n", TAB).replace(TURN, TAB).split(TAB), most)


def last(text: str) -> str:
    """The last turn of a text of `joined`."""
    return text.rpartition(TURN)[2].strip()
