"""Models that talk: one thing said, one answer; a talk is kept if somebody asks for it."""

import asyncio
from collections.abc import Sequence
from typing import Any

from fastapi import Request
from starlette.exceptions import HTTPException

from seqzoo.errors import InputError
from seqzoo.serving import schemas
from seqzoo.serving.granted import options_of
from seqzoo.serving.requests import Take, check_texts, read
from seqzoo.serving.service import Served
from seqzoo.text.turns import TAB


async def reply(served: Served, request: Request, take: Take) -> dict[str, Any]:
    """The answer to a request.

    Args:
        served: the model.
        request: its body is still to be read.
        take: takes bytes of the server's memory.

    Raises:
        HTTPException: 404 if the model does not talk; see `read`.
        InputError: if the request can't be used, or names no talk.
    """
    predictor = served.predictor
    if not predictor.turns:
        raise HTTPException(
            404,
            f"{served.name}: expected a model that talks; it is one of {served.task.name}",
        )
    asked = await read(request, schemas.ReplyRequest, served.limits.body, take)
    if asked.session == "" or asked.session is False:
        raise InputError(
            "session: expected true, or the name of a talk; none keeps nothing"
        )
    check_texts([asked.text], ["text"], served.limits)
    options = options_of(served, asked.settings(), "options")
    name, before = _talk(served, asked.session)
    talk = [*before, " ".join(asked.text.split())]
    (answer,) = await asyncio.wrap_future(
        served.batcher.submit([TAB.join(talk)], predictor.options(**options), ["text"])
    )
    if name is not None:
        served.sessions.keep(name, [*talk, answer["answer"]])
    answer = {**answer, "text": talk[-1]}
    return {
        "model": served.name,
        "hash": served.hash,
        "session": name,
        "prediction": answer,
    }


def _talk(served: Served, session: bool | str | None) -> tuple[str | None, Sequence[str]]:
    """The name of the talk to keep, or None, and what was said in it.

    Raises:
        InputError: if there is none of the name.
    """
    if session is None:
        return None, ()
    if isinstance(session, str):
        return session, served.sessions.turns(session)
    return served.sessions.begin(), ()
