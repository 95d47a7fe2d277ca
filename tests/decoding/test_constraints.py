"""Constraints against brute force over small alphabets: what can be written is what meets the demands."""

import itertools
import random
import re

import numpy as np
import pytest

from seqzoo import decoding
from seqzoo.decoding.constraints import DONE, Constraints
from seqzoo.decoding.constraints_parts import (
    At,
    Contains,
    Layout,
    Patterns,
    Shared,
    Without,
)
from seqzoo.decoding.constraints_product import Distinct
from seqzoo.decoding.constraints_regex import Matches
from seqzoo.errors import InputError

TEXTS = [None, None, None, "", "a", "b", "c", "d", ",", "."]  # `</s>` is 3
SIZE, END = len(TEXTS), 3
LETTERS = [4, 5, 6, 7]
COMMA, STOP = 8, 9
NEVER = (0, 1, 2)


def every(constraints):
    """All sequences that can be written, without the end; no state may be stuck."""
    found = set()
    left = [((), constraints.start)]
    while left:
        tokens, state = left.pop()
        mask = constraints.allowed(state)
        assert mask.any(), f"stuck behind {tokens}"
        for token in np.flatnonzero(mask).tolist():
            following = constraints.advance(state, token)
            if following == DONE:
                assert token == END
                found.add(tokens)
            else:
                left.append(((*tokens, token), following))
    return found


def brute(longest, meets, tokens=(*LETTERS, COMMA, STOP)):
    sequences = (
        sequence
        for length in range(longest + 1)
        for sequence in itertools.product(tokens, repeat=length)
    )
    return {sequence for sequence in sequences if meets(sequence)}


def made(parts, longest):
    return Constraints(SIZE, parts, end=END, longest=longest, never=NEVER)


def text(sequence):
    return "".join(TEXTS[token] for token in sequence)


def two_lines():
    return Layout(SIZE, [2, 2], [COMMA, STOP], NEVER)


def is_two_lines(sequence):
    return re.fullmatch("[abcd]{2},[abcd]{2}[.]", text(sequence)) is not None


GROUPS = [0, 0, 0, 0, 1, 1, 2, 3, 0, 0]  # of rhymes: a and b, c, and d with either


def rhymes(sequence, first, second, among=3):
    return bool(GROUPS[sequence[first]] & GROUPS[sequence[second]] & among)


def distinct(sequence):
    letters = [token for token in sequence if token in LETTERS]
    return len(set(letters)) == len(letters)


CASES = {
    "lines": (lambda: [two_lines()], 6, is_two_lines),
    "rhyme": (
        lambda: [two_lines(), Shared(GROUPS, [1, 4], "rhyme")],
        6,
        lambda s: is_two_lines(s) and rhymes(s, 1, 4),
    ),
    "a given rhyme": (
        lambda: [two_lines(), Shared(GROUPS, [1, 4], "rhyme", among=2)],
        6,
        lambda s: is_two_lines(s) and rhymes(s, 1, 4, 2),
    ),
    "first characters": (
        lambda: [two_lines(), At(SIZE, {0: [4], 3: [5, 6]}, "first")],
        6,
        lambda s: is_two_lines(s) and s[0] == 4 and s[3] in (5, 6),
    ),
    "tones": (
        lambda: [
            two_lines(),
            Patterns(GROUPS, [{0: 1, 3: 2}, {0: 2, 1: 2, 4: 1}], "tones"),
        ],
        6,
        lambda s: (
            is_two_lines(s)
            and (
                (GROUPS[s[0]] & 1 and GROUPS[s[3]] & 2)
                or (GROUPS[s[0]] & 2 and GROUPS[s[1]] & 2 and GROUPS[s[4]] & 1)
            )
        ),
    ),
    "a keyword": (
        lambda: [Contains(SIZE, [4, 4, 5], "keyword")],
        5,
        lambda s: "aab" in text(s),
    ),
    "a keyword in lines": (
        lambda: [two_lines(), Contains(SIZE, [6, 7], "keyword")],
        6,
        lambda s: is_two_lines(s) and "cd" in text(s),
    ),
    "a keyword at some places": (
        lambda: [two_lines(), Contains(SIZE, [6], "keyword", range(3, 5))],
        6,
        lambda s: is_two_lines(s) and 6 in s[3:5],
    ),
    "no repeat": (
        lambda: [two_lines(), Distinct("no repeat", LETTERS)],
        6,
        lambda s: is_two_lines(s) and distinct(s),
    ),
    "no repeat and a rhyme": (
        lambda: [
            two_lines(),
            Shared(GROUPS, [1, 4], "rhyme", among=2),
            Distinct("no repeat", LETTERS),
        ],
        6,
        lambda s: is_two_lines(s) and distinct(s) and rhymes(s, 1, 4, 2),
    ),
    "no repeat at some places": (
        lambda: [two_lines(), Distinct("different ends", LETTERS, frozenset({1, 4}))],
        6,
        lambda s: is_two_lines(s) and s[1] != s[4],
    ),
    "no repeat at some places, and a rhyme": (
        lambda: [
            two_lines(),
            Shared(GROUPS, [1, 4], "rhyme", among=2),
            Distinct("different ends", LETTERS, frozenset({1, 4})),
        ],
        6,
        lambda s: is_two_lines(s) and rhymes(s, 1, 4, 2) and s[1] != s[4],
    ),
    "a rhyme that some tokens need not keep": (
        lambda: [two_lines(), Shared(GROUPS, [1, 4], "rhyme", free={1: 2})],
        6,
        lambda s: is_two_lines(s) and (GROUPS[s[1]] & 2 or rhymes(s, 1, 4)),
    ),
    "no repeat without lines": (
        lambda: [Distinct("no repeat", LETTERS), Without(SIZE, [COMMA, STOP])],
        6,
        lambda s: distinct(s) and not {COMMA, STOP} & set(s),
    ),
    "forbidden": (
        lambda: [two_lines(), Without(SIZE, [4, 5])],
        6,
        lambda s: is_two_lines(s) and not {4, 5} & set(s),
    ),
    "an expression": (
        lambda: [Matches("a(b|cd?)*[,.]|d{2,3}", TEXTS)],
        5,
        lambda s: re.fullmatch("a(b|cd?)*[,.]|d{2,3}", text(s)) is not None,
    ),
    "an expression, a keyword, no repeat": (
        lambda: [
            Matches("[^.]+[.]", TEXTS),
            Contains(SIZE, [5, 8], "keyword"),
            Distinct("no repeat", [*LETTERS, COMMA]),
        ],
        5,
        lambda s: (
            re.fullmatch("[^.]+[.]", text(s)) is not None
            and "b," in text(s)
            and len(set(s)) == len(s)
        ),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_can_be_written_is_what_meets_the_demands(name):
    parts, longest, meets = CASES[name]
    expected = brute(longest, meets)
    assert expected
    assert every(made(parts(), longest)) == expected


def test_random_demands_together_are_exact():
    generator = random.Random(4)
    tried = refused = 0
    for _ in range(60):
        groups = [0] * 4 + [generator.randint(1, 3) for _ in LETTERS] + [0, 0]
        kinds = [0] * 4 + [generator.randint(1, 3) for _ in LETTERS] + [0, 0]
        first = generator.sample(LETTERS, generator.randint(1, 3))
        patterns = [
            {place: generator.randint(1, 2) for place in generator.sample([0, 1, 3, 4], 2)}
            for _ in range(2)
        ]
        keyword = generator.choices(LETTERS, k=generator.randint(1, 2))
        parts = [
            two_lines(),
            Shared(groups, [1, 4], "rhyme"),
            Patterns(kinds, patterns, "tones"),
            At(SIZE, {0: first}, "first"),
            Contains(SIZE, keyword, "keyword"),
        ]
        once = generator.random() < 0.5
        if once:
            parts.append(Distinct("no repeat", LETTERS))

        def meets(s, groups=groups, kinds=kinds, first=first, patterns=patterns,
                  keyword=keyword, once=once):  # fmt: skip
            return (
                is_two_lines(s)
                and bool(groups[s[1]] & groups[s[4]])
                and any(all(kinds[s[p]] & k for p, k in each.items()) for each in patterns)
                and s[0] in first
                and text(keyword) in text(s)
                and (not once or distinct(s))
            )

        expected = brute_lines(meets)
        tried += 1
        if expected:
            assert every(made(parts, 6)) == expected
        else:
            refused += 1
            with pytest.raises(InputError, match="cannot be met"):
                made(parts, 6)
    assert 5 < refused < tried - 5


def brute_lines(meets):
    """As `brute`, of two lines alone."""
    pairs = itertools.product(LETTERS, repeat=4)
    sequences = ((a, b, COMMA, c, d, STOP) for a, b, c, d in pairs)
    return {sequence for sequence in sequences if meets(sequence)}


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        (
            lambda: [two_lines(), At(SIZE, {0: [4]}, "first"), Without(SIZE, [4])],
            "first, forbidden tokens: cannot be met together",
        ),
        (
            lambda: [
                two_lines(),
                At(SIZE, {0: [4]}, "given first"),
                At(SIZE, {0: [5], 3: [4]}, "acrostic"),
                Shared(GROUPS, [1, 4], "rhyme"),
            ],
            "given first, acrostic: cannot be met together",
        ),
        (
            lambda: [two_lines(), Contains(SIZE, [4, 5, 6], "keyword")],
            "line lengths, keyword: cannot be met together",
        ),
        (
            lambda: [
                two_lines(),
                Distinct("no repeat", LETTERS),
                Shared(GROUPS, [1, 4], "rhyme", among=4),
            ],
            "rhyme: cannot be met",
        ),
    ],
)
def test_the_impossible_is_refused_by_the_names_that_clash(parts, message):
    with pytest.raises(InputError) as error:
        made(parts(), 6)
    assert str(error.value) == f"constraints: {message}"


def test_too_few_characters_without_a_repeat_are_refused():
    layout = Layout(SIZE, [5], [STOP], (*NEVER, COMMA))
    parts = [layout, Distinct("no repeat", LETTERS)]
    with pytest.raises(InputError, match="line lengths, no repeat: cannot be met together"):
        made(parts, layout.length)


def test_a_token_that_is_not_allowed_is_refused():
    constraints = made([two_lines()], 6)
    with pytest.raises(InputError, match="token 8: it may not come at place 0"):
        constraints.advance(constraints.start, COMMA)


@pytest.mark.parametrize(
    "pattern",
    ["", "a", "a|b", "(a|b)*c", "a{2}", "a{1,}b", "a{0,2}", "[^ab]+", "a.c", r"\w+\.", "(?:ab)?d",
     r"[\w,]*", "[a-c]{2,3}", "()", "[]a]", r"\.", "[a-]b"],
)  # fmt: skip
def test_expressions_match_as_those_of_python(pattern):
    matches = Matches(pattern, TEXTS)
    for sequence in brute(4, lambda _: True):
        state = matches.start
        for place, token in enumerate(sequence):
            state = state and matches.step(state, int(matches.labels[token]), place)
        ours = bool(state) and matches.accepts(state, len(sequence))
        assert ours == (re.fullmatch(pattern, text(sequence)) is not None), sequence


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("a)", r"an expression without a stray \)"),
        ("(a", r"expected \)"),
        ("*a", "a character before"),
        ("a**", "one repeat alone"),
        ("a{3,1}", "{m}, {m,} or {m,n}"),
        ("(?=a)", "no other group"),
        ("^a", "a character before"),
        (r"\1", "an escape that is known"),
        ("[b-a]", "a range that rises"),
        ("[a", "expected more"),
        ("(((a{99}){99}){99})", "at most 20,000 states"),
        (51 * "(" + "a" + 51 * ")", "at most 50 groups in each other at place 52"),
    ],
)
def test_expressions_that_are_none_are_refused(pattern, message):
    with pytest.raises(InputError, match=message):
        Matches(pattern, TEXTS)


def test_tokens_of_several_characters_and_none_match():
    texts = [None, None, None, "", "ab", "a", "bc", "", "c", "d"]
    constraints = Constraints(
        10, [Matches("abcd?", texts)], end=3, longest=3, never=(0, 1, 2, 7)
    )
    written = {"".join(texts[token] for token in tokens) for tokens in every(constraints)}
    assert written == {"abc", "abcd"}
    assert (4, 8, 9) in every(constraints) and (5, 6, 9) in every(constraints)


def table_step(seed):
    """A made model: log-probabilities by the last token."""
    logits = np.random.default_rng(seed).normal(size=(SIZE, SIZE)) * 3
    log_probs = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))

    def step(tokens, state):
        return log_probs[tokens], state, None

    return step, log_probs


def rules(constraints, **given):
    return decoding.Rules(
        max_length=constraints.longest, forbidden=NEVER, constraints=constraints, **given
    )


def demands():
    return made(
        [
            two_lines(),
            Shared(GROUPS, [1, 4], "rhyme"),
            Distinct("no repeat", LETTERS),
        ],
        6,
    )


@pytest.mark.parametrize("draws", [{}, {"top_k": 1}, {"top_k": 3}, {"top_p": 0.3}])
def test_samples_meet_the_demands(draws):
    constraints = demands()
    expected = every(constraints)
    step, _ = table_step(0)
    found = decoding.sample(
        step,
        [np.zeros((200, 1))],
        rules(constraints),
        seeds=range(200),
        temperature=2.0,
        **{"top_k": None, "top_p": None, **draws},
    )
    written = {tuple(row[row > 0][:-1].tolist()) for row in found.tokens[:, 0]}
    assert written <= expected
    if not draws:
        assert len(written) > len(expected) / 4


def test_a_wide_beam_finds_the_best_that_meets_the_demands():
    constraints = demands()
    step, log_probs = table_step(1)

    def score(sequence):
        tokens = [2, *sequence, END]
        return sum(log_probs[a, b] for a, b in itertools.pairwise(tokens))

    best = max(every(constraints), key=score)
    found = decoding.beam_search(
        step, [np.zeros((1, 1))], rules(constraints), beam_size=64, n_best=3
    )
    tokens = found.tokens[0, 0]
    assert tuple(tokens[tokens > 0][:-1].tolist()) == best
    assert found.log_probs[0, 0] == pytest.approx(score(best))
    for row in found.tokens[0]:
        assert tuple(row[row > 0][:-1].tolist()) in every(constraints)


def test_a_narrow_beam_and_greedy_search_are_never_stuck():
    constraints = demands()
    for seed in range(10):
        step, _ = table_step(seed)
        for found in (
            decoding.beam_search(step, [np.zeros((2, 1))], rules(constraints), beam_size=2),
            decoding.greedy(step, [np.zeros((2, 1))], rules(constraints)),
        ):
            assert np.isfinite(found.log_probs).all()
            for row in found.tokens[:, 0]:
                assert tuple(row[row > 0][:-1].tolist()) in every(constraints)


def test_rules_refuse_what_could_lead_into_a_dead_end():
    constraints = demands()
    for given, message in (
        ({"max_length": 5}, "max_length: expected 6 at least"),
        ({"no_repeat_ngram": 2}, "no_repeat_ngram"),
        ({"min_length": 3}, "min_length"),
        ({"forbidden": (4,)}, "forbidden: 4"),
    ):
        every = {"max_length": 6, "forbidden": NEVER, **given}
        with pytest.raises(InputError, match=message):
            decoding.Rules(**every, constraints=constraints)


def test_too_few_tokens_show_without_a_search():
    """Places and tokens are matched: trying every order would take for ever."""
    letters = list(range(4, 34))
    layout = Layout(34, [30], [None])
    parts = [
        layout,
        Distinct("no repeat", letters),
        At(34, {0: [4, 5], 1: [4, 5], 2: [4, 5]}, "three of two"),
    ]
    with pytest.raises(InputError, match="no repeat, three of two: cannot be met together"):
        Constraints(34, parts, end=END, longest=30, never=NEVER)
    groups = [0] * 4 + [1 << (id // 3) for id in letters]
    feet = [9, 14, 19, 29]
    parts = [layout, Distinct("no repeat", letters), Shared(groups, feet, "rhyme")]
    with pytest.raises(InputError, match="no repeat, rhyme: cannot be met together"):
        Constraints(34, parts, end=END, longest=30, never=NEVER)
    constraints = Constraints(
        34,
        [layout, parts[1], Shared(groups, feet[1:], "rhyme")],
        end=END,
        longest=30,
        never=NEVER,
    )
    generator = np.random.default_rng(0)
    state, written = constraints.start, []
    while state != DONE:
        written.append(int(generator.choice(np.flatnonzero(constraints.allowed(state)))))
        state = constraints.advance(state, written[-1])
    assert sorted(written[:-1]) == letters
    assert len({groups[written[foot]] for foot in feet[1:]}) == 1
