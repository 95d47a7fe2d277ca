"""Checks of the settings of cells."""

from collections.abc import Mapping
from typing import Any

from seqzoo.errors import InputError

FORGET_GATES = ("own", "coupled", None)


def check_lstm(options: Mapping[str, Any]) -> None:
    """Refuse what `LSTMCell` cannot be.

    Args:
        options: its arguments by name.

    Raises:
        InputError: on an unknown forget gate, settings that exclude each other, or a number out of its range.
    """
    forget_gate, projection = options["forget_gate"], options["projection"]
    if forget_gate not in FORGET_GATES:
        raise InputError(
            f"forget_gate: expected one of {FORGET_GATES}; got {forget_gate!r}"
        )
    if forget_gate == "coupled" and not options["input_gate"]:
        raise InputError(
            "forget_gate: coupled to the input gate, which input_gate=False takes away"
        )
    if projection is not None and projection < 1:
        raise InputError(f"projection: expected a size of at least 1; got {projection!r}")
    for name in ("cell_clip", "projection_clip"):
        limit = options[name]
        if limit is not None and not limit > 0:
            raise InputError(f"{name}: expected a number above 0; got {limit!r}")
