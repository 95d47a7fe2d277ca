"""What every request passes: its answer gets the security headers, and is counted; where there is no room, it
ends here, before anything is read or routed, as refusing must cost next to nothing."""

import asyncio
import time

from fastapi.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from seqzoo.errors import InputError
from seqzoo.serving.batching import Full
from seqzoo.serving.service import Served, Service

# The page loads nothing from elsewhere, runs no script but its own, and stands in no other page's frame.
# It plays the sounds that it sends, which are its own blobs.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "media-src blob:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = [
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
]
UNKNOWN = 500  # until an answer begins
PREFIX = "/v1/models/"


class Edge:
    """ASGI middleware around the whole application.

    Args:
        app: the application.
        service: what counts.
    """

    def __init__(self, app: ASGIApp, service: Service):
        self.app, self.service = app, service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started, status = time.perf_counter(), UNKNOWN

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], *HEADERS]
                if self.service.draining:
                    message["headers"].append((b"connection", b"close"))
            await send(message)

        served, action = self._asked(scope["path"])
        try:
            if action == "predict" and served:
                served.batcher.check_room()
            await self.app(scope, receive, answer)
        except Full as full:
            await refusal(full)(scope, receive, answer)
        except asyncio.CancelledError:  # the server ends, and can't wait any longer
            self.service.cut += 1
            if status == UNKNOWN:
                await refusal(Full(1, "the server ended before the answer was there"))(
                    scope, receive, answer
                )
        finally:
            if action:  # names that no model has are one: every label is kept for good
                seconds = time.perf_counter() - started
                self.service.metrics.request(
                    served.name if served else "", action, status, seconds
                )

    def _asked(self, path: str) -> tuple[Served | None, str]:
        """The model and what it is to do; neither, if the path is of something else."""
        name, _, action = path.removeprefix(PREFIX).rpartition(":")
        if not path.startswith(PREFIX) or action not in ("predict", "generate", "reply"):
            return None, ""
        try:
            return self.service[name], action
        except InputError:
            return None, action


def refusal(full: Full) -> JSONResponse:
    """The answer where there is no room."""
    return JSONResponse({"error": str(full)}, 503, {"retry-after": str(full.retry_after)})
