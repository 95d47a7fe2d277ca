"""Decoding over tables of random probabilities with random bans, against every sequence there is."""

import itertools

import keras
import numpy as np
import pytest

from seqzoo.decoding import Rules, beam_search, greedy, numpy_arrays, sample

END, SHORT, LONG = 1, range(60), range(60, 330)


class Banned:
    """Log-probabilities that depend on the step, the last token and the example; many are -inf."""

    def __init__(self, ops, seed):
        self.ops = ops
        random = np.random.default_rng(seed)
        self.size, self.time, self.batch = (
            int(random.integers(3, 6)),
            int(random.integers(1, 5)),
            3,
        )
        logits = random.normal(size=(self.batch, self.time + 1, self.size, self.size))
        logits *= 10 ** random.uniform(-2, 3)
        logits[random.random(logits.shape) < random.choice([0.0, 0.3, 0.6, 0.9])] = -np.inf
        total = np.logaddexp.reduce(logits, axis=-1, keepdims=True)
        self.log_probs = logits - np.where(total > -np.inf, total, 0.0)
        self.rules = Rules(
            max_length=self.time,
            min_length=int(random.integers(0, self.time + 1)),
            no_repeat_ngram=int(random.integers(0, 3)),
            forbidden=(
                0,
                *(
                    random.permutation(np.arange(2, self.size))[
                        : random.integers(0, 2)
                    ].tolist()
                ),
            ),
            bos=END,
            eos=END,
        )

    def state(self):
        ops = self.ops
        return [
            ops.convert_to_tensor(np.arange(self.batch)[:, None]),
            ops.zeros((self.batch, 1), "int64"),
        ]

    def step(self, tokens, state):
        ops = self.ops
        example, t = state
        place = (
            example[:, 0] * (self.time + 1) + ops.minimum(t[:, 0], self.time)
        ) * self.size
        flat = ops.convert_to_tensor(self.log_probs.reshape(-1, self.size))
        return (
            ops.take(flat, place + ops.cast(tokens, "int64"), axis=0),
            [example, t + 1],
            None,
        )

    def may_come(self, prefix, token):
        """Whether the rules let a token follow."""
        if token == END:
            return len(prefix) >= self.rules.min_length
        n = self.rules.no_repeat_ngram
        whole = [*prefix, token]
        grams = [tuple(whole[i : i + n]) for i in range(len(whole) - n + 1)] if n else []
        repeats = len(set(grams)) < len(grams)
        return token not in self.rules.forbidden and len(prefix) < self.time and not repeats

    def scores(self, example, prefix):
        """Log-probabilities of what may come behind a prefix, -inf for what may not, (size,)."""
        last = prefix[-1] if prefix else END
        row = self.log_probs[example, len(prefix), last]
        return np.array(
            [row[w] if self.may_come(prefix, w) else -np.inf for w in range(self.size)]
        )

    def greedy(self, example):
        """The likeliest token at each step; none where nothing may come."""
        prefix, total = (), 0.0
        while not prefix or prefix[-1] != END:
            scores = self.scores(example, prefix)
            if scores.max() == -np.inf:
                return (), -np.inf
            prefix, total = (*prefix, int(scores.argmax())), total + scores.max()
        return prefix, total

    def sequences(self, example):
        """Every sequence that may be, with its log-probability, best first."""
        found = []
        for length in range(self.time + 1):
            for tokens in itertools.product(range(2, self.size), repeat=length):
                whole = (*tokens, END)
                total = sum(self.scores(example, whole[:t])[w] for t, w in enumerate(whole))
                if total > -np.inf:
                    found.append((total, whole))
        return sorted(found, reverse=True)


def whole(found, row, n=0):
    """Tokens without padding and the log-probability; the length must agree."""
    tokens = np.asarray(found.tokens)[row, n]
    length = int(np.asarray(found.lengths)[row, n])
    assert not tokens[length:].any()
    assert length == np.count_nonzero(tokens)
    return tuple(tokens[:length].tolist()), float(np.asarray(found.log_probs)[row, n])


def close(found, expected):
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-9)


def check(ops, seed):
    case = Banned(ops, seed)
    walked = greedy(case.step, case.state(), case.rules)
    beam = beam_search(case.step, case.state(), case.rules, beam_size=1)
    draws = {"top_k": 2} if seed % 3 == 0 else {"top_p": 0.7} if seed % 3 == 1 else {}
    drawn = sample(
        case.step, case.state(), case.rules, seeds=range(seed, seed + case.batch), **draws
    )
    width = min(case.size ** (case.time + 1), 300)
    wide = beam_search(case.step, case.state(), case.rules, beam_size=width, n_best=3)
    for row in range(case.batch):
        expected, total = case.greedy(row)
        for found in (walked, beam):
            tokens, log_prob = whole(found, row)
            assert tokens == expected
            close(log_prob, total)
        every = case.sequences(row)
        tokens, log_prob = whole(drawn, row)
        if tokens:
            assert tokens in [sequence for _, sequence in every]
            close(log_prob, next(t for t, sequence in every if sequence == tokens))
        else:
            assert log_prob == -np.inf
        for n in range(3):
            tokens, log_prob = whole(wide, row, n)
            close(log_prob, every[n][0] if n < len(every) else -np.inf)
            assert tokens in [s for _, s in every] if n < len(every) else tokens == ()


@pytest.mark.parametrize("seed", SHORT)
@pytest.mark.parametrize("ops", [keras.ops, numpy_arrays], ids=["keras", "numpy"])
def test_every_way_to_decode_against_all_sequences(ops, seed):
    check(ops, seed)


@pytest.mark.slow
@pytest.mark.parametrize("ops", [keras.ops, numpy_arrays], ids=["keras", "numpy"])
def test_every_way_to_decode_against_all_sequences_at_length(ops):
    for seed in LONG:
        check(ops, seed)
