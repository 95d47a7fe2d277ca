"""Use a trained model: needs the artifact's folder and nothing else."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from seqzoo import artifact
from seqzoo.datasets.files import decode
from seqzoo.errors import InputError, unknown_name
from seqzoo.input_pipeline import both_ends
from seqzoo.layers import from_stock
from seqzoo.storage import read_lines
from seqzoo.text import Tokenizer
from seqzoo.vocabulary import PAD, UNK, Vocabulary

PRETRAINED = Path(__file__).parent / "pretrained"
BATCH = 32  # texts computed together
CHUNK = 1024  # texts sorted by length together


def pretrained() -> dict[str, Path]:
    """The models that come with seqzoo: name -> folder."""
    return {path.parent.name: path.parent for path in sorted(PRETRAINED.glob(f"*/{artifact.MANIFEST}"))}


def find(name_or_folder: str | Path) -> Path:
    """The folder of a model of seqzoo's own or of the user's.

    Raises:
        InputError: if there is neither, with the names there are.
    """
    folder = Path(name_or_folder).expanduser()
    if folder.is_dir():
        return folder
    names = pretrained()
    if str(name_or_folder) in names:
        return names[str(name_or_folder)]
    raise unknown_name("model (no such folder either)", str(name_or_folder), names)


def load(name_or_folder: str | Path) -> "Classifier":
    """Load a trained model.

    Args:
        name_or_folder: a name that `seqzoo list` shows, or an artifact's folder.

    Raises:
        InputError: if there is no such model or its files are damaged.
    """
    return Classifier(find(name_or_folder))


class Classifier:
    """A text classifier.

    Args:
        folder: an artifact of the task `classification`.

    Attributes:
        model: the `keras.Model`: ids int32 (batch, time), padded with 0 -> (batch, classes).
        labels: names of the classes, in the order of the model's output.
        vocabulary, tokenizer, config: how texts become ids, and every setting of the training.
    """

    def __init__(self, folder: Path):
        stock = artifact.load_model(folder)
        import keras
        import tensorflow as tf

        if keras.backend.backend() != "tensorflow":
            raise InputError(f"expected Keras on TensorFlow; it is on {keras.backend.backend()}")

        self.model = from_stock(stock)
        self.config = artifact.read_config(folder)
        text = self.config["text"]
        self.tokenizer = Tokenizer(text["unit"], text["lowercase"])
        self.max_length = text["max_length"]
        self.vocabulary = Vocabulary.load(artifact.file(folder, "vocabulary.txt"))
        self.labels = read_lines(artifact.file(folder, "labels.txt"))
        self._pad = keras.utils.pad_sequences
        self._forward = tf.function(
            lambda tokens: self.model(tokens, training=False),
            input_signature=[tf.TensorSpec((None, None), tf.int32)],
        )

    def encode(self, text: str, where: str) -> np.ndarray:
        """Ids of a text, int32 (time,), cut to the length the model was trained with.

        Raises:
            InputError: if it is no string, is blank, or has no token that the model knows.
        """
        if not isinstance(text, str):
            raise InputError(f"{where}: expected a string; got {type(text).__name__}")
        if "\0" in text:
            raise InputError(f"{where}: a NUL character at {text.index(chr(0)) + 1}; expected text")
        ids = self.vocabulary.encode(self.tokenizer(text))
        if not len(ids):
            raise InputError(f"{where}: the text is {'blank' if text else 'empty'}")
        if not (ids != UNK).any():
            raise InputError(f"{where}: none of the {len(ids)} tokens is known to the model")
        return both_ends(ids, self.max_length)

    def predict(self, texts: Iterable[str]) -> list[dict]:
        """Classify texts.

        Returns:
            For each: `text`, `label`, and `probabilities` (label -> float).

        Raises:
            InputError: naming the first text that cannot be classified, as `texts[i]`.
        """
        if isinstance(texts, str):
            raise InputError("texts: expected a list of strings; got a single string")
        texts = list(texts)
        encoded = [self.encode(text, f"texts[{i}]") for i, text in enumerate(texts)]
        return [self._answer(t, row) for t, row in zip(texts, self.probabilities(encoded), strict=True)]

    def predict_lines(
        self, lines: Iterator[tuple[int, str | bytes]], name: str, keep_going: bool = False
    ) -> Iterator[dict]:
        """Classify numbered lines as a stream, `CHUNK` of them in memory.

        Args:
            lines: number and text (or its UTF-8 bytes) of each.
            name: of the file, for errors.
            keep_going: give `{"line": n, "error": "..."}` for a line that cannot be classified
                instead of ending there.

        Raises:
            InputError: naming file and line; the lines before it have been answered by then.
        """
        chunk: list[tuple[str, np.ndarray] | dict] = []
        failure = None
        try:
            for number, line in lines:
                chunk.append(self._read(number, line, f"{name}:{number}", keep_going))
                if len(chunk) == CHUNK:
                    yield from self._answers(chunk)
                    chunk = []
        except InputError as error:
            failure = error
        yield from self._answers(chunk)
        if failure:
            raise failure

    def _read(self, number: int, line: str | bytes, where: str, keep_going: bool):
        """Text and ids of a line, or a record of why it cannot be classified."""
        try:
            text = decode(line, where) if isinstance(line, bytes) else line
            return text, self.encode(text, where)
        except InputError as error:
            if not keep_going:
                raise
            return {"line": number, "error": str(error)}

    def _answers(self, chunk) -> Iterator[dict]:
        rows = iter(self.probabilities([item[1] for item in chunk if isinstance(item, tuple)]))
        for item in chunk:
            yield self._answer(item[0], next(rows)) if isinstance(item, tuple) else item

    def _answer(self, text: str, row: np.ndarray) -> dict:
        probabilities = {label: float(p) for label, p in zip(self.labels, row, strict=True)}
        return {
            "text": text,
            "label": self.labels[int(row.argmax())],
            "probabilities": probabilities,
        }

    def probabilities(self, encoded: list[np.ndarray]) -> np.ndarray:
        """float32 (texts, classes), rows of like length computed together."""
        order = sorted(range(len(encoded)), key=lambda i: len(encoded[i]))
        result = np.zeros((len(encoded), len(self.labels)), np.float32)
        for start in range(0, len(order), BATCH):
            indices = order[start : start + BATCH]
            tokens = self._pad([encoded[i] for i in indices], padding="post", value=PAD)
            result[indices] = np.asarray(self._forward(tokens))
        return result


def to_line(answer: dict, plain: bool) -> str:
    """An answer as a line of output: JSON, or the label alone."""
    if plain:
        return answer.get("label", f"error: {answer.get('error')}")
    return json.dumps(answer, ensure_ascii=False)
