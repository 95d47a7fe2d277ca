"""The loop over time, forward and back, on packed rows.

Rows are ordered by length and steps laid end to end, so that rows which have ended have left and a
masked token costs nothing (PyTorch's packed sequences). Any mask does: each row's tokens that count
are taken in their order, wherever they stand. Step t has the first `counts[t]` rows; its first token
is number `starts[t]`; `where[p]` is the place of token p in the batch, row * time + step.

What the inputs give is worked out for a chunk of steps at a time, while it is still in the cache;
so are, going back, the weights' gradients.
"""

from collections import namedtuple

import numpy as np

from seqzoo.layers.kernels import cells
from seqzoo.layers.kernels.cells import add_product, compiled
from seqzoo.layers.kernels.gemm import COLUMNS, aligned, multiply

SIMPLE_RNN, SIMPLE_RNN_RELU, LSTM, GRU, GRU_RESET_BEFORE = range(5)
CELLS = {
    "simple_rnn": SIMPLE_RNN,
    "simple_rnn_relu": SIMPLE_RNN_RELU,
    "lstm": LSTM,
    "gru": GRU,
    "gru_reset_before": GRU_RESET_BEFORE,
}
FORWARD_CHUNK, BACKWARD_CHUNK = 64, 512  # tokens

# Packed weights; `u_h` is the GRU's part of `u` that its reset gate goes with, else empty.
Weights = namedtuple("Weights", "w u u_h bias recurrent_bias")
Plan = namedtuple("Plan", "starts counts where")
Saved = namedtuple("Saved", "gates hs cs")  # for each token: see `cells`; the states after it, c the LSTM's
Gradients = namedtuple("Gradients", "w u u_h bias recurrent_bias")


@compiled
def plan(rows, mask, reverse):
    """Where each token of the batch's rows `rows`, ordered by falling length, stands.

    Args:
        rows: int64 (n,), rows of the mask.
        mask: bool (batch, time).
        reverse: read from the end.
    """
    time = mask.shape[1]
    length = mask[rows[0]].sum() if rows.size else 0
    counts = np.zeros(length, np.int64)
    for row in rows:
        counts[: mask[row].sum()] += 1
    starts = np.zeros(length + 1, np.int64)
    starts[1:] = np.cumsum(counts)
    where = np.empty(starts[length], np.int64)
    for r in range(rows.size):
        step = 0
        for i in range(time):
            t = time - 1 - i if reverse else i
            if mask[rows[r], t]:
                where[starts[step] + r] = rows[r] * time + t
                step += 1
    return Plan(starts, counts, where)


@compiled
def take(x, where, first, last, out):
    """out[i] = x[where[first + i]]."""
    for i in range(last - first):
        row = x[where[first + i]]
        for j in range(row.size):
            out[i, j] = row[j]


@compiled
def copy(rows, a, first, out, at):
    """out[at + r] = a[first + r] for so many rows."""
    for r in range(rows):
        for j in range(a.shape[1]):
            out[at + r, j] = a[first + r, j]


@compiled
def chunk_end(starts, t, tokens):
    """The step that ends a chunk of at least `tokens` tokens beginning with step t."""
    end = t + 1
    while end < starts.size - 1 and starts[end] - starts[t] < tokens:
        end += 1
    return end


@compiled
def forward(cell, x, plan, weights, h, c, saved, y, column):
    """Run the loop; h and c, one row for each of the plan's, become the last states.

    Args:
        cell: its number.
        x: (batch * time, features).
        plan, weights: as above.
        h, c: (rows, units), the first states; c is used by the LSTM alone.
        saved: what `backward` needs; with no rows where it will not be called.
        y: (batch * time, width), gets the states from `column` on; with no rows where unwanted.
    """
    units, keep = h.shape[1], saved.hs.shape[0] > 0
    gates, keep_gates = saved.gates, saved.gates.shape[0] > 0
    steps, t = plan.counts.size, 0
    inputs = np.empty((0, x.shape[1]), x.dtype)
    while t < steps:
        end = chunk_end(plan.starts, t, FORWARD_CHUNK)
        p, q = plan.starts[t], plan.starts[end]
        if inputs.shape[0] < q - p:
            inputs = np.empty((q - p, x.shape[1]), x.dtype)
            if not keep_gates:
                gates = aligned(q - p, saved.gates.shape[1], x)
        take(x, plan.where, p, q, inputs)
        base = 0 if keep_gates else p
        panels, depth, columns = weights.w.shape
        multiply(
            q - p, depth, panels, inputs, 0, depth, 1, weights.w, depth * columns, columns,
            weights.bias, 0, 0, gates, (p - base) * gates.shape[1], gates.shape[1],
        )  # fmt: skip
        for step in range(t, end):
            at, n = plan.starts[step], plan.counts[step]
            if cell == LSTM:
                cells.lstm(n, at - base, gates, h, c, weights.u)
            elif cell <= SIMPLE_RNN_RELU:
                cells.simple_rnn(n, at - base, gates, h, weights.u, cell == SIMPLE_RNN_RELU)
            else:
                cells.gru(
                    n, at - base, gates, h, weights.u, weights.u_h, weights.recurrent_bias, cell == GRU
                )
            if keep:
                copy(n, h, 0, saved.hs, at)
                if cell == LSTM:
                    copy(n, c, 0, saved.cs, at)
            if y.shape[0]:
                for r in range(n):
                    row = y[plan.where[at + r], column : column + units]
                    for j in range(units):
                        row[j] = h[r, j]
        t = end


@compiled
def backward(cell, x, plan, weights, h, c, saved, dy, column, dh, dc, dx, gradients):
    """Go back through the loop; dh and dc become the gradients of the first states.

    Args:
        cell, x, plan: as for `forward`.
        weights: packed from the transposed ones: w, u and u_h; the biases are not used.
        h, c: (rows, units), the first states.
        saved: what `forward` kept.
        dy: (batch * time, width), gradients of `y`, this direction's from `column` on; or no rows.
        dh: (rows, padded units), gradients of the last states; dc: (rows, units).
        dx: (batch * time, features), gets the inputs' gradients; masked ones are left as they are.
        gradients: sums to add to, columns padded.
    """
    units, features = h.shape[1], x.shape[1]
    t = plan.counts.size
    dz = aligned(0, saved.gates.shape[1], x)
    inputs, before = np.empty((0, features), x.dtype), np.empty((0, units), x.dtype)
    d_inputs = aligned(0, weights.w.shape[0] * COLUMNS, x)
    zeros = np.zeros(d_inputs.shape[1], x.dtype)
    while t > 0:
        end, t = t, chunk_start(plan.starts, t, BACKWARD_CHUNK)
        p, q = plan.starts[t], plan.starts[end]
        if inputs.shape[0] < q - p:
            dz = aligned(q - p, dz.shape[1], x)
            inputs, before = np.empty((q - p, features), x.dtype), np.empty((q - p, units), x.dtype)
            d_inputs = aligned(q - p, d_inputs.shape[1], x)
        for step in range(end - 1, t - 1, -1):
            at, n = plan.starts[step], plan.counts[step]
            if dy.shape[0]:
                for r in range(n):
                    row = dy[plan.where[at + r], column : column + units]
                    for j in range(units):
                        dh[r, j] += row[j]
            earlier = plan.starts[step - 1] if step else 0
            past = saved.hs if step else h
            copy(n, past, earlier, before, at - p)
            if cell == LSTM:
                states = saved.cs if step else c
                cells.lstm_back(
                    n, at, saved.gates, saved.cs, states, earlier, dh, dc, dz, at - p, weights.u
                )
            elif cell <= SIMPLE_RNN_RELU:
                cells.simple_rnn_back(n, at, saved.hs, dh, dz, at - p, weights.u, cell == SIMPLE_RNN_RELU)
            else:
                cells.gru_back(
                    n, at, saved.gates, past, earlier, dh, dz, at - p, weights.u, weights.u_h, cell == GRU
                )
        take(x, plan.where, p, q, inputs)
        panels, depth, columns = weights.w.shape
        multiply(
            q - p, depth, panels, dz, 0, dz.shape[1], 1, weights.w, depth * columns, columns,
            zeros, 0, 0, d_inputs, 0, d_inputs.shape[1],
        )  # fmt: skip
        for i in range(q - p):
            row = dx[plan.where[p + i]]
            for j in range(features):
                row[j] = d_inputs[i, j]
        add_transposed(q - p, inputs, 0, 0, dz, 0, gradients.w)
        add_transposed(q - p, before, 0, 0, dz, 0, gradients.u)
        add_sums(q - p, dz, 0, gradients.bias)
        if cell == GRU:
            add_transposed(q - p, before, 0, 0, dz, 3 * units, gradients.u_h)
            add_sums(q - p, dz, 3 * units, gradients.recurrent_bias)
        elif cell == GRU_RESET_BEFORE:
            add_transposed(q - p, saved.gates, p, 3 * units, dz, 2 * units, gradients.u_h)


@compiled
def chunk_start(starts, t, tokens):
    """The step that begins a chunk of at least `tokens` tokens ending before step t."""
    start = t - 1
    while start > 0 and starts[t] - starts[start] < tokens:
        start -= 1
    return start


@compiled
def add_transposed(depth, a, a_row, a_column, b, b_column, out):
    """out += a.T @ b over `depth` rows, from the rows and columns named on; out's columns are padded."""
    a_step, b_step, step = a.shape[1], b.shape[1], out.shape[1]
    panels = step // COLUMNS
    at = a_row * a_step + a_column
    multiply(out.shape[0], depth, panels, a, at, 1, a_step, b[:, b_column:], COLUMNS, b_step, out, 0, step, out, 0, step)


@compiled
def add_sums(rows, dz, column, out):
    for i in range(rows):
        row = dz[i, column : column + out.size]
        for j in range(out.size):
            out[j] += row[j]


@compiled
def repeat(y, mask, reverse, column, units):
    """Give masked steps the output before them, in the order of reading; zeros where there is none.

    Args:
        y: (batch, time, width), zeros at masked steps; changed from `column` on.
        mask: bool (batch, time).
    """
    time = mask.shape[1]
    for b in range(y.shape[0]):
        for i in range(1, time):
            t, before = (time - 1 - i, time - i) if reverse else (i, i - 1)
            if not mask[b, t]:
                y[b, t, column : column + units] = y[b, before, column : column + units]


@compiled
def repeat_back(dy, mask, reverse, column, units):
    """The way back of `repeat`: gradients at masked steps go to the step they repeat."""
    time = mask.shape[1]
    for b in range(dy.shape[0]):
        for i in range(time - 1, 0, -1):
            t, before = (time - 1 - i, time - i) if reverse else (i, i - 1)
            if not mask[b, t]:
                dy[b, before, column : column + units] += dy[b, t, column : column + units]
