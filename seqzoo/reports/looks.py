"""Where each word of a caption looked, as squares side by side."""

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from seqzoo.reports import fonts

COLUMNS, SIDE = 6, 1.5  # of squares; inches of one


def looks(tokens: Sequence[str], alignments: Sequence[Sequence[float]]) -> Figure:
    """A square for each token, darker where it looked more.

    Args:
        tokens: of a caption, and its end.
        alignments: for each a share of each position of the picture, row by row of a square.
    """
    rows = -(-len(tokens) // COLUMNS)
    figure = Figure(figsize=(COLUMNS * SIDE, rows * (SIDE + 0.3)), layout="constrained")
    axes = np.ravel(figure.subplots(rows, COLUMNS, squeeze=False))
    texts, font = fonts.shown(list(tokens))
    for each in axes:
        each.set_axis_off()
    for each, text, shares in zip(axes, texts, alignments, strict=False):
        side = math.isqrt(len(shares))
        # (positions,) -> (rows, columns)
        each.imshow(np.reshape(shares, (side, side)), cmap="Blues", vmin=0)
        each.set_title(text, fontsize="small", **font)
    return figure
