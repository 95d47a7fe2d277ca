"""Networks as language models of a search, against all transcripts and against reading from the beginning."""

import itertools

import numpy as np
import pytest

from seqzoo.decoding import (
    CharacterScorer,
    NetworkTokens,
    WordScorer,
    ctc,
    kneser_ney,
    prefix_beam,
)
from seqzoo.errors import InputError
from tests.decoding.test_prefix_beam import EVERYTHING, frames, ranked, said_by, same

SIZE, UNITS, BEGIN, END = 6, 5, 0, 1
IDS = [0, 2, 3, 4]  # of each label; the blank's is never asked for
WORDS = ["<s>", "</s>", "<unk>", "a", "ab", "b"]


class Recurrent:
    """A random recurrent network; `reads` counts its steps."""

    def __init__(self, seed=0):
        random = np.random.default_rng(seed)
        self.inputs = random.normal(size=(SIZE, UNITS))
        self.inner = random.normal(size=(UNITS, UNITS))
        self.outputs = random.normal(size=(UNITS, SIZE)) * 2
        self.reads = 0

    def read(self, token, states):
        self.reads += 1
        state = np.tanh(self.inputs[token] + states["state"] @ self.inner)
        return ctc.log_softmax((state @ self.outputs)[None])[0], {"state": state}

    def tokens(self):
        return NetworkTokens(self.read, {"state": np.zeros(UNITS)}, SIZE)

    def log_prob(self, tokens):
        """Of all tokens behind the first, read from the beginning."""
        states, total = {"state": np.zeros(UNITS)}, 0.0
        for token, following in itertools.pairwise(tokens):
            log_probs, states = self.read(token, states)
            total += log_probs[following]
        return total


def scorer_of(network, **settings):
    return CharacterScorer(network.tokens(), IDS, space=1, begin=BEGIN, end=END, **settings)


def test_a_transcript_has_the_networks_probability_and_a_bonus_for_each_word():
    network = Recurrent()
    scorer = scorer_of(network, weight=0.7, bonus=0.3)
    for labels, words in (((), 0), ((2, 3), 1), ((1, 2, 1, 1, 3, 1), 2), ((3, 1, 2), 2)):
        wanted = network.log_prob([BEGIN, *(IDS[label] for label in labels), END])
        assert said_by(scorer, labels) == pytest.approx(0.7 * wanted + 0.3 * words)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("weight", [0.0, 1.5])
def test_a_search_with_a_network_of_characters_is_exhaustive(seed, weight):
    scorer = scorer_of(Recurrent(seed), weight=weight, bonus=0.4)
    found = prefix_beam(frames(seed), 10_000, scorer=scorer, prune=EVERYTHING)
    same(found, ranked(frames(seed), scorer_of(Recurrent(seed), weight=weight, bonus=0.4)))


def test_a_search_with_a_network_of_words_is_exhaustive():
    symbols = ["<blank>", " ", "a", "b"]
    scorers = [
        WordScorer(Recurrent().tokens(), WORDS, symbols, weight=0.8, bonus=0.4)
        for _ in range(2)
    ]
    found = prefix_beam(frames(1), 10_000, scorer=scorers[0], prune=EVERYTHING)
    same(found, ranked(frames(1), scorers[1]))
    assert said_by(scorers[0], (2, 3, 1, 3)) == pytest.approx(
        0.8 * Recurrent().log_prob([0, 4, 5, 1]) + 2 * 0.4
    )


def test_the_network_reads_each_beginning_that_is_kept_once():
    network = Recurrent()
    time, size = 30, 4
    prefix_beam(frames(0, time=time, scale=1.0), size, scorer=scorer_of(network))
    assert network.reads <= time * size + size
    state = network.tokens().start(BEGIN)
    before = network.reads
    tokens = network.tokens()
    far = tokens.behind(tokens.behind(state, 2), 3)
    assert network.reads == before  # nobody has asked yet
    found = tokens.log_prob(far, END)
    assert found == pytest.approx(
        network.log_prob([BEGIN, 2, 3, END]) - network.log_prob([BEGIN, 2, 3])
    )
    assert far.before is None  # what was said before may be forgotten


def test_n_grams_of_characters_score_as_their_losses():
    random = np.random.default_rng(0)
    texts = [np.append(random.integers(2, 5, random.integers(1, 6)), 1) for _ in range(30)]
    model = kneser_ney.fit(texts, SIZE, 3, begin=0, never=(0,))
    scorer = CharacterScorer(model, IDS, space=None, begin=0, end=1)
    losses = model.losses(np.array([2, 4, 4, 3, 1]), 0)
    assert said_by(scorer, (1, 3, 3, 2)) == pytest.approx(-losses.sum())


@pytest.mark.parametrize(
    "change, message",
    [
        ({"ids": [0, 6]}, "ids: expected 0 to 5; got 6"),
        ({"begin": -1}, "begin: expected 0 to 5; got -1"),
        ({"weight": -1.0}, "weight: expected at least 0"),
    ],
)
def test_what_does_not_fit_the_network_is_named(change, message):
    given = {"ids": IDS, "space": 1, "begin": 0, "end": 1} | change
    with pytest.raises(InputError, match=message):
        CharacterScorer(Recurrent().tokens(), **given)
