"""One step of each cell on the rows of a batch, forward and back.

`gates` has a row for each token: on entry what the inputs give, `x W + b`; on leaving what going
back needs. The letters and the order of the gates are those of `keras.layers`. Going back, `dh` and
`dc` come in as the loss' gradients of the step's states and leave as those of the states before it;
`dz` gets those of the sums inside each gate. A row of `gates`, `dz` and `dh` is as long as full
tiles need. Constants are kept in the arrays' own type: with a plain 1, float32 would turn float64.

Wide rows are worked on one at a time, while they are in the cache. Of narrow ones, with less than
`NARROW` units, all rows are worked on together, since few columns do not fill a vector.
"""

import numpy as np

from seqzoo.layers.kernels import compiled
from seqzoo.layers.kernels.gemm import FIRST, add_product
from seqzoo.layers.kernels.math import sigmoid, tanh

NARROW = 12


@compiled
def rows_at_once(n, units):
    """How many of n rows are worked on together."""
    return n if units < NARROW else 1


@compiled
def each_sigmoid(a):
    for j in range(a.size):
        a[j] = sigmoid(a[j])


@compiled
def each_tanh(a):
    for j in range(a.size):
        a[j] = tanh(a[j])


@compiled
def take_unit(n, a, first, unit, units, out):
    """One unit of n rows of `a` from `first` on: out[k n + r] = a[first + r, k units + unit]."""
    for r in range(n):
        for k in range(out.size // n):
            out[k * n + r] = a[first + r, k * units + unit]


@compiled
def put_unit(n, values, a, first, unit, units):
    """The way back of `take_unit`."""
    for r in range(n):
        for k in range(values.size // n):
            a[first + r, k * units + unit] = values[k * n + r]


@compiled
def sigmoids(n, first, a, begin, end):
    """Put n rows of `a` from `first` on, columns `begin` to `end`, through sigmoid."""
    if n == 1:
        each_sigmoid(a[first, begin:end])
        return
    column = np.empty(n, a.dtype)
    for j in range(begin, end):
        take_unit(n, a, first, j, FIRST, column)
        each_sigmoid(column)
        put_unit(n, column, a, first, j, FIRST)


@compiled
def tanhs(n, first, a, begin, end):
    """Put n rows of `a` from `first` on, columns `begin` to `end`, through tanh."""
    if n == 1:
        each_tanh(a[first, begin:end])
        return
    column = np.empty(n, a.dtype)
    for j in range(begin, end):
        take_unit(n, a, first, j, FIRST, column)
        each_tanh(column)
        put_unit(n, column, a, first, j, FIRST)


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


@compiled
def lstm(n, first, gates, h, c, u, peephole):
    """i, f, o = sigmoid(z); g = tanh(z); c = f c + i g; h = o tanh(c).

    With a `peephole` of three parts, i and f see the c before, o the c after; else it has no elements.
    """
    units = h.shape[1]
    add_product(n, h, FIRST, FIRST, u, gates, first, FIRST)
    if rows_at_once(n, units) == 1 or peephole.size:
        for r in range(n):
            lstm_row(gates[first + r], c[r], h[r], peephole)
        return
    z, state, out = np.empty(4 * n, h.dtype), np.empty(n, h.dtype), np.empty(n, h.dtype)
    for j in range(units):
        take_unit(n, gates, first, j, units, z)
        take_unit(n, c, FIRST, j, units, state)
        lstm_row(z, state, out, peephole)
        put_unit(n, z, gates, first, j, units)
        put_unit(n, state, c, FIRST, j, units)
        put_unit(n, out, h, FIRST, j, units)


@compiled
def lstm_row(z, state, out, peephole):
    """The step behind the sums z: of one row, or of all rows' one unit."""
    units = out.size
    if peephole.size:
        for j in range(units):
            z[j] += peephole[j] * state[j]
            z[units + j] += peephole[units + j] * state[j]
    each_sigmoid(z[: 2 * units])
    each_tanh(z[2 * units : 3 * units])
    for j in range(units):
        state[j] = z[units + j] * state[j] + z[j] * z[2 * units + j]
    if peephole.size:
        for j in range(units):
            z[3 * units + j] += peephole[2 * units + j] * state[j]
    each_sigmoid(z[3 * units : 4 * units])
    for j in range(units):
        out[j] = z[3 * units + j] * tanh(state[j])


@compiled
def lstm_back(n, p, gates, cs, c_before, before, dh, dc, dz, first, u_back, peephole, d_peephole):
    """The states before the step are rows of `c_before` from `before` on; `d_peephole` is added to."""
    units = cs.shape[1]
    if rows_at_once(n, units) == 1 or peephole.size:
        for r in range(n):
            lstm_row_back(gates[p + r], cs[p + r], c_before[before + r], dh[r], dc[r], dz[first + r],
                          peephole, d_peephole)  # fmt: skip
    else:
        lstm_units_back(n, p, gates, cs, c_before, before, dh, dc, dz, first, peephole)
    dh[:n] = dh.dtype.type(0)
    add_product(n, dz, first, FIRST, u_back, dh, FIRST, FIRST)


@compiled
def lstm_units_back(n, p, gates, cs, c_before, before, dh, dc, dz, first, peephole):
    """`lstm_row_back` of all rows, a unit at a time."""
    units = cs.shape[1]
    a, out = np.empty(4 * n, cs.dtype), np.empty(4 * n, cs.dtype)
    c, past, d, dstate = np.empty((4, n), cs.dtype)
    for j in range(units):
        take_unit(n, gates, p, j, units, a)
        take_unit(n, cs, p, j, units, c)
        take_unit(n, c_before, before, j, units, past)
        take_unit(n, dh, FIRST, j, units, d)
        take_unit(n, dc, FIRST, j, units, dstate)
        lstm_row_back(a, c, past, d, dstate, out, peephole, peephole)
        put_unit(n, dstate, dc, FIRST, j, units)
        put_unit(n, out, dz, first, j, units)


@compiled
def lstm_row_back(a, c, past, d, dstate, out, peephole, d_peephole):
    """Gradients of the sums, `out`, and of the c before, `dstate`: of one row, or of all rows' one unit."""
    units = c.size
    for j in range(units):
        o, t = a[3 * units + j], tanh(c[j])
        out[3 * units + j] = d[j] * t * (o - o * o)
        through = d[j] * o
        dstate[j] += through - through * t * t
    if peephole.size:
        for j in range(units):
            dstate[j] += out[3 * units + j] * peephole[2 * units + j]
            d_peephole[2 * units + j] += out[3 * units + j] * c[j]
    for j in range(units):
        i, g = a[j], a[2 * units + j]
        out[j] = dstate[j] * g * (i - i * i)
        out[2 * units + j] = dstate[j] * (i - i * g * g)
    for j in range(units):
        f = a[units + j]
        out[units + j] = dstate[j] * past[j] * (f - f * f)
        dstate[j] *= f
    if peephole.size:
        for j in range(units):
            dstate[j] += out[j] * peephole[j] + out[units + j] * peephole[units + j]
            d_peephole[j] += out[j] * past[j]
            d_peephole[units + j] += out[units + j] * past[j]


@compiled
def gru(n, first, gates, h, u, u_h, recurrent_bias, reset_after):
    """z, r = sigmoid(.); g = tanh(x_h + q), q = r (h U_h + b_h), or (r h) U_h; h = z h + (1 - z) g.

    The fourth part of a row of `gates` gets what r is multiplied with: h U_h + b_h, or r h itself.
    """
    units = h.shape[1]
    at_once = rows_at_once(n, units)
    add_product(n, h, FIRST, FIRST, u, gates, first, FIRST)
    for start in range(0, n, at_once):
        sigmoids(at_once, first + start, gates, FIRST, 2 * units)
        for r in range(start, start + at_once):
            z, state = gates[first + r], h[r]
            for j in range(units):
                z[3 * units + j] = recurrent_bias[j] if reset_after else z[units + j] * state[j]
    if reset_after:
        add_product(n, h, FIRST, FIRST, u_h, gates, first, 3 * units)
    else:
        add_product(n, gates, first, 3 * units, u_h, gates, first, 2 * units)
    for start in range(0, n, at_once):
        if reset_after:
            for r in range(start, start + at_once):
                z = gates[first + r]
                for j in range(units):
                    z[2 * units + j] += z[units + j] * z[3 * units + j]
        tanhs(at_once, first + start, gates, 2 * units, 3 * units)
        for r in range(start, start + at_once):
            z, out = gates[first + r], h[r]
            for j in range(units):
                g = z[2 * units + j]
                out[j] = g + z[j] * (out[j] - g)


@compiled
def gru_back(n, p, gates, h_before, before, dh, dz, first, u_back, u_h_back, reset_after):
    """The states before the step are rows of `h_before` from `before` on."""
    units = h_before.shape[1]
    for r in range(n):
        a, past, d, out = gates[p + r], h_before[before + r], dh[r], dz[first + r]
        for j in range(units):
            z, g = a[j], a[2 * units + j]
            out[j] = d[j] * (past[j] - g) * (z - z * z)
            q = d[j] - d[j] * z
            out[2 * units + j] = q - q * g * g
            d[j] *= z
        if reset_after:
            for j in range(units):
                reset = a[units + j]
                out[units + j] = out[2 * units + j] * a[3 * units + j] * (reset - reset * reset)
                out[3 * units + j] = out[2 * units + j] * reset
        else:
            out[3 * units :] = out.dtype.type(0)
    if reset_after:
        add_product(n, dz, first, 3 * units, u_h_back, dh, FIRST, FIRST)
    else:
        add_product(n, dz, first, 2 * units, u_h_back, dz, first, 3 * units)
        for r in range(n):
            a, past, d, out = gates[p + r], h_before[before + r], dh[r], dz[first + r]
            for j in range(units):
                reset, q = a[units + j], out[3 * units + j]
                out[units + j] = q * past[j] * (reset - reset * reset)
                d[j] += q * reset
    add_product(n, dz, first, FIRST, u_back, dh, FIRST, FIRST)
