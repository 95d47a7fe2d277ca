"""Other sites whose pages may ask a server: `https://HOST[:PORT]` each, or `*` for all."""

import re
from collections.abc import Sequence

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
