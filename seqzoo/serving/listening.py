"""Sounds that come while they are recorded, by WebSocket: the words so far after each message.

A client sends 16 bit samples, little-endian, of one channel, at the model's rate; an empty message, or the
text `end`, is the end. Each message is answered by `{"transcript", "words", "final"}`, or by `{"error"}`
and the close of the connection.
"""

import asyncio
import contextlib
import json
import logging
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from fastapi.responses import JSONResponse

from seqzoo.errors import InputError, TooLongError
from seqzoo.serving.batching import Full
from seqzoo.serving.origins import is_welcome
from seqzoo.serving.requests import Take
from seqzoo.serving.service import Served, Service

log = logging.getLogger("seqzoo.serving")
END = "end"
MESSAGE = 2**18  # bytes of a message: eight seconds at 16 kHz
MESSAGES = 50  # for each second of the longest sound; each costs a search for words
IDLE = 10.0  # seconds within which the next message must come
PATIENCE = 2  # times the longest sound: how long a stream may last
DONE, GONE, UNUSABLE, TOO_LARGE, FAULT, LATER = 1000, 1006, 1008, 1009, 1011, 1013
# Beside the event loop, which goes on answering others. Two at once: a client may send faster than it speaks.
LISTENERS = ThreadPoolExecutor(2, "listener")


def add(app: FastAPI, service: Service, origins: Sequence[str]) -> None:
    """Let a server hear sounds as they come.

    Args:
        app: the server's.
        service: its models.
        origins: see `seqzoo.serving.origins`.
    """

    @app.websocket("/v1/models/{name:model}:stream")
    async def stream(socket: WebSocket, name: str) -> None:
        """The words of a sound while it comes."""
        refused = _refusal(socket, service, name, origins)
        if refused is not None:
            await socket.send_denial_response(refused)
            return
        served, started = service[name], time.perf_counter()
        await socket.accept()
        code, problem = await _outcome(socket, service, served)
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):  # it may have left
            if problem:
                await _send(socket, {"error": problem})
            if code != GONE:
                await socket.close(code)
        seconds = time.perf_counter() - started
        service.metrics.request(served.name, "stream", code, seconds)


def _refusal(
    socket: WebSocket, service: Service, name: str, origins: Sequence[str]
) -> JSONResponse | None:
    """Why there is no connection at all; None: there is one."""
    headers = socket.headers
    if not is_welcome(headers.get("origin"), headers.get("host"), origins):
        return JSONResponse({"error": "origin: expected a page of this server"}, 403)
    try:
        served = service[name]
    except InputError as error:
        return JSONResponse({"error": str(error)}, 404)
    if served.streams:
        return None
    expected = "expected a model that hears a sound as it comes, of a single direction"
    return JSONResponse({"error": f"{served.name}: {expected}"}, 404)


async def _outcome(socket: WebSocket, service: Service, served: Served) -> tuple[int, str]:
    """Hear a sound to its end; the code that closes the connection, and what was wrong."""
    most = served.limits.max_seconds * PATIENCE + IDLE
    try:
        async with asyncio.timeout(most):
            with served.hear() as stream, service.room.reserve() as take:
                await _hear(socket, stream, Intake(served, take))
    except WebSocketDisconnect:
        return GONE, ""
    except Full as full:
        return LATER, str(full)
    except TooLongError as error:
        return TOO_LARGE, str(error)
    except InputError as error:
        return UNUSABLE, str(error)
    except TimeoutError:
        return UNUSABLE, f"stream: expected its end within {most:g} s"
    except Exception:
        log.exception("a stream could not be answered")
        return FAULT, "an error of the server's own; its log has it"
    return DONE, ""


async def _hear(socket: WebSocket, stream: Any, intake: "Intake") -> None:
    loop = asyncio.get_running_loop()
    while content := await _received(socket):
        samples = intake(content)
        answer = await loop.run_in_executor(LISTENERS, stream.feed, samples)
        await _send(socket, {**answer, "final": False})
    answer = await loop.run_in_executor(LISTENERS, stream.finish)
    await _send(socket, {**answer, "final": True})


async def _received(socket: WebSocket) -> bytes:
    """The next message; empty: the end.

    Raises:
        WebSocketDisconnect: if the client has left.
        InputError: if it does not come in time, or is another text.
    """
    try:
        async with asyncio.timeout(IDLE):
            message = await socket.receive()
    except TimeoutError:
        raise InputError(
            f"stream: expected a message within {IDLE:g} s; end it by {END!r}"
        ) from None
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", GONE))
    if (said := message.get("text")) is None:
        return message["bytes"]
    if said != END:
        raise InputError(f"stream: expected bytes, or the text {END!r}; got {said[:40]!r}")
    return b""


async def _send(socket: WebSocket, content: dict[str, Any]) -> None:
    await socket.send_text(json.dumps(content, ensure_ascii=False, allow_nan=False))


class Intake:
    """The samples of messages, and how much has come.

    Args:
        served: the model that hears.
        take: takes bytes of the server's memory, and raises `Full`.
    """

    def __init__(self, served: Served, take: Take):
        self.take, self.seconds = take, served.limits.max_seconds
        self.most = int(self.seconds * served.predictor.front_end.rate)
        self.messages = int(self.seconds * MESSAGES)
        self._samples = self._came = 0

    def __call__(self, content: bytes) -> np.ndarray:
        """The samples of a message, float32 (samples,), from -1 to 1.

        Raises:
            TooLongError: if the message is too large, the sound too long, or messages too many.
            InputError: if they are no samples of 16 bits.
            Full: if the server has no memory for it.
        """
        if len(content) > MESSAGE:
            raise TooLongError(
                f"stream: expected at most {MESSAGE:,} bytes a message; got {len(content):,}"
            )
        if len(content) % 2:
            raise InputError(
                f"stream: expected samples of two bytes; got {len(content)} bytes"
            )
        self._came += 1
        self._samples += len(content) // 2
        if self._samples > self.most:
            raise TooLongError(
                f"stream: expected at most {self.seconds:g} seconds of sound; got more"
            )
        if self._came > self.messages:
            raise TooLongError(
                f"stream: expected at most {self.messages:,} messages; got more"
            )
        self.take(2 * len(content))  # as floats
        return np.frombuffer(content, "<i2").astype(np.float32) / 32768
