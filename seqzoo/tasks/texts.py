"""What tasks share that give one answer for a text: settings, rows, prepared data, inference, predictor."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from seqzoo import models
from seqzoo.artifact import Artifact
from seqzoo.config import data_option, option
from seqzoo.datasets import Splits
from seqzoo.errors import InputError
from seqzoo.layers import CELLS
from seqzoo.pipeline.batches import batches, plan
from seqzoo.pipeline.encoded import Encoded, Row, both_ends
from seqzoo.pipeline.prepared import PARTS, Prepared
from seqzoo.tasks.arguments import length, one_of, truth
from seqzoo.tasks.predictor import Predictor
from seqzoo.tasks.samples import made_texts, words_of
from seqzoo.tasks.text_inference import Inference
from seqzoo.text.tokenizer import UNITS, Tokenizer
from seqzoo.text.vocabulary import UNK, Vocabulary
from seqzoo.training import settings

if TYPE_CHECKING:
    import keras
    import tensorflow as tf


@dataclass(frozen=True)
class TextSettings(settings.Settings):
    """What can be set of the training of a network that reads a text and gives one answer.

    Each field is explained where it is declared, in the text that is its flag's help, too.
    """

    data: str | None = data_option(
        None, "a TSV, CSV or JSON-lines file, or a folder, to train on"
    )
    validation: float = data_option(
        0.1, "share held out to choose by, where the corpus has no such part"
    )
    test: float = data_option(
        0.1, "share held out to measure on, where the corpus has no such part"
    )
    limit: int | None = data_option(
        None, "use the first N training examples of the seed's order", least=1
    )
    unit: str = data_option("word", "what a token is", UNITS)
    lowercase: bool = data_option(True, "whether to lower the case")
    max_length: int = data_option(
        800, "tokens of a text; longer ones keep their two ends", least=1
    )
    minimum_count: int = data_option(2, "rarer tokens are unknown", least=1)
    vocabulary_size: int = data_option(30_000, "number of token ids at most", least=5)
    cell: str = option("gru_reset_before", "the recurrent cell", CELLS)
    units: int | tuple[int, ...] = option(
        64, "state size of a direction: one, or one a layer"
    )
    num_layers: int = option(1, "recurrent layers, where units is one number", least=1)
    bidirectional: bool = option(True, "read from both ends")
    embedding_dim: int = option(64, "size of a token's vector")
    pooling: str = option(
        "attention", "how the states are pooled over time", models.POOLINGS
    )
    dropout: float = option(
        0.0,
        "share of each layer's output and of the pooled vector dropped",
        least=0,
        below=1,
    )
    recurrent_dropout: float = option(
        0.0, "share of the recurrent state dropped", least=0, below=1
    )
    embedding_dropout: float = option(
        0.0, "share of embedding features dropped, a text at a time", least=0, below=1
    )
    token_dropout: float = option(0.0, "share of tokens dropped", least=0, below=1)
    residual: bool = option(False, "add each layer's input to its output")
    batch_size: int = option(64, "texts a training step", least=1)


NETWORK = (
    "cell", "units", "num_layers", "bidirectional", "embedding_dim", "pooling",
    "dropout", "recurrent_dropout", "embedding_dropout", "token_dropout", "residual",
)  # fmt: skip
PREPARATION = ("max_length", "minimum_count", "vocabulary_size", "batch_size", "seed")


def network(config: TextSettings) -> dict[str, Any]:
    """The arguments of a builder that are settings, by name."""
    return {name: getattr(config, name) for name in NETWORK}


def preparation(config: TextSettings) -> dict[str, Any]:
    """The arguments of a `prepare` that are settings, by name."""
    return {name: getattr(config, name) for name in PREPARATION}


def rows_of(
    examples: Iterable,
    tokenize: Callable[[str], list[str]],
    vocabulary: Vocabulary,
    max_length: int,
    answer: Callable[[Any], Mapping[str, Any]],
) -> Iterator[Row]:
    """Encode a stream of examples; texts of more than `max_length` tokens keep both ends.

    Args:
        examples: with `text` and `source`.
        tokenize, vocabulary, max_length: from a text to ids.
        answer: an example -> its column: `{name: number}`.

    Yields:
        `tokens` int32 (time,), the column of `answer`, and `shortened`, bool ().

    Raises:
        InputError: on a text without tokens.
    """
    for example in examples:
        ids = vocabulary.encode(tokenize(example.text))
        if not len(ids):
            raise InputError(f"{example.source}: the text has no token")
        yield {
            "tokens": both_ends(ids, max_length),
            **answer(example),
            "shortened": np.bool_(len(ids) > max_length),
        }


class TextRows(Prepared):
    """Three encoded parts with a vocabulary.

    Args:
        folder: where they were put.
        batch_size, seed: of the training batches.

    Attributes:
        vocabulary: of the tokens.
        encoded: part -> its rows.
    """

    ANSWER: ClassVar[str]  # the column of the answers

    def __init__(self, folder: Path, batch_size: int, seed: int):
        super().__init__(folder)
        self.batch_size, self.seed = batch_size, seed
        self.vocabulary = Vocabulary.load(folder / "vocabulary.txt")
        self.encoded = {part: Encoded(folder / part) for part in PARTS}

    @staticmethod
    def write(
        folder: Path,
        splits: Splits,
        tokenizer: Tokenizer,
        vocabulary: Vocabulary,
        max_length: int,
        answer: Callable[[Any], Mapping[str, Any]],
    ) -> dict[str, Any]:
        """Write the vocabulary and the rows of all parts.

        Args:
            folder: of the prepared data.
            splits: the corpus.
            tokenizer, vocabulary, max_length, answer: see `rows_of`.

        Returns:
            What `seqzoo.pipeline.prepared.ready` asks for: `description`, `text` and `sizes`.

        Raises:
            InputError: on a text without tokens, or a part without examples.
        """
        vocabulary.save(folder / "vocabulary.txt")
        sizes, shortened = {}, 0
        for part in PARTS:
            rows = rows_of(
                getattr(splits, part)(), tokenizer, vocabulary, max_length, answer
            )
            encoded = Encoded.write(folder / part, rows)
            sizes[part] = len(encoded)
            shortened += int(encoded.numbers("shortened").sum())
        sizes |= {"vocabulary": len(vocabulary), "shortened texts": shortened}
        text = {
            "unit": tokenizer.unit,
            "lowercase": tokenizer.lowercase,
            "max_length": max_length,
        }
        return {"description": splits.description, "text": text, "sizes": sizes}

    def plan(self, epoch: int) -> list[np.ndarray]:
        """Row numbers of each training batch of an epoch."""
        return plan(self.encoded["train"].lengths, self.batch_size, self.seed, epoch)

    def batches(self, planned: list[np.ndarray]) -> "tf.data.Dataset":
        """The training batches that a plan, or a part of one, names; see `batches_of`."""
        return batches_of(self.encoded["train"], planned, self.ANSWER)

    def save(self, folder: Path, model: "keras.Model") -> None:
        """Write `vocabulary.txt`."""
        self.vocabulary.save(folder / "vocabulary.txt")


def arrays_of(
    encoded: Encoded, planned: list[np.ndarray], answer: str
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Batches of `tokens`, int32 (batch, time), 0 on the right, and answers, (batch,).

    Args:
        encoded: the rows.
        planned: row numbers of each batch.
        answer: the column of the answers.
    """
    for indices in planned:
        columns = encoded.rows(indices)
        yield columns["tokens"], columns[answer]


def batches_of(
    encoded: Encoded, planned: list[np.ndarray], answer: str
) -> "tf.data.Dataset":
    """Batches of `tokens`, int32 (batch, time), 0 on the right, and answers, (batch,); prefetched.

    Args:
        encoded: the rows.
        planned: row numbers of each batch.
        answer: the column of the answers.
    """

    def rows() -> Iterator[tuple[np.ndarray, np.ndarray]]:
        return arrays_of(encoded, planned, answer)

    return batches(rows, ((None, None), "int32"), ((None,), encoded.columns[answer].dtype))


class TextPredictor(Predictor):
    """What trained models share that give one answer for a text.

    Args:
        folder: an artifact.

    Attributes:
        vocabulary, tokenizer, max_length: how texts become ids.
        inference: the model on ids of whole texts.
    """

    INFERENCE: ClassVar[type[Inference]] = Inference
    TEXT: ClassVar[dict] = {"unit": one_of(UNITS), "lowercase": truth, "max_length": length}

    def __init__(self, folder: Path | Artifact):
        super().__init__(folder)
        text = self.config["text"]
        self.tokenizer = Tokenizer(text["unit"], text["lowercase"])
        self.max_length = text["max_length"]
        self.vocabulary = Vocabulary.load(
            self.artifact.path("vocabulary.txt"), self.arguments["vocab_size"]
        )
        self.inference = self.INFERENCE(self.network())

    def encode(self, item: str, where: str) -> np.ndarray:
        """Ids of a text, int32 (time,), cut to the length the model was trained with.

        Raises:
            InputError: if it is blank or has no token that the model knows.
        """
        ids = self.vocabulary.encode(self.tokenizer(item))
        if not len(ids):
            raise InputError(f"{where}: the text is {'blank' if item else 'empty'}")
        if not (ids != UNK).any():
            raise InputError(
                f"{where}: none of the {len(ids)} tokens is known to the model"
            )
        return both_ends(ids, self.max_length)

    def samples(self, count: int, longest: int) -> list[str]:
        """Texts of known tokens in no order, of at most `longest` each."""
        return made_texts(words_of(self.vocabulary), count, longest, self.tokenizer.unit)

    def rows_to_measure(
        self, examples: Iterable[Any], answer: Callable[[Any], Mapping[str, Any]]
    ) -> Iterator[Row]:
        """Labelled examples, encoded as the model reads them; see `rows_of`."""
        return rows_of(examples, self.tokenizer, self.vocabulary, self.max_length, answer)
