"""The files of the server's pages, and the scripts of tasks that show answers there."""

from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path

from fastapi import FastAPI, Request, Response

from seqzoo import tasks
from seqzoo.tasks.base import Task

PAGE = Path(__file__).parent / "page"
HTML, CSS = "text/html; charset=utf-8", "text/css; charset=utf-8"
SCRIPT = "text/javascript; charset=utf-8"
PAGES = {
    "/": ("index.html", HTML),
    "/page.js": ("page.js", SCRIPT),
    "/words.js": ("words.js", SCRIPT),
    "/recorder.js": ("recorder.js", SCRIPT),
    "/recorder-worklet.js": ("recorder-worklet.js", SCRIPT),
    "/samples.js": ("samples.js", SCRIPT),
    "/listener.js": ("listener.js", SCRIPT),
    "/page.css": ("page.css", CSS),
    "/icon.svg": ("icon.svg", "image/svg+xml"),
    "/docs": ("docs.html", HTML),
    "/docs.js": ("docs.js", SCRIPT),
}


def add(app: FastAPI, served: Iterable[Task]) -> None:
    """Let a server give its pages, and the scripts of tasks.

    Args:
        app: the server's.
        served: tasks of its models.
    """
    for address, (name, kind) in PAGES.items():
        _add(app, address, PAGE / name, kind)
    _add(app, "/views/elements.js", Path(tasks.__file__).parent / "elements.js", SCRIPT)
    for task in {task.name: task for task in served}.values():
        for script in sorted({task.folder / "view.js", *task.folder.glob("*.js")}):
            _add(app, f"/views/{task.name}/{script.name}", script, SCRIPT)


def _add(app: FastAPI, address: str, path: Path, kind: str) -> None:
    app.add_route(address, _file(path, kind), include_in_schema=False)


def _file(path: Path, kind: str) -> Callable[[Request], Awaitable[Response]]:
    content = path.read_bytes()

    async def get(_request: Request) -> Response:
        return Response(
            content, headers={"content-type": kind, "cache-control": "no-cache"}
        )

    return get
