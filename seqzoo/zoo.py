"""Load finished models; all it needs is the artifact's folder. `seqzoo.artifact.finished` finds it."""

from pathlib import Path
from typing import Any

from seqzoo.artifact import Artifact
from seqzoo.artifact.finished import IN_SEQZOO_MODELS, MORE, PRETRAINED, find, pretrained
from seqzoo.tasks import Task, task_of

__all__ = [
    "IN_SEQZOO_MODELS",
    "MORE",
    "PRETRAINED",
    "find",
    "load",
    "opened",
    "pretrained",
]


def opened(name_or_folder: str | Path, sha256: str | None = None) -> tuple[Artifact, Task]:
    """A trained model's files, checked, and its task; no network is built, nor Keras imported.

    Args:
        name_or_folder, sha256: see `find`.

    Raises:
        InputError: if there is no such model, its files are damaged, or it is of an unknown task.
    """
    found = Artifact(find(name_or_folder, sha256), _file_name(str(name_or_folder)))
    return found, task_of(found.config["task"], f"{found.folder}: task")


def _file_name(name_or_folder: str) -> str | None:
    """The name of the ZIP file that a model comes in; None: it comes in a folder."""
    if Path(name_or_folder).expanduser().is_dir() or not name_or_folder.endswith(".zip"):
        return None
    return name_or_folder.rpartition("/")[2]


def load(name_or_folder: str | Path, *, sha256: str | None = None, **given: Any) -> Any:
    """Load a trained model: a `Predictor` of its task's class.

    Args:
        name_or_folder, sha256: see `find`.
        given: options of the task, for all answers that are not asked with others.

    Raises:
        InputError: if there is no such model, its files are damaged, or it is of an unknown task; on an
            unknown option, or a value that it cannot have.
    """
    found, task = opened(name_or_folder, sha256)
    model = task.predictor_class()(found)
    if given:
        model.preset(**given)
    return model
