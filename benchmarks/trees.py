"""Trees a second of a training step: level by level, node by node, tree by tree, and PyTorch level by level.

    python -m benchmarks.trees --batch 25 --words 20

All compose the same random binary trees by the same Tree-LSTM of 150 units, with a gradient. The last line is
the ratio of level by level to tree by tree. PyTorch is measured where it can be imported.
"""

import argparse
import importlib.util
import statistics
import time
from collections.abc import Callable

import numpy as np
import tensorflow as tf

from seqzoo import layers
from seqzoo.layers.tree_states import LOOPS

FEATURES, UNITS = 100, 150


def random_trees(
    batch: int, words: int, random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Tokens int32 (batch, nodes) and children int32 (batch, nodes, 2) of binary trees of so many words."""
    nodes = 2 * words - 1
    tokens = np.zeros((batch, nodes), np.int32)
    children = np.zeros((batch, nodes, 2), np.int32)
    tokens[:, :words] = 1
    for row in range(batch):
        roots = list(range(1, words + 1))
        for place in range(words, nodes):
            left = int(random.integers(len(roots) - 1))
            children[row, place] = roots[left : left + 2]
            roots[left : left + 2] = [place + 1]
    return tokens, children


def seqzoo_step(loop: str, arrays: tuple[np.ndarray, ...]) -> Callable[[], object]:
    """A step of the layer with one of its loops, compiled."""
    vectors, tokens, children = map(tf.constant, arrays)
    layer = layers.TreeStates("lstm", UNITS, loop)
    layer(vectors, tokens, children)
    weights = [each.value for each in layer.trainable_variables]

    @tf.function
    def step(vectors, tokens, children):
        with tf.GradientTape() as tape:
            total = tf.reduce_sum(layer(vectors, tokens, children))
        return tape.gradient(total, weights)

    return lambda: step(vectors, tokens, children)[0].numpy()


def tree_by_tree(arrays: tuple[np.ndarray, ...]) -> Callable[[], object]:
    """The same by levels, compiled too, but one tree a step."""
    alone = seqzoo_step("levels", tuple(each[:1] for each in arrays))
    return lambda: [alone() for _ in arrays[0]]


def torch_step(arrays: tuple[np.ndarray, ...]) -> Callable[[], object]:
    """The same Tree-LSTM in PyTorch, all nodes of one height at once."""
    import torch

    vectors, _, children = arrays
    batch, nodes, _ = children.shape
    before = np.arange(batch)[:, None, None] * nodes
    flat = np.where(children > 0, children + before, 0).reshape(-1, 2)
    heights = np.full(len(flat) + 1, -1)
    for place, kids in enumerate(flat, 1):
        heights[place] = heights[kids].max() + 1
    order = [np.flatnonzero(heights[1:] == h) for h in range(heights.max() + 1)]
    rows = torch.from_numpy(vectors.reshape(-1, FEATURES))
    word = torch.nn.Linear(FEATURES, 4 * UNITS)
    below = torch.nn.Linear(2 * UNITS, 5 * UNITS, bias=False)
    weights = [*word.parameters(), *below.parameters()]
    # Places in the states, which are concatenated level by level.
    place_of = np.empty(len(flat) + 1, np.int64)
    place_of[np.concatenate(order) + 1] = np.arange(len(flat))
    kids = [torch.from_numpy(place_of[flat[level]]) for level in order[1:]]

    def step() -> object:
        x = word(rows[order[0]])
        i, o, u, _ = x.chunk(4, -1)
        c = torch.sigmoid(i) * torch.tanh(u)
        h_all, c_all = torch.sigmoid(o) * torch.tanh(c), c
        for places in kids:
            h = h_all[places].reshape(len(places), -1)
            i, o, u, *forget = (
                below(h) + torch.cat([word.bias, word.bias[-UNITS:]])
            ).chunk(5, -1)
            c = torch.sigmoid(i) * torch.tanh(u)
            for k, gate in enumerate(forget):
                c = c + torch.sigmoid(gate) * c_all[places[:, k]]
            h_all = torch.cat([h_all, torch.sigmoid(o) * torch.tanh(c)])
            c_all = torch.cat([c_all, c])
        return torch.autograd.grad(h_all.sum(), weights)

    return step


def seconds(step: Callable[[], object], rounds: int) -> float:
    """Of a step: the median of some rounds, after one that compiles."""
    step()
    found = []
    for _ in range(rounds):
        begin = time.perf_counter()
        step()
        found.append(time.perf_counter() - begin)
    return statistics.median(found)


def main() -> None:
    """Print a line for each way, and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--batch", type=int, default=25)
    parser.add_argument("--words", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=9)
    parsed = parser.parse_args()
    random = np.random.default_rng(0)
    tokens, children = random_trees(parsed.batch, parsed.words, random)
    vectors = random.normal(size=(*tokens.shape, FEATURES)).astype(np.float32)
    arrays = (vectors, tokens, children)

    ways = {f"by {loop}": seqzoo_step(loop, arrays) for loop in LOOPS}
    ways["tree by tree"] = tree_by_tree(arrays)
    if importlib.util.find_spec("torch") is not None:
        ways["PyTorch by level"] = torch_step(arrays)
    speeds = {}
    for name, step in ways.items():
        speeds[name] = parsed.batch / seconds(step, parsed.rounds)
        print(f"{name:<18} {speeds[name]:10,.0f} trees a second")
    for name in [each for each in speeds if each != "by levels"]:
        print(f"by levels / {name}: {speeds['by levels'] / speeds[name]:.1f}")


if __name__ == "__main__":
    main()
