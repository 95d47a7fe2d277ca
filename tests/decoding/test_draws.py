"""Draws of tokens: their shares, order, bans and seeds."""

import numpy as np
import pytest

from seqzoo.decoding import Rules, draw, greedy, sample
from seqzoo.decoding.bounds import LEAST_TEMPERATURE, MOST_TEMPERATURE
from seqzoo.errors import InputError
from tests.decoding.table import Table, rules, whole


def test_a_draw_never_takes_what_has_no_probability(ops):
    """In single precision all but 1 is 1, and behind the whole stood the last token."""
    log_probs = ops.convert_to_tensor([[-0.5, 0.0, -np.inf], [-np.inf, 0.4, -np.inf]])
    for drawn, expected in ((1.0, [1, 1]), (0.0, [0, 1])):
        found = draw(
            log_probs, ops.convert_to_tensor([drawn, drawn], "float64"), 1.0, None, None
        )
        assert np.asarray(found).tolist() == expected


def test_sampling_follows_the_probabilities(ops):
    table = Table(ops, 1, 3, 2)
    table.log_probs = np.repeat(table.log_probs, 4000, axis=0)
    table.alignments, table.batch = np.repeat(table.alignments, 4000, axis=0), 4000
    drawn = sample(table.step, table.first(), rules(table), seeds=range(4000))
    counts = np.bincount(np.asarray(drawn.tokens)[:, 0, 0], minlength=4) / 4000
    np.testing.assert_allclose(counts, np.exp(table.log_probs[0, 0]), atol=0.03)
    likeliest = table.log_probs[0, 0].argsort()[::-1]
    two = sample(table.step, table.first(), rules(table), top_k=2, seeds=range(4000))
    assert set(np.asarray(two.tokens)[:, 0, 0]) == set(likeliest[:2].tolist())
    nucleus = np.exp(table.log_probs[0, 0, likeliest[0]]) + 1e-6
    two = sample(
        table.step, table.first(), rules(table), top_p=float(nucleus), seeds=range(4000)
    )
    assert set(np.asarray(two.tokens)[:, 0, 0]) == set(likeliest[:2].tolist())
    one = sample(table.step, table.first(), rules(table), top_p=1e-6, seeds=range(4000))
    np.testing.assert_array_equal(
        one.tokens, greedy(table.step, table.first(), rules(table)).tokens
    )
    cold = sample(
        table.step, table.first(), rules(table), temperature=1e-3, seeds=range(4000)
    )
    np.testing.assert_array_equal(cold.tokens, one.tokens)


def shares(log_probs, temperature, top_k, top_p):
    """What each id is drawn with, one after the other from the equations, in the order of drawing."""
    ids = list(range(len(log_probs)))
    top = max(log_probs)
    weights = [np.exp((float(x) - top) / temperature) for x in log_probs]
    if top_k is not None or top_p is not None:
        ids = sorted(ids, key=lambda id: (-log_probs[id], id))[:top_k]
        total, kept = sum(weights[id] for id in ids), []
        for id in ids:
            kept.append(id)
            if top_p is not None and sum(weights[id] for id in kept) >= top_p * total:
                break
        ids = kept
    total = sum(weights[id] for id in ids)
    return [(id, weights[id] / total) for id in ids]


OPTIONS = [
    (None, None),
    (1, None),
    (4, None),
    (1000, None),
    (None, 0.3),
    (None, 0.85),
    (5, 0.7),
]


@pytest.mark.parametrize("temperature", [0.4, 1.0, 3.0])
@pytest.mark.parametrize("more", OPTIONS)
def test_every_share_of_the_way_gives_the_token_that_lies_there(ops, temperature, more):
    """Ties among the scores too, at the borders of what may be drawn and within."""
    generator = np.random.default_rng(0)
    for _ in range(20):
        scores = generator.choice([-3.0, -1.5, -1.0, 0.0, 0.25], 9).astype(np.float32)
        ids, parts = zip(*shares(scores, temperature, *more), strict=True)
        middles = np.cumsum(parts) - np.array(parts) / 2
        rows = ops.convert_to_tensor(np.tile(scores, (len(ids), 1)))  # (drawn, vocabulary)
        found = draw(rows, ops.convert_to_tensor(middles), temperature, *more)
        assert np.asarray(found).tolist() == list(ids)


@pytest.mark.parametrize("temperature", [LEAST_TEMPERATURE, 1.0, MOST_TEMPERATURE])
@pytest.mark.parametrize("more", [(None, None), (9, None), (None, 1.0), (3, 0.9)])
def test_a_draw_takes_no_token_that_is_banned(ops, temperature, more):
    """Whatever was drawn, its ends too, and however far apart the numbers are."""
    generator = np.random.default_rng(0)
    drawn = np.tile([0.0, 1e-300, 0.25, 0.5, 0.999999, 1.0], 200)
    numbers = generator.standard_normal((len(drawn), 9)) * 10.0 ** generator.integers(
        -6, 30, (len(drawn), 1)
    )
    banned = generator.random(numbers.shape) < 0.5
    banned[:, [0, -1]], banned[:, 4] = True, False
    numbers[banned] = -np.inf
    got = np.asarray(draw(ops.convert_to_tensor(numbers), drawn, temperature, *more))
    rows = np.arange(len(drawn))
    assert not banned[rows, got].any()
    apart = np.diff(np.sort(numbers)[:, -2:])[:, 0] > 1000 * temperature
    np.testing.assert_array_equal(got[apart], numbers.argmax(-1)[apart])


def test_a_row_draws_alike_whatever_stands_beside_it(ops):
    table = Table(ops, 1, 4, 6, batch=3)
    together = sample(table.step, table.first(), rules(table), seeds=[5, 6, 7])
    alone = sample(table.step, [x[:1] for x in table.first()], rules(table), seeds=[5])
    assert whole(together.tokens[0, 0]) == whole(alone.tokens[0, 0])
    other = sample(table.step, table.first(), rules(table), seeds=[8, 9, 10])
    assert not np.array_equal(np.asarray(other.tokens), np.asarray(together.tokens))


def test_wrong_rules_and_draws(ops):
    table = Table(ops, 0, 3, 3)
    out = [
        {"temperature": t}
        for t in (0, 1e-320, -1.0, float("nan"), float("inf"), 101, 10**400)
    ]
    for settings in (*out, {"top_k": 0}, {"top_p": 0}, {"top_p": 1.5}):
        with pytest.raises(InputError, match=next(iter(settings))):
            sample(table.step, table.first(), rules(table), **settings)
    with pytest.raises(InputError, match="expected a seed for each of 1 rows"):
        sample(table.step, table.first(), rules(table), seeds=[1, 2])
    with pytest.raises(InputError, match="max_length"):
        Rules(max_length=-1)
    with pytest.raises(InputError, match="min_length"):
        Rules(min_length=-1)
    with pytest.raises(InputError, match="forbidden"):
        Rules(forbidden=(3,))
