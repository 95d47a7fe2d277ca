"""Decoding against exhaustive search over tables of random probabilities in float64."""

import itertools

import keras
import numpy as np
import pytest
from keras import ops

from seqzoo.decoding import Rules, beam_search, draw, greedy, sample, score
from seqzoo.decoding.bounds import LEAST_TEMPERATURE, MOST_TEMPERATURE
from seqzoo.decoding.rules import top_k
from seqzoo.errors import InputError

END = 1


class Table:
    """A model that knows nothing but the tokens so far: a row of log-probabilities for each prefix."""

    def __init__(self, seed, tokens, time, batch=1, source=3):
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
        return [
            ops.convert_to_tensor(np.arange(self.batch)[:, None]),
            ops.zeros((self.batch, 1), "int64"),
        ]

    def step(self, tokens, state):
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
    return ops.ones((table.batch, table.alignments.shape[2]), "bool")


def whole(tokens):
    return tuple(int(t) for t in np.asarray(tokens) if t)


@pytest.mark.parametrize("seed", range(300))
def test_a_beam_wide_enough_is_exhaustive(seed):
    random = np.random.default_rng(seed)
    tokens, time = int(random.integers(2, 5)), int(random.integers(1, 5))
    alpha, beta = (0.0, 0.0) if seed % 2 else (random.random(), random.random())
    table = Table(seed, tokens, time)
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


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("alpha", [0.0, 0.8])
def test_a_batch_gives_what_its_rows_give(seed, alpha):
    table = Table(seed, 4, 6, batch=5)
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


@pytest.mark.parametrize("seed", range(20))
def test_a_beam_of_one_is_greedy(seed):
    table = Table(seed, 4, 6, batch=3)
    one = beam_search(table.step, table.first(), rules(table), beam_size=1)
    other = greedy(table.step, table.first(), rules(table))
    for row in range(3):
        assert whole(one.tokens[row, 0]) == whole(other.tokens[row, 0])
    np.testing.assert_allclose(one.log_probs, other.log_probs, atol=1e-12)


@pytest.mark.parametrize("seed", range(10))
def test_scores_are_those_of_scoring_the_result(seed):
    table = Table(seed, 4, 6, batch=3)
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
def test_the_largest_are_the_largest_to_the_last_tie(many):
    random = np.random.default_rng(many)
    x = random.integers(0, 9 * many // 10, (7, many)).astype("float32")
    x[1] = 3.0
    x[2, :-1] = -np.inf
    x[3] = -np.inf
    values, ids = (
        ops.convert_to_numpy(part) for part in top_k(ops.convert_to_tensor(x), 10)
    )
    order = np.argsort(-x, axis=1, kind="stable")[:, :10]
    np.testing.assert_array_equal(values, np.take_along_axis(x, order, 1))
    finite = np.isfinite(values)
    np.testing.assert_array_equal(ids[finite], order[finite])


@pytest.mark.parametrize("decode", [greedy, sample, beam_search])
def test_where_nothing_may_come_there_is_none(decode):
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


def test_a_draw_never_takes_what_has_no_probability():
    """In single precision all but 1 is 1, and behind the whole stood the last token."""
    log_probs = ops.convert_to_tensor([[-0.5, 0.0, -np.inf], [-np.inf, 0.4, -np.inf]])
    for drawn, expected in ((1.0, [1, 1]), (0.0, [0, 1])):
        found = draw(
            log_probs, ops.convert_to_tensor([drawn, drawn], "float64"), 1.0, None, None
        )
        assert np.asarray(found).tolist() == expected


def test_minimum_length():
    table = Table(3, 3, 5)
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
@pytest.mark.parametrize("seed", range(10))
def test_no_repeated_ngram(n, seed):
    table = Table(seed, 3, 7)
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


def test_what_has_ended_is_never_extended():
    """A step that after the end would give better scores must change nothing."""
    table = Table(0, 3, 5)
    found = beam_search(table.step, table.first(), rules(table), beam_size=27, n_best=10)
    for n in range(10):
        sequence = whole(found.tokens[0, n])
        assert sequence.count(END) == 1
        assert sequence[-1] == END


@pytest.mark.parametrize("size", [2, 3, 5])
def test_the_search_goes_on_while_something_better_is_on_its_way(size):
    """`</s>` has a tenth at each of six steps: many sequences end before the likeliest one does."""

    def step(tokens, state):
        early = ops.log(
            ops.convert_to_tensor([0.0, 0.0, 0.0, 0.1, 0.9], "float64") + 1e-300
        )
        late = ops.log(ops.convert_to_tensor([0.0, 0.0, 0.0, 1.0, 0.0], "float64") + 1e-300)
        return ops.where(state[0] < 6, early, late), [state[0] + 1], None

    found = beam_search(step, [ops.zeros((1, 1), "int32")], Rules(10), beam_size=size)
    assert ops.convert_to_numpy(found.tokens)[0, 0, :7].tolist() == [4] * 6 + [3]
    assert float(found.scores[0, 0]) == pytest.approx(6 * np.log(0.9))


def test_sampling_follows_the_probabilities():
    table = Table(1, 3, 2)
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


@pytest.mark.parametrize("temperature", [LEAST_TEMPERATURE, 1.0, MOST_TEMPERATURE])
@pytest.mark.parametrize("more", [(None, None), (9, None), (None, 1.0), (3, 0.9)])
def test_a_draw_takes_no_token_that_is_banned(temperature, more):
    """Whatever was drawn, its ends too, and however far apart the numbers are."""
    generator = np.random.default_rng(0)
    drawn = np.tile([0.0, 1e-300, 0.25, 0.5, 0.999999, 1.0], 200)
    numbers = generator.standard_normal((len(drawn), 9)) * 10.0 ** generator.integers(
        -6, 30, (len(drawn), 1)
    )
    banned = generator.random(numbers.shape) < 0.5
    banned[:, [0, -1]], banned[:, 4] = True, False
    numbers[banned] = -np.inf
    got = np.asarray(draw(keras.ops.convert_to_tensor(numbers), drawn, temperature, *more))
    rows = np.arange(len(drawn))
    assert not banned[rows, got].any()
    apart = np.diff(np.sort(numbers)[:, -2:])[:, 0] > 1000 * temperature
    np.testing.assert_array_equal(got[apart], numbers.argmax(-1)[apart])


def test_a_row_draws_alike_whatever_stands_beside_it():
    table = Table(1, 4, 6, batch=3)
    together = sample(table.step, table.first(), rules(table), seeds=[5, 6, 7])
    alone = sample(table.step, [x[:1] for x in table.first()], rules(table), seeds=[5])
    assert whole(together.tokens[0, 0]) == whole(alone.tokens[0, 0])
    other = sample(table.step, table.first(), rules(table), seeds=[8, 9, 10])
    assert not np.array_equal(np.asarray(other.tokens), np.asarray(together.tokens))


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
def test_wrong_settings(settings, message):
    table = Table(0, 3, 3)
    with pytest.raises(InputError, match=message):
        beam_search(table.step, table.first(), rules(table), **settings)


def test_wrong_rules_and_draws():
    table = Table(0, 3, 3)
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


@pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="a graph of TensorFlow's"
)
def test_in_a_graph_as_outside():
    import tensorflow as tf

    table = Table(2, 4, 6, batch=3)
    settings = {"beam_size": 3, "n_best": 2, "length_penalty": 0.6}

    @tf.function(input_signature=[[tf.TensorSpec((None, 1), tf.int64)] * 2])
    def search(state):
        return beam_search(table.step, state, rules(table, no_repeat_ngram=2), **settings)

    outside = beam_search(
        table.step, table.first(), rules(table, no_repeat_ngram=2), **settings
    )
    for a, b in zip(search(table.first()), outside, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-14)
