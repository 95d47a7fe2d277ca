"""What a network says of the next point of a pen, number by number. It needs no Keras.

The last axis of a network's output has 6 M + 1 raw numbers for M mixtures: the pen's, then M each of weights,
means of dx, means of dy, deviations of dx, deviations of dy, and correlations (Graves 2013, section 4.1).
"""

# Of a deviation, in the unit of the points: nothing is that certain, and no density grows without end.
SMALLEST_DEVIATION = 1e-2
# Of a correlation: 1 less its square stays where float32 can tell it from 0.
LARGEST_CORRELATION = 0.99
GROUPS = 6  # of a mixture's raw numbers


def width_of(mixtures: int) -> int:
    """How many raw numbers a network gives for one point of so many mixtures."""
    return GROUPS * mixtures + 1


def mixtures_of(width: int) -> int:
    """How many mixtures so many raw numbers are of.

    Raises:
        ValueError: if they are of no whole number of mixtures.
    """
    mixtures, rest = divmod(width - 1, GROUPS)
    if mixtures < 1 or rest:
        raise ValueError(f"expected 6 M + 1 numbers of a point, 7 or more; got {width}")
    return mixtures
