"""What every request passes: its answer gets the security headers, and is counted."""

import time

from seqzoo.errors import InputError
from seqzoo.serving.service import Service

# The page loads nothing from elsewhere, runs no script but its own, and stands in no other page's frame.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = [
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
]
PREFIX = "/v1/models/"


class Edge:
    """ASGI middleware around the whole application.

    Args:
        app: the application.
        service: what counts.
    """

    def __init__(self, app, service: Service):
        self.app, self.service = app, service

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started, status = time.perf_counter(), 500

        async def answer(message):
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], *HEADERS]
                if self.service.draining:
                    message["headers"].append((b"connection", b"close"))
            await send(message)

        try:
            await self.app(scope, receive, answer)
        finally:
            if labels := self._labels(scope["path"]):
                self.service.metrics.request(*labels, status, time.perf_counter() - started)

    def _labels(self, path: str) -> tuple[str, str] | None:
        """Model and action; names that no model has are one, as every label is kept for good."""
        name, colon, action = path.removeprefix(PREFIX).rpartition(":")
        if not path.startswith(PREFIX) or not colon or action not in ("predict", "generate"):
            return None
        try:
            return self.service[name].name, action
        except InputError:
            return "", action
