"""What a request asks: its body read within bounds, its inputs as the model reads them, its options."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple, TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException
from starlette.types import Message

from seqzoo.errors import InputError, TooLongError
from seqzoo.serving import schemas
from seqzoo.serving.granted import options_of
from seqzoo.serving.limits import DECODED, Limits, size
from seqzoo.serving.service import Served
from seqzoo.tasks.inputs import Audio, sounds_within

BODY_SECONDS = 30  # in which a request must have come
SLOWEST = 2**19  # bytes a second: a larger body has as long as it takes at this rate
CLOSE = {"connection": "close"}  # what is still to come is not read
# Sounds and pictures are decoded beside the event loop, which goes on answering others. Two at once: a
# picture takes ten times its pixels in bytes meanwhile.
DECODERS = ThreadPoolExecutor(2, "decoder")

Take = Callable[[int], None]  # bytes of the server's memory; see `Room`
Model = TypeVar("Model", bound=BaseModel)


class Asked(NamedTuple):
    """A request to answer inputs.

    Attributes:
        items: as the model reads them.
        names: what errors call each of them.
        options: of the task, those that were set.
    """

    items: list
    names: list[str]
    options: dict


@contextlib.asynccontextmanager
async def bounded(request: Request, most: int, take: Take) -> AsyncIterator[Request]:
    """A request whose body ends with an error where it gets too large or too slow.

    Args:
        request: its body is still to be read.
        most: bytes that it may have.
        take: called with the bytes of each piece.

    Raises:
        HTTPException: 413 if it is too large, 408 if it does not come in time.
        Full: if the server has no memory for it.
    """
    came = 0
    seconds = max(BODY_SECONDS, most // SLOWEST)

    def check(count: int) -> None:
        if count > most:
            message = f"body: expected at most {most:,} bytes; got more"
            raise HTTPException(413, message, CLOSE)

    async def receive() -> Message:
        nonlocal came
        message = await request.receive()
        piece = len(message.get("body", b""))
        came += piece
        check(came)
        take(piece)
        return message

    promised = request.headers.get("content-length", "")
    check(int(promised) if promised.isdecimal() else 0)
    try:
        async with asyncio.timeout(seconds):
            yield Request(request.scope, receive)
    except TimeoutError:
        message = f"body: expected within {seconds} s; {came:,} bytes came"
        raise HTTPException(408, message, CLOSE) from None


async def read(request: Request, model: type[Model], most: int, take: Take) -> Model:
    """A request's body, checked.

    Args:
        request, most, take: see `bounded`.
        model: what the body must be, as JSON.

    Raises:
        HTTPException, Full: see `bounded`.
        InputError: if it is not what was expected.
    """
    async with bounded(request, most, take) as body:
        content = await body.body()
    return parsed(model, content)


def parsed(model: type[Model], content: bytes) -> Model:
    """JSON as a model.

    Raises:
        InputError: if it is not what was expected.
    """
    try:
        return model.model_validate_json(content)
    except ValidationError as error:
        raise InputError(schemas.explain(error)) from None


async def read_json(request: Request, served: Served, take: Take) -> Asked:
    """A request to answer inputs that come as JSON.

    Args:
        request: its body is still to be read.
        served: the model that is asked.
        take: takes bytes of the server's memory, and raises `Full`.

    Raises:
        HTTPException, Full: see `bounded`.
        TooLongError: on too many inputs, or too large ones.
        InputError: if it is not what was expected.
    """
    reads = served.predictor.READS
    async with bounded(request, served.limits.request(reads), take) as body:
        content = await body.body()
    if "text" in reads:
        return _asked(served, content, take)
    return await beside(_asked, served, content, take)


async def beside(function: Callable[..., Asked], *arguments: Any) -> Asked:
    """What a function gives, called in a thread for decoding."""
    return await asyncio.get_running_loop().run_in_executor(DECODERS, function, *arguments)


def _asked(served: Served, content: bytes, take: Take) -> Asked:
    asked = parsed(schemas.PredictRequest, content)
    with sounds_within(served.limits.max_seconds):
        items = _inputs_of(served, asked, take)
    key = "inputs" if asked.texts is None else "texts"
    named = [f"{key}[{i}]" for i in range(len(items))]
    return Asked(items, named, options_of(served, asked.settings(), "options"))


def _inputs_of(served: Served, asked: Any, take: Take) -> list:
    """What a request brings, as the model reads it.

    Raises:
        TooLongError: on too many inputs, or too long ones.
        InputError: on inputs of another kind.
    """
    reads, limits = served.predictor.READS, served.limits
    expected, other = ("texts", "inputs") if "text" in reads else ("inputs", "texts")
    if getattr(asked, other) is not None or getattr(asked, expected) is None:
        raise InputError(f"{expected}: expected; {served.name} reads {' or '.join(reads)}")
    if expected == "texts":
        check_count("texts", len(asked.texts), limits)
        check_texts(asked.texts, [f"texts[{i}]" for i in range(len(asked.texts))], limits)
        return asked.texts
    check_count("inputs", len(asked.inputs), limits)
    hold = Decoded(take)
    named = [f"inputs[{i}]" for i in range(len(asked.inputs))]
    return [
        hold(check_sound(_from_json(served, value, where), where, limits))
        for value, where in zip(asked.inputs, named, strict=True)
    ]


def _from_json(served: Served, value: object, where: str) -> object:
    reads = served.predictor.READS
    most = served.limits.file(reads)
    if (
        isinstance(value, str) and 3 * len(value) // 4 > most + 2
    ):  # base64 ends with two `=` at most
        raise TooLongError(
            f"{where}: expected at most {most:,} bytes of {' or '.join(reads)}"
        )
    return served.predictor.from_json(value, where)


class Decoded:
    """Counts what the inputs of a request take in memory.

    Args:
        take: takes bytes of the server's memory.
    """

    def __init__(self, take: Take):
        self.take, self.total = take, 0

    def __call__(self, item: object) -> object:
        """The input, counted.

        Raises:
            TooLongError: if those of the request are too large together.
            Full: if the server has no memory for it.
        """
        self.total += size(item)
        if self.total > DECODED:
            raise TooLongError(f"inputs: expected at most {DECODED:,} bytes, once decoded")
        self.take(size(item))
        return item


def too_many(where: str, count: int, limit: int) -> str:
    """Why so many characters are refused."""
    return f"{where}: expected at most {limit:,} characters; got {count:,}"


def check_count(key: str, count: int, limits: Limits) -> None:
    """Refuse more inputs than a request may have.

    Args:
        key: what the request calls them.
        count: of them.
        limits: see `Limits`.

    Raises:
        TooLongError: if there are too many.
    """
    if count > (most := limits.max_texts):
        raise TooLongError(f"{key}[{most}]: expected at most {most} {key}; got {count}")


def check_sound(item: Any, where: str, limits: Limits) -> Any:
    """Refuse a sound that lasts too long; the input, whatever it is.

    Args:
        item: an input.
        where: what errors call it.
        limits: see `Limits`.

    Raises:
        TooLongError: if it is too long.
    """
    if isinstance(item, Audio):
        seconds = len(item.samples) / item.rate
        if seconds > limits.max_seconds:
            raise TooLongError(
                f"{where}: expected at most {limits.max_seconds:g} seconds of sound; got {seconds:.3f}"
            )
    return item


def check_texts(texts: Sequence[str], named: Sequence[str], limits: Limits) -> None:
    """Refuse what needs no model to be refused.

    Args:
        texts: of a request.
        named: what errors call each of them.
        limits: see `Limits`.

    Raises:
        TooLongError: on too long texts.
        InputError: on a blank text.
    """
    total = 0
    for text, where in zip(texts, named, strict=True):
        total += len(text)
        if len(text) > limits.max_characters:
            raise TooLongError(too_many(where, len(text), limits.max_characters))
        if total > limits.request_characters:
            all_of_them = f"{named[0]} to {where}"
            raise TooLongError(too_many(all_of_them, total, limits.request_characters))
        if not text.strip():
            raise InputError(f"{where}: the text is {'blank' if text else 'empty'}")
