"""Trees node by node, in plain NumPy of 64 bits: what the layers are held against."""

import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def gates_of(w, x):
    forget = x @ w["forget"] + w["forget_bias"]
    return np.concatenate([x @ w["word"] + w["word_bias"], forget])


def lstm(w, x, kids, units, arity):
    gates = gates_of(w, x)
    h = np.concatenate([kid[:units] for kid in kids])
    of_children = h @ w["children"]
    i, o, u = np.split(gates[: 3 * units] + of_children[: 3 * units], 3)
    c = sigmoid(i) * np.tanh(u)
    for k, kid in enumerate(kids):
        own = of_children[(3 + k) * units : (4 + k) * units]
        c = c + sigmoid(gates[3 * units :] + own) * kid[units:]
    return np.concatenate([sigmoid(o) * np.tanh(c), c])


def child_sum(w, x, kids, units, arity):
    gates = gates_of(w, x)
    total = sum(kid[:units] for kid in kids)
    i, o, u = np.split(gates[: 3 * units] + total @ w["children"], 3)
    c = sigmoid(i) * np.tanh(u)
    for kid in kids:
        forget = sigmoid(gates[3 * units :] + kid[:units] @ w["each_child"])
        c = c + forget * kid[units:]
    return np.concatenate([sigmoid(o) * np.tanh(c), c])


def tanh(w, x, kids, units, arity):
    return np.tanh(x @ w["word"] + w["word_bias"] + np.concatenate(kids) @ w["children"])


def tensor(w, x, kids, units, arity):
    s = np.concatenate(kids)
    slices = w["products"].reshape(arity * units, units, arity * units)
    form = np.array([s @ slices[:, k] @ s for k in range(units)])
    return np.tanh(x @ w["word"] + w["word_bias"] + s @ w["children"] + form)


def gru(w, x, kids, units, arity):
    reset, new, update = np.split(x @ w["word"] + w["word_bias"], 3)
    gates = np.split(np.concatenate(kids) @ w["children_gates"], 2 * arity + 1)
    resets = [sigmoid(reset + gate) for gate in gates[:arity]]
    kept = np.concatenate([r * kid for r, kid in zip(resets, kids, strict=True)])
    new = np.tanh(new + kept @ w["children"])
    scores = np.exp([update + gates[arity], *gates[arity + 1 :]])
    shares = scores / scores.sum(axis=0)
    return sum(s * h for s, h in zip(shares, [new, *kids], strict=True))


RECURSIVE = {
    "child_sum": child_sum,
    "gru": gru,
    "lstm": lstm,
    "tanh": tanh,
    "tensor": tensor,
}


def weights_of(composition):
    """Arrays of 64 bits by the names of the layers that have them."""
    found = {}
    for weight in composition.weights:
        layer, name = weight.path.split("/")[-2:]
        key = layer if name == "kernel" else f"{layer}_{name}"
        found[key] = np.asarray(weight).astype("float64")
    return found


def recursive(kind, weights, vectors, tokens, children, units):
    """Outputs of one tree's nodes, float64 (nodes, units), from its root down, as the papers say it."""
    arity, size = children.shape[1], units * (2 if kind in ("lstm", "child_sum") else 1)
    outputs = np.zeros((len(tokens), units))

    def state(place):
        kids = [state(kid - 1) if kid else np.zeros(size) for kid in children[place]]
        x = vectors[place] if tokens[place] else np.zeros(vectors.shape[1])
        found = RECURSIVE[kind](weights, x.astype("float64"), kids, units, arity)
        outputs[place] = found[:units]
        return found

    for place in range(len(tokens)):
        if tokens[place] or children[place].any():
            state(place)
    return outputs


def random_trees(random, batch, nodes, arity, vocabulary=9):
    """Tokens (batch, nodes) and children (batch, nodes, arity) of trees of all sizes, in post-order."""
    tokens = np.zeros((batch, nodes), "int32")
    children = np.zeros((batch, nodes, arity), "int32")
    for row in range(batch):
        waiting = []  # roots of the subtrees so far
        size = nodes if row == 0 else random.integers(1, nodes + 1)
        for place in range(size):
            most = min(arity, len(waiting))
            count = random.integers(0, most + 1)
            if place == size - 1 and waiting:
                count = most
            for k in reversed(range(count)):
                children[row, place, k] = waiting.pop()
            if not count or random.random() < 0.3:
                tokens[row, place] = random.integers(1, vocabulary)
            waiting.append(place + 1)
    return tokens, children
