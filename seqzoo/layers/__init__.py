"""Recurrent cells and layers; they need `keras` and NumPy alone."""

from seqzoo.layers.rnn import CELLS, recurrent

__all__ = ["CELLS", "recurrent"]
