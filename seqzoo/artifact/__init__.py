"""A trained model as a folder: written whole or not at all, checked when it is read, packed small.

Reading needs no Keras. What writes an artifact, or runs one on Keras, is imported when it is first used.
"""

import importlib
from typing import TYPE_CHECKING, Any

from seqzoo.artifact.folder import Artifact
from seqzoo.artifact.manifest import MANIFEST, commit, file, recover

if TYPE_CHECKING:
    from seqzoo.artifact.packing import pack
    from seqzoo.artifact.writing import describe, versions, write

_LATER = {
    "describe": "writing",
    "pack": "packing",
    "versions": "writing",
    "write": "writing",
}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_LATER[name]}"), name)


__all__ = [
    "MANIFEST",
    "Artifact",
    "commit",
    "describe",
    "file",
    "pack",
    "recover",
    "versions",
    "write",
]
