"""The recurrences in plain float64 NumPy, one row and one token at a time, from their equations."""

import numpy as np

CELLS = ("simple_rnn", "lstm", "gru")
STATES = {"simple_rnn": 1, "simple_rnn_relu": 1, "lstm": 2, "gru": 1, "gru_reset_before": 1}


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def step(kind, x, states, kernel, recurrent, bias):
    """The next states of one row; weights as Keras lays them out, `bias` None for none."""
    h, n = states[0], states[0].size
    if kind == "lstm":
        i, f, g, o = np.split(x @ kernel + h @ recurrent + (0 if bias is None else bias), 4)
        c = sigmoid(f) * states[1] + sigmoid(i) * np.tanh(g)
        return [sigmoid(o) * np.tanh(c), c]
    if kind.startswith("simple_rnn"):
        z = x @ kernel + h @ recurrent + (0 if bias is None else bias)
        return [np.maximum(z, 0) if kind.endswith("relu") else np.tanh(z)]
    b = np.zeros((2, 3 * n)) if bias is None else bias
    if kind == "gru_reset_before":
        b = np.stack([b if b.ndim == 1 else b[0], np.zeros(3 * n)])
    z = sigmoid((x @ kernel + b[0])[:n] + (h @ recurrent + b[1])[:n])
    r = sigmoid((x @ kernel + b[0])[n : 2 * n] + (h @ recurrent + b[1])[n : 2 * n])
    after, before = r * (h @ recurrent + b[1])[2 * n :], (r * h) @ recurrent[:, 2 * n :]
    past = after if kind == "gru" else before
    candidate = np.tanh((x @ kernel + b[0])[2 * n :] + past)
    return [z * h + (1 - z) * candidate]


def run(kind, x, mask, weights, first, sequences, reverse=False, zero=False):
    """Output and last states of a layer; masked steps repeat the output before them or give zeros."""
    batch, time, _ = x.shape
    kernel, recurrent, bias = (*weights, None)[:3]
    units = recurrent.shape[0]
    first = first or [np.zeros((batch, units))] * STATES[kind]
    y, ends = np.zeros((batch, time, units)), [np.array(s) for s in first]
    for row in range(batch):
        states, output = [s[row] for s in first], np.zeros(units)
        for place, t in enumerate(range(time)[:: -1 if reverse else 1]):
            if mask[row, t]:
                states = step(kind, x[row, t], states, kernel, recurrent, bias)
                output = states[0]
            y[row, place] = output if mask[row, t] or not zero else 0
        for end, state in zip(ends, states, strict=True):
            end[row] = state
    return (y if sequences else y[:, -1]), ends


def bidirectional(kind, x, mask, weights, first, sequences):
    """Joined output, then the last states of both directions; in sequences masked steps give zeros."""
    half, count = len(weights) // 2, STATES[kind]
    first = first or [None] * 2 * count
    starts = [first[:count], first[count:]] if first[0] is not None else [None, None]
    ahead, ends = run(kind, x, mask, weights[:half], starts[0], sequences, zero=sequences)
    back, others = run(
        kind, x, mask, weights[half:], starts[1], sequences, reverse=True, zero=sequences
    )
    return [
        np.concatenate([ahead, back[:, ::-1] if sequences else back], -1),
        *ends,
        *others,
    ]
