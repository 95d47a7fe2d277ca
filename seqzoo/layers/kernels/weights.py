"""A direction's weights as the loop takes them, and its gradients as Keras lays them out."""

import numpy as np

from seqzoo.layers.kernels.gemm import COLUMNS, as_it_is, as_packed, padded
from seqzoo.layers.kernels.memory import empty, zeros
from seqzoo.layers.kernels.records import Direction, Matrix, Weights
from seqzoo.layers.kernels.step import ELEMENTWISE, GRU, GRUS, LSTMS, ForgetLSTM

FEW, NOT_MANY = 2, 128  # steps and tokens for which packing costs more than it brings


def gates_width(cell: type[Weights], units: int) -> int:
    """Columns of a row of gates: four parts for LSTM and GRU, one for the simple one, full tiles."""
    if cell in GRUS:
        return 3 * units + padded(units)
    if cell is ForgetLSTM:
        return padded(2 * units)
    return padded(4 * units if cell in LSTMS else units)


def packed(cell: type[Weights], d: Direction, tokens: int, steps: int) -> Weights:
    """A direction's weights for `sequence.forward` of so many tokens, in so many steps at most."""
    few = steps <= FEW and tokens <= NOT_MANY
    matrix = as_it_is if few and d.recurrent_kernel.shape[0] % COLUMNS == 0 else as_packed
    units, gates = d.recurrent_kernel.shape[0], d.kernel.shape[1]
    none = _none(d.kernel.dtype)
    bias = np.zeros(padded(gates), d.kernel.dtype)
    if cell in ELEMENTWISE:
        bias[:gates] = d.bias
        return cell(matrix(d.kernel), none, none, bias, d.recurrent_kernel)
    if cell not in GRUS:
        bias[:gates] = d.bias[:gates]
        return cell(
            matrix(d.kernel), matrix(d.recurrent_kernel), none, bias, d.bias[gates:]
        )
    own, recurrent = d.bias if cell is GRU else (d.bias, np.zeros_like(d.bias))
    bias[: 3 * units] = own
    bias[: 2 * units] += recurrent[: 2 * units]
    gates, candidate = (
        d.recurrent_kernel[:, : 2 * units],
        d.recurrent_kernel[:, 2 * units :],
    )
    return cell(
        matrix(d.kernel), matrix(gates), matrix(candidate), bias, recurrent[2 * units :]
    )


def _none(dtype):
    return Matrix(np.empty(0, dtype), 0, 0, 0, 0)


def packed_back(cell: type[Weights], d: Direction) -> Weights:
    """A direction's weights, transposed, for `sequence.backward`."""
    units = d.recurrent_kernel.shape[0]
    none, nothing = _none(d.kernel.dtype), np.empty(0, d.kernel.dtype)
    w, u = as_packed(d.kernel.T), d.recurrent_kernel
    if cell in ELEMENTWISE:
        return cell(w, none, none, nothing, u)
    if cell not in GRUS:
        return cell(w, as_packed(u.T), none, nothing, d.bias[u.shape[1] :])
    return cell(
        w, as_packed(u[:, : 2 * units].T), as_packed(u[:, 2 * units :].T), nothing, nothing
    )


def zero_gradients(cell: type[Weights], d: Direction, tokens: int) -> Weights:
    """Where the gradients go: matrices, which `sequence.backward` sets, if there are tokens, and biases."""
    features, gates = d.kernel.shape
    units = d.recurrent_kernel.shape[0]
    recurrent = units * (cell not in ELEMENTWISE)
    matrices = (
        (features, padded(gates)),
        (recurrent, padded(2 * units if cell in GRUS else gates)),
        (units * (cell in GRUS), padded(units)),
    )
    more = units if cell in GRUS or cell in ELEMENTWISE else d.bias.size - gates
    made = [(empty if tokens else zeros)(shape, d.kernel.dtype) for shape in matrices]
    return cell(*made, *(zeros((size,), d.kernel.dtype) for size in (gates, more)))


def cut(array: np.ndarray, columns: int) -> np.ndarray:
    """The first columns, contiguous."""
    if array.shape[1] == columns:
        return array
    out = empty((array.shape[0], columns), array.dtype)
    out[:] = array[:, :columns]
    return out


def as_keras(
    cell: type[Weights], d: Direction, sums: Weights | list
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gradients of (kernel, recurrent_kernel, bias) as Keras lays the weights out."""
    units, gates = d.recurrent_kernel.shape[0], d.kernel.shape[1]
    kernel, bias, more = cut(sums[0], gates), sums[3], sums[4]
    if cell in ELEMENTWISE:
        return kernel, more, bias
    if cell not in GRUS:
        return (
            kernel,
            cut(sums[1], gates),
            np.concatenate([bias, more]) if more.size else bias,
        )
    recurrent = empty((units, gates), kernel.dtype)
    recurrent[:, : 2 * units], recurrent[:, 2 * units :] = (
        sums[1][:, : 2 * units],
        sums[2][:, :units],
    )
    if cell is GRU:
        bias = np.stack([bias, np.concatenate([bias[: 2 * units], more])])
    return kernel, recurrent, bias
