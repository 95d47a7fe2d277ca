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

from seqzoo.layers.kernels import cells, compiled
from seqzoo.layers.kernels.gemm import COLUMNS, add_sums, add_transposed, aligned, product
from seqzoo.layers.kernels.rows import add, copy, put, take

SIMPLE_RNN, SIMPLE_RNN_RELU, RESIDUAL, LSTM, PEEPHOLE_LSTM, GRU, GRU_RESET_BEFORE = range(7)
CELLS = {
    "simple_rnn": SIMPLE_RNN,
    "simple_rnn_relu": SIMPLE_RNN_RELU,
    "residual": RESIDUAL,
    "lstm": LSTM,
    "peephole_lstm": PEEPHOLE_LSTM,
    "gru": GRU,
    "gru_reset_before": GRU_RESET_BEFORE,
}
FORWARD_CHUNK, BACKWARD_CHUNK = 64, 512  # tokens

# Packed weights; `u_h` is the GRU's part of `u` that its reset gate goes with, `more` its recurrent bias or
# an LSTM's peepholes; else they are empty.
Weights = namedtuple("Weights", "w u u_h bias more")
Plan = namedtuple("Plan", "starts counts where")
Saved = namedtuple("Saved", "gates hs cs")  # for each token: see `cells`; the states after it, c the LSTM's
Gradients = namedtuple("Gradients", "w u u_h bias more")


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
def chunk_end(starts, t, tokens):
    """The step that ends a chunk of at least `tokens` tokens beginning with step t."""
    end = t + 1
    while end < starts.size - 1 and starts[end] - starts[t] < tokens:
        end += 1
    return end


@compiled
def chunk_start(starts, t, tokens):
    """The step that begins a chunk of at least `tokens` tokens ending before step t."""
    start = t - 1
    while start > 0 and starts[t] - starts[start] < tokens:
        start -= 1
    return start


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
    inputs, gates, keep_gates = np.empty((0, x.shape[1]), x.dtype), saved.gates, saved.gates.shape[0] > 0
    t = 0
    while t < plan.counts.size:
        end = chunk_end(plan.starts, t, FORWARD_CHUNK)
        p, q = plan.starts[t], plan.starts[end]
        if inputs.shape[0] < q - p:
            inputs = np.empty((q - p, x.shape[1]), x.dtype)
            if not keep_gates:
                gates = aligned(q - p, saved.gates.shape[1], x)
        take(x, plan.where, p, q, inputs)
        base = 0 if keep_gates else p
        product(q - p, inputs, weights.w, weights.bias, gates, p - base)
        for step in range(t, end):
            at, n = plan.starts[step], plan.counts[step]
            advance(cell, n, at - base, gates, h, c, weights)
            if saved.hs.shape[0] > 0:
                copy(n, h, 0, saved.hs, at)
            if saved.cs.shape[0] > 0:
                copy(n, c, 0, saved.cs, at)
            if y.shape[0] > 0:
                put(n, h, y, plan.where, at, column)
        t = end


@compiled
def advance(cell, n, first, gates, h, c, weights):
    """One step of a cell; see `cells`."""
    if cell in (LSTM, PEEPHOLE_LSTM):
        cells.lstm(n, first, gates, h, c, weights.u, weights.more)
    elif cell == RESIDUAL:
        cells.residual(n, first, gates, h, weights.u)
    elif cell <= SIMPLE_RNN_RELU:
        cells.simple_rnn(n, first, gates, h, weights.u, cell == SIMPLE_RNN_RELU)
    else:
        cells.gru(n, first, gates, h, weights.u, weights.u_h, weights.more, cell == GRU)


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
    t, features = plan.counts.size, x.shape[1]
    dz, before = aligned(0, saved.gates.shape[1], x), np.empty((0, h.shape[1]), x.dtype)
    inputs, d_inputs = np.empty((0, features), x.dtype), aligned(0, weights.w.shape[0] * COLUMNS, x)
    zeros = np.zeros(d_inputs.shape[1], x.dtype)
    while t > 0:
        end, t = t, chunk_start(plan.starts, t, BACKWARD_CHUNK)
        p, q = plan.starts[t], plan.starts[end]
        if inputs.shape[0] < q - p:
            dz, before = aligned(q - p, dz.shape[1], x), np.empty((q - p, h.shape[1]), x.dtype)
            inputs, d_inputs = np.empty((q - p, features), x.dtype), aligned(q - p, d_inputs.shape[1], x)
        for step in range(end - 1, t - 1, -1):
            at, n = plan.starts[step], plan.counts[step]
            if dy.shape[0] > 0:
                add(n, dy, plan.where, at, column, h.shape[1], dh)
            earlier = plan.starts[step - 1] if step else 0
            past, past_c = (saved.hs, saved.cs) if step else (h, c)
            copy(n, past, earlier, before, at - p)
            now = dh, dc, dz, at - p
            retreat(cell, n, at, saved, past, past_c, earlier, now, weights, gradients.more)
        take(x, plan.where, p, q, inputs)
        product(q - p, dz, weights.w, zeros, d_inputs, 0)
        put(q - p, d_inputs[:, :features], dx, plan.where, p, 0)
        add_gradients(cell, q - p, inputs, before, saved.gates, p, dz, gradients)


@compiled
def retreat(cell, n, at, saved, past, past_c, earlier, now, weights, d_more):
    """One step of a cell backwards; see `cells`."""
    dh, _, dz, first = now
    if cell in (LSTM, PEEPHOLE_LSTM):
        before = past_c, earlier
        cells.lstm_back(n, at, saved.gates, saved.cs, *before, *now, weights.u, weights.more, d_more)
    elif cell == RESIDUAL:
        cells.residual_back(n, at, saved.gates, dh, dz, first, weights.u, past.shape[1])
    elif cell <= SIMPLE_RNN_RELU:
        cells.simple_rnn_back(n, at, saved.hs, dh, dz, first, weights.u, cell == SIMPLE_RNN_RELU)
    else:
        cells.gru_back(n, at, saved.gates, past, earlier, dh, dz, first, weights.u, weights.u_h, cell == GRU)


@compiled
def add_gradients(cell, tokens, inputs, before, gates, p, dz, gradients):
    """Add to the weights' gradients what a chunk of tokens gives.

    Args:
        inputs, before: (tokens, features) and (tokens, units), inputs and the states before.
        gates, p: the saved ones and the chunk's first row of them.
        dz: gradients of the sums in each gate.
    """
    units = before.shape[1]
    add_transposed(tokens, inputs, 0, 0, dz, 0, gradients.w)
    add_transposed(tokens, before, 0, 0, dz, 0, gradients.u)
    add_sums(tokens, dz, 0, gradients.bias)
    if cell == GRU:
        add_transposed(tokens, before, 0, 0, dz, 3 * units, gradients.u_h)
        add_sums(tokens, dz, 3 * units, gradients.more)
    elif cell == GRU_RESET_BEFORE:
        add_transposed(tokens, gates, p, 3 * units, dz, 2 * units, gradients.u_h)
