"""One step of each cell of one sum on the rows of a batch, forward and back.

`gates` has a row for each token: on entry what the inputs give, `x W + b`; on leaving what going
back needs. The letters and the order of the gates are those of `keras.layers`. Going back, `dh` and
`dc` come in as the loss' gradients of the step's states and leave as those of the states before it;
`dz` gets those of the sums inside each gate. A row of `gates`, `dz` and `dh` is as long as full
tiles need. Constants are kept in the arrays' own type: with a plain 1, float32 would turn float64.
"""

from seqzoo.layers.kernels import compiled
from seqzoo.layers.kernels.activate import rows_at_once, tanhs
from seqzoo.layers.kernels.gemm import FIRST, add_product


@compiled
def activated(n, first, gates, h, relu):
    """h = tanh(gates), or with `relu` their positive part."""
    units, zero = h.shape[1], h.dtype.type(0)
    if not relu:
        at_once = rows_at_once(n, units)
        for r in range(0, n, at_once):
            tanhs(at_once, first + r, gates, FIRST, units)
    for r in range(n):
        z, out = gates[first + r], h[r]
        for j in range(units):
            out[j] = zero if relu and z[j] < zero else z[j]


@compiled
def activated_back(n, p, hs, dh, dz, first, relu):
    """Gradients of the sums from those of the states after, `hs`."""
    zero = dh.dtype.type(0)
    for r in range(n):
        h, d, out = hs[p + r], dh[r], dz[first + r]
        if relu:
            for j in range(h.size):
                out[j] = zero if h[j] == zero else d[j]
        else:
            for j in range(h.size):
                out[j] = d[j] - d[j] * h[j] * h[j]


@compiled
def simple_rnn(n, first, gates, h, u, relu):
    """h = f(x W + b + h U)."""
    add_product(n, h, FIRST, FIRST, u, gates, first, FIRST)
    activated(n, first, gates, h, relu)


@compiled
def simple_rnn_back(n, p, hs, dh, dz, first, u_back, relu):
    activated_back(n, p, hs, dh, dz, first, relu)
    dh[:n] = dh.dtype.type(0)
    add_product(n, dz, first, FIRST, u_back, dh, FIRST, FIRST)


@compiled
def independent(n, first, gates, h, u, relu):
    """h = f(x W + b + u h), u a vector: each unit sees itself alone."""
    for r in range(n):
        z, state = gates[first + r], h[r]
        for j in range(state.size):
            z[j] += u[j] * state[j]
    activated(n, first, gates, h, relu)


@compiled
def independent_back(n, p, hs, h_before, before, dh, dz, first, u, d_u, relu):
    """The states before the step are rows of `h_before` from `before` on; `d_u` is added to."""
    activated_back(n, p, hs, dh, dz, first, relu)
    for r in range(n):
        past, d, out = h_before[before + r], dh[r], dz[first + r]
        for j in range(past.size):
            d[j] = out[j] * u[j]
            d_u[j] += out[j] * past[j]


@compiled
def linear(n, first, gates, h):
    """g = tanh(x W + b); h = h + g."""
    units = h.shape[1]
    at_once = rows_at_once(n, units)
    for r in range(0, n, at_once):
        tanhs(at_once, first + r, gates, FIRST, units)
    for r in range(n):
        g, out = gates[first + r], h[r]
        for j in range(units):
            out[j] += g[j]


@compiled
def linear_back(n, p, gates, dh, dz, first, units):
    for r in range(n):
        g, d, out = gates[p + r], dh[r], dz[first + r]
        for j in range(units):
            out[j] = d[j] - d[j] * g[j] * g[j]


@compiled
def residual(n, first, gates, h, u):
    """g = tanh(x W + b + h U); h = h + g."""
    add_product(n, h, FIRST, FIRST, u, gates, first, FIRST)
    linear(n, first, gates, h)


@compiled
def residual_back(n, p, gates, dh, dz, first, u_back, units):
    linear_back(n, p, gates, dh, dz, first, units)
    add_product(n, dz, first, FIRST, u_back, dh, FIRST, FIRST)
