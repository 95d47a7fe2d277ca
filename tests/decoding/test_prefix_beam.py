"""The search for transcripts against all transcripts, and scorers against what they are made of."""

import gc
import itertools
import math
from collections import defaultdict

import numpy as np
import pytest

from seqzoo.decoding import (
    NGramScorer,
    WordScorer,
    arpa,
    ctc,
    kneser_ney,
    prefix_beam,
)
from seqzoo.decoding.ngram import NGram
from seqzoo.errors import InputError

EVERYTHING = -math.inf
SYMBOLS = ["<blank>", " ", "a", "b"]
WORDS = ["<s>", "</s>", "<unk>", "a", "ab", "b", "ba"]


def frames(seed, time=5, vocab=4, scale=2.0):
    random = np.random.default_rng(seed)
    return ctc.log_softmax(random.normal(size=(time, vocab)) * scale)


def all_transcripts(log_probs, blank=0):
    """Log-probability of each transcript, summed over all paths: labels -> float."""
    time, vocab = log_probs.shape
    found = defaultdict(lambda: -math.inf)
    for path in itertools.product(range(vocab), repeat=time):
        labels = tuple(k for k, _ in itertools.groupby(path) if k != blank)
        weight = sum(frame[k] for frame, k in zip(log_probs, path, strict=True))
        found[labels] = np.logaddexp(found[labels], weight)
    return found


def said_by(scorer, labels):
    """What a scorer adds to a whole transcript."""
    state, total = scorer.start(), 0.0
    for label in labels:
        score, state = scorer.step(state, label)
        total += score
    return total + scorer.finish(state)


def ranked(log_probs, scorer=None, weight=1.0, bonus=0.0, blank=0):
    """All transcripts with score and log-probability, best first."""
    found = []
    for labels, log_prob in all_transcripts(log_probs, blank).items():
        extra = weight * said_by(scorer, labels) if scorer and weight else 0.0
        found.append((labels, log_prob + extra + bonus * len(labels), log_prob))
    return sorted(found, key=lambda each: -each[1])


def same(found, wanted):
    assert [each.labels for each in found] == [labels for labels, *_ in wanted]
    for each, (_, score, log_prob) in zip(found, wanted, strict=True):
        assert each.score == pytest.approx(score, abs=1e-9)
        assert each.log_prob == pytest.approx(log_prob, abs=1e-9)


def words_model(order=2):
    """An n-gram model of words, counted."""
    random = np.random.default_rng(0)
    texts = [
        np.append(random.choice([2, 3, 3, 4, 5, 5, 6], random.integers(1, 5)), 1)
        for _ in range(40)
    ]
    return kneser_ney.fit(texts, len(WORDS), order, begin=0, never=(0,))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("blank", [0, 2])
def test_a_search_wide_enough_is_exhaustive(seed, blank):
    log_probs = frames(seed)
    wanted = ranked(log_probs, blank=blank)
    same(prefix_beam(log_probs, 10_000, blank=blank, prune=EVERYTHING), wanted)
    total = sum(math.exp(log_prob) for *_, log_prob in wanted)
    assert total == pytest.approx(1.0)


@pytest.mark.parametrize("weight, bonus", [(0.7, 0.0), (1.5, 0.8), (0.0, -0.5)])
@pytest.mark.parametrize("seed", range(3))
def test_it_is_exhaustive_with_a_model_of_words(seed, weight, bonus):
    scorer = WordScorer(words_model(), WORDS, SYMBOLS, weight=0.8, bonus=0.4)
    wanted = ranked(frames(seed), scorer, weight, bonus)
    found = prefix_beam(
        frames(seed), 10_000, scorer=scorer, weight=weight, bonus=bonus, prune=EVERYTHING
    )
    same(found, wanted)


def test_it_is_exhaustive_with_a_model_of_labels():
    random = np.random.default_rng(0)
    texts = [np.append(random.integers(2, 5, random.integers(1, 6)), 1) for _ in range(30)]
    model = kneser_ney.fit(texts, 5, 3, begin=0, never=(0,))
    for end in (1, None):
        scorer = NGramScorer(model, [0, 2, 3, 4], begin=0, end=end)
        labels = (1, 3, 3, 2)
        ids = np.array([2, 4, 4, 3, 1])
        losses = model.losses(ids, 0)
        wanted = -losses.sum() if end else -losses[:-1].sum()
        assert said_by(scorer, labels) == pytest.approx(wanted)
        found = prefix_beam(frames(1), 10_000, scorer=scorer, prune=EVERYTHING)
        same(found, ranked(frames(1), scorer))


def by_dictionaries(log_probs, size, scorer, prune):
    """The same search, each beginning a tuple."""
    beam = {(): (0.0, -math.inf)}
    for frame in log_probs:
        new = defaultdict(lambda: [-math.inf, -math.inf])

        def add(labels, place, weight, new=new):
            new[labels][place] = np.logaddexp(new[labels][place], weight)

        for labels, (blank, label) in beam.items():
            both = np.logaddexp(blank, label)
            add(labels, 0, both + frame[0])
            if labels:
                add(labels, 1, label + frame[labels[-1]])
            for k in range(1, len(frame)):
                if frame[k] >= prune:
                    repeats = labels and labels[-1] == k
                    add((*labels, k), 1, (blank if repeats else both) + frame[k])

        def score(item):
            state, total = scorer.start(), np.logaddexp(*item[1])
            for k in item[0]:
                added, state = scorer.step(state, k)
                total += added
            return -total

        beam = dict(sorted(new.items(), key=score)[:size])
    found = []
    for labels, weights in beam.items():
        log_prob = np.logaddexp(*weights)
        found.append((labels, log_prob + said_by(scorer, labels), log_prob))
    return sorted(found, key=lambda each: -each[1])


@pytest.mark.parametrize("prune", [EVERYTHING, -3.0])
@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_a_narrow_search_drops_and_finds_again_as_one_of_dictionaries(size, prune):
    scorer = WordScorer(words_model(), WORDS, SYMBOLS)
    for seed in range(8):
        log_probs = frames(seed, time=25, scale=1.0)
        found = prefix_beam(log_probs, size, scorer=scorer, prune=prune)
        same(found, by_dictionaries(log_probs, size, scorer, prune))
        assert len({each.labels for each in found}) == len(found) == size


def test_all_paths_of_a_transcript_count():
    """The best path is all blanks; `a` has more paths that read as it (Graves 2012, figure 7.5)."""
    log_probs = np.log([[0.6, 0.0001, 0.3999], [0.6, 0.0001, 0.3999]])
    assert ctc.greedy(log_probs) == []
    best = prefix_beam(log_probs, 4)[0]
    assert best.labels == (2,)
    assert math.exp(best.log_prob) == pytest.approx(1 - 0.36, abs=1e-3)


def test_a_label_that_is_pruned_is_not_begun():
    log_probs = np.log([[0.9, 0.1], [0.9, 0.1]])
    found = prefix_beam(log_probs, 8, prune=math.log(0.2))
    assert [each.labels for each in found] == [()]


def test_what_is_dropped_is_forgotten():
    from seqzoo.decoding import prefix_beam as function

    log_probs = frames(0, time=200, vocab=20, scale=1.0)
    kind = function.__globals__["_Prefix"]
    most = 0

    class Counting:
        def start(self):
            return 0

        def step(self, state, label):
            return 0.0, state + 1

        def finish(self, state):
            nonlocal most
            most = sum(isinstance(each, kind) for each in gc.get_objects())
            return 0.0

    prefix_beam(log_probs, 4, scorer=Counting())
    assert 0 < most < 4 * 200


def test_no_frames_are_the_empty_transcript():
    assert prefix_beam(np.zeros((0, 4)), 3) == [((), 0.0, 0.0)]


@pytest.mark.parametrize(
    "change, message",
    [
        ({"log_probs": np.zeros(4)}, r"log_probs \(time, vocab\)"),
        ({"blank": 4}, "a blank below vocab"),
        ({"size": 0}, "size: expected at least 1; got 0"),
        ({"weight": -1.0}, r"weight: expected at least 0; got -1\.0"),
        ({"log_probs": np.full((2, 4), np.nan)}, "expected numbers; got NaN"),
    ],
)
def test_what_does_not_fit_is_named(change, message):
    with pytest.raises(InputError, match=message):
        prefix_beam(**({"log_probs": np.zeros((2, 4)), "size": 2} | change))


def test_a_word_is_scored_when_it_is_complete():
    model = words_model()
    scorer = WordScorer(model, WORDS, SYMBOLS, weight=0.5, bonus=2.0)
    state, added = scorer.start(), []
    for label in (1, 2, 3, 1, 1, 3):  # " ab  b"
        score, state = scorer.step(state, label)
        added.append(score)
    ab, b, end = -model.losses(np.array([4, 5, 1]), 0)
    assert added == pytest.approx([0, 0, 0, 0.5 * ab + 2.0, 0, 0])
    assert scorer.finish(state) == pytest.approx(0.5 * (b + end) + 2.0)


def test_unknown_words_have_the_probability_of_unk():
    model = words_model()
    scorer = WordScorer(model, WORDS, SYMBOLS)
    known = said_by(scorer, (2, 2, 1, 3))
    assert known == pytest.approx(-model.losses(np.array([2, 5, 1]), 0).sum())


def test_a_model_read_from_arpa_scores_alike(tmp_path):
    model = words_model(3)
    arpa.write(tmp_path / "words.arpa", model, WORDS)
    read = WordScorer(*arpa.read(tmp_path / "words.arpa"), SYMBOLS)
    own = WordScorer(model, WORDS, SYMBOLS)
    for labels in ((2, 1, 3, 1, 2, 3), (), (3, 3, 1)):
        assert said_by(read, labels) == pytest.approx(said_by(own, labels))


def test_the_model_chooses_between_words_that_sound_alike():
    log_probs = np.log([[0.02, 0.02, 0.48, 0.48], [0.94, 0.02, 0.02, 0.02]])
    for favoured in (3, 5):
        probabilities = np.where(np.arange(7) == favoured, 0.94, 0.01)
        model = NGram(7, [7], np.arange(7), np.log(probabilities), np.zeros(7))
        scorer = WordScorer(model, WORDS, SYMBOLS)
        best = prefix_beam(log_probs, 8, scorer=scorer)[0]
        assert "".join(SYMBOLS[k] for k in best.labels) == WORDS[favoured]


@pytest.mark.parametrize(
    "change, message",
    [
        ({"words": WORDS[1:]}, "words: expected 7, as the model; got 6"),
        ({"symbols": ["a", "b"]}, "symbols: expected ' ' among them"),
        ({"weight": -0.1}, r"weight: expected at least 0; got -0\.1"),
        ({"unknown": "<UNK>"}, "words: expected <UNK> among them"),
        ({"begin": "<begin>"}, "words: expected <begin> among them"),
    ],
)
def test_a_scorer_of_words_names_what_does_not_fit(change, message):
    given = {"model": words_model(), "words": WORDS, "symbols": SYMBOLS}
    with pytest.raises(InputError, match=message):
        WordScorer(**(given | change))


def test_a_scorer_of_labels_names_what_does_not_fit():
    for given, name in (
        ({"begin": 7, "end": 1}, "begin"),
        ({"begin": 0, "end": -1}, "end"),
        ({"ids": [9], "begin": 0, "end": 1}, "ids"),
    ):
        with pytest.raises(InputError, match=f"{name}: expected 0 to 6"):
            NGramScorer(words_model(), **({"ids": [0]} | given))
