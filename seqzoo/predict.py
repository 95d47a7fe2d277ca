"""Find and load trained models; all it needs is the artifact's folder."""

from pathlib import Path

from seqzoo import artifact
from seqzoo.errors import InputError, unknown_name
from seqzoo.predictors import PREDICTORS, Predictor

PRETRAINED = Path(__file__).parent / "pretrained"


def pretrained() -> dict[str, Path]:
    """The models that come with seqzoo: name -> folder."""
    return {path.parent.name: path.parent for path in sorted(PRETRAINED.glob(f"*/{artifact.MANIFEST}"))}


def find(name_or_folder: str | Path) -> Path:
    """The folder of a model of seqzoo's own or of the user's.

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


def load(name_or_folder: str | Path) -> Predictor:
    """Load a trained model: a `Classifier`, `Segmenter` or `EntityTagger`, by its task.

    Args:
        name_or_folder: a name that `seqzoo list` shows, or an artifact's folder.

    Raises:
        InputError: if there is no such model or its files are damaged.
    """
    folder = find(name_or_folder)
    artifact.check(folder)
    task = artifact.read_config(folder).get("task")
    if task not in PREDICTORS:
        raise unknown_name(f"{folder}: task", task, PREDICTORS)
    return PREDICTORS[task](folder)


def network(path: Path):
    """The `keras.Model` in a `.keras` file, of Keras' layers or seqzoo's, read in safe mode.

    Raises:
        InputError: if it cannot be read.
    """
    import keras

    import seqzoo.layers  # noqa: F401, its classes are found by name

    try:
        return keras.saving.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # Keras raises of every kind
        raise InputError(f"{path}: cannot be read: {str(error).splitlines()[0][:300]}") from error
