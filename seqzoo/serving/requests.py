"""What a request asks: its body read within bounds, its inputs as the model reads them, its options."""

import asyncio

from fastapi import Request
from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException

from seqzoo import tasks
from seqzoo.errors import InputError, TooLongError
from seqzoo.serving import schemas
from seqzoo.serving.limits import Limits
from seqzoo.serving.service import Served
from seqzoo.tasks.options import Options, names

BODY_SECONDS = 30  # in which a request must have come


async def read(request: Request, model: type[BaseModel], limits: Limits):
    """A request's body, checked.

    Raises:
        HTTPException: 413 if it is too large, 408 if it does not come in time.
        InputError: if it is not what was expected.
    """
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > limits.body:
                    # What is still to come is not read: the connection ends here.
                    raise HTTPException(413, f"body: expected at most {limits.body:,} bytes; got more",
                                        {"connection": "close"})  # fmt: skip
    except TimeoutError:
        message = f"body: expected within {BODY_SECONDS} s; {len(body):,} bytes came"
        raise HTTPException(408, message, {"connection": "close"}) from None
    try:
        return model.model_validate_json(bytes(body))
    except ValidationError as error:
        raise InputError(schemas.explain(error)) from None


def too_many(where: str, count: int, limit: int) -> str:
    return f"{where}: expected at most {limit:,} characters; got {count:,}"


def options_of(served: Served, asked, which: str) -> dict:
    """The options that were set.

    Raises:
        InputError: if one is another task's.
    """
    options = asked.settings()
    known = names(getattr(served.task, which))
    for name in options:
        if name not in known:
            homes = [
                t.name
                for t in tasks.discover().values()
                if name in names(getattr(t, which) or Options)
            ]
            raise InputError(
                f"{name}: it is for {', '.join(homes)}; {served.name} is one of {served.task.name}"
            )
    return options


def inputs_of(served: Served, asked) -> list:
    """What a request brings, as the model reads it.

    Raises:
        TooLongError: on too many inputs, or too long ones.
        InputError: on inputs of another kind.
    """
    reads = served.predictor.READS
    expected, other = ("texts", "inputs") if "text" in reads else ("inputs", "texts")
    if getattr(asked, other) is not None or getattr(asked, expected) is None:
        raise InputError(f"{expected}: expected; {served.name} reads {' or '.join(reads)}")
    if expected == "texts":
        _check_texts(asked.texts, served.limits)
        return asked.texts
    if len(asked.inputs) > (most := served.limits.max_texts):
        raise TooLongError(
            f"inputs[{most}]: expected at most {most} inputs; got {len(asked.inputs)}"
        )
    return [
        served.predictor.from_json(v, f"inputs[{i}]") for i, v in enumerate(asked.inputs)
    ]


def _check_texts(texts: list[str], limits: Limits) -> None:
    """Refuse what needs no model to be refused.

    Raises:
        TooLongError: on too many texts, or too long ones.
        InputError: on a blank text.
    """
    if len(texts) > (most := limits.max_texts):
        raise TooLongError(
            f"texts[{most}]: expected at most {most} texts; got {len(texts)}"
        )
    total = 0
    for number, text in enumerate(texts):
        total += len(text)
        if len(text) > limits.max_characters:
            raise TooLongError(
                too_many(f"texts[{number}]", len(text), limits.max_characters)
            )
        if total > limits.request_characters:
            raise TooLongError(
                too_many(f"texts[0] to texts[{number}]", total, limits.request_characters)
            )
        if not text.strip():
            raise InputError(f"texts[{number}]: the text is {'blank' if text else 'empty'}")
