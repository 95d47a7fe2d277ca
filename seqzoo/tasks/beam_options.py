"""Options of a beam search that several tasks have, each declared once."""

from typing import Any

from seqzoo.config import option

OWN = "none: as the model was measured"


def beam_size() -> Any:
    """The field `beam_size`."""
    return option(None, f"beginnings kept; 1: greedy; {OWN}", least=1, most=1000, served=16)


def length_penalty(what: str) -> Any:
    """The field `length_penalty`.

    Args:
        what: is searched for, in the plural.
    """
    return option(
        None,
        f"how far long {what} are favoured (Wu et al. 2016); {OWN}",
        least=0,
        most=1000,
        served=10,
    )
