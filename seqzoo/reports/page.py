"""Reports as one HTML page that needs nothing beside it: tables, and pictures that are files too."""

import base64
import html
from pathlib import Path

from matplotlib.figure import Figure

STYLE = """body { font: 16px/1.5 sans-serif; max-width: 62em; margin: 2em auto; padding: 0 1em }
table { border-collapse: collapse }
td, th { padding: .2em .8em; border-bottom: 1px solid #ddd; text-align: right }
td:first-child, th:first-child { text-align: left } img { max-width: 100% }
pre { white-space: pre-wrap; background: #f4f4f4; padding: .6em }"""


def page(path: Path, title: str, parts: list[str]) -> Path:
    """Write a page of HTML parts; returns its path."""
    body = "\n".join(parts)
    path.write_text(
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{html.escape(title)}</title>'
        f"<style>{STYLE}</style>\n<h1>{html.escape(title)}</h1>\n{body}\n</html>\n",
        "utf-8",
    )
    return path


def heading(text: str) -> str:
    return f"<h2>{html.escape(text)}</h2>"


def paragraph(text: str) -> str:
    return f"<p>{html.escape(text)}</p>"


def code(text: str) -> str:
    return f"<pre>{html.escape(text)}</pre>"


def table(rows: list[list[str]]) -> str:
    """Rows of texts, the head first."""
    head, *body = [[html.escape(cell) for cell in row] for row in rows]
    lines = ["<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in body]
    return (
        "<table><tr>"
        + "".join(f"<th>{cell}</th>" for cell in head)
        + "</tr>"
        + "".join(lines)
        + "</table>"
    )


def image(path: Path, figure: Figure, title: str) -> str:
    """A figure, written as a PNG file and put into the page; the title is for those who can't see it."""
    figure.savefig(path, dpi=110)
    data = base64.b64encode(path.read_bytes()).decode()
    return f'<img alt="{html.escape(title)}" src="data:image/png;base64,{data}">'
