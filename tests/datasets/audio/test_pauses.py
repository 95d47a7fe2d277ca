"""Pauses between words, and words in another order."""

import numpy as np
import pytest

from seqzoo.datasets.audio.pauses import pauses, reordered, sounding

HOP, SPACE = 0.01, 9


def loudness(*stretches):
    """Frames: loud, quiet, loud, ... of so many each; the first is quiet where it begins with 0 loud ones."""
    values = [np.full(n, 5.0 * (place % 2 == 0)) for place, n in enumerate(stretches)]
    noise = np.random.default_rng(0).normal(0, 0.1, sum(stretches))
    return np.concatenate(values) + noise


def test_pauses_lie_between_the_words():
    found = pauses(loudness(0, 50, 30, 20, 40, 25, 30, 40), 3, HOP)
    exact = [[25, 50], [80, 100], [140, 165], [195, 220]]
    np.testing.assert_allclose(found, exact, atol=3)


def test_a_short_quiet_stretch_within_a_word_is_no_pause():
    found = pauses(loudness(30, 20, 15, 7, 15, 20, 30), 3, HOP)
    np.testing.assert_allclose(found[1:-1], [[30, 50], [87, 107]], atol=3)


@pytest.mark.parametrize(
    ("stretches", "words"),
    [
        ((30, 20, 30), 1),
        ((30, 20, 30), 3),
        ((30, 20, 30, 20, 30), 2),
        ((30, 20, 15, 14, 15, 20, 30), 3),
        ((30, 8, 30), 2),
        ((30, 20, 4, 20, 30), 3),
    ],
    ids=["one word", "too few", "too many", "doubtful", "short pause", "click"],
)
def test_where_pauses_do_not_fit_the_words_nothing_is_cut(stretches, words):
    assert pauses(loudness(*stretches), words, HOP) is None


def test_silence_and_no_frames_have_no_pauses():
    for frames in (np.zeros(50), np.zeros(1)):
        assert pauses(frames, 2, HOP) is None


def test_silence_is_quiet_for_a_tenth_of_a_second_or_more():
    values = loudness(0, 50, 30, 6, 30, 20, 30)
    sounds = sounding(values, HOP)
    assert not sounds[:45].any() and not sounds[121:131].any()
    assert sounds[52:114].all() and sounds[140:].all()
    steps = sounding(values, HOP, 3)
    assert len(steps) == 56
    for step, value in enumerate(steps):
        assert value == sounds[3 * step : 3 * step + 3].any()


def utterance():
    """Three words: frames of word w are w + 1, of pauses 0; word w has the labels w + 1, w + 1."""
    frames = np.concatenate(
        [
            np.full(n, w)
            for n, w in zip((5, 20, 12, 30, 14, 25, 6), (0, 1, 0, 2, 0, 3, 0), strict=True)
        ]
    )
    found = np.array([[0, 5], [25, 37], [67, 81], [106, 112]])
    labels = np.array([1, 1, SPACE, 2, 2, SPACE, 3, 3], np.int32)
    return (
        np.stack([frames, np.arange(len(frames))], axis=1).astype(np.float32),
        labels,
        found,
    )


def test_a_word_s_frames_stay_together_and_stand_where_its_symbols_stand():
    frames, labels, found = utterance()
    orders = set()
    for seed in range(40):
        other, said = reordered(frames, labels, found, SPACE, np.random.default_rng(seed))
        assert other.shape == frames.shape and said.dtype == labels.dtype
        words = [int(said[place]) for place in (0, 3, 6)]
        assert (
            said.tolist()
            == [words[0]] * 2 + [SPACE] + [words[1]] * 2 + [SPACE] + [words[2]] * 2
        )
        heard = other[other[:, 0] > 0]
        assert list(dict.fromkeys(heard[:, 0])) == words
        for word in words:  # whole, in time's order
            times = heard[heard[:, 0] == word, 1]
            np.testing.assert_array_equal(times, frames[frames[:, 0] == word, 1])
        np.testing.assert_array_equal(np.sort(other[:, 1]), frames[:, 1])
        orders.add(tuple(words))
    assert len(orders) == 6


def test_pauses_become_shorter_and_the_silence_at_the_ends_longer():
    frames, labels, found = utterance()
    between, ends = [], []
    for seed in range(40):
        other = reordered(frames, labels, found, SPACE, np.random.default_rng(seed)).frames
        said = np.flatnonzero(other[:, 0])
        between += [gap - 1 for gap in np.diff(said) if gap > 1]
        ends.append((said[0], len(other) - 1 - said[-1]))
    assert min(between) <= 2 and max(between) > 12
    assert max(begin for begin, _ in ends) > 20 and max(end for _, end in ends) > 20


def test_an_order_follows_from_the_draw_and_changes_nothing_of_what_it_was_given():
    frames, labels, found = utterance()
    before = frames.copy(), labels.copy()
    one, other = (
        reordered(frames, labels, found, SPACE, np.random.default_rng(3)) for _ in "ab"
    )
    np.testing.assert_array_equal(one.frames, other.frames)
    np.testing.assert_array_equal(one.labels, other.labels)
    np.testing.assert_array_equal(frames, before[0])
    np.testing.assert_array_equal(labels, before[1])


def test_another_number_of_words_is_refused():
    frames, labels, found = utterance()
    with pytest.raises(ValueError, match="expected 3 words; got 2"):
        reordered(frames, labels[:5], found, SPACE, np.random.default_rng(0))
