"""Find and load finished models; all it needs is the artifact's folder.

Most come with seqzoo. Those that its wheel has no room for are in a package of their own,
`seqzoo-models` (`packages/models/` of the repository), which is found where it is installed.
"""

import importlib.util
from pathlib import Path
from typing import Any

from seqzoo.artifact import MANIFEST, Artifact
from seqzoo.errors import InputError, unknown_name
from seqzoo.tasks import Task, task_of

PRETRAINED = Path(__file__).parent / "pretrained"
MORE = "seqzoo_models"  # the module of the package with more models
# The names of the models in it: the one place that tells them.
IN_SEQZOO_MODELS: tuple[str, ...] = ()


def pretrained() -> dict[str, Path]:
    """The models that come with seqzoo or with `seqzoo-models`: name -> folder.

    Of two of one name it is seqzoo's own.
    """
    found: dict[str, Path] = {}
    for root in (_more(), PRETRAINED):
        if root is not None:
            paths = root.glob(f"*/{MANIFEST}")
            found |= {path.parent.name: path.parent for path in paths}
    return dict(sorted(found.items()))


def _more() -> Path | None:
    """The folder of models of `seqzoo-models`, which is not imported; None: it is not installed."""
    spec = importlib.util.find_spec(MORE)
    if spec is None or spec.origin is None:  # a folder without __init__.py is no package
        return None
    return Path(spec.origin).parent / "pretrained"


def find(name_or_folder: str | Path) -> Path:
    """The folder of a model of seqzoo's own or of the user's.

    Args:
        name_or_folder: a name that `seqzoo list` shows, or an artifact's folder.

    Raises:
        InputError: if there is neither, with the names there are; of a model of `seqzoo-models`
            with the line that installs it.
    """
    folder = Path(name_or_folder).expanduser()
    if folder.is_dir():
        return folder
    names = pretrained()
    if str(name_or_folder) in names:
        return names[str(name_or_folder)]
    if str(name_or_folder) in IN_SEQZOO_MODELS:
        raise InputError(
            f"model {name_or_folder}: expected the package it is in: pip install seqzoo-models"
        )
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


def load(name_or_folder: str | Path, **given: Any) -> Any:
    """Load a trained model: a `Predictor` of its task's class.

    Args:
        name_or_folder: a name that `seqzoo list` shows, or an artifact's folder.
        given: options of the task, for all answers that are not asked with others.

    Raises:
        InputError: if there is no such model, its files are damaged, or it is of an unknown task; on an
            unknown option, or a value that it cannot have.
    """
    found, task = opened(name_or_folder)
    model = task.predictor_class()(found)
    if given:
        model.preset(**given)
    return model
