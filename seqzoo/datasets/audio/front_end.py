"""From sound to features: cepstra as CMU Sphinx computes them, or log mel energies.

This file imports no seqzoo: an export takes it along.
The cepstra are those of Davis and Mermelstein (1980), with the constants of the Sphinx front end. The slopes
that are appended are regressions over five frames (Furui 1986).
"""

import dataclasses
import functools
import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

KINDS = ("cepstra", "log_mel")
NORMALIZATIONS = ("utterance", "running", "none")
FLOOR = 1e-4  # of a filter's energy, before the logarithm
SMALLEST = 1e-3  # a standard deviation that features are divided by
MEMORY = 500  # frames by which running means forget, to 1 / e
BEFORE = (
    200  # frames that the training's means and deviations count for, in front of a sound
)
BLOCK = 64  # frames of a running mean computed at once
AT_ONCE = 1024  # frames whose spectra are in memory
LONGEST_TRANSFORM = 16384


@dataclass(frozen=True)
class FrontEnd:
    """What features are made of sound, and how. The defaults are the Sphinx front end at 16 kHz.

    Windows and hops are in seconds: 410 and 160 samples at 16 kHz, 205 and 80 at 8 kHz. Samples count as
    16 bit integers do: they are multiplied by 32,768.

    Attributes:
        kind: `cepstra`, or `log_mel` for the logarithms of the filters' energies.
        rate: samples a second that the sound must have.
        filters: triangular filters, equally spaced in mel.
        coefficients: cepstra of a frame, with the zeroth; unused for `log_mel`.
        deltas: how many slopes over time are appended: 0, 1 or 2.
        normalize: `utterance`: mean 0 and variance 1 over each utterance; `running`: by means and variances
            of this frame and those before it, which forget within seconds, for streams; `none`.
        means, deviations: of each feature in the training, where running means and variances begin, as if
            `BEFORE` frames had been heard; empty: they begin with the first frame.
        window: length of a frame in seconds.
        hop: from one frame to the next, in seconds.
        low: lowest edge of the filters in Hz.
        high: highest edge in Hz; None: 6,800 Hz, but at most 0.425 of the rate (3,400 Hz at 8 kHz).
        emphasis: what of the sample before is subtracted from each.

    Raises:
        ValueError: on a value out of range.
    """

    kind: str = "cepstra"
    rate: int = 16000
    filters: int = 40
    coefficients: int = 13
    deltas: int = 2
    normalize: str = "utterance"
    window: float = 0.025625
    hop: float = 0.01
    low: float = 130.0
    high: float | None = None
    emphasis: float = 0.97
    means: tuple[float, ...] = ()
    deviations: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        most = self.filters if self.kind == "cepstra" else 512
        _check_choice("kind", self.kind, KINDS)
        _check_choice("normalize", self.normalize, NORMALIZATIONS)
        _check("rate", self.rate, 4000, 192000, int)
        _check("filters", self.filters, 2, 512, int)
        _check("coefficients", self.coefficients, 1, most, int)
        _check("deltas", self.deltas, 0, 2, int)
        _check("window", self.window, 0.002, 1, int, float)
        _check("hop", self.hop, 0.001, self.window, int, float)
        _check("low", self.low, 0, self.rate / 2, int, float)
        _check("high", self.upper_edge, 0, self.rate / 2, int, float)
        _check("emphasis", self.emphasis, 0, 1, int, float)
        if self.upper_edge <= self.low:
            raise ValueError(
                f"low: expected less than high, {self.upper_edge:g} Hz; got {self.low!r}"
            )
        _check_beginning(self)
        _tables(self)

    @property
    def width(self) -> int:
        """Base features of a frame."""
        return self.coefficients if self.kind == "cepstra" else self.filters

    @property
    def size(self) -> int:
        """Features of a frame, slopes included."""
        return self.width * (1 + self.deltas)

    @property
    def window_samples(self) -> int:
        """Samples of a frame."""
        return round(self.window * self.rate)

    @property
    def hop_samples(self) -> int:
        """Samples from one frame to the next."""
        return round(self.hop * self.rate)

    @property
    def upper_edge(self) -> float:
        """The highest edge of the filters in Hz."""
        return min(6800.0, 0.425 * self.rate) if self.high is None else self.high

    def frames(self, samples: int) -> int:
        """How many frames so many samples give: none, if they are fewer than a window."""
        if samples < self.window_samples:
            return 0
        return -(-(samples - self.window_samples) // self.hop_samples) + 1

    def to_json(self) -> dict[str, Any]:
        """The settings as plain values, for `from_json`."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, value: Any) -> "FrontEnd":
        """The front end of settings that `to_json` gave; what is missing has its default.

        Raises:
            ValueError: if they are no settings, one is unknown or out of range.
        """
        if not isinstance(value, dict):
            raise ValueError(f"front end: expected an object of settings; got {value!r}")
        names = [field.name for field in dataclasses.fields(cls)]
        for name in value:
            if name not in names:
                raise ValueError(
                    f"front end: expected settings of {', '.join(names)}; got {name!r}"
                )
        plain: dict[str, Any] = {
            k: tuple(v) if isinstance(v, list) else v for k, v in value.items()
        }
        return cls(**plain)

    def base(self, samples: np.ndarray) -> np.ndarray:
        """Cepstra or log mel energies, without slopes and not normalized.

        Args:
            samples: float (samples,) in [-1, 1), at the front end's rate.

        Returns:
            float32 (frames, width). The last frame is filled up with zeros.

        Raises:
            ValueError: on another shape, integers, or values that are not finite.
        """
        samples = _scaled(samples)
        frames = self.frames(len(samples))
        if not frames:
            return np.zeros((0, self.width), np.float32)
        whole = (frames - 1) * self.hop_samples + self.window_samples
        padded = np.zeros(whole)
        padded[: len(samples)] = samples
        padded[1:] -= self.emphasis * padded[:-1]
        return _base_of_frames(padded, self)

    def finished(self, base: np.ndarray) -> np.ndarray:
        """Base features with their slopes, normalized.

        Args:
            base: float (frames, width), of `base` or of a file.

        Returns:
            float32 (frames, size).

        Raises:
            ValueError: on another shape.
        """
        base = np.asarray(base)
        if base.ndim != 2 or base.shape[1] != self.width or base.dtype.kind != "f":
            raise ValueError(
                f"features: expected floats (frames, {self.width}); got {base.dtype} {base.shape}"
            )
        base = base.astype(np.float32)
        if not len(base):
            return np.zeros((0, self.size), np.float32)
        reach = 2 * self.deltas
        padded = np.concatenate(
            [base[:1].repeat(reach, 0), base, base[-1:].repeat(reach, 0)]
        )
        features = _with_slopes(padded, self.deltas)
        if self.normalize == "running":
            features = _Running(self)(features)
        elif self.normalize == "utterance":
            deviation = np.maximum(features.std(axis=0), SMALLEST)
            features = (features - features.mean(axis=0)) / deviation
        return features.astype(np.float32)

    def loudness(self, frames: np.ndarray) -> np.ndarray:
        """What grows with the energy of each frame, float (time, size) -> (time,).

        The first coefficient of a cepstrum is the sum of its energies' logarithms.
        """
        if self.kind == "cepstra":
            return frames[:, 0]
        return frames[:, : self.width].mean(axis=1)

    def __call__(self, samples: np.ndarray) -> np.ndarray:
        """Features of sound: float (samples,) in [-1, 1) -> float32 (frames, size)."""
        return self.finished(self.base(samples))


class FrontEndStream:
    """The features of sound that comes in pieces: those of the whole, however it is cut.

    What is remembered is less than a window of samples, eight frames, and running sums. Slopes look four
    frames ahead, so that features come 0.04 seconds after their frames.

    Args:
        front_end: with `normalize` `running` or `none`.

    Raises:
        ValueError: if it normalizes by the whole utterance, which is not there yet.
    """

    def __init__(self, front_end: FrontEnd):
        if front_end.normalize == "utterance":
            raise ValueError(
                "normalize: a stream needs 'running' or 'none'; got 'utterance', which needs all of it"
            )
        self._front_end = front_end
        self._count = 0  # samples so far
        self._last = np.zeros(1)  # sample, scaled
        self._tail = np.zeros(0)  # emphasized samples, from the next frame's first
        self._around = np.zeros((0, front_end.width), np.float32)  # frames of later slopes
        self._running = _Running(front_end)
        self._closed = False

    def feed(self, samples: np.ndarray) -> np.ndarray:
        """Features that further samples complete.

        Args:
            samples: float (samples,) in [-1, 1); any number, none too.

        Returns:
            float32 (frames, size).

        Raises:
            ValueError: on what `FrontEnd.base` refuses, or after `finish`.
        """
        if self._closed:
            raise ValueError("the stream is finished; begin another one")
        samples = _scaled(samples)
        self._count += len(samples)
        return self._features(self._base(samples))

    def finish(self) -> np.ndarray:
        """The features of the last frames, float32 (frames, size); the stream takes no more."""
        if self._closed:
            raise ValueError("the stream is finished; begin another one")
        front_end, self._closed = self._front_end, True
        base = np.zeros((0, front_end.width), np.float32)
        if frames := front_end.frames(self._count):
            whole = (frames - 1) * front_end.hop_samples + front_end.window_samples
            base = self._base(np.zeros(max(0, whole - self._count)))
        reach = 2 * front_end.deltas
        last = np.concatenate([self._around, base])[-1:]
        return self._features(np.concatenate([base, last.repeat(reach, 0)]))

    def _base(self, samples: np.ndarray) -> np.ndarray:
        """Base features of the frames that further samples complete."""
        front_end = self._front_end
        joined = np.concatenate([self._last, samples])
        self._last = joined[-1:]
        emphasized = joined[1:] - front_end.emphasis * joined[:-1]
        self._tail = np.concatenate([self._tail, emphasized])
        missing = front_end.window_samples - len(self._tail)
        if missing > 0:
            return np.zeros((0, front_end.width), np.float32)
        frames = -missing // front_end.hop_samples + 1
        base = _base_of_frames(self._tail, front_end)
        self._tail = self._tail[frames * front_end.hop_samples :].copy()
        return base

    def _features(self, base: np.ndarray) -> np.ndarray:
        """Features of the frames whose neighbours are all there."""
        front_end = self._front_end
        reach = 2 * front_end.deltas
        if len(base) and not len(self._around):
            self._around = base[:1].repeat(reach, 0)
        around = np.concatenate([self._around, base])
        if len(around) <= 2 * reach:
            self._around = around
            return np.zeros((0, front_end.size), np.float32)
        features = _with_slopes(around, front_end.deltas)
        self._around = around[len(around) - 2 * reach :].copy()
        if front_end.normalize == "running":
            features = self._running(features)
        return features.astype(np.float32)


class _Running:
    """Means and variances of this frame and those before it, each weighing less the older it is."""

    def __init__(self, front_end: FrontEnd):
        self._sums = np.zeros((1, 1 + 2 * front_end.size))  # of weights, values, squares
        if front_end.means:
            means, deviations = np.array([front_end.means, front_end.deviations])
            self._sums[0] = BEFORE * np.concatenate([[1], means, means**2 + deviations**2])

    def __call__(self, features: np.ndarray) -> np.ndarray:
        """Features normalized one after the other, float64 (frames, size)."""
        if not len(features):
            return features
        pieces = [features[at : at + BLOCK] for at in range(0, len(features), BLOCK)]
        return np.concatenate([self._block(piece) for piece in pieces])

    def _block(self, features: np.ndarray) -> np.ndarray:
        frames, size = features.shape
        weights = _forgetting()[:frames, :frames]
        terms = np.concatenate([np.ones((frames, 1)), features, features**2], axis=1)
        kept = (1 - 1 / MEMORY) ** np.arange(1, frames + 1)[:, None]
        sums = weights @ terms + kept * self._sums  # (frames, 1 + 2 size)
        self._sums = sums[-1:]
        means = sums[:, 1 : 1 + size] / sums[:, :1]
        variances = sums[:, 1 + size :] / sums[:, :1] - means**2
        deviations = np.maximum(np.sqrt(np.maximum(variances, 0)), SMALLEST)
        return (features - means) / deviations


class _Tables(NamedTuple):
    """What all frames are multiplied by."""

    transform: int  # points of the Fourier transform
    window: np.ndarray  # (window samples,)
    filters: np.ndarray  # (transform / 2 + 1, filters)
    cosines: np.ndarray  # (filters, coefficients)


@functools.lru_cache(32)
def _tables(front_end: FrontEnd) -> _Tables:
    transform, edges = _edges(front_end)
    bins = np.arange(transform // 2 + 1)[:, None]  # (bins, 1)
    left, peak, right = edges[:-2], edges[1:-1], edges[2:]  # (filters,)
    rising, falling = (bins - left) / (peak - left), (right - bins) / (right - peak)
    spacing = front_end.rate / transform
    height = 2 / ((right - left) * spacing)
    filters = np.maximum(0, np.minimum(rising, falling)) * height
    # The zeroth filter counts half, as in Sphinx' "legacy" transform.
    angles = np.pi * (np.arange(front_end.filters) + 0.5) / front_end.filters
    cosines = (
        np.cos(np.outer(angles, np.arange(front_end.coefficients))) / front_end.filters
    )
    cosines[0] /= 2
    samples = front_end.window_samples
    turns = 2 * np.pi * np.arange(samples) / (samples - 1)
    return _Tables(transform, 0.54 - 0.46 * np.cos(turns), filters, cosines)


def _edges(front_end: FrontEnd) -> tuple[int, np.ndarray]:
    """Points of the transform, the fewest that keep all edges of filters apart; the edges in bins."""
    low, high = (
        2595 * math.log10(1 + edge / 700) for edge in (front_end.low, front_end.upper_edge)
    )
    mels = np.linspace(low, high, front_end.filters + 2)
    edges = 700 * (10 ** (mels / 2595) - 1)
    transform = 1 << (front_end.window_samples - 1).bit_length()
    while transform <= LONGEST_TRANSFORM:
        bins = np.floor(edges * transform / front_end.rate + 0.5)
        if (np.diff(bins) > 0).all():
            return transform, bins
        transform *= 2
    raise ValueError(
        f"filters: expected fewer between {front_end.low:g} and {front_end.upper_edge:g} Hz; "
        f"got {front_end.filters}"
    )


def _base_of_frames(emphasized: np.ndarray, front_end: FrontEnd) -> np.ndarray:
    """Base features of all whole frames, float32 (frames, width)."""
    tables = _tables(front_end)
    windows = np.lib.stride_tricks.sliding_window_view(emphasized, front_end.window_samples)
    windows = windows[:: front_end.hop_samples]  # (frames, window samples)
    base = np.empty((len(windows), front_end.width), np.float32)
    for at in range(0, len(windows), AT_ONCE):
        frames = windows[at : at + AT_ONCE] * tables.window
        spectrum = np.fft.rfft(frames, tables.transform)
        power = spectrum.real**2 + spectrum.imag**2
        logs = np.log(np.maximum(power @ tables.filters, FLOOR))
        base[at : at + AT_ONCE] = (
            logs @ tables.cosines if front_end.kind == "cepstra" else logs
        )
    return base


def _with_slopes(padded: np.ndarray, deltas: int) -> np.ndarray:
    """Frames with slopes: (2 deltas + frames + 2 deltas, width) -> float64 (frames, width (1 + deltas))."""
    levels = [padded.astype(np.float64)]
    for _ in range(deltas):
        x = levels[-1]
        levels.append((2 * (x[4:] - x[:-4]) + x[3:-1] - x[1:-3]) / 10)
    frames = len(levels[-1])
    cuts = [(len(level) - frames) // 2 for level in levels]
    return np.concatenate(
        [level[cut : cut + frames] for level, cut in zip(levels, cuts, strict=True)], axis=1
    )


@functools.lru_cache(1)
def _forgetting() -> np.ndarray:
    """(BLOCK, BLOCK): what the frame of a column weighs in the sums of the frame of a row."""
    ages = np.arange(BLOCK)[:, None] - np.arange(BLOCK)
    return np.where(ages >= 0, (1 - 1 / MEMORY) ** np.maximum(ages, 0), 0.0)


def _scaled(samples: np.ndarray) -> np.ndarray:
    """Samples as 16 bit integers count, float64 (samples,)."""
    samples = np.asarray(samples)
    if samples.ndim != 1 or samples.dtype.kind != "f":
        raise ValueError(
            f"samples: expected floats (samples,) in [-1, 1); got {samples.dtype} {samples.shape}"
        )
    if not np.isfinite(samples).all():
        raise ValueError("samples: expected finite values; got NaN or infinity")
    return samples.astype(np.float64) * 32768


def _check_beginning(front_end: FrontEnd) -> None:
    """Means and deviations: none, or one of each feature, for running normalization."""
    means, deviations = front_end.means, front_end.deviations
    for name in ("means", "deviations"):
        if not isinstance(getattr(front_end, name), tuple):
            raise ValueError(
                f"{name}: expected a list of numbers; got {getattr(front_end, name)!r}"
            )
    size = front_end.size if front_end.normalize == "running" else 0
    if len(means) not in (0, size):
        numbers = f", or {size} numbers" if size else ""
        raise ValueError(f"means: expected none{numbers}; got {len(means)}")
    if len(deviations) != len(means):
        raise ValueError(
            f"deviations: expected {len(means)} numbers; got {len(deviations)}"
        )
    for value in means:
        _check("means", value, -math.inf, math.inf, int, float)
    for value in deviations:
        _check("deviations", value, SMALLEST, math.inf, int, float)


def _check_choice(name: str, value: Any, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise ValueError(f"{name}: expected one of {', '.join(choices)}; got {value!r}")


def _check(name: str, value: Any, least: float, most: float, *kinds: type) -> None:
    if type(value) not in kinds or not least <= value <= most:
        kind = "a number" if float in kinds else "an integer"
        raise ValueError(
            f"{name}: expected {kind} from {least:g} to {most:g}; got {value!r}"
        )
