"""Python's own standard library: running text that every machine has."""

import sysconfig
from pathlib import Path

from seqzoo.datasets.running import Text, dealt
from seqzoo.datasets.splits import Splits

_NOT_PYTHONS_OWN = {
    "test",
    "tests",
    "idle_test",
    "site-packages",
    "dist-packages",
    "__pycache__",
}


def python_library(seed: int, validation: float, test: float) -> Splits:
    """Python's own standard library, its tests left out, dealt out file by file."""
    root = Path(sysconfig.get_paths()["stdlib"])
    files = [
        Text(p)
        for p in sorted(root.rglob("*.py"))
        if not _NOT_PYTHONS_OWN & set(p.relative_to(root).parts)
    ]
    version = sysconfig.get_python_version()
    return dealt(
        files, root, f"the standard library of Python {version}", seed, validation, test
    )
