"""Where seqzoo keeps what it can make or fetch again."""

import os
import sys
from pathlib import Path

VARIABLE = "SEQZOO_CACHE_DIR"


def folder(name: str) -> Path:
    """A folder of the user's caches, which may not be there yet.

    `SEQZOO_CACHE_DIR` names its parent; else it is the place that the system has for caches.

    Args:
        name: of the folder.
    """
    if given := os.environ.get(VARIABLE):
        return Path(given).expanduser() / name
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "seqzoo" / name
    root = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(root).expanduser() / "seqzoo" / name
