"""Copies of utterances at other speeds, which a training takes for further speakers (Ko et al. 2015)."""

from dataclasses import replace

from seqzoo.datasets.audio.augment import faster
from seqzoo.datasets.audio.sounds import Sound
from seqzoo.datasets.audio.utterance import Utterance, sound_of
from seqzoo.errors import InputError


def at_speed(utterance: Utterance, factor: float) -> Utterance:
    """An utterance of sound at another speed; pitch and formants move along.

    Args:
        utterance: with a sound.
        factor: of the speed, from 0.5 to 2; 1 leaves it as it is.

    Raises:
        InputError: on a sound that cannot be read, or a factor out of range.
    """
    if factor == 1:
        return utterance
    sound = sound_of(utterance)
    try:
        samples = faster(sound.samples, factor)
    except ValueError as error:
        raise InputError(f"{utterance.where}: {error}") from error
    changed = Sound(samples, sound.rate, sound.where)
    return replace(utterance, source=changed, begin=None, end=None)
