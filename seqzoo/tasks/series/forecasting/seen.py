"""Where a training without times ended, so that `seqzoo evaluate` knows the steps that were trained on again.

What is kept of the last steps is a hash: the numbers themselves stay where they were.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from seqzoo.artifact import Artifact
from seqzoo.errors import InputError
from seqzoo.system.files import read_json, write_json

FILE = "seen.json"
STEPS = 16  # that are hashed


class End(NamedTuple):
    """The end of a series' training and validation parts.

    Attributes:
        step: the first one behind it.
        hashed: of the last steps before it, see `hashed`.
    """

    step: int
    hashed: str


def hashed(values: np.ndarray) -> str:
    """What the last steps of targets, float32 (steps, targets), are known by."""
    content = np.ascontiguousarray(values[-STEPS:], "<f4").tobytes()
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def end_in(values: np.ndarray, end: End) -> int:
    """The first step behind a training in a file; 0: the file has not its last steps.

    Args:
        values: of the targets, float32 (time, targets), as they are in the file.
        end: of the training.
    """
    if STEPS <= end.step <= len(values) and hashed(values[: end.step]) == end.hashed:
        return end.step
    # The file may begin elsewhere. Of several places the last leaves nothing in that was trained on.
    places = range(len(values), STEPS - 1, -1)
    return next((step for step in places if hashed(values[:step]) == end.hashed), 0)


def save(path: Path, ends: Mapping[str, End]) -> None:
    """Keep the ends of series, by their ids."""
    write_json(path, {name: end._asdict() for name, end in ends.items()})


def load(artifact: Artifact) -> dict[str, End]:
    """What `save` kept; nothing of a model with times, or that was trained before it did.

    Raises:
        InputError: if the file is damaged.
    """
    if FILE not in artifact.names:
        return {}
    path = artifact.path(FILE)
    content = read_json(path)
    if not isinstance(content, dict) or not all(map(_sound, content.values())):
        raise InputError(f"{path}: damaged: expected a step and a hash a series")
    return {name: End(**said) for name, said in content.items()}


def _sound(said: object) -> bool:
    return (
        isinstance(said, dict)
        and said.keys() == set(End._fields)
        and type(said["step"]) is int
        and isinstance(said["hashed"], str)
    )
