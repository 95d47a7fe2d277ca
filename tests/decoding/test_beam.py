"""Greedy and beam search against exhaustive search over tables of random probabilities in float64."""

import keras
import numpy as np
import pytest

from seqzoo.decoding import Rules, beam_search, greedy, sample, score
from seqzoo.decoding.rules import top_k
from seqzoo.errors import InputError
from tests.decoding.table import END, Table, mask, rules, seeded, whole


@seeded(300, 60)
def test_a_beam_wide_enough_is_exhaustive(ops, seed):
    random = np.random.default_rng(seed)
    tokens, time = int(random.integers(2, 5)), int(random.integers(1, 5))
    alpha, beta = (0.0, 0.0) if seed % 2 else (random.random(), random.random())
    table = Table(ops, seed, tokens, time)
    expected = table.sequences(alpha=alpha, beta=beta)
    width = tokens ** (time - 1)
    found = beam_search(
        table.step, table.first(), rules(table), beam_size=width, n_best=min(len(expected), width),
        length_penalty=alpha, coverage_penalty=beta, source_mask=mask(table),
    )  # fmt: skip
    for n, (best, total, sequence) in enumerate(expected[:width]):
        assert whole(found.tokens[0, n]) == sequence
        assert int(found.lengths[0, n]) == len(sequence)
        np.testing.assert_allclose(float(found.scores[0, n]), best, rtol=0, atol=1e-8)
        np.testing.assert_allclose(float(found.log_probs[0, n]), total, rtol=0, atol=1e-8)


@seeded(20, 4)
@pytest.mark.parametrize("alpha", [0.0, 0.8])
def test_a_batch_gives_what_its_rows_give(ops, seed, alpha):
    table = Table(ops, seed, 4, 6, batch=5)
    limits = np.random.default_rng(seed).integers(1, 6, 5).astype("int32")
    settings = {"beam_size": 3, "n_best": 3, "length_penalty": alpha}

    def search(rows, longest):
        chosen = Rules(
            max_length=ops.convert_to_tensor(limits[rows]), forbidden=(0,), bos=END, eos=END
        )
        state = [ops.take(x, np.array(rows), axis=0) for x in table.first()]
        return beam_search(table.step, state, chosen, **settings)

    together = search([0, 1, 2, 3, 4], 5)
    for row in range(5):
        alone = search([row], int(limits[row]))
        for n in range(3):
            assert whole(together.tokens[row, n]) == whole(alone.tokens[0, n])
        np.testing.assert_array_equal(together.scores[row], alone.scores[0])


@seeded(20, 4)
def test_a_beam_of_one_is_greedy(ops, seed):
    table = Table(ops, seed, 4, 6, batch=3)
    one = beam_search(table.step, table.first(), rules(table), beam_size=1)
    other = greedy(table.step, table.first(), rules(table))
    for row in range(3):
        assert whole(one.tokens[row, 0]) == whole(other.tokens[row, 0])
    np.testing.assert_allclose(one.log_probs, other.log_probs, atol=1e-12)


@seeded(10, 4)
def test_scores_are_those_of_scoring_the_result(ops, seed):
    table = Table(ops, seed, 4, 6, batch=3)
    found = beam_search(table.step, table.first(), rules(table), beam_size=2)
    tokens = ops.convert_to_tensor(np.asarray(found.tokens)[:, 0])
    scores, alignments = score(table.step, table.first(), tokens, rules(table))
    np.testing.assert_allclose(
        np.asarray(scores).sum(1), np.asarray(found.log_probs)[:, 0], atol=1e-12
    )
    assert alignments.shape == (3, tokens.shape[1], 3)
    first = whole(tokens[0])
    last = len(first) - 1
    np.testing.assert_allclose(
        alignments[0, last], table.alignments[0, table.code(first[:last])]
    )


@pytest.mark.parametrize("many", [10, 64, 1300, 5000])
def test_the_largest_are_the_largest_to_the_last_tie(ops, many):
    random = np.random.default_rng(many)
    x = random.integers(0, 9 * many // 10, (7, many)).astype("float32")
    x[1] = 3.0
    x[2, :-1] = -np.inf
    x[3] = -np.inf
    values, ids = (np.asarray(part) for part in top_k(ops.convert_to_tensor(x), 10))
    order = np.argsort(-x, axis=1, kind="stable")[:, :10]
    np.testing.assert_array_equal(values, np.take_along_axis(x, order, 1))
    finite = np.isfinite(values)
    np.testing.assert_array_equal(ids[finite], order[finite])


@pytest.mark.parametrize("decode", [greedy, sample, beam_search])
def test_where_nothing_may_come_there_is_none(ops, decode):
    """Greedy search gave padding and a banned token: of three examples two come to where all is banned."""
    shares = np.array(
        [[[0, 0, 1.0], [0, 0, 0]], [[0, 0, 0], [0, 0, 1]], [[0, 0, 1], [0, 1, 0]]]
    )
    log_probs = np.where(shares > 0, 0.0, -np.inf)  # (example, step, token)

    def step(tokens, state):
        example, t = state
        rows = ops.convert_to_tensor(log_probs.reshape(-1, 3))
        return (
            ops.take(rows, 2 * example[:, 0] + ops.minimum(t[:, 0], 1), axis=0),
            [example, t + 1],
            None,
        )

    state = [ops.convert_to_tensor(np.arange(3)[:, None]), ops.zeros((3, 1), "int64")]
    more = {"seeds": range(3)} if decode is sample else {}
    found = decode(
        step, state, Rules(max_length=3, forbidden=(0,), bos=END, eos=END), **more
    )
    assert np.asarray(found.tokens)[:, 0].tolist() == [
        [0, 0, 0, 0],
        [0, 0, 0, 0],
        [2, END, 0, 0],
    ]
    assert np.asarray(found.lengths)[:, 0].tolist() == [0, 0, 2]
    assert np.asarray(found.log_probs)[:, 0].tolist() == [-np.inf, -np.inf, 0]
    assert np.asarray(found.scores)[:, 0].tolist() == [-np.inf, -np.inf, 0]


def test_minimum_length(ops):
    table = Table(ops, 3, 3, 5)
    found = beam_search(table.step, table.first(), rules(table, min_length=3), beam_size=81)
    assert whole(found.tokens[0, 0]) == table.sequences(least=3)[0][2]
    assert (
        len(
            whole(
                greedy(table.step, table.first(), rules(table, min_length=4)).tokens[0, 0]
            )
        )
        == 5
    )


@pytest.mark.parametrize("n", [1, 2, 3])
@seeded(10, 4)
def test_no_repeated_ngram(ops, n, seed):
    table = Table(ops, seed, 3, 7)
    expected = [s for s in table.sequences() if not _repeats(s[2], n)]
    found = beam_search(
        table.step, table.first(), rules(table, no_repeat_ngram=n), beam_size=200
    )
    assert whole(found.tokens[0, 0]) == expected[0][2]
    free = beam_search(table.step, table.first(), rules(table), beam_size=200)
    assert whole(free.tokens[0, 0]) == table.sequences()[0][2]


def _repeats(sequence, n):
    grams = [sequence[i : i + n] for i in range(len(sequence) - n + 1)]
    return len(set(grams)) < len(grams)


def test_what_has_ended_is_never_extended(ops):
    """A step that after the end would give better scores must change nothing."""
    table = Table(ops, 0, 3, 5)
    found = beam_search(table.step, table.first(), rules(table), beam_size=27, n_best=10)
    for n in range(10):
        sequence = whole(found.tokens[0, n])
        assert sequence.count(END) == 1
        assert sequence[-1] == END


@pytest.mark.parametrize("size", [2, 3, 5])
def test_the_search_goes_on_while_something_better_is_on_its_way(ops, size):
    """`</s>` has a tenth at each of six steps: many sequences end before the likeliest one does."""

    def step(tokens, state):
        early = ops.log(
            ops.convert_to_tensor([0.0, 0.0, 0.0, 0.1, 0.9], "float64") + 1e-300
        )
        late = ops.log(ops.convert_to_tensor([0.0, 0.0, 0.0, 1.0, 0.0], "float64") + 1e-300)
        return ops.where(state[0] < 6, early, late), [state[0] + 1], None

    found = beam_search(step, [ops.zeros((1, 1), "int32")], Rules(10), beam_size=size)
    assert np.asarray(found.tokens)[0, 0, :7].tolist() == [4] * 6 + [3]
    assert float(found.scores[0, 0]) == pytest.approx(6 * np.log(0.9))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"beam_size": 2, "n_best": 3}, "n_best: expected 1 to beam_size, 2"),
        ({"length_penalty": -1}, "length_penalty: expected at least 0"),
        (
            {"coverage_penalty": 0.1},
            "coverage_penalty: expected a step that gives alignments",
        ),
    ],
)
def test_wrong_settings(ops, settings, message):
    table = Table(ops, 0, 3, 3)
    with pytest.raises(InputError, match=message):
        beam_search(table.step, table.first(), rules(table), **settings)


@pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="a graph of TensorFlow's"
)
def test_in_a_graph_as_outside():
    import tensorflow as tf

    table = Table(keras.ops, 2, 4, 6, batch=3)
    settings = {"beam_size": 3, "n_best": 2, "length_penalty": 0.6}

    @tf.function(input_signature=[[tf.TensorSpec((None, 1), tf.int64)] * 2])
    def search(state):
        return beam_search(table.step, state, rules(table, no_repeat_ngram=2), **settings)

    outside = beam_search(
        table.step, table.first(), rules(table, no_repeat_ngram=2), **settings
    )
    for a, b in zip(search(table.first()), outside, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-14)
