"""Best paths and marginals of a CRF in NumPy, against all paths one by one, and against the layer."""

import itertools

import numpy as np
import pytest

from seqzoo.decoding.viterbi import (
    Bonus,
    Chain,
    best_path,
    best_path_with,
    marginals,
    score_of,
)
from seqzoo.text import schemes


def drawn(seed: int, batch=4, time=5, tags=3, whole=False, banned=0.3):
    """Emissions, lengths and a chain; `whole`: of small whole numbers, so that many paths are equal."""
    draw = np.random.default_rng(seed)

    def numbers(*shape):
        return draw.integers(-1, 2, shape) if whole else draw.normal(size=shape)

    parts = [numbers(tags), numbers(tags, tags), numbers(tags)]
    parts = [
        np.where(draw.random(p.shape) < banned, -np.inf, p).astype(float) for p in parts
    ]
    lengths = draw.integers(1, time + 1, batch)
    return numbers(batch, time, tags).astype(np.float32), lengths, Chain(*parts)


def score(path, emissions, chain):
    """The sum of a path's scores, added in the order of the steps."""
    total = chain.start[path[0]] + np.float64(emissions[0, path[0]])
    for t in range(1, len(path)):
        total = (
            total
            + chain.transitions[path[t - 1], path[t]]
            + np.float64(emissions[t, path[t]])
        )
    return total + chain.end[path[-1]]


def every(emissions, length, chain):
    """All paths of a row with their scores."""
    paths = itertools.product(range(emissions.shape[1]), repeat=int(length))
    return {path: score(path, emissions, chain) for path in paths}


@pytest.mark.parametrize("seed", range(40))
def test_the_best_of_all_paths_is_found(seed):
    emissions, lengths, chain = drawn(seed)
    for row, path in enumerate(best_path(emissions, lengths, chain)):
        scores = every(emissions[row], lengths[row], chain)
        best = max(scores.values())
        found = tuple(path[: lengths[row]])
        assert not path[lengths[row] :].any()
        if best == -np.inf:
            assert not any(found)
        else:
            assert scores[found] == pytest.approx(best, abs=1e-12)


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("seed", range(40))
def test_a_row_alone_has_the_path_that_it_has_among_others(seed, whole):
    emissions, lengths, chain = drawn(seed, batch=6, time=7, tags=4, whole=whole)
    together = best_path(emissions, lengths, chain)
    for row in range(6):
        part = slice(row, row + 1)
        alone = best_path(emissions[part], lengths[part], chain)
        assert alone.dtype == np.int32
        np.testing.assert_array_equal(alone, together[part])


@pytest.mark.parametrize("seed", range(40))
def test_marginals_are_those_of_all_paths(seed):
    emissions, lengths, chain = drawn(seed)
    found = marginals(emissions, lengths, chain)
    for row, length in enumerate(lengths):
        expected = np.zeros(emissions.shape[1:])
        weights = {p: np.exp(s) for p, s in every(emissions[row], length, chain).items()}
        total = sum(weights.values())
        for path, weight in weights.items():
            for t, tag in enumerate(path):
                expected[t, tag] += weight / total if total else 0.0
        np.testing.assert_allclose(found[row], expected, atol=1e-12)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("whole", [False, True])
def test_paths_are_those_of_the_layer_ties_too(seed, whole):
    from seqzoo.layers import chain as layer

    emissions, lengths, chain = drawn(
        seed, batch=6, time=9, tags=4, whole=whole, banned=0.1
    )
    real = np.arange(9) < lengths[:, None]
    parts = [np.asarray(part, np.float32) for part in chain]
    expected = np.asarray(layer.best_path_by_parts(emissions, real, *parts))
    np.testing.assert_array_equal(
        best_path(emissions, lengths, Chain(*(p.astype(np.float64) for p in parts))),
        expected,
    )


def test_a_row_does_not_depend_on_the_rows_beside_it():
    emissions, lengths, chain = drawn(7, batch=9, time=8)
    together = best_path(emissions, lengths, chain)
    for row, length in enumerate(lengths):
        alone = best_path(emissions[row : row + 1, :length], lengths[row : row + 1], chain)
        np.testing.assert_array_equal(alone[0], together[row, :length])


@pytest.mark.parametrize("seed", range(20))
def test_ties_go_to_the_lower_tags(seed):
    """Of equal paths, the one whose last tag is lowest, then the one before it, and so on."""
    emissions, lengths, chain = drawn(seed, batch=5, time=4, whole=True, banned=0.1)
    for row, path in enumerate(best_path(emissions, lengths, chain)):
        scores = every(emissions[row], lengths[row], chain)
        best = max(scores.values())
        if best == -np.inf:
            continue
        equal = [p for p, score in scores.items() if score == best]
        assert tuple(path[: lengths[row]]) == min(equal, key=lambda p: p[::-1])


@pytest.mark.parametrize(
    ("batch", "time", "tags"), [(1, 1, 1), (1, 1, 4), (3, 1, 2), (1, 6, 1)]
)
def test_the_smallest_sizes(batch, time, tags):
    emissions, lengths, chain = drawn(1, batch, time, tags, banned=0)
    found = best_path(emissions, lengths, chain)
    assert found.shape == (batch, time)
    assert found.dtype == np.int32
    for row, path in enumerate(found):
        scores = every(emissions[row], lengths[row], chain)
        assert scores[tuple(path[: lengths[row]])] == max(scores.values())


def test_what_stands_behind_a_row_plays_no_part():
    emissions, lengths, chain = drawn(3, batch=6, time=7)
    expected = best_path(emissions, lengths, chain)
    behind = np.arange(7) >= lengths[:, None]
    emissions[behind] = 1e30
    np.testing.assert_array_equal(best_path(emissions, lengths, chain), expected)


@pytest.mark.parametrize("seed", range(40))
def test_runs_of_tags_with_a_bonus_by_brute_force(seed):
    """Words of BMES, whose bonuses a path has if it has the word; some paths are forbidden."""
    draw = np.random.default_rng(seed)
    length = int(draw.integers(1, 7))
    starts, follows, ends = schemes.legal(list("BMES"), "BMES")
    chain = Chain(
        *(
            np.where(np.array(flag), draw.normal(size=np.shape(flag)), -np.inf)
            for flag in (starts, follows, ends)
        )
    )
    emissions = draw.normal(size=(length, 4)) * 2
    emissions[draw.random((length, 4)) < 0.1] = -np.inf
    spans = {tuple(sorted(draw.integers(0, length + 1, 2).tolist())) for _ in range(4)}
    spans = {span for span in spans if span[0] < span[1]}
    bonuses = []
    for start, end in spans:
        inner = end - start - 2
        tags = (3,) if end - start == 1 else (0, *[1] * inner, 2)
        bonuses.append(Bonus(start, tags, float(draw.exponential() * 3)))

    def score(path):
        gained = sum(
            bonus.score
            for bonus in bonuses
            if path[bonus.start : bonus.start + len(bonus.tags)] == bonus.tags
        )
        return score_of(path, emissions, chain) + gained

    best = max(itertools.product(range(4), repeat=length), key=score)
    found = best_path_with(emissions, chain, bonuses)
    if score(best) == -np.inf:
        assert found == [0] * length
    else:
        assert tuple(found) == best


def test_what_is_given_stays_as_it_is():
    emissions = np.random.default_rng(0).normal(size=(1, 5, 3))
    given = emissions.copy()
    chain = Chain(np.ones(3), np.zeros((3, 3)), np.ones(3))
    best_path(emissions, np.array([5]), chain)
    assert (emissions == given).all()
