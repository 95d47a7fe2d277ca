"""A trained model as a package: `load().predict(["..."])`. Needs onnxruntime and NumPy."""

import functools
import hashlib
import importlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "model"


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return about()["version"]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


@functools.cache
def about() -> dict[str, Any]:
    """What the package holds.

    Returns:
        `name`, `version`, `task`, `seqzoo` (the version that wrote it), `files` (name -> SHA-256) and
        `sha256`, the hash of the model: of the lines `HASH  NAME` of all its files, sorted by name.
    """
    return json.loads((Path(__file__).parent / "about.json").read_text("utf-8"))


class Model:
    """The model, ready to answer.

    Args:
        reader: of the model's folder.

    Attributes:
        about: see the function `about`.
    """

    def __init__(self, reader: Any):
        self.about = about()
        self._reader = reader

    def predict(self, texts: Sequence[str]) -> list[dict[str, Any]]:
        """Answer texts.

        Args:
            texts: a list of strings.

        Returns:
            For each text `text` and its answer, as `seqzoo predict` gives it.

        Raises:
            TypeError: if `texts` is no list of strings.
            ValueError: if a text can't be used; the message names it.
        """
        if isinstance(texts, (str, bytes)):
            raise TypeError(f"texts: expected a list of strings; got {texts!r:.60}")
        texts = list(texts)
        for number, text in enumerate(texts):
            if not isinstance(text, str):
                raise TypeError(f"texts[{number}]: expected a string; got {text!r:.60}")
        try:
            return self._reader.predict(texts)
        except ValueError:
            for number, text in enumerate(texts):
                try:
                    self._reader.predict([text])
                except ValueError as error:
                    raise ValueError(f"texts[{number}]: {error}") from None
            raise

    def plain(self, answer: dict[str, Any]) -> str:
        """An answer as plain text: the label, the words, the translation or the number alone."""
        return self._reader.plain(answer)


def check() -> None:
    """Compare the model's files with their hashes.

    Raises:
        ValueError: naming the first file that is not as it was written.
    """
    for name, expected in about()["files"].items():
        found = hashlib.sha256((FOLDER / name).read_bytes()).hexdigest()
        if found != expected:
            raise ValueError(
                f"{FOLDER / name}: damaged: expected SHA-256 {expected}; got {found}"
            )


def load() -> Model:
    """The model, its files checked first.

    Raises:
        ValueError: if a file is not as it was written.
    """
    check()
    reader = importlib.import_module(f"{__name__}.model.reader")
    return Model(reader.Reader(FOLDER))
