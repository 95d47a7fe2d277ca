"""A trained model as a folder: written whole or not at all, checked when it is read, packed small."""

from seqzoo.artifact.folder import Artifact, describe, pack, versions, write
from seqzoo.artifact.manifest import MANIFEST, commit, file, recover

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
