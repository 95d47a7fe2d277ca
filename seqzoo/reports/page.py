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
    """Write a page of HTML parts, as the functions below give them; returns its path."""
    body = "\n".join(parts)
    path.write_text(
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{html.escape(title)}</title>'
        f"<style>{STYLE}</style>\n<h1>{html.escape(title)}</h1>\n{body}\n</html>\n",
        "utf-8",
    )
    return path


def heading(text: str) -> str:
    """A heading, as HTML."""
    return f"<h2>{html.escape(text)}</h2>"


def paragraph(text: str) -> str:
    """A paragraph of plain text, as HTML."""
    return f"<p>{html.escape(text)}</p>"


def code(text: str) -> str:
    """Text whose line breaks stay, in letters of one width, as HTML."""
    return f"<pre>{html.escape(text)}</pre>"


def table(rows: list[list[str]]) -> str:
    """Rows of plain texts as an HTML table, the head first."""

    def line(row: list[str], tag: str) -> str:
        cells = (f"<{tag}>{html.escape(cell)}</{tag}>" for cell in row)
        return f"<tr>{''.join(cells)}</tr>"

    head, *body = rows
    lines = [line(head, "th"), *(line(row, "td") for row in body)]
    return f"<table>{''.join(lines)}</table>"


def image(path: Path, figure: Figure, title: str) -> str:
    """A figure as HTML that holds the picture.

    Args:
        path: of the PNG file that is written, too.
        figure: the figure.
        title: for those who can't see it.
    """
    figure.savefig(path, dpi=110)
    data = base64.b64encode(path.read_bytes()).decode()
    return f'<img alt="{html.escape(title)}" src="data:image/png;base64,{data}">'
