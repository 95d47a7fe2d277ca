"""Utterances changed at random, to train on: masks and noise on features, speed and noise of samples."""

from fractions import Fraction

import numpy as np

SPEEDS = (0.5, 2.0)  # slowest and fastest


def masked(
    features: np.ndarray,
    rng: np.random.Generator,
    *,
    time_masks: int = 2,
    longest: int = 20,
    most: float = 0.2,
    frequency_masks: int = 2,
    widest: int = 6,
    levels: int = 1,
) -> np.ndarray:
    """Features with stretches of time and bands of frequency set to 0, their mean (SpecAugment).

    Each width is drawn evenly from 0 to the widest, and each place evenly from those where the mask fits.
    For cepstra a band is a run of coefficients. Source: Park et al. 2019, "SpecAugment", section 2, without
    the warping of time.

    Args:
        features: float (frames, size), normalized; not changed.
        rng: drawn from.
        time_masks: how many stretches.
        longest: frames of a stretch, at most.
        most: share of the frames that a stretch has at most.
        frequency_masks: how many bands.
        widest: features of a band, at most.
        levels: 1 and the number of slopes: a band is masked in the features and in their slopes.

    Returns:
        A copy, of the same shape and dtype.

    Raises:
        ValueError: on another shape, negative numbers, or levels that do not divide the size.
    """
    features = _checked(features)
    if min(time_masks, longest, frequency_masks, widest) < 0 or not 0 <= most <= 1:
        raise ValueError("masks: expected numbers of 0 or more, and most from 0 to 1")
    frames, size = features.shape
    if levels < 1 or size % levels:
        raise ValueError(f"levels: expected a divisor of {size} features; got {levels}")
    width = size // levels
    changed = features.copy()
    bands = changed.reshape(frames, levels, width)  # a view: (frames, levels, width)
    for _ in range(time_masks):
        bands[_stretch(frames, min(longest, int(most * frames)), rng)] = 0
    for _ in range(frequency_masks):
        bands[:, :, _stretch(width, min(widest, width), rng)] = 0
    return changed


def _stretch(length: int, longest: int, rng: np.random.Generator) -> slice:
    """A run of 0 to `longest` places out of `length`."""
    run = int(rng.integers(0, longest + 1))
    first = int(rng.integers(0, length - run + 1))
    return slice(first, first + run)


def noisy(features: np.ndarray, deviation: float, rng: np.random.Generator) -> np.ndarray:
    """Features with Gaussian noise.

    Args:
        features: float (frames, size); not changed.
        deviation: the noise's standard deviation; normalized features have 1 themselves.
        rng: drawn from.

    Returns:
        A copy, of the same shape and dtype.

    Raises:
        ValueError: on another shape, or a deviation below 0.
    """
    features = _checked(features)
    if not deviation >= 0:
        raise ValueError(f"deviation: expected 0 or more; got {deviation}")
    return features + rng.normal(0, deviation, features.shape).astype(features.dtype)


def faster(samples: np.ndarray, factor: float) -> np.ndarray:
    """Samples played faster, or slower; the pitch rises and falls with the speed (Ko et al. 2015).

    Args:
        samples: float (samples,).
        factor: of the speed, from 0.5 to 2, rounded to a fraction of hundredths or simpler.

    Returns:
        float32 (about samples / factor,).

    Raises:
        ValueError: on another shape, or a factor out of range.
    """
    samples = _checked(samples, 1)
    if not SPEEDS[0] <= factor <= SPEEDS[1]:
        raise ValueError(f"factor: expected {SPEEDS[0]} to {SPEEDS[1]}; got {factor}")
    speed = Fraction(factor).limit_denominator(100)
    if speed == 1:
        return samples.astype(np.float32)
    import scipy.signal

    changed = scipy.signal.resample_poly(
        samples.astype(np.float64), speed.denominator, speed.numerator
    )
    return changed.clip(-1, 1).astype(np.float32)


def with_noise(samples: np.ndarray, snr_db: float, rng: np.random.Generator) -> np.ndarray:
    """Samples with white noise.

    Args:
        samples: float (samples,) in [-1, 1]; not changed.
        snr_db: the power of the samples over that of the noise, in decibels.
        rng: drawn from.

    Returns:
        float32 (samples,), clipped to [-1, 1].

    Raises:
        ValueError: on another shape, or samples that are all 0, which no noise is in proportion to.
    """
    samples = _checked(samples, 1)
    power = np.mean(samples.astype(np.float64) ** 2)
    if not power > 0 or not np.isfinite(snr_db):
        raise ValueError(
            f"expected samples other than 0 and a finite ratio; got {snr_db} decibels"
        )
    noise = rng.normal(size=len(samples))
    noise *= np.sqrt(power / np.mean(noise**2) / 10 ** (snr_db / 10))
    return (samples + noise).clip(-1, 1).astype(np.float32)


def _checked(values: np.ndarray, dimensions: int = 2) -> np.ndarray:
    values = np.asarray(values)
    if values.ndim != dimensions or values.dtype.kind != "f":
        shape = "(frames, size)" if dimensions == 2 else "(samples,)"
        raise ValueError(f"expected floats {shape}; got {values.dtype} {values.shape}")
    return values
