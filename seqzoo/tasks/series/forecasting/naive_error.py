"""What MASE divides by: the training part's naive error, kept so that every later measuring uses the same."""

import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from seqzoo.artifact import Artifact
from seqzoo.errors import InputError
from seqzoo.system.files import read_json, write_json

FILE = "naive_error.json"


def save(path: Path, errors: Mapping[str, np.ndarray]) -> None:
    """Keep the naive errors of the training part.

    Args:
        path: of the file.
        errors: id of a series -> float64 (targets,), of scaled values; NaN for a constant column.
    """
    shown = {
        name: [None if math.isnan(each) else float(each) for each in error]
        for name, error in errors.items()
    }
    write_json(path, shown)


def load(artifact: Artifact, targets: int) -> dict[str, np.ndarray]:
    """What `save` kept; nothing of a model that was trained before it did.

    Args:
        artifact: of a forecaster.
        targets: how many there are.

    Raises:
        InputError: if the file is damaged.
    """
    if FILE not in artifact.names:
        return {}
    path = artifact.path(FILE)
    content = read_json(path)
    if not isinstance(content, dict) or not all(
        isinstance(error, list) and len(error) == targets and all(map(_sound, error))
        for error in content.values()
    ):
        raise InputError(f"{path}: damaged: expected {targets} numbers a series")
    return {name: np.array(error, np.float64) for name, error in content.items()}


def _sound(value: object) -> bool:
    return value is None or (isinstance(value, float) and 0 < value < math.inf)
