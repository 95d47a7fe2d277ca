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
        `name`, `version`, `task`, `seqzoo` (the version that wrote it), `files` (name -> SHA-256),
        `sha256`, the hash of the model: of the lines `HASH  NAME` of all its files, sorted by name;
        `reads`, the kinds of its inputs; and `options` of `predict`: name, what it is, and its choices if it
        has such.
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

    def options(self, **given: Any) -> dict[str, Any]:
        """Options of `predict`, checked, as it takes them again; files are read.

        Raises:
            TypeError: on one that the model has not.
            ValueError: on one that can't be used.
        """
        known = [name for name, *_ in self.about["options"]]
        for name in given:
            if name not in known:
                raise TypeError(
                    f"{name}: expected an option ({', '.join(known) or 'none'})"
                )
        return self._reader.options(**given) if given else {}

    def predict(self, texts: Sequence[Any], **given: Any) -> list[dict[str, Any]]:
        """Answer texts, or what else the model reads.

        Args:
            texts: a list of strings; of a model that reads no texts, of what its JSON holds, or of the JSON.
            given: options; `about()` has them.

        Returns:
            For each text `text` and its answer, as `seqzoo predict` gives it.

        Raises:
            TypeError: if `texts` is no list, or not of strings where the model reads texts; on an option that
                the model has not.
            ValueError: if a text can't be used, the message names it; or an option.
        """
        if isinstance(texts, (str, bytes)):
            raise TypeError(f"texts: expected a list of strings; got {texts!r:.60}")
        texts = list(texts)
        for number, text in enumerate(texts):
            if "text" in self.about["reads"] and not isinstance(text, str):
                raise TypeError(f"texts[{number}]: expected a string; got {text!r:.60}")
        options = self.options(**given)
        try:
            return self._reader.predict(texts, **options)
        except ValueError:
            for number, text in enumerate(texts):
                try:
                    self._reader.predict([text], **options)
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
