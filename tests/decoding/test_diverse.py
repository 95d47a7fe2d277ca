"""Diverse beam search against the algorithm written plainly, an example and a group at a time."""

from collections import Counter

import keras
import numpy as np
import pytest

from seqzoo.decoding import beam_search, diverse_beam_search
from seqzoo.errors import InputError
from tests.decoding.table import END, Table, rules, seeded, whole


class Group:
    """A beam of the reference: what goes on, and what has ended, as (sum, tokens)."""

    def __init__(self, size, alpha, longest):
        self.size, self.alpha, self.longest = size, alpha, longest
        self.going, self.ended, self.done = [(0.0, ())], [], False

    def score(self, total, length):
        return total / ((5 + length) / 6) ** self.alpha

    def advance(self, table, example, away):
        """A token further; returns the tokens that go on."""
        t = len(self.going[0][1])
        every = []
        for total, tokens in self.going:
            gains = table.log_probs[example, table.code(tokens)]
            for token in [END] if t == self.longest else range(1, table.size):
                after = total + gains[token]
                key = self.score(after - away[token], t + 1)
                every.append((key, after, (*tokens, token)))
        every = sorted(every, key=lambda each: -each[0])[: 2 * self.size]
        new = [each[1:] for each in every[: self.size] if each[2][-1] == END]
        self.going = [each[1:] for each in every if each[2][-1] != END][: self.size]
        if self.done:
            return []
        self.ended = sorted(
            self.ended + new, key=lambda each: -self.score(each[0], len(each[1]))
        )[: self.size]
        self._settle(t)
        return [tokens[-1] for _, tokens in self.going]

    def _settle(self, t):
        if not self.going:
            self.done = True
        elif len(self.ended) == self.size:
            worst = self.score(self.ended[-1][0], len(self.ended[-1][1]))
            best = max(total for total, _ in self.going)
            reach = max(self.score(best, t + 1), self.score(best, self.longest + 1))
            now = self.score(best, t + 1)
            self.done = now <= worst or reach <= worst


def reference(table, example, size, groups, diversity, alpha):
    """(score, tokens) of what ended in any group, best first, each once."""
    longest = table.time - 1
    beams = [Group(size, alpha, longest) for _ in range(groups)]
    for _ in range(longest + 1):
        counts = Counter()
        for beam in beams:
            away = [diversity * counts[token] for token in range(table.size)]
            was_done = beam.done
            if not beam.going:
                continue
            tokens = beam.advance(table, example, away)
            if not was_done:
                counts.update(tokens)
    every = {each for beam in beams for each in beam.ended}
    scored = [(beams[0].score(total, len(tokens)), tokens) for total, tokens in every]
    return sorted(scored, reverse=True)


@seeded(120, 12)
def test_groups_choose_as_in_the_reference(ops, seed):
    random = np.random.default_rng(seed)
    size, groups = int(random.integers(1, 4)), int(random.integers(2, 4))
    alpha = 0.0 if seed % 2 else float(random.random())
    diversity = float(random.random() * 3)
    table = Table(ops, seed, int(random.integers(3, 6)), 5, batch=3)
    found = diverse_beam_search(
        table.step, table.first(), rules(table), beam_size=size * groups, groups=groups,
        diversity=diversity, n_best=size * groups, length_penalty=alpha,
    )  # fmt: skip
    for row in range(3):
        expected = reference(table, row, size, groups, diversity, alpha)
        for n in range(size * groups):
            tokens = whole(found.tokens[row, n])
            if n >= len(expected):
                assert tokens == ()
                continue
            assert tokens == expected[n][1]
            np.testing.assert_allclose(
                float(found.scores[row, n]), expected[n][0], atol=1e-9
            )


@seeded(10, 3)
def test_without_diversity_all_groups_find_what_a_beam_of_their_size_finds(ops, seed):
    table = Table(ops, seed, 4, 6, batch=2)
    beam = beam_search(table.step, table.first(), rules(table), beam_size=3, n_best=3)
    found = diverse_beam_search(
        table.step,
        table.first(),
        rules(table),
        beam_size=6,
        groups=2,
        diversity=0.0,
        n_best=4,
    )
    for row in range(2):
        for n in range(3):
            assert whole(found.tokens[row, n]) == whole(beam.tokens[row, n])
        assert whole(found.tokens[row, 3]) == ()
        assert float(found.scores[row, 3]) == -np.inf


def test_a_great_diversity_lets_no_group_begin_as_another(ops):
    table = Table(ops, 5, 6, 5)
    found = diverse_beam_search(
        table.step, table.first(), rules(table, min_length=1), beam_size=4, groups=4,
        diversity=1e6, n_best=4,
    )  # fmt: skip
    begun = {whole(found.tokens[0, n])[0] for n in range(4)}
    assert len(begun) == 4


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"beam_size": 4, "groups": 3},
            "groups: expected a divisor of beam_size, 4; got 3",
        ),
        ({"beam_size": 4, "groups": 2, "n_best": 5}, "n_best: expected 1 to beam_size, 4"),
        ({"beam_size": 4, "groups": 2, "diversity": -1}, "diversity: expected at least 0"),
    ],
)
def test_wrong_settings(ops, settings, message):
    table = Table(ops, 0, 3, 3)
    with pytest.raises(InputError, match=message):
        diverse_beam_search(table.step, table.first(), rules(table), **settings)


@pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="a graph of TensorFlow's"
)
def test_in_a_graph_as_outside():
    import tensorflow as tf

    table = Table(keras.ops, 2, 4, 6, batch=3)
    settings = {"beam_size": 4, "groups": 2, "n_best": 3, "diversity": 0.7}

    @tf.function(input_signature=[[tf.TensorSpec((None, 1), tf.int64)] * 2])
    def search(state):
        return diverse_beam_search(table.step, state, rules(table), **settings)

    outside = diverse_beam_search(table.step, table.first(), rules(table), **settings)
    for a, b in zip(search(table.first()), outside, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-14)
