"""What a forecast of a number can be: the kinds of distributions and their parameters. It needs no Keras."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from seqzoo.errors import InputError, unknown_name


@dataclass(frozen=True)
class Distribution:
    """A kind of forecast.

    Attributes:
        name: in `DISTRIBUTIONS`.
        parameters: names of its parameters, in the order of the last axis; of quantiles there is one for
            each level.
        location, scales: parameters that move, and those that grow, with the unit of the numbers: what was
            divided by s and moved by m is restored as `location * s + m` and `scale * s`.
    """

    name: str
    parameters: tuple[str, ...]
    location: tuple[str, ...] = ()
    scales: tuple[str, ...] = ()


DISTRIBUTIONS = {
    each.name: each
    for each in (
        Distribution("point", ("value",), ("value",)),
        Distribution("quantiles", ()),
        Distribution("normal", ("mean", "deviation"), ("mean",), ("deviation",)),
        Distribution(
            "student_t", ("location", "scale", "freedom"), ("location",), ("scale",)
        ),
        Distribution("negative_binomial", ("mean", "dispersion")),
    )
}


def middle_of(levels: int) -> int:
    """The place of the middle one of so many quantiles; of two in the middle the lower."""
    return (levels - 1) // 2


def count_of(distribution: str, levels: Sequence[float]) -> int:
    """How many numbers the forecast of one value has.

    Args:
        distribution: a name in `DISTRIBUTIONS`.
        levels: of quantiles, rising, in (0, 1).

    Raises:
        InputError: on an unknown name, or levels that are none.
    """
    if distribution not in DISTRIBUTIONS:
        raise unknown_name("distribution", distribution, DISTRIBUTIONS)
    if distribution != "quantiles":
        return len(DISTRIBUTIONS[distribution].parameters)
    rising = all(a < b for a, b in itertools.pairwise(levels))
    if not levels or not rising or not all(0 < level < 1 for level in levels):
        raise InputError(
            f"quantiles: expected rising levels between 0 and 1; got {list(levels)}"
        )
    return len(levels)
