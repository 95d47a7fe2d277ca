"""Answers to streams of inputs of any length, in memory that does not grow."""

from collections.abc import Iterator
from typing import Any

from seqzoo.errors import InputError
from seqzoo.tasks.reading import CHUNK, Record

CHUNK_SIZE = 4 * 2**20  # and no more of them than that in bytes


def answered(
    predictor: Any,
    records: Iterator[Record],
    keep_going: bool,
    options: Any,
    size: int = CHUNK,
) -> Iterator[dict[str, Any]]:
    """Answer a file's inputs, a chunk of them at once.

    Args:
        predictor: a `seqzoo.tasks.predictor.Predictor`.
        records: see `seqzoo.tasks.reading.records`.
        keep_going: give `{"line": n, "error": "..."}` for an input that cannot be used.
        options: of the task's class.
        size: inputs of a chunk at most.

    Raises:
        InputError: naming file and line; the inputs before it have been answered by then.
    """
    chunk: list[tuple | dict[str, Any]] = []
    failure: InputError | None = None
    taken = 0  # by the chunk, in bytes or characters
    try:
        for record in records:
            chunk.append(_encoded(predictor, record, keep_going))
            taken += record.size
            if len(chunk) == size or taken > CHUNK_SIZE:
                yield from _of_chunk(predictor, chunk, options)
                chunk, taken = [], 0
    except InputError as error:
        failure = error
    yield from _of_chunk(predictor, chunk, options)
    if failure:
        raise failure


def _encoded(predictor: Any, record: Record, keep_going: bool) -> tuple | dict[str, Any]:
    """Input and encoding, or a record of why the input cannot be used."""
    try:
        if isinstance(record.value, InputError):
            raise record.value
        return record.value, predictor.encoded(record.value, record.where)
    except InputError as error:
        if not keep_going:
            raise
        return {"line": record.number, "error": str(error)}


def _of_chunk(
    predictor: Any, chunk: list[tuple | dict[str, Any]], options: Any
) -> Iterator[dict[str, Any]]:
    """The answers to what `_encoded` gave, and its records as they are."""
    items = [item for item in chunk if isinstance(item, tuple)]
    answers = iter(predictor.answers(items, options) if items else [])
    for item in chunk:
        yield next(answers) if isinstance(item, tuple) else item
