"""One step of each cell on the rows of a batch, forward and back.

`gates` has a row for each token: on entry what the inputs give, `x W + b`; on leaving what going
back needs. The letters and the order of the gates are those of `keras.layers`. Going back, `dh` and
`dc` come in as the loss' gradients of the step's states and leave as those of the states before it;
`dz` gets those of the sums inside each gate. A row of `gates`, `dz` and `dh` is as long as full
tiles need. Constants are kept in the arrays' own type: with a plain 1, float32 would turn float64.
"""

from seqzoo.layers.kernels import compiled
from seqzoo.layers.kernels.gemm import add_product
from seqzoo.layers.kernels.math import sigmoid, tanh


@compiled
def each_sigmoid(a):
    for j in range(a.size):
        a[j] = sigmoid(a[j])


@compiled
def each_tanh(a):
    for j in range(a.size):
        a[j] = tanh(a[j])


@compiled
def simple_rnn(n, first, gates, h, u, relu):
    """h = f(x W + b + h U)."""
    add_product(n, h, 0, 0, u, gates, first, 0)
    zero = h.dtype.type(0)
    for r in range(n):
        z, out = gates[first + r], h[r]
        if relu:
            for j in range(out.size):
                out[j] = zero if z[j] < zero else z[j]
        else:
            for j in range(out.size):
                out[j] = tanh(z[j])


@compiled
def simple_rnn_back(n, p, hs, dh, dz, first, u_back, relu):
    zero = dh.dtype.type(0)
    for r in range(n):
        h, d, out = hs[p + r], dh[r], dz[first + r]
        if relu:
            for j in range(h.size):
                out[j] = zero if h[j] == zero else d[j]
        else:
            for j in range(h.size):
                out[j] = d[j] - d[j] * h[j] * h[j]
        d[:] = zero
    add_product(n, dz, first, 0, u_back, dh, 0, 0)


@compiled
def residual(n, first, gates, h, u):
    """g = tanh(x W + b + h U); h = h + g."""
    add_product(n, h, 0, 0, u, gates, first, 0)
    for r in range(n):
        g, out = gates[first + r], h[r]
        each_tanh(g[: out.size])
        for j in range(out.size):
            out[j] += g[j]


@compiled
def residual_back(n, p, gates, dh, dz, first, u_back, units):
    for r in range(n):
        g, d, out = gates[p + r], dh[r], dz[first + r]
        for j in range(units):
            out[j] = d[j] - d[j] * g[j] * g[j]
    add_product(n, dz, first, 0, u_back, dh, 0, 0)


@compiled
def lstm(n, first, gates, h, c, u, peephole):
    """i, f, o = sigmoid(z); g = tanh(z); c = f c + i g; h = o tanh(c).

    With a `peephole` of three parts, i and f see the c before, o the c after; else it has no elements.
    """
    units = h.shape[1]
    add_product(n, h, 0, 0, u, gates, first, 0)
    for r in range(n):
        z, state, out = gates[first + r], c[r], h[r]
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
    for r in range(n):
        a, c, past = gates[p + r], cs[p + r], c_before[before + r]
        d, dstate, out = dh[r], dc[r], dz[first + r]
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
        d[:] = d.dtype.type(0)
    add_product(n, dz, first, 0, u_back, dh, 0, 0)


@compiled
def gru(n, first, gates, h, u, u_h, recurrent_bias, reset_after):
    """z, r = sigmoid(.); g = tanh(x_h + q), q = r (h U_h + b_h), or (r h) U_h; h = z h + (1 - z) g.

    The fourth part of a row of `gates` gets what r is multiplied with: h U_h + b_h, or r h itself.
    """
    units = h.shape[1]
    add_product(n, h, 0, 0, u, gates, first, 0)
    for r in range(n):
        z = gates[first + r]
        each_sigmoid(z[: 2 * units])
        if reset_after:
            z[3 * units : 4 * units] = recurrent_bias
        else:
            for j in range(units):
                z[3 * units + j] = z[units + j] * h[r, j]
    if reset_after:
        add_product(n, h, 0, 0, u_h, gates, first, 3 * units)
    else:
        add_product(n, gates, first, 3 * units, u_h, gates, first, 2 * units)
    for r in range(n):
        z, out = gates[first + r], h[r]
        if reset_after:
            for j in range(units):
                z[2 * units + j] += z[units + j] * z[3 * units + j]
        each_tanh(z[2 * units : 3 * units])
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
        add_product(n, dz, first, 3 * units, u_h_back, dh, 0, 0)
    else:
        add_product(n, dz, first, 2 * units, u_h_back, dz, first, 3 * units)
        for r in range(n):
            a, past, d, out = gates[p + r], h_before[before + r], dh[r], dz[first + r]
            for j in range(units):
                reset, q = a[units + j], out[3 * units + j]
                out[units + j] = q * past[j] * (reset - reset * reset)
                d[j] += q * reset
    add_product(n, dz, first, 0, u_back, dh, 0, 0)
