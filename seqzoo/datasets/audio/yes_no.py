"""Yes and no (OpenSLR 1): eight words a recording, said by one man in Hebrew, through tensorflow-datasets."""

import numpy as np

from seqzoo.datasets.audio.sounds import Sound
from seqzoo.datasets.audio.utterance import Utterance
from seqzoo.datasets.packages import downloaded
from seqzoo.errors import InputError

HOME = "www.openslr.org"
RATE = 8000
WORDS = ("no", "yes")


def yes_no() -> dict[str, list[Utterance]]:
    """Sixty utterances at 8 kHz: those that begin with "no" are to train on, the others to test, as in Kaldi.

    Raises:
        InputError: if they are not on this machine and cannot be downloaded.
    """
    builder = downloaded("yes_no", HOME, "--dataset made-words")
    import tensorflow_datasets as tfds

    found: dict[str, list[Utterance]] = {"train": [], "test": []}
    for record in tfds.as_numpy(builder.as_dataset(split="train")):
        utterance = _utterance(record)
        first = utterance.transcript.split()[0]
        found["train" if first == "no" else "test"].append(utterance)
    return found


def _utterance(record: dict) -> Utterance:
    """A record; its labels are numbers of `WORDS`."""
    where = f"yes_no/{record['audio/filename'].decode('utf-8')}"
    labels = np.asarray(record["label"]).tolist()
    if not labels or not set(labels) <= {0, 1}:
        raise InputError(f"{where}: expected labels of 0 and 1; got {labels}")
    samples = (np.asarray(record["audio"], np.float32) / 32768).clip(-1, 1)
    transcript = " ".join(WORDS[label] for label in labels)
    return Utterance(Sound(samples, RATE, where), transcript, "the speaker", where)
