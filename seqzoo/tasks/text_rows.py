"""Texts with their answers, encoded."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from seqzoo.errors import InputError
from seqzoo.pipeline.encoded import Encoded, Row, both_ends
from seqzoo.text.vocabulary import Vocabulary


def rows_of(
    examples: Iterable,
    tokenize: Callable[[str], list[str]],
    vocabulary: Vocabulary,
    max_length: int,
    answer: Callable[[Any], Mapping[str, Any]],
    beside: Callable[[list[str]], Mapping[str, Any]] | None = None,
) -> Iterator[Row]:
    """Encode a stream of examples; texts of more than `max_length` tokens keep both ends.

    Args:
        examples: with `text` and `source`.
        tokenize, vocabulary, max_length: from a text to ids.
        answer: an example -> its column: `{name: number}`.
        beside: all of a text's tokens -> further columns.

    Yields:
        `tokens` int32 (time,), the columns of `answer` and `beside`, and `shortened`, bool ().

    Raises:
        InputError: on a text without tokens.
    """
    for example in examples:
        words = tokenize(example.text)
        ids = vocabulary.encode(words)
        if not len(ids):
            raise InputError(f"{example.source}: the text has no token")
        yield {
            "tokens": both_ends(ids, max_length),
            **answer(example),
            **(beside(words) if beside else {}),
            "shortened": np.bool_(len(ids) > max_length),
        }


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
        columns = encoded.rows(indices, names=("tokens", answer))
        yield columns["tokens"], columns[answer]
