"""An utterance, the features that a network reads of it, and whole speakers held out."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from seqzoo.datasets.audio.front_end import FrontEnd
from seqzoo.datasets.audio.sounds import Sound, read_sound, resampled
from seqzoo.datasets.splits import draw
from seqzoo.errors import InputError

SPHINX = 13  # cepstra of a row of `.mfc`: the file does not say it


@dataclass(frozen=True, eq=False)
class Utterance:
    """What somebody said, and how it is written.

    Attributes:
        source: the path of a sound, or of base features: `.mfc` (Sphinx) or `.npy`, float (frames, width); or
            a `Sound`; or float samples (samples,) at the front end's rate, or base features (frames, width).
        transcript: the words.
        speaker: who spoke; None: unknown.
        where: it stands: a path, or `file:line`; begins errors.
        begin, end: of a piece of the sound, in seconds; None: all of it.
    """

    source: Path | np.ndarray | Sound
    transcript: str
    speaker: str | None = None
    where: str = "utterance"
    begin: float | None = None
    end: float | None = None


def features(
    utterance: Utterance, front_end: FrontEnd, most_seconds: float | None = None
) -> np.ndarray:
    """What a network reads of an utterance.

    Sounds are resampled to the front end's rate. Base features of files are taken for the front end's own;
    slopes are appended to them, and they are normalized.

    Args:
        utterance: with a sound or base features.
        front_end: of the network.
        most_seconds: longer sounds are refused, and features of as many frames.

    Returns:
        float32 (frames, size).

    Raises:
        InputError: naming the utterance: on what `read_sound` refuses, features of another width or kind, a
            piece that lies outside the sound.
    """
    source = utterance.source
    try:
        if isinstance(source, Path) and source.suffix.lower() in (".mfc", ".npy"):
            base = _read_base(source, front_end)
        elif isinstance(source, np.ndarray) and source.ndim == 2:
            base = source
        else:
            sound = _piece(_sound(utterance, front_end, most_seconds), utterance)
            _check_length(sound.seconds, most_seconds)
            return _of_sound(sound, front_end)
        if utterance.begin is not None or utterance.end is not None:
            raise ValueError("begin and end cut sounds; got features")
        _check_length(len(base) * front_end.hop, most_seconds)
        if not len(base) or not np.isfinite(base).all():
            raise ValueError("expected finite features of one frame or more")
        return front_end.finished(base)
    except InputError:
        raise
    except ValueError as error:
        raise InputError(f"{utterance.where}: {error}") from error


def sound_of(utterance: Utterance) -> Sound:
    """The sound of an utterance, its piece of it.

    Raises:
        InputError: naming the utterance: on what `read_sound` refuses, or samples without a rate.
    """
    if isinstance(utterance.source, np.ndarray):
        raise InputError(f"{utterance.where}: expected a sound with its rate; got an array")
    try:
        return _piece(_sound(utterance, FrontEnd(), None), utterance)
    except InputError:
        raise
    except ValueError as error:
        raise InputError(f"{utterance.where}: {error}") from error


def _of_sound(sound: Sound, front_end: FrontEnd) -> np.ndarray:
    made = front_end(resampled(sound, front_end.rate).samples)
    if not len(made):
        raise ValueError(
            f"expected a frame of {front_end.window:.3f} seconds or more; got {sound.seconds:.3f}"
        )
    return made


def _sound(utterance: Utterance, front_end: FrontEnd, most: float | None) -> Sound:
    source = utterance.source
    if isinstance(source, Sound):
        return source
    if isinstance(source, np.ndarray):
        return Sound(source, front_end.rate, utterance.where)
    if utterance.begin is None and utterance.end is None:
        return read_sound(source, most_seconds=most)
    stamp = source.stat().st_mtime_ns if source.exists() else 0
    return _recording(source, stamp)


@functools.lru_cache(1)
def _recording(path: Path, stamp: int) -> Sound:
    """A whole recording, which many utterances are pieces of."""
    return read_sound(path)


def _piece(sound: Sound, utterance: Utterance) -> Sound:
    if utterance.begin is None and utterance.end is None:
        return sound
    begin = utterance.begin or 0.0
    end = sound.seconds if utterance.end is None else utterance.end
    if not 0 <= begin < end <= sound.seconds + 0.01:
        raise ValueError(
            f"expected a piece of {sound.where}, 0 to {sound.seconds:.2f} seconds; got {begin:g} to {end:g}"
        )
    first, last = round(begin * sound.rate), round(end * sound.rate)
    return Sound(sound.samples[first:last], sound.rate, utterance.where)


def _check_length(seconds: float, most: float | None) -> None:
    if most is not None and seconds > most:
        raise ValueError(f"expected at most {most:g} seconds; got {seconds:.1f}")


def _read_base(path: Path, front_end: FrontEnd) -> np.ndarray:
    """Base features of a file, float (frames, width)."""
    try:
        if path.suffix.lower() == ".mfc":
            return _of_mfc(path.read_bytes(), front_end)
        base = np.load(path, allow_pickle=False)
    except (OSError, EOFError) as error:
        raise InputError(f"{path}: cannot be read: {error}") from error
    if not isinstance(base, np.ndarray) or base.dtype.kind != "f" or base.ndim != 2:
        raise ValueError(f"expected an array of floats (frames, {front_end.width})")
    return base


def _of_mfc(content: bytes, front_end: FrontEnd) -> np.ndarray:
    """Sphinx' cepstra: the count of numbers, then the numbers, in either order of bytes."""
    if front_end.kind != "cepstra" or front_end.coefficients != SPHINX:
        raise ValueError(
            f"a .mfc file has {SPHINX} cepstra a frame; the front end makes "
            f"{front_end.width} of kind {front_end.kind}"
        )
    numbers, rest = divmod(len(content) - 4, 4)
    if numbers >= 0 and rest == 0 and numbers % SPHINX == 0:
        if int.from_bytes(content[:4], "big") == numbers:
            return np.frombuffer(content, ">f4", offset=4).reshape(-1, SPHINX)
        if int.from_bytes(content[:4], "little") == numbers:
            return np.frombuffer(content, "<f4", offset=4).reshape(-1, SPHINX)
    raise ValueError(
        f"expected a count of numbers, {SPHINX} a frame, and as many numbers; got {len(content):,} bytes"
    )


class Halves(NamedTuple):
    """Utterances in two.

    Attributes:
        kept: to train on.
        held_out: to choose or measure by.
    """

    kept: list[Utterance]
    held_out: list[Utterance]

    @property
    def by_speakers(self) -> bool:
        """Whether no speaker is in both; where speakers are unknown, nobody can say so."""
        speakers = [{u.speaker for u in half} for half in self]
        return None not in speakers[0] | speakers[1] and not speakers[0] & speakers[1]


def split_speakers(utterances: Sequence[Utterance], share: float, seed: int) -> Halves:
    """Hold out whole speakers.

    Where a speaker is unknown, or there is one only, single utterances are held out; `Halves.by_speakers`
    says which.

    Args:
        utterances: two or more.
        share: of them to hold out, about, in (0, 1).
        seed: which.

    Returns:
        (kept, held out), each in the order given, neither empty.

    Raises:
        InputError: on a share out of range, or fewer than two utterances.
    """
    if not 0 < share < 1:
        raise InputError(f"share: expected more than 0 and less than 1; got {share}")
    if len(utterances) < 2:
        raise InputError(f"expected two utterances or more; got {len(utterances)}")
    groups: dict[str, list[int]] = {}
    for place, utterance in enumerate(utterances):
        groups.setdefault(utterance.speaker or "", []).append(place)
    if "" in groups or len(groups) == 1:
        groups = {str(place): [place] for place in range(len(utterances))}
    held = _drawn(groups, share * len(utterances), seed)
    return Halves(
        [u for place, u in enumerate(utterances) if place not in held],
        [u for place, u in enumerate(utterances) if place in held],
    )


def _drawn(groups: dict[str, list[int]], wanted: float, seed: int) -> set[int]:
    """Places of whole groups, drawn until about so many are wanted no more; not all of them."""
    order = sorted(groups, key=lambda name: draw(name, seed, "speakers"))
    held: set[int] = set()
    for name in order[:-1]:
        if len(held) + len(groups[name]) / 2 <= wanted:
            held.update(groups[name])
    smallest = min(order, key=lambda name: len(groups[name]))
    return held or set(groups[smallest])
