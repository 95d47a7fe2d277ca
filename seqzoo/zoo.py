"""Find and load finished models; all it needs is the artifact's folder."""

from pathlib import Path
from typing import Any

from seqzoo.artifact import MANIFEST, Artifact
from seqzoo.errors import unknown_name
from seqzoo.tasks import Task, task_of

PRETRAINED = Path(__file__).parent / "pretrained"


def pretrained() -> dict[str, Path]:
    """The models that come with seqzoo: name -> folder."""
    return {
        path.parent.name: path.parent for path in sorted(PRETRAINED.glob(f"*/{MANIFEST}"))
    }


def find(name_or_folder: str | Path) -> Path:
    """The folder of a model of seqzoo's own or of the user's.

    Args:
        name_or_folder: a name that `seqzoo list` shows, or an artifact's folder.

    Raises:
        InputError: if there is neither, with the names there are.
    """
    folder = Path(name_or_folder).expanduser()
    if folder.is_dir():
        return folder
    names = pretrained()
    if str(name_or_folder) in names:
        return names[str(name_or_folder)]
    raise unknown_name("model (no such folder either)", str(name_or_folder), names)


def opened(name_or_folder: str | Path) -> tuple[Artifact, Task]:
    """A trained model's files, checked, and its task; no network is built, nor Keras imported.

    Args:
        name_or_folder: a name that `seqzoo list` shows, or an artifact's folder.

    Raises:
        InputError: if there is no such model, its files are damaged, or it is of an unknown task.
    """
    found = Artifact(find(name_or_folder))
    return found, task_of(found.config["task"], f"{found.folder}: task")


def load(name_or_folder: str | Path) -> Any:
    """Load a trained model: a `Predictor` of its task's class.

    Args:
        name_or_folder: a name that `seqzoo list` shows, or an artifact's folder.

    Raises:
        InputError: if there is no such model, its files are damaged, or it is of an unknown task.
    """
    found, task = opened(name_or_folder)
    return task.predictor_class()(found)
