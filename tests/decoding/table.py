"""A made-up model whose every sequence can be listed."""

import itertools

import keras
import numpy as np
import pytest

from seqzoo.decoding import Rules, numpy_arrays

END = 1
KINDS = {"keras": keras.ops, "numpy": numpy_arrays}


def seeded(many: int, few: int):
    """Run a test with `ops` of NumPy and many seeds, with Keras' and few.

    The search is one text for both. Keras' operations, one at a time, take thirty times as long.
    """
    counts = {"numpy": many, "keras": few}
    cases = [
        pytest.param(KINDS[kind], seed, id=f"{kind}-{seed}")
        for kind, count in counts.items()
        for seed in range(count)
    ]
    return pytest.mark.parametrize(("ops", "seed"), cases)


class Table:
    """A model that knows nothing but the tokens so far: a row of log-probabilities for each prefix.

    `ops` are the operations it is written in: `keras.ops`, or the like in NumPy.
    """

    def __init__(self, ops, seed, tokens, time, batch=1, source=3):
        self.ops = ops
        random = np.random.default_rng(seed)
        self.size, self.time, self.batch = tokens + 1, time, batch  # 0 pads and never comes
        prefixes = self.size ** (time + 1)
        logits = random.normal(size=(batch, prefixes, self.size)) * 2
        logits[:, :, 0] = -1e9
        self.log_probs = logits - np.log(np.exp(logits).sum(-1, keepdims=True))
        weights = random.random((batch, prefixes, source))
        self.alignments = weights / weights.sum(-1, keepdims=True)

    def code(self, prefix):
        code = 0
        for token in prefix:
            code = (code * self.size + token) % self.log_probs.shape[1]
        return code

    def first(self):
        ops = self.ops
        return [
            ops.convert_to_tensor(np.arange(self.batch)[:, None]),
            ops.zeros((self.batch, 1), "int64"),
        ]

    def step(self, tokens, state):
        ops = self.ops
        example, code = state
        started = ops.cast(ops.expand_dims(tokens, 1), "int64")
        started = ops.where(
            started == END, 0, started
        )  # </s> first stands for <s>; later all is over
        code = (code * self.size + started) % self.log_probs.shape[1]
        flat = ops.reshape(example * self.log_probs.shape[1] + code, (-1,))
        log_probs = ops.take(
            ops.convert_to_tensor(self.log_probs.reshape(-1, self.size)), flat, axis=0
        )
        alignments = self.alignments.reshape(-1, self.alignments.shape[2])
        return (
            log_probs,
            [example, code],
            ops.take(ops.convert_to_tensor(alignments), flat, axis=0),
        )

    def sequences(self, example=0, alpha=0.0, beta=0.0, least=0):
        """Every sequence with its log-probability and score, best first."""
        found = []
        for length in range(least, self.time):
            for tokens in itertools.product(range(2, self.size), repeat=length):
                whole = (*tokens, END)
                codes = [self.code(tokens[:t]) for t in range(length + 1)]
                total = sum(
                    self.log_probs[example, c, w] for c, w in zip(codes, whole, strict=True)
                )
                received = self.alignments[example, codes].sum(0)
                penalty = beta * np.log(np.minimum(received, 1)).sum()
                found.append(
                    (total / ((5 + length + 1) / 6) ** alpha + penalty, total, whole)
                )
        return sorted(found, reverse=True)


def rules(table, **settings):
    return Rules(max_length=table.time - 1, forbidden=(0,), bos=END, eos=END, **settings)


def mask(table):
    return table.ops.ones((table.batch, table.alignments.shape[2]), "bool")


def whole(tokens):
    return tuple(int(t) for t in np.asarray(tokens) if t)
