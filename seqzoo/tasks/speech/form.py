"""How a sound becomes frames: what the training's front end was, as `config.json` tells it."""

from typing import Any

import numpy as np

from seqzoo.datasets.audio.front_end import FrontEnd
from seqzoo.datasets.audio.sounds import Sound, resampled
from seqzoo.errors import InputError
from seqzoo.tasks.inputs import MOST_SECONDS, Audio


def _is_front_end(value: Any) -> bool:
    try:
        FrontEnd.from_json(value)
    except ValueError:
        return False
    return True


# Setting -> whether a value is sound.
SOUND = {
    "front_end": _is_front_end,
    "lowercase": lambda value: isinstance(value, bool),
}


def frames_of(audio: Audio, front_end: FrontEnd, where: str) -> np.ndarray:
    """The frames of a sound, its channels averaged, float32 (time, features).

    Raises:
        InputError: if it is silent, shorter than a frame, or longer than `MOST_SECONDS`.
    """
    samples = audio.samples.mean(axis=1, dtype=np.float32)
    seconds = len(samples) / audio.rate
    if seconds > MOST_SECONDS:
        raise InputError(
            f"{where}: expected at most {MOST_SECONDS:g} seconds of sound; got {seconds:.1f}"
        )
    if not np.isfinite(samples).all() or not np.ptp(samples):
        raise InputError(f"{where}: expected sound; all its samples are {samples[0]:g}")
    sound = resampled(Sound(samples, audio.rate, where), front_end.rate)
    frames = front_end(sound.samples)
    if not len(frames):
        least = front_end.window_samples / front_end.rate
        raise InputError(
            f"{where}: expected at least {least:.3f} seconds of sound; got {seconds:.3f}"
        )
    return frames
