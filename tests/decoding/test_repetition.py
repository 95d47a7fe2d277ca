"""The repetition penalty against every sequence of a small vocabulary."""

import itertools

import numpy as np
import pytest

from seqzoo.decoding import Rules, beam_search, greedy, sample
from seqzoo.errors import InputError
from tests.decoding.table import END, Table, rules, seeded, whole


def penalised(table, penalty, example=0):
    """(sum with the penalty, log-probability, tokens) of every sequence, best first."""
    found = []
    for length in range(table.time):
        for tokens in itertools.product(range(2, table.size), repeat=length):
            sequence = (*tokens, END)
            gains = [
                table.log_probs[example, table.code(tokens[:t]), token]
                for t, token in enumerate(sequence)
            ]
            ranks = [
                gain * (penalty if token in sequence[:t] else 1)
                for t, (gain, token) in enumerate(zip(gains, sequence, strict=True))
            ]
            found.append((sum(ranks), sum(gains), sequence))
    return sorted(found, reverse=True)


@seeded(40, 6)
def test_a_wide_beam_ranks_by_the_penalty_and_tells_the_true_probability(ops, seed):
    table = Table(ops, seed, 3, 5)
    penalty = 1 + seed / 10
    found = beam_search(
        table.step, table.first(), rules(table, repetition_penalty=penalty), beam_size=81,
        n_best=20,
    )  # fmt: skip
    for n, (rank, total, sequence) in enumerate(penalised(table, penalty)[:20]):
        assert whole(found.tokens[0, n]) == sequence
        assert float(found.scores[0, n]) == pytest.approx(rank, abs=1e-9)
        assert float(found.log_probs[0, n]) == pytest.approx(total, abs=1e-9)


@seeded(20, 4)
def test_greedy_takes_the_best_of_each_step(ops, seed):
    table, penalty = Table(ops, seed, 4, 7), 2.5
    found = greedy(table.step, table.first(), rules(table, repetition_penalty=penalty))
    tokens, total = (), 0.0
    while not tokens or tokens[-1] != END:
        gains = table.log_probs[0, table.code(tokens)].copy()
        factors = [penalty if token in tokens else 1 for token in range(table.size)]
        ranks = np.where(np.arange(table.size) == 0, -np.inf, gains * factors)
        token = END if len(tokens) == table.time - 1 else int(ranks.argmax())
        tokens, total = (*tokens, token), total + gains[token]
    assert whole(found.tokens[0, 0]) == tokens
    assert float(found.log_probs[0, 0]) == pytest.approx(total, abs=1e-9)


def test_draws_follow_the_penalised_weights(ops):
    """The second of two tokens is drawn in proportion to p ** penalty, where it has come."""
    table, penalty, many = Table(ops, 3, 3, 3), 2.0, 4000
    chosen = rules(table, min_length=2, repetition_penalty=penalty)
    state = [ops.repeat(x, many, axis=0) for x in table.first()]
    found = sample(table.step, state, chosen, seeds=range(many))
    drawn = [whole(tokens)[:2] for tokens in np.asarray(found.tokens)[:, 0]]
    for first in range(2, table.size):
        seconds = [second for one, second in drawn if one == first]
        weights = np.exp(table.log_probs[0, table.code((first,))])
        weights[first] **= penalty
        weights[[0, END]] = 0
        for second in range(2, table.size):
            expected = weights[second] / weights.sum()
            spread = 4 * np.sqrt(expected / len(seconds))
            assert seconds.count(second) / len(seconds) == pytest.approx(
                expected, abs=spread
            )


def test_less_than_one_is_refused():
    with pytest.raises(
        InputError, match=r"repetition_penalty: expected at least 1; got 0[.]5"
    ):
        Rules(repetition_penalty=0.5)
    with pytest.raises(
        InputError, match=r"repetition_penalty: expected at least 1; got nan"
    ):
        Rules(repetition_penalty=float("nan"))
