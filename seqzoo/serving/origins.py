"""Other sites whose pages may ask a server: `https://HOST[:PORT]` each, or `*` for all."""

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from seqzoo.errors import InputError

ORIGIN = re.compile(r"https?://[^/\s?#@]+")


def check(origins: Sequence[str]) -> None:
    """Refuse what is no address of a site.

    Raises:
        InputError: naming the first such.
    """
    for origin in origins:
        if origin != "*" and not ORIGIN.fullmatch(origin):
            raise InputError(
                f"--cors: expected https://HOST, without a path, or *; got {origin[:80]!r}"
            )


def allow(app: FastAPI, origins: Sequence[str]) -> None:
    """Let browsers read answers and refusals on pages of these sites; without any, of none."""
    if origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(origins),
            allow_methods=["GET", "POST"],
            allow_headers=["content-type"],
            expose_headers=["retry-after"],
        )


def is_welcome(origin: str | None, host: str | None, origins: Sequence[str]) -> bool:
    """Whether a page may open a WebSocket, which browsers leave to the server.

    Args:
        origin: of the page, as the browser says it; None: no browser asks.
        host: that was asked.
        origins: of other sites whose pages may.
    """
    if origin is None or "*" in origins or origin in origins:
        return True
    try:
        return bool(host) and urlsplit(origin).netloc == host
    except ValueError:
        return False
