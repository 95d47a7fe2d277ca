"""A direction's weights as the loop takes them, and its gradients as Keras lays them out."""

import numpy as np

from seqzoo.layers.kernels import sequence
from seqzoo.layers.kernels.gemm import COLUMNS, pack, padded
from seqzoo.layers.kernels.memory import empty, zeros
from seqzoo.layers.kernels.sequence import GRU, GRU_RESET_BEFORE, LSTM, PEEPHOLE_LSTM


def gates_width(cell, units):
    """Columns of a row of gates: four parts for LSTM and GRU, one for the simple one, full tiles."""
    if cell in (GRU, GRU_RESET_BEFORE):
        return 3 * units + padded(units)
    return padded(4 * units if cell in (LSTM, PEEPHOLE_LSTM) else units)


def packed(cell, d):
    """A direction's weights for `sequence.forward`."""
    units = d.recurrent_kernel.shape[0]
    none = np.empty((0, 0, COLUMNS), d.kernel.dtype)
    bias = np.zeros(padded(d.kernel.shape[1]), d.kernel.dtype)
    if cell not in (GRU, GRU_RESET_BEFORE):
        gates = d.kernel.shape[1]
        bias[:gates] = d.bias[:gates]
        return sequence.Weights(pack(d.kernel), pack(d.recurrent_kernel), none, bias, d.bias[gates:])
    own, recurrent = d.bias if cell == GRU else (d.bias, np.zeros_like(d.bias))
    bias[: 3 * units] = own
    bias[: 2 * units] += recurrent[: 2 * units]
    gates, candidate = d.recurrent_kernel[:, : 2 * units], d.recurrent_kernel[:, 2 * units :]
    return sequence.Weights(pack(d.kernel), pack(gates), pack(candidate), bias, recurrent[2 * units :])


def packed_back(cell, d):
    """A direction's weights, transposed, for `sequence.backward`."""
    units = d.recurrent_kernel.shape[0]
    none = d.kernel[0, :0]
    w, u = pack(d.kernel.T), d.recurrent_kernel
    if cell not in (GRU, GRU_RESET_BEFORE):
        more = d.bias[u.shape[1] :]
        return sequence.Weights(w, pack(u.T), np.empty((0, 0, COLUMNS), u.dtype), none, more)
    return sequence.Weights(w, pack(u[:, : 2 * units].T), pack(u[:, 2 * units :].T), none, none)


def zero_gradients(cell, d):
    features, gates = d.kernel.shape
    units = d.recurrent_kernel.shape[0]
    split = cell in (GRU, GRU_RESET_BEFORE)
    shapes = [
        (features, padded(gates)),
        (units, padded(2 * units if split else gates)),
        (units * split, padded(units)),
        (gates,),
        (units if split else d.bias.size - gates,),
    ]
    return sequence.Gradients(*(zeros(shape, d.kernel.dtype) for shape in shapes))


def cut(array, columns):
    """The first columns, contiguous."""
    if array.shape[1] == columns:
        return array
    out = empty((array.shape[0], columns), array.dtype)
    out[:] = array[:, :columns]
    return out


def as_keras(cell, d, sums):
    """Gradients of (kernel, recurrent_kernel, bias) as Keras lays the weights out."""
    units, gates = d.recurrent_kernel.shape
    kernel, bias = cut(sums[0], gates), sums[3]
    if cell not in (GRU, GRU_RESET_BEFORE):
        return kernel, cut(sums[1], gates), np.concatenate([bias, sums[4]]) if sums[4].size else bias
    recurrent = empty((units, gates), kernel.dtype)
    recurrent[:, : 2 * units], recurrent[:, 2 * units :] = sums[1][:, : 2 * units], sums[2][:, :units]
    if cell == GRU:
        bias = np.stack([bias, np.concatenate([bias[: 2 * units], sums[4]])])
    return kernel, recurrent, bias
