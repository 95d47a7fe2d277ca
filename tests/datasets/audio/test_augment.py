"""Utterances changed at random: what is changed, how often, and by which seed."""

import numpy as np
import pytest

from seqzoo.datasets.audio.augment import faster, masked, noisy, with_noise

ONES = np.ones((100, 39), np.float32)
TONE = (0.3 * np.sin(2 * np.pi * 500 * np.arange(16000) / 16000)).astype(np.float32)


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_masks_are_whole_stretches_of_their_widths():
    widths = []
    for seed in range(2000):
        changed = masked(ONES, rng(seed), time_masks=1, longest=9, frequency_masks=0)
        rows = np.flatnonzero((changed == 0).all(axis=1))
        assert (changed == 0).sum() == len(rows) * 39
        assert not len(rows) or rows[-1] - rows[0] == len(rows) - 1
        widths.append(len(rows))
    counts = np.bincount(widths, minlength=10)
    assert len(counts) == 10
    assert (abs(counts - 200) < 60).all()  # evenly 0 to 9: 200 each, deviation 13


def test_every_place_can_be_masked():
    share = np.mean([masked(ONES, rng(seed), levels=3) == 0 for seed in range(500)], axis=0)
    assert share.min() > 0
    # Two stretches of mean 10 out of 100 frames, two bands of mean 3 out of 13.
    assert abs(share.mean() - (1 - 0.9**2 * (10 / 13) ** 2)) < 0.05


def test_bands_are_masked_in_slopes_too():
    changed = masked(ONES, rng(3), time_masks=0, frequency_masks=1, levels=3)
    bands = changed.reshape(100, 3, 13)
    assert 0 < (bands == 0).sum() < bands.size
    assert (bands == bands[:1, :1]).all()


def test_a_stretch_leaves_most_of_a_short_utterance():
    short = ONES[:10]
    for seed in range(50):
        changed = masked(short, rng(seed), time_masks=1, frequency_masks=0)
        assert (changed == 0).all(axis=1).sum() <= 2


def test_noise_has_its_deviation():
    changed = noisy(np.zeros((500, 39), np.float32), 0.3, rng())
    assert changed.dtype == np.float32
    assert abs(changed.std() - 0.3) < 0.01
    assert abs(changed.mean()) < 0.01
    np.testing.assert_array_equal(noisy(ONES, 0.0, rng()), ONES)


@pytest.mark.parametrize("factor", [0.5, 0.9, 1.0, 1.1, 2.0])
def test_speed_changes_length_and_pitch(factor):
    changed = faster(TONE, factor)
    assert changed.dtype == np.float32
    assert abs(len(changed) - 16000 / factor) <= 1
    spectrum = np.abs(np.fft.rfft(changed))
    assert (
        abs(np.fft.rfftfreq(len(changed), 1 / 16000)[spectrum.argmax()] - 500 * factor) < 2
    )


@pytest.mark.parametrize("ratio", [0.0, 10.0, 30.0])
def test_noise_has_its_ratio_to_the_signal(ratio):
    noise = with_noise(TONE, ratio, rng()).astype(float) - TONE
    found = 10 * np.log10(np.mean(TONE.astype(float) ** 2) / np.mean(noise**2))
    assert abs(found - ratio) < 0.2  # at 0 decibels a few samples are clipped


CHANGES = {
    "masked": lambda seed: masked(ONES, rng(seed)),
    "noisy": lambda seed: noisy(ONES, 0.1, rng(seed)),
    "with_noise": lambda seed: with_noise(TONE, 10, rng(seed)),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_seed_gives_the_same_again_and_the_input_stays(change):
    before, tone = ONES.copy(), TONE.copy()
    np.testing.assert_array_equal(change(1), change(1))
    assert not np.array_equal(change(1), change(2))
    np.testing.assert_array_equal(ONES, before)
    np.testing.assert_array_equal(TONE, tone)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: masked(TONE, rng()), r"expected floats \(frames, size\); got float32"),
        (
            lambda: masked(ONES, rng(), levels=2),
            "levels: expected a divisor of 39 features",
        ),
        (lambda: masked(ONES, rng(), longest=-1), "expected numbers of 0 or more"),
        (lambda: noisy(ONES, -1.0, rng()), "deviation: expected 0 or more; got -1.0"),
        (lambda: faster(TONE, 3), "factor: expected 0.5 to 2.0; got 3"),
        (lambda: faster(ONES, 1.1), r"expected floats \(samples,\)"),
        (lambda: with_noise(0 * TONE, 10, rng()), "expected samples other than 0"),
    ],
)
def test_wrong_arguments_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
