"""The server's addresses."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Annotated, Any

import anyio.to_thread
from fastapi import FastAPI, Request, Response
from fastapi import Path as PathParameter
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import BaseModel
from starlette.convertors import Convertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

import seqzoo
from seqzoo.errors import InputError, TooLongError
from seqzoo.serving import listening, pages, schemas, talking, uploads
from seqzoo.serving.batching import Full
from seqzoo.serving.edge import Edge, refusal
from seqzoo.serving.granted import options_of
from seqzoo.serving.origins import allow
from seqzoo.serving.requests import Take, read, read_json, too_many
from seqzoo.serving.service import Held, Served, Service

Responses = dict[int | str, dict[str, Any]]  # status -> what OpenAPI tells of it
CLOSED = 499  # what nginx counts a client that went away as; nobody is there to read it


class _ModelName(Convertor):
    """A name in an address ends where an action begins."""

    regex = "[^/:]+"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("model", _ModelName())
Name = Annotated[str, PathParameter(description="a model's name or hash")]


def _problems(*statuses: int) -> Responses:
    meanings = {
        400: "a form that can't be read", 404: "no such model", 408: "the request did not come in time",
        413: "too much", 422: "a request that can't be used", 503: "no room now; see Retry-After",
    }  # fmt: skip
    return {s: {"model": schemas.Problem, "description": meanings[s]} for s in statuses}


def _body(model: type[BaseModel]) -> dict:
    """A request's body for the OpenAPI page; it is read by `read`, once it is known to be wanted."""
    content = {"application/json": {"schema": model.model_json_schema()}}
    if model is schemas.PredictRequest:
        content["multipart/form-data"] = {"schema": schemas.form_of(model)}
    return {"requestBody": {"required": True, "content": content}}


def create_app(service: Service, origins: Sequence[str] = ()) -> FastAPI:
    """The application of a server.

    Args:
        service: its models.
        origins: see `seqzoo.serving.origins`.
    """
    app = FastAPI(
        title="seqzoo", version=seqzoo.__version__, description="Trained sequence models, by HTTP.",
        docs_url=None, redoc_url=None,  # both load scripts from elsewhere; /docs is a page of our own
    )  # fmt: skip
    _add_errors(app)
    _add_health(app, service)
    _add_models(app, service)
    _add_actions(app, service)
    listening.add(app, service, origins)
    pages.add(app, [served.task for served in service.models.values()])
    app.add_middleware(Edge, service=service)
    allow(app, origins)  # around all else: refusals have its headers, too
    return app


def _problem(
    status: int, message: str, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    return JSONResponse({"error": message}, status, headers)


def _add_errors(app: FastAPI) -> None:
    @app.exception_handler(HTTPException)
    async def http(_request, error: HTTPException):
        return _problem(error.status_code, str(error.detail), error.headers)

    @app.exception_handler(TooLongError)
    async def too_long(_request, error):
        return _problem(413, str(error))

    @app.exception_handler(InputError)
    async def wrong(_request, error):
        return _problem(422, str(error))

    @app.exception_handler(Full)
    async def full(_request, error: Full):
        return refusal(error)

    @app.exception_handler(ClientDisconnect)
    async def gone(_request, _error):  # while its body was read; no fault of the server's
        return Response(status_code=CLOSED)

    @app.exception_handler(Exception)
    async def bug(_request, _error):
        return _problem(500, "an error of the server's own; its log has it")


def _add_health(app: FastAPI, service: Service) -> None:
    not_now: Responses = {503: {"model": schemas.Problem, "description": "not now"}}

    @app.get("/healthz", responses=not_now)
    async def healthz():
        """Whether the process and its models' threads live."""
        return (
            {"status": "ok"}
            if service.alive
            else _problem(503, "a model's thread has ended")
        )

    @app.get("/readyz", responses=not_now)
    async def readyz():
        """Whether requests are welcome."""
        return _problem(503, "draining") if service.draining else {"status": "ready"}

    @app.get(
        "/metrics",
        response_class=Response,
        responses={200: {"content": {"text/plain": {}}}},
    )
    def metrics():
        """Counters, in the format of Prometheus."""
        return Response(
            service.metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8"
        )


def _add_models(app: FastAPI, service: Service) -> None:
    @app.get("/v1/models", response_model=schemas.Models)
    async def models():
        """All models."""
        return {"models": [served.describe() for served in service.models.values()]}

    @app.get(
        "/v1/models/{name:model}", response_model=schemas.About, responses=_problems(404)
    )
    async def about(name: Name):
        """A model."""
        return _find(service, name).describe()


def _add_actions(app: FastAPI, service: Service) -> None:
    @app.post(
        "/v1/models/{name:model}:predict", openapi_extra=_body(schemas.PredictRequest),
        responses=_problems(400, 404, 408, 413, 422, 503) | {200: {"model": schemas.PredictAnswer}},
    )  # fmt: skip
    async def predict(name: Name, request: Request):
        """Answer texts, or files that come as a form."""
        with service.room.reserve() as take:
            return await _predict(_find(service, name), request, take)

    @app.post(
        "/v1/models/{name:model}:generate", openapi_extra=_body(schemas.GenerateRequest),
        responses=_problems(404, 408, 413, 422, 503)
        | {200: {"content": {"application/x-ndjson": {}}, "description": "a piece a line"}},
    )  # fmt: skip
    async def generate(name: Name, request: Request):
        """Let a language model write: a line `{"piece": "..."}` for each, at last `{"done": true}`."""
        with service.room.reserve() as take:
            return await _generate(_find(service, name), request, take)

    @app.post(
        "/v1/models/{name:model}:reply", openapi_extra=_body(schemas.ReplyRequest),
        responses=_problems(404, 408, 413, 422, 503) | {200: {"model": schemas.ReplyAnswer}},
    )  # fmt: skip
    async def reply(name: Name, request: Request):
        """Answer one thing said, or with `session` the next turn of a talk that the server keeps."""
        with service.room.reserve() as take:
            return await talking.reply(_find(service, name), request, take)


async def _predict(served: Served, request: Request, take: Take) -> Response:
    reader = uploads.read if uploads.is_upload(request) else read_json
    items, names, options = await reader(request, served, take)
    answers = asyncio.wrap_future(
        served.batcher.submit(items, served.predictor.options(**options), names)
    )
    gone = asyncio.ensure_future(
        request.receive()
    )  # the body is read: what comes now is the client's end
    try:
        await asyncio.wait({answers, gone}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        gone.cancel()
    if not answers.done():
        answers.cancel()
        return Response(status_code=CLOSED)
    content = {"model": served.name, "hash": served.hash, "predictions": answers.result()}
    return Response(json.dumps(content, ensure_ascii=False, allow_nan=False).encode(),
                    media_type="application/json")  # fmt: skip


async def _generate(served: Served, request: Request, take: Take) -> Response:
    if served.task.generate_options is None:
        raise HTTPException(
            404,
            f"{served.name}: expected a model that writes; it is one of {served.task.name}",
        )
    limits = served.limits
    asked = await read(request, schemas.GenerateRequest, limits.body, take)
    if len(asked.prompt) > limits.max_characters:
        raise TooLongError(too_many("prompt", len(asked.prompt), limits.max_characters))
    options = options_of(served, asked.settings(), "generate_options")
    if options.get("length", 0) > limits.length:
        raise InputError(
            f"length: expected at most {limits.length:,}; got {options['length']:,}"
        )
    pieces = await anyio.to_thread.run_sync(
        lambda: served.generate(asked.prompt, **options)
    )
    return Writing(pieces)


def _find(service: Service, name: str) -> Served:
    try:
        return service[name]
    except InputError as error:
        raise HTTPException(404, str(error)) from None


class Writing(StreamingResponse):
    """Pieces as lines of JSON, each drawn in another thread.

    Their place is free at the end, also if the client went away before the first of them.

    Args:
        pieces: as a `Served` writes them.
    """

    def __init__(self, pieces: Held):
        self.pieces = pieces
        super().__init__(_lines(pieces), media_type="application/x-ndjson")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer; the pieces are closed at the end, whatever happens."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self.pieces.close()


async def _lines(pieces: Held) -> AsyncIterator[str]:
    while (piece := await anyio.to_thread.run_sync(next, pieces, None)) is not None:
        yield json.dumps({"piece": piece}, ensure_ascii=False) + "\n"
    yield json.dumps({"done": True}) + "\n"
