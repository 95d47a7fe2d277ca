"""Transcripts and their places against all paths, written out."""

import itertools
import math

import numpy as np
import pytest

from seqzoo.decoding import ctc
from seqzoo.decoding.ctc import Label

SYMBOLS = ["<blank>", " ", "a", "b"]


def frames(*best, vocab=4, sure=0.7):
    """Log-probabilities of frames of which each has a best symbol."""
    rest = (1 - sure) / (vocab - 1)
    return np.log(np.where(np.eye(vocab, dtype=bool)[list(best)], sure, rest))


def labels_of(path, blank=0):
    """Labels of a path and their frames, by definition."""
    found, begin = [], 0
    for symbol, run in itertools.groupby(path):
        end = begin + len(list(run))
        if symbol != blank:
            found.append((symbol, begin, end))
        begin = end
    return found


def test_log_softmax():
    logits = np.array([[1.0, 2.0, 1000.0], [-1e4, 0.0, 0.0]])
    found = ctc.log_softmax(logits)
    np.testing.assert_allclose(np.exp(found), [[0, 0, 1], [0, 0.5, 0.5]], atol=1e-12)
    assert ctc.log_softmax(logits.astype("float16")).dtype == np.float32
    assert ctc.log_softmax(np.zeros((2, 3, 4), "float32")).shape == (2, 3, 4)


def test_the_best_path_merges_repetitions_and_drops_blanks():
    found = ctc.greedy(frames(0, 2, 2, 3, 0, 3, 3, 0))
    assert [each[:3] for each in found] == [(2, 1, 3), (3, 3, 4), (3, 5, 7)]
    assert [each.confidence for each in found] == pytest.approx([0.7] * 3)
    assert ctc.greedy(frames(0, 0)) == []
    assert ctc.greedy(np.zeros((0, 4))) == []
    assert [each.label for each in ctc.greedy(frames(0, 3, 2), blank=3)] == [0, 2]


def test_confidence_is_the_geometric_mean():
    log_probs = np.log([[0.1, 0.9], [0.6, 0.4], [0.2, 0.8]])
    (found,) = ctc.greedy(log_probs[[0, 2]])
    assert found == Label(1, 0, 2, pytest.approx(math.sqrt(0.9 * 0.8)))
    assert isinstance(found.begin, int)
    assert isinstance(found.confidence, float)


@pytest.mark.parametrize("labels", [(1, 1, 2), (2, 1), (1,), (3, 1, 3), (), (1, 2, 3, 1)])
@pytest.mark.parametrize("seed", range(4))
def test_the_alignment_is_the_best_of_all_paths(labels, seed):
    random = np.random.default_rng(seed)
    log_probs = ctc.log_softmax(random.normal(size=(6, 4)) * 2)
    paths = np.array(list(itertools.product(range(4), repeat=6)))
    fits = [tuple(x for x, *_ in labels_of(path)) == labels for path in paths]
    paths = paths[fits]
    best = paths[log_probs[np.arange(6), paths].sum(axis=1).argmax()]
    found = ctc.aligned(log_probs, labels)
    assert [each[:3] for each in found] == labels_of(best)
    for each in found:
        mean = log_probs[each.begin : each.end, each.label].mean()
        assert each.confidence == pytest.approx(math.exp(mean))


def test_the_best_path_is_its_own_alignment():
    log_probs = ctc.log_softmax(np.random.default_rng(0).normal(size=(200, 30)) * 3)
    found = ctc.greedy(log_probs)
    assert ctc.aligned(log_probs, [each.label for each in found]) == found


def test_an_alignment_that_cannot_be_is_an_error():
    log_probs = frames(0, 1, 2)
    with pytest.raises(ValueError, match="at least 4 frames for the labels; got 3"):
        ctc.aligned(log_probs, [1, 1, 2])
    with pytest.raises(ValueError, match="not the blank, 0; got 0 in place 1"):
        ctc.aligned(log_probs, [1, 0])
    with pytest.raises(ValueError, match="expected 0 to 3 and not the blank, 0; got 4"):
        ctc.aligned(log_probs, [4])
    log_probs[:, 2] = -np.inf
    with pytest.raises(ValueError, match="a path of the labels that is not ruled out"):
        ctc.aligned(log_probs, [2])
    assert ctc.aligned(np.zeros((0, 4)), []) == []


@pytest.mark.parametrize("shape, blank", [((4,), 0), ((2, 3), 3), ((2, 3), -1)])
def test_other_shapes_are_errors(shape, blank):
    for function in (ctc.greedy, lambda x, blank: ctc.aligned(x, [1], blank)):
        with pytest.raises(ValueError, match=r"log_probs \(time, vocab\) and a blank"):
            function(np.zeros(shape), blank=blank)


def test_words_and_their_times():
    spelled = [
        Label(1, 0, 1, 0.5),
        Label(2, 1, 3, 0.9),
        Label(3, 4, 5, 0.4),
        Label(1, 6, 7, 0.1),
        Label(1, 8, 9, 0.1),
        Label(3, 33, 34, 0.8),
        Label(1, 40, 41, 0.9),
    ]
    assert ctc.text(spelled, SYMBOLS) == "ab b"
    assert ctc.words(spelled, SYMBOLS, 0.03) == [
        {"word": "ab", "start": 0.03, "end": 0.15, "confidence": pytest.approx(0.6)},
        {"word": "b", "start": 0.99, "end": 1.02, "confidence": pytest.approx(0.8)},
    ]


def test_a_word_begins_and_ends_with_sound():
    spelled = [Label(2, 0, 1, 0.5), Label(3, 20, 21, 0.9)]
    spelled += [Label(1, 21, 22, 0.9), Label(2, 30, 32, 0.5)]  # a space between
    sounding = np.zeros(40, bool)
    sounding[[12, 15, 18, 36]] = True
    first, last = ctc.words(spelled, SYMBOLS, 1.0, sounding)
    assert (first["start"], first["end"]) == (12, 19)
    assert (last["start"], last["end"]) == (30, 32)  # nothing sounds: all of it


def test_nothing_said_is_no_word():
    for labels in ([], [Label(1, 0, 2, 0.9)]):
        assert ctc.text(labels, SYMBOLS) == ""
        assert ctc.words(labels, SYMBOLS, 0.03) == []


def test_a_word_that_cannot_be_has_no_confidence():
    (word,) = ctc.words([Label(2, 0, 1, 0.0), Label(3, 1, 2, 0.5)], SYMBOLS, 0.01)
    assert word["confidence"] == 0.0
