"""The cells of the table in plain float64 NumPy, one row and one step at a time, from their equations.

Each takes an input (features,), the states before, and the weights by name; gives output and states.
"""

import numpy as np

from seqzoo import layers
from seqzoo.layers import CELLS
from tests.support.reference import sigmoid, step


def keras_own(kind):
    def advance(x, states, w):
        after = step(kind, x, states, w["kernel"], w["recurrent_kernel"], w["bias"])
        return after[0], after

    return advance


def norm(z, gain, epsilon=1e-5):
    return (z - z.mean()) / np.sqrt(z.var() + epsilon) * gain


def layer_norm_simple_rnn(x, states, w):
    h = np.tanh(
        norm(x @ w["kernel"] + states[0] @ w["recurrent_kernel"], w["gain"]) + w["bias"]
    )
    return h, [h]


def indrnn(x, states, w):
    h = np.array([
        max(0.0, x @ w["kernel"][:, j] + w["recurrent_kernel"][j] * states[0][j] + w["bias"][j])
        for j in range(states[0].size)
    ])  # fmt: skip
    return h, [h]


def linear_recurrence(x, states, w):
    h = states[0] + np.tanh(x @ w["kernel"] + w["bias"])
    return h, [h]


def residual_recurrence(x, states, w):
    h = states[0] + np.tanh(x @ w["kernel"] + states[0] @ w["recurrent_kernel"] + w["bias"])
    return h, [h]


def esn(x, states, w):
    h = np.tanh(x @ w["kernel"] + states[0] @ w["recurrent_kernel"] + w["bias"])  # leak 1
    return h, [h]


def narx(x, states, w):
    """The history itself is what is kept here: the last outputs and the last inputs' own products."""
    n = states[0].size
    products = np.split(x @ w["kernel"], 3)
    outputs, pending = states[:5], states[5:]
    total = products[0] + pending[0] + w["bias"]
    for k, y in enumerate(outputs):
        total = total + y @ w["recurrent_kernel"][k * n : (k + 1) * n]
    y = np.tanh(total)
    return y, [y, *outputs[:4], pending[1] + products[1], products[2]]


def layer_norm_gru(x, states, w):
    h, n = states[0], states[0].size
    a, b = x @ w["kernel"], h @ w["recurrent_kernel"]
    gates = norm(a[: 2 * n], w["gain"][0, : 2 * n]) + norm(
        b[: 2 * n], w["gain"][1, : 2 * n]
    )
    keep, reset = np.split(sigmoid(gates + w["bias"][: 2 * n]), 2)
    inner = norm(a[2 * n :], w["gain"][0, 2 * n :]) + w["bias"][2 * n :]
    g = np.tanh(inner + reset * norm(b[2 * n :], w["gain"][1, 2 * n :]))
    h = keep * h + (1 - keep) * g
    return h, [h]


def mgu(x, states, w):
    h, n = states[0], states[0].size
    (wf, wg), (uf, ug), (bf, bg) = (
        np.split(w[k], 2, -1) for k in ("kernel", "recurrent_kernel", "bias")
    )
    f = sigmoid(x @ wf + h @ uf + bf)
    g = np.tanh(x @ wg + (f * h) @ ug + bg)
    assert wf.shape[1] == n
    h = (1 - f) * h + f * g
    return h, [h]


def lstm(
    order="ifgo",
    coupled=False,
    peepholes=False,
    projected=False,
    layer_norm=False,
    rounds=0,
):
    """`order` names the gates there are, in the kernel's order."""

    def advance(x, states, w):
        h, c = states
        for k in range(1, rounds + 1):
            if k % 2:
                x = 2 * sigmoid(h @ w[f"mogrifier_{k}_0"]) * x
            else:
                h = 2 * sigmoid(x @ w[f"mogrifier_{k}_0"]) * h
        a, b = x @ w["kernel"], h @ w["recurrent_kernel"]
        if layer_norm:
            a, b = norm(a, w["kernel_gain"]), norm(b, w["recurrent_gain"])
        z = dict(zip(order, np.split(a + b + w["bias"], len(order)), strict=True))
        peep = (
            dict(zip(order.replace("g", ""), w["peephole"], strict=True))
            if peepholes
            else {}
        )
        i = sigmoid(z["i"] + peep.get("i", 0) * c) if "i" in z else 1
        f = sigmoid(z["f"] + peep.get("f", 0) * c) if "f" in z else 1
        f = 1 - i if coupled else f
        c = f * c + i * np.tanh(z["g"])
        o = sigmoid(z["o"] + peep.get("o", 0) * c) if "o" in z else 1
        seen = norm(c, w["cell_gain"]) + w["cell_bias"] if layer_norm else c
        h = o * np.tanh(seen)
        h = h @ w["projection_kernel"] if projected else h
        return h, [h, c]

    return advance


def nas(x, states, w):
    a = np.split(x @ w["kernel"], 8)
    b = np.split(states[0] @ w["recurrent_kernel"] + w["bias"], 8)
    relu = lambda v: np.maximum(v, 0)  # noqa: E731
    one = sigmoid(a[0] + b[0]) * relu(a[1] + b[1])
    two = np.tanh(sigmoid(a[2] + b[2]) + relu(a[3] * b[3]))
    three = np.tanh(np.tanh(a[4] + b[4]) * sigmoid(a[5] + b[5]))
    four = sigmoid(np.tanh(a[6] + b[6]) + sigmoid(a[7] + b[7]))
    c = np.tanh(np.tanh(one) + states[1]) * two
    h = np.tanh(c * np.tanh(three + four))
    return h, [h, c]


EQUATIONS = {
    "simple_rnn": keras_own("simple_rnn"),
    "simple_rnn_relu": keras_own("simple_rnn_relu"),
    "irnn": keras_own("simple_rnn_relu"),
    "layer_norm_simple_rnn": layer_norm_simple_rnn,
    "indrnn": indrnn,
    "linear_recurrence": linear_recurrence,
    "residual_recurrence": residual_recurrence,
    "esn": esn,
    "narx": narx,
    "gru": keras_own("gru"),
    "gru_reset_before": keras_own("gru_reset_before"),
    "layer_norm_gru": layer_norm_gru,
    "mgu": mgu,
    "lstm": keras_own("lstm"),
    "lstm_no_forget_gate": lstm("igo"),
    "lstm_no_input_gate": lstm("fgo"),
    "lstm_no_output_gate": lstm("ifg"),
    "forget_lstm": lstm("fg"),
    "coupled_lstm": lstm("igo", coupled=True),
    "peephole_lstm": lstm(peepholes=True),
    "projected_lstm": lstm(projected=True),
    "peephole_projected_lstm": lstm(peepholes=True, projected=True),
    "layer_norm_lstm": lstm(layer_norm=True),
    "mogrifier_lstm": lstm(rounds=5),
    "nas": nas,
}


def run_cell(name, x, mask, weights, first):
    """Outputs (batch, time, size), masked steps repeating the one before, and last states, row by row."""
    outputs, ends = [], []
    for row in range(x.shape[0]):
        states, output, seen = [s[row] for s in first], None, []
        for t in range(x.shape[1]):
            if mask[row, t]:
                output, states = EQUATIONS[name](x[row, t], states, weights)
            seen.append(output)
        nothing = np.zeros(next(y for y in seen if y is not None).shape)
        outputs.append([nothing if y is None else y for y in seen])
        ends.append(states)
    return np.array(outputs), [np.array(s) for s in zip(*ends, strict=True)]


OTHERS = [
    name for name in CELLS if issubclass(CELLS[name].layer, layers.Cell)
]  # Keras has the rest
