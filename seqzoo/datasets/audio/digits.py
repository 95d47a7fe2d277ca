"""Spoken digits (the Free Spoken Digit Dataset, Jackson 2016) through tensorflow-datasets."""

import numpy as np

from seqzoo.datasets.audio.sounds import Sound
from seqzoo.datasets.audio.utterance import Utterance
from seqzoo.datasets.packages import downloaded
from seqzoo.errors import InputError

HOME = "github.com"
RATE = 8000
WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def spoken_digits() -> dict[str, list[Utterance]]:
    """Single digits by six speakers, 8 kHz, CC BY-SA 4.0; all in one part, `all`.

    Raises:
        InputError: if they are not on this machine and cannot be downloaded.
    """
    builder = downloaded("spoken_digit", HOME, "--dataset made-words")
    import tensorflow_datasets as tfds

    records = tfds.as_numpy(builder.as_dataset(split="train"))
    return {"all": [_utterance(record) for record in records]}


def _utterance(record: dict) -> Utterance:
    """A record; its file's name is `DIGIT_SPEAKER_NUMBER.wav`."""
    name = record["audio/filename"].decode("utf-8")
    where = f"spoken_digit/{name}"
    digit, *speaker = name.split("_")[:-1]
    if len(speaker) != 1 or digit not in map(str, range(10)):
        raise InputError(f"{where}: expected a name DIGIT_SPEAKER_NUMBER.wav")
    samples = (np.asarray(record["audio"], np.float32) / 32768).clip(-1, 1)
    return Utterance(Sound(samples, RATE, where), WORDS[int(digit)], speaker[0], where)
