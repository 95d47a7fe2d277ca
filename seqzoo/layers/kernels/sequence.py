"""The loop over time, forward and back, on packed rows.

Rows are ordered by length and steps laid end to end, so that rows which have ended have left and a
masked token costs nothing (PyTorch's packed sequences). Any mask does: each row's tokens that count
are taken in their order, wherever they stand. Step t has the first `counts[t]` rows; its first token
is number `starts[t]`; `where[p]` is the place of token p in the batch, row * time + step.

What the inputs give is worked out for a chunk of steps at a time, while it is still in the cache;
so are, going back, the weights' gradients.
"""

import numpy as np

from seqzoo.layers.kernels import compiled
from seqzoo.layers.kernels.gemm import COLUMNS, FIRST, aligned, product
from seqzoo.layers.kernels.records import Plan, Saved, Weights
from seqzoo.layers.kernels.rows import add, copy, put, put_onto, take
from seqzoo.layers.kernels.step import add_gradients, advance, retreat

FORWARD_CHUNK, BACKWARD_CHUNK = 64, 512  # tokens


@compiled
def plan(rows: np.ndarray, mask: np.ndarray, reverse: bool) -> Plan:
    """Where each token of the batch's rows `rows`, ordered by falling length, stands.

    Args:
        rows: int64 (n,), rows of the mask.
        mask: bool (batch, time).
        reverse: read from the end.
    """
    time = mask.shape[1]
    counts, steps = np.zeros(time, np.int64), 0
    for r in range(rows.size):
        length = 0
        for t in range(time):
            length += mask[rows[r], t]
        for step in range(length):
            counts[step] += 1
        steps = max(steps, length)
    starts = np.zeros(steps + 1, np.int64)
    for step in range(steps):
        starts[step + 1] = starts[step] + counts[step]
    where = np.empty(starts[steps], np.int64)
    for r in range(rows.size):
        step = 0
        for i in range(time):
            t = time - 1 - i if reverse else i
            if mask[rows[r], t]:
                where[starts[step] + r] = rows[r] * time + t
                step += 1
    return Plan(starts, counts[:steps], where)


@compiled
def chunk_end(starts: np.ndarray, t: int, tokens: int) -> int:
    """The step that ends a chunk of at least `tokens` tokens beginning with step t."""
    end = t + 1
    while end < starts.size - 1 and starts[end] - starts[t] < tokens:
        end += 1
    return end


@compiled
def chunk_start(starts: np.ndarray, t: int, tokens: int) -> int:
    """The step that begins a chunk of at least `tokens` tokens ending before step t."""
    start = t - 1
    while start > 0 and starts[t] - starts[start] < tokens:
        start -= 1
    return start


@compiled
def forward(
    x: np.ndarray,
    plan: Plan,
    weights: Weights,
    h: np.ndarray,
    c: np.ndarray,
    saved: Saved,
    y: np.ndarray,
    column: int,
) -> None:
    """Run the loop; h and c, one row for each of the plan's, become the last states.

    Args:
        x: (batch * time, features).
        plan: as above.
        weights: a cell's, of a class in `weights`, which decides what is compiled; with a w of no depth the
            inputs are what x W would be.
        h, c: (rows, units), the first states; c is used by the LSTM alone.
        saved: what `backward` needs; with no rows where it will not be called.
        y: (batch * time, width), gets the states from `column` on; with no rows where unwanted.
    """
    inputs, gates, keep_gates = (
        np.empty((FIRST, x.shape[1]), x.dtype),
        saved.gates,
        saved.gates.shape[0] > 0,
    )
    t = 0
    while t < plan.counts.size:
        end = chunk_end(plan.starts, t, FORWARD_CHUNK)
        p, q = plan.starts[t], plan.starts[end]
        if inputs.shape[0] < q - p:
            inputs = np.empty((q - p, x.shape[1]), x.dtype)
            if not keep_gates:
                gates = aligned(q - p, saved.gates.shape[1], x)
        take(x, plan.where, p, q, inputs)
        base = FIRST if keep_gates else p
        if weights.w.depth:
            product(q - p, inputs, weights.w, weights.bias, gates, p - base)
        else:
            put_onto(q - p, inputs, weights.bias, gates, p - base)
        for step in range(t, end):
            at, n = plan.starts[step], plan.counts[step]
            advance(n, at - base, gates, h, c, weights)
            if saved.hs.shape[0] > 0:
                copy(n, h, FIRST, saved.hs, at)
            if saved.cs.shape[0] > 0:
                copy(n, c, FIRST, saved.cs, at)
            if y.shape[0] > 0:
                put(n, h, y, plan.where, at, column)
        t = end


@compiled
def backward(
    x: np.ndarray,
    plan: Plan,
    weights: Weights,
    h: np.ndarray,
    c: np.ndarray,
    saved: Saved,
    dy: np.ndarray,
    column: int,
    dh: np.ndarray,
    dc: np.ndarray,
    dx: np.ndarray,
    gradients: Weights,
) -> None:
    """Go back through the loop; dh and dc become the gradients of the first states.

    Args:
        x, plan: as for `forward`.
        weights: packed from the transposed ones: w, u and u_h; the biases are not used.
        h, c: (rows, units), the first states.
        saved: what `forward` kept.
        dy: (batch * time, width), gradients of `y`, this direction's from `column` on; or no rows.
        dh: (rows, padded units), gradients of the last states; dc: (rows, units).
        dx: (batch * time, features), gets the inputs' gradients; masked ones are left as they are.
        gradients: of the weights, columns padded: matrices are set, biases added to.
    """
    t, features = plan.counts.size, x.shape[1]
    dz, before = (
        aligned(FIRST, saved.gates.shape[1], x),
        np.empty((FIRST, h.shape[1]), x.dtype),
    )
    inputs, d_inputs = (
        np.empty((FIRST, features), x.dtype),
        aligned(FIRST, weights.w.panels * COLUMNS, x),
    )
    zeros = np.zeros(max(d_inputs.shape[1], dz.shape[1]), x.dtype)
    start = zeros  # the first chunk sets what the others add to
    while t > 0:
        end, t = t, chunk_start(plan.starts, t, BACKWARD_CHUNK)
        p, q = plan.starts[t], plan.starts[end]
        if inputs.shape[0] < q - p:
            dz, before = (
                aligned(q - p, dz.shape[1], x),
                np.empty((q - p, h.shape[1]), x.dtype),
            )
            inputs, d_inputs = (
                np.empty((q - p, features), x.dtype),
                aligned(q - p, d_inputs.shape[1], x),
            )
        for step in range(end - 1, t - 1, -1):
            at, n = plan.starts[step], plan.counts[step]
            if dy.shape[0] > 0:
                add(n, dy, plan.where, at, column, h.shape[1], dh)
            earlier = plan.starts[step - 1] if step else FIRST
            past, past_c = (saved.hs, saved.cs) if step else (h, c)
            copy(n, past, earlier, before, at - p)
            now = dh, dc, dz, at - p
            retreat(n, at, saved, past, past_c, earlier, now, weights, gradients)
        take(x, plan.where, p, q, inputs)
        if weights.w.panels:
            product(q - p, dz, weights.w, zeros, d_inputs, FIRST)
            put(q - p, d_inputs[:, :features], dx, plan.where, p, FIRST)
        else:
            put(q - p, dz[:, :features], dx, plan.where, p, FIRST)
        add_gradients(q - p, inputs, before, saved.gates, p, dz, gradients, start)
        start = zeros[:0]
