"""Sounds of files: mono samples and their rate; WAV by the standard library, other formats by soundfile."""

import contextlib
import io
import math
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np

from seqzoo.datasets.audio.wav import header_of, is_wav, samples_of
from seqzoo.errors import InputError, TooLongError
from seqzoo.system.files import replacing

RATES = (8000, 48000)  # lowest and highest
SHORTEST = 0.025625  # seconds: one frame of a front end
UNKNOWN = 2**62  # from here on libsndfile's count of samples stands for "not known"
BLOCK = 2**20  # samples decoded at once
LOUDEST = 8.0  # a peak of floats; above it the file is not scaled to [-1, 1]
ENDINGS = (".wav", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".aiff", ".aif", ".au", ".sph")


@dataclass(frozen=True, eq=False)
class Sound:
    """A sound of one channel.

    Attributes:
        samples: float32 (samples,) in [-1, 1].
        rate: samples a second.
        where: it is from; begins errors.
    """

    samples: np.ndarray
    rate: int
    where: str

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.samples) / self.rate


def read_sound(
    source: Path | str | bytes,
    *,
    where: str | None = None,
    most_seconds: float | None = None,
) -> Sound:
    """The sound of a file, its two channels averaged.

    Args:
        source: the path, or the content.
        where: it is from, for errors; None: the path.
        most_seconds: longer ones are refused, before they are decoded.

    Raises:
        InputError: naming the file, if `read_channels` refuses it, if it is silent (all samples equal), or
            shorter than a frame.
    """
    where = _place(source, where)
    found = read_channels(source, where=where, most_seconds=most_seconds)
    samples = found.samples.mean(
        axis=1, dtype=np.float32
    )  # (samples, channels) -> (samples,)
    seconds = len(samples) / found.rate
    if seconds < SHORTEST:
        raise InputError(
            f"{where}: expected at least {SHORTEST:.3f} seconds; got {seconds:.3f}"
        )
    if (samples == samples[0]).all():
        raise InputError(f"{where}: expected a sound; it is silent: all samples are equal")
    return Sound(samples, found.rate, where)


class Channels(NamedTuple):
    """A sound of one channel or two.

    Attributes:
        samples: float32 (samples, channels) in [-1, 1].
        rate: samples a second.
    """

    samples: np.ndarray
    rate: int


def read_channels(
    source: Path | str | bytes,
    *,
    where: str | None = None,
    most_seconds: float | None = None,
) -> Channels:
    """The channels of a file of sound.

    WAV files have samples of 8, 16, 24 or 32 bits, or floats; where a recorder left their size open (0, or
    over 2 GB), all up to the end of the file are read. Anything else is read by soundfile, of the extra
    `audio`. Floats beyond -1 and 1 are clipped.

    Args:
        source: the path, or the content.
        where: it is from, for errors; None: the path.
        most_seconds: longer ones are refused, before they are decoded.

    Raises:
        InputError: naming the file, if it is broken or empty; if it has more than two channels, or
            a rate below 8 or above 48 kHz; or if it is no WAV file and soundfile is not there.
        TooLongError: if it is too long, an `InputError`, too.
    """
    where = _place(source, where)
    with _opened(source, where) as stream:
        head = stream.read(12)
        if not head:
            raise InputError(f"{where}: expected a sound; the file is empty")
        header = header_of(stream, where) if is_wav(head) else None
        if header is None or not header.is_plain:
            stream.seek(0)
            return _by_soundfile(stream, where, most_seconds)
        _check_form(header.rate, header.channels, where)
        _check_length(header.frames, header.rate, most_seconds, where)
        samples = samples_of(stream, header)
    return Channels(_checked(samples, where), header.rate)


def _place(source: Path | str | bytes, where: str | None) -> str:
    if where is not None:
        return where
    return "sound" if isinstance(source, bytes) else str(source)


@contextlib.contextmanager
def _opened(source: Path | str | bytes, where: str) -> Iterator[BinaryIO]:
    if isinstance(source, bytes):
        yield io.BytesIO(source)
        return
    try:
        with open(source, "rb") as stream:
            yield stream
    except OSError as error:
        raise InputError(f"{where}: cannot be read: {error.strerror or error}") from error


def _by_soundfile(stream: BinaryIO, where: str, most_seconds: float | None) -> Channels:
    try:
        import soundfile
    except (ImportError, OSError) as error:  # OSError: libsndfile is not there
        raise InputError(
            f"{where}: expected audio, a WAV file of plain samples; soundfile, which reads other formats, "
            'is not installed: pip install "seqzoo[audio]"'
        ) from error
    try:
        with soundfile.SoundFile(stream) as file:
            _check_form(file.samplerate, file.channels, where)
            said, rate = file.frames, file.samplerate
            if said >= UNKNOWN:
                raise InputError(
                    f"{where}: expected a file that says how long it is; a pipe wrote it: convert it to WAV"
                )
            _check_length(said, rate, most_seconds, where)
            # In blocks: a header may promise more than there is memory for.
            blocks = [np.zeros((0, file.channels), np.float32)]
            while len(block := file.read(BLOCK, "float32", always_2d=True)):
                blocks.append(block)
            samples = np.concatenate(blocks)
    except (
        soundfile.SoundFileError,
        TypeError,
    ) as error:  # TypeError: by its name, raw samples
        why = getattr(error, "error_string", None) or str(error)
        raise InputError(
            f"{where}: expected audio (WAV, FLAC, OGG, MP3, ...): {why.strip()}"
        ) from error
    if len(samples) < said:
        raise InputError(
            f"{where}: the file ends early: expected {said:,} samples; got {len(samples):,}"
        )
    return Channels(_checked(samples, where), rate)


def _check_form(rate: int, channels: int, where: str) -> None:
    if not RATES[0] <= rate <= RATES[1]:
        raise InputError(
            f"{where}: expected a rate from {RATES[0]} to {RATES[1]} hertz; got {rate}"
        )
    if channels not in (1, 2):
        raise InputError(f"{where}: expected one channel, or two; got {channels}")


def _check_length(frames: int, rate: int, most: float | None, where: str) -> None:
    seconds = frames / rate
    if not frames:
        raise InputError(f"{where}: expected a sound; it has no samples")
    if most is not None and seconds > most:
        raise TooLongError(
            f"{where}: expected at most {most:g} seconds of sound; got {seconds:.3f}"
        )


def _checked(samples: np.ndarray, where: str) -> np.ndarray:
    """float32 (samples, channels), finite and clipped to [-1, 1]."""
    if not np.isfinite(samples).all():
        raise InputError(f"{where}: expected finite samples; it has NaN or infinity")
    peak = np.abs(samples).max()
    if peak > LOUDEST:
        raise InputError(f"{where}: expected samples from -1 to 1; got up to {peak:g}")
    return np.clip(samples, -1, 1)


def resampled(sound: Sound, rate: int) -> Sound:
    """A sound at another rate; its content above half the new rate is filtered out.

    Raises:
        InputError: if the rate is below 8 or above 48 kHz.
    """
    if rate == sound.rate:
        return sound
    _check_form(rate, 1, sound.where)
    import scipy.signal  # here: it takes half a second, and most sounds need none

    common = math.gcd(rate, sound.rate)
    samples = scipy.signal.resample_poly(
        sound.samples.astype(np.float64), rate // common, sound.rate // common
    )
    return Sound(np.clip(samples, -1, 1).astype(np.float32), rate, sound.where)


def write_wav(path: Path, samples: np.ndarray, rate: int) -> None:
    """Write a sound as a WAV file of 16 bits, whole or not at all.

    Args:
        path: of the file.
        samples: float (samples,) in [-1, 1].
        rate: samples a second.

    Raises:
        ValueError: on samples of another form.
        OSError: naming the file, if it can't be written.
    """
    samples = np.asarray(samples)
    if samples.ndim != 1 or samples.dtype.kind != "f" or not (np.abs(samples) <= 1).all():
        raise ValueError(
            "samples: expected floats (samples,) from -1 to 1; "
            f"got {samples.dtype} {samples.shape}"
        )
    values = np.clip(np.round(samples.astype(np.float64) * 32768), -32768, 32767)
    with replacing(path) as stream, wave.open(stream, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(values.astype("<i2").tobytes())
