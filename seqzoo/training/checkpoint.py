"""The whole state of a training in one file that survives kill -9.

The file is a NumPy archive (a checksum for each array, nothing executable) written beside, synced
and renamed: at every moment the path holds one complete state. It has every variable of the model
(the random state of its dropout layers among them) and of the optimizer, the best weights so far and
those of the last epochs, where their mean is what counts, and, as JSON, the position and history.
"""

import json
import struct
import zipfile
import zlib
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import keras
import numpy as np

from seqzoo.errors import InputError
from seqzoo.system.files import replacing

# What reading a damaged archive raises; flipped bits may seem to ask for a method or a password, too.
DAMAGE = (OSError, ValueError, KeyError, TypeError, EOFError, RuntimeError, SyntaxError, MemoryError,
          struct.error, zipfile.BadZipFile, zlib.error)  # fmt: skip


@dataclass
class Progress:
    """How far a training has come.

    Attributes:
        epoch: epochs finished, their validation included.
        batch: batches of the next epoch already trained on.
        loss_total, loss_weight: sums over these batches, for the epoch's mean loss.
        learning_rate: of the last of these.
        best_score: the best validation score so far, and `best_epoch` (from 1) where it was.
        history: one record an epoch.
        seconds: spent in training and validation, all runs together.
    """

    epoch: int = 0
    batch: int = 0
    loss_total: float = 0.0
    loss_weight: float = 0.0
    learning_rate: float = 0.0
    best_score: float | None = None
    best_epoch: int = 0
    history: list[dict[str, Any]] = field(default_factory=list)
    seconds: float = 0.0


def save(
    path: Path,
    model: keras.Model,
    optimizer: keras.optimizers.Optimizer,
    kept: list[list[np.ndarray]],
    progress: Progress,
) -> None:
    """Write the state; until all of it is on disk, `path` keeps the previous one.

    Args:
        path: of the file.
        model, optimizer: whose variables are saved.
        kept: sets of weights beside the model's, as `get_weights` gives them.
        progress: how far the training has come.

    Raises:
        OSError: if the file can't be written.
    """
    arrays = {"progress": np.array(json.dumps(asdict(progress)))}
    arrays |= {f"model/{i:04}": v.numpy() for i, v in enumerate(model.variables)}
    arrays |= {f"optimizer/{i:04}": v.numpy() for i, v in enumerate(optimizer.variables)}
    for n, weights in enumerate(kept):
        arrays |= {f"kept{n:02}/{i:04}": weight for i, weight in enumerate(weights)}
    # The archive's own checksums are of contents; a bit flipped in a name would lose an array unnoticed.
    arrays["names"] = np.array(json.dumps(sorted(arrays)))
    with replacing(path) as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]  # its flags are no names of ours


def restore(
    path: Path, model: keras.Model, optimizer: keras.optimizers.Optimizer
) -> tuple[Progress, list[list[np.ndarray]]]:
    """Put a saved state into model and optimizer.

    Args:
        path: of the file.
        model, optimizer: get the values.

    Returns:
        How far the training has come, and the sets of weights kept beside the model's.

    Raises:
        InputError: if the file is damaged or belongs to another model; nothing is changed then.
    """
    progress, parts = _read(path)
    own = (("model", model.variables), ("optimizer", optimizer.variables))
    # All shapes first: nothing is changed if one differs.
    for part, variables in own:
        expected = [tuple(variable.shape) for variable in variables]
        found = [array.shape for array in parts[part]]
        if expected != found:
            raise InputError(
                f"{path}: the {part}'s shapes differ: expected {expected}; got {found}"
            )
    for part, variables in own:
        for variable, array in zip(variables, parts[part], strict=True):
            variable.assign(array)
    return progress, [parts[name] for name in sorted(parts) if name.startswith("kept")]


def _read(path: Path) -> tuple[Progress, dict[str, list[np.ndarray]]]:
    """The progress in a file, and its arrays by the part they belong to, in the order of their numbers.

    Raises:
        InputError: if the file is damaged.
    """
    try:
        with np.load(path, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
        if json.loads(str(arrays.pop("names"))) != sorted(arrays):
            raise ValueError("other arrays than were saved")
        progress = Progress(**json.loads(str(arrays.pop("progress"))))
    except DAMAGE as error:
        raise InputError(f"{path}: damaged training state: {error}") from error
    parts: dict[str, list[np.ndarray]] = {"model": [], "optimizer": []}
    for name in sorted(arrays):
        parts.setdefault(name.split("/")[0], []).append(arrays[name])
    return progress, parts
