"""Made speech: its seeds, speakers and lengths; and whether its words can be told apart."""

import itertools

import numpy as np
import pytest

from seqzoo.datasets.audio.front_end import FrontEnd
from seqzoo.datasets.audio.made import (
    PARTS,
    WORDS,
    made_sound,
    made_speakers,
    made_utterances,
)
from seqzoo.datasets.audio.utterances import features


def test_utterances_have_one_to_four_words_and_their_lengths():
    parts = made_utterances(60, 0)
    assert {part: len(found) for part, found in parts.items()} == {
        "train": 48,
        "validation": 6,
        "test": 6,
    }
    counts = set()
    for utterance in itertools.chain.from_iterable(parts.values()):
        sound, words = utterance.source, utterance.transcript.split()
        assert set(words) <= set(WORDS)
        counts.add(len(words))
        assert (sound.rate, sound.samples.dtype) == (16000, np.float32)
        assert 0.5 <= sound.seconds <= 2.5
        assert 0.1 < np.abs(sound.samples).max() <= 1
        assert "made" in utterance.where
    assert counts == {1, 2, 3, 4}


def test_speakers_of_one_part_are_in_no_other():
    for seed in range(3):
        parts = made_utterances(40, seed)
        names = {part: {u.speaker for u in found} for part, found in parts.items()}
        assert {part: len(found) for part, found in names.items()} == PARTS
        assert len(set.union(*names.values())) == sum(PARTS.values())


def test_a_seed_gives_the_same_again():
    one, again, other = (made_utterances(5, seed)["train"] for seed in (1, 1, 2))
    for a, b in zip(one, again, strict=True):
        assert (a.transcript, a.speaker) == (b.transcript, b.speaker)
        np.testing.assert_array_equal(a.source.samples, b.source.samples)
    assert [u.transcript for u in one] != [u.transcript for u in other]
    more = made_utterances(9, 1)[
        "train"
    ]  # the first ones do not depend on how many there are
    np.testing.assert_array_equal(one[2].source.samples, more[2].source.samples)


def spoken_once(part: str, times: int) -> tuple[np.ndarray, np.ndarray]:
    """Every word by every speaker of a part: features at 12 points of each, (words, 12 * 13), and words."""
    front_end, rng = FrontEnd(deltas=0, rate=8000), np.random.default_rng(len(part))
    rows, labels = [], []
    for speaker in made_speakers(0)[part]:
        for label, word in enumerate(WORDS):
            for _ in range(times):
                frames = front_end(made_sound([word], speaker, rng, 8000))
                places = np.linspace(0, len(frames) - 1, 12).round().astype(int)
                rows.append(frames[places].ravel())
                labels.append(label)
    return np.array(rows), np.array(labels)


def test_words_are_told_apart_whoever_speaks():
    rows, labels = spoken_once("train", 4)
    wanted = np.eye(len(WORDS))[labels]
    # Ridge regression on the words' indicators.
    weights = np.linalg.solve(rows.T @ rows + 30 * np.eye(rows.shape[1]), rows.T @ wanted)
    rows, labels = spoken_once("validation", 4)
    right = ((rows @ weights).argmax(axis=1) == labels).mean()
    assert right > 0.8  # 0.1 by chance


def test_another_rate_sounds_the_same():
    utterances = made_utterances(3, 0, rate=8000)["train"]
    assert utterances[0].source.rate == 8000
    assert features(utterances[0], FrontEnd()).shape[1] == 39  # resampled


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: made_utterances(2, 0), "count: expected 3 or more, one a part; got 2"),
        (lambda: made_utterances(3, 0, rate=4000), "rate: expected 8000 or more; got 4000"),
        (
            lambda: made_sound(
                ["axe"], made_speakers(0)["test"][0], np.random.default_rng(0)
            ),
            "words: expected letters of aeioumnlrwsfkpt; got {'x'}",
        ),
    ],
)
def test_wrong_arguments_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
