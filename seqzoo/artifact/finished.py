"""Find finished models and the user's own, by name, folder or ZIP file; `seqzoo.zoo` loads them.

Most come with seqzoo. Those that its wheel has no room for are in a package of their own,
`seqzoo-models` (`packages/models/` of the repository), which is found where it is installed.
"""

import importlib.util
from pathlib import Path
from typing import Any

from seqzoo.artifact.manifest import MANIFEST
from seqzoo.errors import InputError, unknown_name

PRETRAINED = Path(__file__).parents[1] / "pretrained"
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


def find(name_or_folder: str | Path, sha256: str | None = None) -> Path:
    """The folder of a model of seqzoo's own or of the user's.

    Args:
        name_or_folder: a name that `seqzoo list` shows; an artifact's folder; a ZIP file of one; or the
            https address of a ZIP file.
        sha256: of the file at an address: 64 hexadecimal digits.

    Raises:
        InputError: if there is none, with the names there are; of a model of `seqzoo-models`
            with the line that installs it. If an address has no `sha256`, or anything else has one; see
            `seqzoo.artifact.archive` for ZIP files.
    """
    if str(name_or_folder).startswith(("https://", "http://")):
        if sha256 is None:
            raise InputError(f"{name_or_folder}: expected its sha256, too")
        return _archive().fetched(str(name_or_folder), sha256)
    if sha256 is not None:
        raise InputError(f"sha256: expected an https address; got {name_or_folder}")
    folder = Path(name_or_folder).expanduser()
    if folder.is_dir():
        return folder
    if folder.suffix == ".zip" and folder.is_file():
        return _archive().unpacked(folder)
    names = pretrained()
    if str(name_or_folder) in names:
        return names[str(name_or_folder)]
    if str(name_or_folder) in IN_SEQZOO_MODELS:
        raise InputError(
            f"model {name_or_folder}: expected the package it is in: pip install seqzoo-models"
        )
    raise unknown_name("model (no such folder either)", str(name_or_folder), names)


def _archive() -> Any:
    """`seqzoo.artifact.archive`, which a start without a ZIP file does without."""
    from seqzoo.artifact import archive

    return archive
