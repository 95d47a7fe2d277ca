"""What `Predictor.predict` makes of one input, of several, of a stream and of a frame."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from seqzoo.errors import InputError
from seqzoo.tasks import values
from seqzoo.tasks.options import Options
from seqzoo.tasks.streams import CHUNK


def is_one(items: Any) -> bool:
    """Whether what was given is a single input: a text, the content of a file, or a path."""
    return isinstance(items, (str, bytes, Path))


def is_frame(items: Any) -> bool:
    """Whether inputs are a frame of pandas or polars, or a dataset with columns."""
    if isinstance(items, (list, tuple)):
        return False
    from seqzoo.datasets.reading import frames

    return frames.is_frame(items)


def streamed(
    predictor: Any, items: Iterator[Any], chosen: Options
) -> Iterator[dict[str, Any]]:
    """The answers to a stream of inputs, `CHUNK` of them in memory.

    Args:
        predictor: a `Predictor`.
        items: its inputs.
        chosen: options of the answers.

    Raises:
        InputError: naming the input; those before its chunk have been answered by then.
    """
    start = 0
    while chunk := list(itertools.islice(items, CHUNK)):
        yield from listed(predictor, chunk, chosen, start)
        start += len(chunk)


def listed(
    predictor: Any, items: Iterable[Any], chosen: Options, start: int = 0
) -> list[dict[str, Any]]:
    """The answers to several inputs, computed together.

    Args:
        predictor, chosen: see `streamed`.
        items: its inputs.
        start: the number of the first, for errors.

    Raises:
        InputError: naming the first input that cannot be used; on what is neither an input nor several.
    """
    name = "texts" if "text" in predictor.READS else "inputs"
    if not isinstance(items, Iterable):
        raise InputError(
            f"{name}: expected one, a list or an iterator of them; got {type(items).__name__}"
        )
    encoded: list[Sequence[Any]] = []
    for place, given in enumerate(items, start):
        item = values.opened(given, predictor.READS)
        encoded.append((item, predictor.encoded(item, f"{name}[{place}]")))
    return predictor.answers(encoded, chosen) if encoded else []


def one(predictor: Any, item: Any, chosen: Options) -> dict[str, Any]:
    """The answer to one input.

    Args:
        predictor, chosen: see `streamed`.
        item: the input.

    Raises:
        InputError: if it cannot be used.
    """
    item = values.opened(item, predictor.READS)
    name = "text" if "text" in predictor.READS else "input"
    return predictor.answers([(item, predictor.encoded(item, name))], chosen)[0]
