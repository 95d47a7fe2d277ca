"""Draws of a token in NumPy: their shares, order, bans and bounds."""

import numpy as np
import pytest

from seqzoo.decoding.bounds import LEAST_TEMPERATURE, MOST_TEMPERATURE
from seqzoo.decoding.drawing import drawn_token
from seqzoo.errors import InputError


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
def test_every_share_of_the_way_gives_the_token_that_lies_there(temperature, more):
    """Ties among the scores too, at the borders of what may be drawn and within."""
    draw = np.random.default_rng(0)
    for _ in range(20):
        log_probs = draw.choice([-3.0, -1.5, -1.0, 0.0, 0.25], 9).astype(np.float32)
        before = 0.0
        for id, share in shares(log_probs, temperature, *more):
            middle = before + share / 2
            assert drawn_token(log_probs, middle, temperature, *more) == id
            before += share


@pytest.mark.parametrize("temperature", [LEAST_TEMPERATURE, 1.0, MOST_TEMPERATURE])
@pytest.mark.parametrize("more", [(None, None), (9, None), (None, 1.0), (3, 0.9)])
def test_a_draw_takes_no_token_that_is_banned(temperature, more):
    """Whatever was drawn, its ends too, and however far apart the numbers are."""
    generator = np.random.default_rng(0)
    drawn = np.tile([0.0, 1e-300, 0.25, 0.5, 0.999999, 1.0], 100)
    scales = 10.0 ** generator.integers(-6, 30, len(drawn))
    for place, scale in zip(drawn, scales, strict=True):
        numbers = generator.standard_normal(9) * scale
        banned = generator.random(9) < 0.5
        banned[[0, -1]], banned[4] = True, False
        numbers[banned] = -np.inf
        got = drawn_token(numbers, place, temperature, *more)
        assert not banned[got]
        second, first = np.sort(numbers)[-2:]
        if first - second > 1000 * temperature:
            assert got == numbers.argmax()


@pytest.mark.parametrize(
    "settings", [{"temperature": 0.0}, {"top_k": 0}, {"top_p": 1.5}], ids=str
)
def test_numbers_out_of_range_are_refused(settings):
    with pytest.raises(InputError, match=next(iter(settings))):
        drawn_token(np.zeros(3, np.float32), 0.5, **settings)
