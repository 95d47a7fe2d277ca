"""N-gram models: Kneser-Ney by its definition, back-off, ARPA files."""

import math
from collections import defaultdict

import numpy as np
import pytest

from seqzoo.decoding import arpa, kneser_ney
from seqzoo.errors import InputError

BEGIN, END, A, B, C = range(5)
TOKENS = ["<s>", "</s>", "a", "b", "c"]
SIZE = len(TOKENS)


def by_definition(sequences, order, size, begin, never):
    """p(token | context) as a function, of dictionaries of tuples and float64 alone."""
    times = [defaultdict(int) for _ in range(order + 1)]
    before = [defaultdict(set) for _ in range(order + 1)]
    for ids in sequences:
        given = [begin, *map(int, ids)]
        for place in range(1, len(given)):
            for length in range(1, min(order, place + 1) + 1):
                gram = tuple(given[place - length + 1 : place + 1])
                times[length][gram] += 1
                if place >= length:
                    before[length][gram].add(given[place - length])
    counts = [None, *(
        {gram: len(before[n][gram]) or many if n < order else many for gram, many in times[n].items()}
        for n in range(1, order + 1)
    )]  # fmt: skip
    taken = [None, *(
        kneser_ney.discounts(np.array(list(each.values()))) for each in counts[1:]
    )]  # fmt: skip

    def probability(context, token):
        length = len(context) + 1
        if length == 1:
            shorter = 0.0 if token in never else 1 / (size - len(never))
        else:
            shorter = probability(context[1:], token)
        rows = {g: c for g, c in counts[length].items() if g[:-1] == context}
        total = sum(rows.values())
        if not total:
            return shorter
        weight = sum(taken[length][min(c, 3) - 1] for c in rows.values()) / total
        count = rows.get((*context, token), 0)
        own = count - taken[length][min(count, 3) - 1] if count else 0.0
        return own / total + weight * shorter

    return probability


def drawn(seed, size=7, number=30):
    random = np.random.default_rng(seed)
    shares = random.dirichlet(np.full(size - 2, 0.4))
    return [
        np.append(2 + random.choice(size - 2, random.integers(0, 9), p=shares), END)
        for _ in range(number)
    ]


@pytest.mark.parametrize("order", [1, 2, 3, 4])
@pytest.mark.parametrize("seed", [0, 1])
def test_probabilities_are_those_of_the_definition(order, seed):
    size, sequences = 7, drawn(seed)
    model = kneser_ney.fit(sequences, size, order, begin=BEGIN, never=[BEGIN])
    expected = by_definition(sequences, order, size, BEGIN, {BEGIN})
    contexts = {
        (BEGIN,),
        (5,),
        (2, 3, 4, 5, 6),
        *(tuple(s[:k]) for s in sequences for k in (1, 2, 3)),
    }
    for context in contexts:
        state = model.state(context)
        ours = model.log_probs_of(state)
        kept = tuple(int(t) for t in context)[max(0, len(context) - order + 1) :]
        theirs = [expected(kept, token) for token in range(size)]
        np.testing.assert_allclose(np.exp(ours), theirs, rtol=0, atol=1e-13)
        one_by_one = model.log_prob(np.full(size, state), np.arange(size))
        np.testing.assert_allclose(one_by_one, ours, rtol=1e-14)
        assert np.exp(ours).sum() == pytest.approx(1, abs=1e-13)


def test_values_worked_by_hand():
    # a b | a c: bigrams <s>a 2, ab 1, ac 1, b</s> 1, c</s> 1; before: a 1, b 1, c 1, </s> 2. Of the
    # bigrams four came once and one twice: D = 4 / (4 + 2) = 2/3. Of single tokens three count 1 and one
    # counts 2: D = 3 / (3 + 2) = 3/5, of a total of 5; 12/5 of it go to four tokens alike: 3/5 / 5 each.
    model = kneser_ney.fit(
        [np.array([A, B, END]), np.array([A, C, END])], SIZE, 2, begin=BEGIN, never=[BEGIN]
    )
    single = (1 - 3 / 5 + 3 / 5) / 5
    end = (2 - 3 / 5 + 3 / 5) / 5
    behind_a = (1 - 2 / 3) / 2 + (2 * 2 / 3) / 2 * single
    behind_begin = (2 - 2 / 3) / 2 + (2 / 3) / 2 * single
    behind_b = (1 - 2 / 3) / 1 + 2 / 3 * end
    for context, token, expected in (
        ([], A, single),
        ([], END, end),
        ([BEGIN], A, behind_begin),
        ([BEGIN, A], B, behind_a),
        ([A], A, (2 * 2 / 3) / 2 * single),
        ([B], END, behind_b),
        ([END], B, single),
    ):
        found = math.exp(model.log_probs_of(model.state(context))[token])
        assert found == pytest.approx(expected, rel=1e-14), (context, token)


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ([1, 1, 1, 1, 2, 2, 3, 4], [1 / 2, 2 - 3 / 4, 3 - 4 / 2]),
        ([1, 1, 1, 2], [3 / 5] * 3),
        ([1, 2, 3, 3, 3, 3, 4], [1 / 3] * 3),
        ([2, 2, 5], [0.5] * 3),
        ([1, 1, 1], [0.5] * 3),
    ],
)
def test_discounts(counts, expected):
    np.testing.assert_allclose(kneser_ney.discounts(np.array(counts)), expected, rtol=1e-15)


def test_a_stream_is_scored_as_token_by_token(monkeypatch):
    from seqzoo.decoding import ngram

    stream, other = (np.concatenate(drawn(seed)) for seed in (3, 4))
    for order in (1, 2, 3, 5):
        model = kneser_ney.fit([stream], 7, order, begin=END, never=[BEGIN])
        states, expected = np.array([model.state([END])]), []
        for token in other:
            expected.append(-model.log_probs_of(int(states[0]))[token])
            states = model.advanced(states, np.array([token]))
        np.testing.assert_allclose(model.losses(other, END), expected, rtol=1e-13)
        monkeypatch.setattr(ngram, "BLOCK", 5)
        np.testing.assert_allclose(model.losses(other, END), expected, rtol=1e-13)
        monkeypatch.undo()


def test_an_arpa_file_gives_the_model_back(tmp_path):
    tokens = ["<s>", "</s>", "a", "中", "d'e", "#", "5"]
    model = kneser_ney.fit(drawn(5), 7, 3, begin=BEGIN, never=[BEGIN])
    arpa.write(tmp_path / "m.arpa", model, tokens)
    read, names = arpa.read(tmp_path / "m.arpa")
    assert names == tokens
    assert read.lengths == model.lengths
    np.testing.assert_array_equal(read.keys, model.keys)
    np.testing.assert_allclose(read.log_probs, model.log_probs, rtol=1e-14)
    np.testing.assert_allclose(read.backoffs, model.backoffs, rtol=1e-14)


FOREIGN = """\
made by hand

\\data\\
ngram 1=4
ngram 2=2
ngram 3=1

\\1-grams:
-1.0\tb\t-0.2
-99\t<s>\t-0.5
-0.5 a -0.3
-0.4\t</s>

\\2-grams:
-0.25\t<s> a\t-0.1
-0.6\tb a

\\3-grams:
-0.05\t<s> a b

\\end\\
"""


def test_a_file_from_elsewhere_is_read(tmp_path):
    """Pruned: `a b` is no bigram though `<s> a b` is there, and lines stand in no order."""
    (tmp_path / "m.arpa").write_text(FOREIGN)
    model, names = arpa.read(tmp_path / "m.arpa")
    b, begin, a, end = (names.index(name) for name in ("b", "<s>", "a", "</s>"))
    for context, token, log10 in (
        ([begin], a, -0.25),
        ([begin, a], b, -0.05),
        ([begin, a], a, -0.1 - 0.3 - 0.5),
        ([begin, a, b], a, -0.6),
        ([begin, a, b], end, -0.2 - 0.4),
        ([a, a], b, -0.3 - 1.0),
    ):
        found = model.log_probs_of(model.state(context))[token]
        assert found / math.log(10) == pytest.approx(log10), (context, token)
    assert model.log_probs_of(0)[begin] == -math.inf


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("ngram 2=2", "ngram 3=2", r":5: expected ngram 2=COUNT; got 'ngram 3=2'"),
        ("-0.6\tb a", "-0.6\tb x", r":16: expected tokens of its 1-grams; got 'x'"),
        ("-0.6\tb a", "0.6\tb a", r":16: expected log10 p, 2 tokens"),
        ("-0.6\tb a", "-0.6\tb", r":16: expected log10 p, 2 tokens"),
        ("-0.6\tb a", "nan\tb a", r":16: expected log10 p, 2 tokens"),
        ("-0.6\tb a", "-0.25\t<s> a", r"expected each once"),
        ("-0.05\t<s> a b", "-0.05\ta a b", r"expected 'a a' too"),
        ("\\end\\", "", r"expected \\end\\; got \"the file's end\""),
        ("\\3-grams:", "\\2-grams:", r":18: expected \\3-grams:"),
        ("\\data\\", "", r"expected \\data\\"),
    ],
)
def test_a_damaged_file_is_refused_by_its_line(tmp_path, old, new, said):
    (tmp_path / "m.arpa").write_text(FOREIGN.replace(old, new, 1))
    with pytest.raises(InputError, match=said):
        arpa.read(tmp_path / "m.arpa")


def test_what_cannot_be_counted_or_written_is_refused(tmp_path):
    with pytest.raises(ValueError, match="expected tokens"):
        kneser_ney.fit([np.array([], int)], SIZE, 2, begin=BEGIN)
    with pytest.raises(ValueError, match="expected tokens"):
        kneser_ney.fit([np.array([BEGIN])], SIZE, 2, begin=BEGIN, never=[BEGIN])
    model = kneser_ney.fit([np.array([A])], SIZE, 2, begin=BEGIN)
    with pytest.raises(
        InputError, match="token 3: expected no white space in it; got 'b d'"
    ):
        arpa.write(tmp_path / "m.arpa", model, ["<s>", "</s>", "a", "b d", "c"])
