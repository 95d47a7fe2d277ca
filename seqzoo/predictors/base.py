"""What all trained models share: lists and streams of texts in, answers out."""

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import ClassVar

from seqzoo import models
from seqzoo.artifact import Artifact
from seqzoo.datasets.files import decode
from seqzoo.errors import InputError

CHUNK = 1024  # texts sorted by length together
CHUNK_SIZE = 4 * 2**20  # and no more of them than that in bytes


def one_of(choices) -> Callable:
    """Whether a setting is one of some names."""
    return lambda value: isinstance(value, str) and value in choices


def truth(value) -> bool:
    """Whether a setting is true or false."""
    return isinstance(value, bool)


def length(value) -> bool:
    """Whether a setting is a length of texts."""
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value < 2**31


class Predictor:
    """A trained model that answers texts.

    Args:
        folder: an artifact's, or the `Artifact`.

    Attributes:
        artifact: what it was read from.
        model: the `keras.Model`.
        arguments: what it was built with.
        networks: what of it is in the artifact's files, by their names.
        config: every setting of the training.
    """

    BUILDER: ClassVar[str]  # of `seqzoo.models`
    TEXT: ClassVar[dict] = {}  # setting of texts -> whether a value is one

    def __init__(self, folder: Path | Artifact):
        import keras

        if keras.backend.backend() != "tensorflow":
            raise InputError(f"expected Keras on TensorFlow; it is on {keras.backend.backend()}")
        self.artifact = folder if isinstance(folder, Artifact) else Artifact(folder)
        self.config = self.artifact.config
        for name, sound in self.TEXT.items():
            if name not in self.config["text"] or not sound(self.config["text"][name]):
                raise InputError(f'{self.artifact.path("config.json")}: "text": expected a usable "{name}"')
        if self.config["model"].get("builder") != self.BUILDER:
            raise InputError(f'{self.artifact.path("config.json")}: "model": expected a {self.BUILDER}')
        self.model, self.networks = self.artifact.load()
        self.arguments = models.description_of(self.model)["arguments"]

    def encode(self, text: str, where: str):
        """What the model needs of a text; an InputError, with `where` in it, if it can't be used."""
        raise NotImplementedError

    def answers(self, items: list[tuple]) -> list[dict]:
        """The answers to (text, encoded) pairs."""
        raise NotImplementedError

    def to_plain(self, answer: dict) -> str:
        """An answer as plain text."""
        raise NotImplementedError

    def predict(self, texts: Iterable[str]) -> list[dict]:
        """Answer texts: a dictionary for each, with `text` in it.

        Raises:
            InputError: naming the first text that cannot be used, as `texts[i]`.
        """
        if isinstance(texts, str):
            raise InputError("texts: expected a list of strings; got a single string")
        items = [(text, self.encoded(text, f"texts[{i}]")) for i, text in enumerate(texts)]
        return self.answers(items)

    def encoded(self, text, where: str):
        """What the model needs of a text, or an InputError if it is no text, with `where` in it."""
        if not isinstance(text, str):
            raise InputError(f"{where}: expected a string; got {type(text).__name__}")
        if "\0" in text:
            raise InputError(f"{where}: a NUL character at {text.index(chr(0)) + 1}; expected text")
        return self.encode(text, where)

    def predict_lines(
        self, lines: Iterator[tuple[int, str | bytes]], name: str, keep_going: bool = False
    ) -> Iterator[dict]:
        """Answer numbered lines as a stream, `CHUNK` of them in memory.

        Args:
            lines: number and text (or its UTF-8 bytes) of each.
            name: of the file, for errors.
            keep_going: give `{"line": n, "error": "..."}` for a line that cannot be used instead of
                ending there.

        Raises:
            InputError: naming file and line; the lines before it have been answered by then.
        """
        chunk: list[tuple | dict] = []
        failure, size = None, 0
        try:
            for number, line in lines:
                chunk.append(self._read(number, line, f"{name}:{number}", keep_going))
                size += len(line)
                if len(chunk) == CHUNK or size > CHUNK_SIZE:
                    yield from self._answered(chunk)
                    chunk, size = [], 0
        except InputError as error:
            failure = error
        yield from self._answered(chunk)
        if failure:
            raise failure

    def _read(self, number: int, line: str | bytes, where: str, keep_going: bool):
        """Text and encoding of a line, or a record of why it cannot be used."""
        try:
            text = decode(line, where) if isinstance(line, bytes) else line
            return text, self.encoded(text, where)
        except InputError as error:
            if not keep_going:
                raise
            return {"line": number, "error": str(error)}

    def _answered(self, chunk) -> Iterator[dict]:
        answers = iter(self.answers([item for item in chunk if isinstance(item, tuple)]))
        for item in chunk:
            yield next(answers) if isinstance(item, tuple) else item

    def to_line(self, answer: dict, plain: bool) -> str:
        """An answer as a line of output: JSON, or plain text."""
        if not plain:
            return json.dumps(answer, ensure_ascii=False)
        return f"error: {answer['error']}" if "error" in answer else self.to_plain(answer)
