"""What the kernels hand each other: named arrays and sizes.

Compiled code knows these classes too. Each cell's weights are a class of their own, derived from `Weights`
in `step`.
"""

from typing import Any, NamedTuple

import numpy as np


class Matrix(NamedTuple):
    """The right factor of a product, in panels of COLUMNS columns.

    Attributes:
        data: its elements from the first on, (size,).
        depth: rows.
        panels: how many panels.
        panel_step: elements from panel to panel.
        row_step: elements from row to row.
    """

    data: np.ndarray
    depth: int
    panels: int
    panel_step: int
    row_step: int


class Weights(NamedTuple):
    """A cell's weights; its gradients are of the same class, each of them an array.

    Attributes:
        w, u: kernel and recurrent kernel, a `Matrix` each.
        u_h: the GRU's part of `u` that its reset gate goes with, a `Matrix`; else empty.
        bias: (padded gates,).
        more: a GRU's recurrent bias, an LSTM's peepholes or a recurrent vector; else empty.
    """

    w: Any
    u: Any
    u_h: Any
    bias: np.ndarray
    more: np.ndarray


class Plan(NamedTuple):
    """Where each token of packed rows stands; see `sequence`.

    Attributes:
        starts: number of each step's first token, int64 (steps + 1,).
        counts: rows of each step, int64 (steps,).
        where: each token's place in the batch, row * time + step, int64 (tokens,).
    """

    starts: np.ndarray
    counts: np.ndarray
    where: np.ndarray


class Saved(NamedTuple):
    """What going back needs of each token.

    Attributes:
        gates: (tokens, gates); see `cells`.
        hs: the states after it, (tokens, units).
        cs: an LSTM's c after it, (tokens, units); else no columns.
    """

    gates: np.ndarray
    hs: np.ndarray
    cs: np.ndarray


class Direction(NamedTuple):
    """One direction of a layer: its weights as Keras lays them out, and its first states.

    Attributes:
        kernel: (features, gates); without features inputs that have some are what x W would be, those of two
            directions side by side.
        recurrent_kernel: (units, gates), or (units,) where no unit sees another.
        bias: (gates,), with peepholes behind it where there are any; (2, gates) for a GRU; never None.
        h: (batch, units).
        c: (batch, units) for the LSTM; else no columns.
        reverse: whether it reads from the end.
    """

    kernel: np.ndarray
    recurrent_kernel: np.ndarray
    bias: np.ndarray
    h: np.ndarray
    c: np.ndarray
    reverse: bool


class Call(NamedTuple):
    """How a layer is to be run.

    Attributes:
        cell: a class in `step.CELLS`.
        return_sequences: all outputs, or the last.
        zero: masked steps give zeros, not the output before them.
        flip: a reversed direction gives its outputs in the order they were made.
        threads: how many may run at once.
    """

    cell: type[Weights]
    return_sequences: bool
    zero: bool
    flip: bool
    threads: int
