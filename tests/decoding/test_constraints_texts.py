"""Demands on texts of tokens of any length, against every sequence of a small vocabulary."""

import itertools
import re

import numpy as np
import pytest

from seqzoo import decoding
from seqzoo.decoding.constraints import Constraints
from seqzoo.decoding.constraints_texts import Wanted, constraints_of
from seqzoo.errors import InputError
from tests.decoding.test_constraints import every

# `</s>` is 3; the last never comes.
TEXTS = [None, None, None, None, "a", "ab", "b", " a", " b", " ", "ba a", None]
END, LONGEST = 3, 4
LETTERS = [id for id, text in enumerate(TEXTS) if text is not None]


def text(sequence):
    return "".join(TEXTS[token] for token in sequence)


def brute(meets, least=0):
    return {
        sequence
        for length in range(least, LONGEST + 1)
        for sequence in itertools.product(LETTERS, repeat=length)
        if meets(text(sequence))
    }


CASES = {
    "a keyword across tokens": (Wanted(keyword="aba"), lambda s: "aba" in s),
    "two keywords": (Wanted(keyword="aa|b"), lambda s: "aa" in s and "b" in s),
    "a forbidden text": (Wanted(forbid="ab"), lambda s: "ab" not in s),
    "two forbidden texts": (
        Wanted(forbid="ab| "),
        lambda s: "ab" not in s and " " not in s,
    ),
    "an expression": (
        Wanted(pattern="a(b| )+a?"),
        lambda s: re.fullmatch("a(b| )+a?", s) is not None,
    ),
    "all at once": (
        Wanted(pattern="[ab ]{3,5}", keyword="ba", forbid="bab|aa"),
        lambda s: (
            re.fullmatch("[ab ]{3,5}", s) is not None
            and "ba" in s
            and "bab" not in s
            and "aa" not in s
        ),
    ),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("spaced", [False, True])
def test_what_can_be_written_is_what_meets_the_demands(name, spaced):
    """With words that begin with a space, what is shown counts: the space before the first does not."""
    wanted, meets = CASES[name]

    def shown(s):
        if not spaced:
            return meets(s)
        tidy = "  " not in s and not s.endswith(" ")
        # What comes, and does not come, may begin with the first word's space.
        whole = wanted._replace(pattern=None)
        inside = all(word in s for word in (whole.keyword or "").split("|"))
        outside = not any(w and w in s for w in (whole.forbid or "").split("|"))
        expression = wanted.pattern is None or re.fullmatch(
            f"(?:{wanted.pattern})", s.removeprefix(" ")
        )
        return tidy and inside and outside and bool(expression)

    found = constraints_of(TEXTS, wanted, end=END, longest=LONGEST, spaced=spaced)
    assert every(found) == brute(shown)


def test_so_many_tokens_come_at_least():
    wanted = Wanted(forbid="b")
    found = constraints_of(TEXTS, wanted, end=END, longest=LONGEST, least=3)
    assert every(found) == brute(lambda s: "b" not in s, least=3)


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        (Wanted(keyword=""), "keyword: expected a text; got ''"),
        (Wanted(forbid="a||b"), r"forbid: expected a text; got 'a\|\|b'"),
        (Wanted(pattern="("), r"pattern: '\(': expected \) at place 2"),
        (Wanted(keyword="c"), "constraints: keyword c: cannot be met, in 4 tokens"),
        (
            Wanted(keyword="ab", forbid="b"),
            "constraints: keyword ab, forbid b: cannot be met together, in 4 tokens",
        ),
        (Wanted(pattern="b{99}"), "pattern b.99.: cannot be met"),
    ],
)
def test_what_cannot_be_is_refused(wanted, message):
    with pytest.raises(InputError, match=message):
        constraints_of(TEXTS, wanted, end=END, longest=LONGEST)


def step(tokens, state):
    return log_probs()[tokens], state, None


def log_probs():
    logits = np.random.default_rng(1).normal(size=(len(TEXTS), len(TEXTS))) * 2
    return logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))


def scored(sequence):
    tokens = [2, *sequence, END]
    return sum(log_probs()[a, b] for a, b in itertools.pairwise(tokens))


def rules(constraints, **given):
    return decoding.Rules(LONGEST, forbidden=(0, 1, 2), constraints=constraints, **given)


@pytest.mark.parametrize("groups", [1, 2])
def test_a_wide_beam_and_one_in_groups_find_the_best(groups):
    wanted = Wanted(pattern="[^b]+b.*", keyword="aa")
    constraints = constraints_of(TEXTS, wanted, end=END, longest=LONGEST)
    best = sorted(every(constraints), key=scored, reverse=True)[:5]
    state = [np.zeros((1, 1))]
    if groups == 1:
        found = decoding.beam_search(
            step, state, rules(constraints), beam_size=700, n_best=5
        )
    else:
        found = decoding.diverse_beam_search(
            step,
            state,
            rules(constraints),
            beam_size=1400,
            groups=2,
            diversity=0.0,
            n_best=5,
        )
    rows = [tuple(row[row > 0][:-1].tolist()) for row in found.tokens[0]]
    assert rows == best
    np.testing.assert_allclose(found.log_probs[0], [scored(each) for each in best])


def test_draws_come_as_often_as_the_walk_says():
    """Each token is drawn by its share of those that lead to an end."""
    constraints = constraints_of(TEXTS, Wanted(keyword="ba"), end=END, longest=2)
    shares = np.exp(log_probs())

    def share(sequence):
        state, before, total = constraints.start, 2, 1.0
        for token in (*sequence, END):
            allowed = np.where(constraints.allowed(state), shares[before], 0)
            total *= allowed[token] / allowed.sum()
            state, before = constraints.advance(state, token), token
        return total

    count = 4000
    found = decoding.sample(
        step,
        [np.zeros((count, 1))],
        decoding.Rules(2, forbidden=(0, 1, 2), constraints=constraints),
        seeds=range(count),
    )
    rows = [tuple(row[row > 0][:-1].tolist()) for row in found.tokens[:, 0]]
    expected = {each: share(each) for each in every(constraints)}
    assert sum(expected.values()) == pytest.approx(1)
    for sequence, probability in expected.items():
        spread = 5 * np.sqrt(probability / count) + 1 / count
        assert rows.count(sequence) / count == pytest.approx(probability, abs=spread)


def test_what_is_forgotten_is_found_again(monkeypatch):
    constraints = constraints_of(TEXTS, Wanted(keyword="ab"), end=END, longest=LONGEST)
    expected = {each: constraints.behind(each) for each in brute(lambda s: True)}
    monkeypatch.setattr("seqzoo.decoding.constraints.REMEMBERED", 3)
    monkeypatch.setattr("seqzoo.decoding.constraints.KEPT", 2)
    again = constraints_of(TEXTS, Wanted(keyword="ab"), end=END, longest=LONGEST)
    assert isinstance(again, Constraints)
    assert {each: again.behind(each) for each in expected} == expected


def test_the_steps_of_demands_are_places_states_and_kinds():
    """`ab` that comes: three states; kinds of tokens: a, b, and all others."""
    texts = [None, "a", "b", "c", "d", None]
    wanted = Wanted(keyword="ab", steps=5 * 3 * 3)
    assert constraints_of(texts, wanted, end=5, longest=5).longest == 5
    with pytest.raises(
        InputError, match=r"keyword ab: expected at most 44 steps.* in 5 tokens"
    ):
        constraints_of(texts, wanted._replace(steps=44), end=5, longest=5)


@pytest.mark.parametrize(
    "pattern", ["(a|b)*a(a|b){18}", "(.*a){40}", "(.?){99}", ".{5001}", "((a{99}){99}){99}"]
)
def test_expressions_that_explode_are_refused_before_they_do(pattern):
    texts = [
        None,
        *"abcdefgh",
        *("".join(pair) for pair in itertools.product("abc", repeat=3)),
        None,
    ]
    with pytest.raises(InputError, match="expected"):
        constraints_of(texts, Wanted(pattern, steps=20_000), end=len(texts) - 1, longest=50)
