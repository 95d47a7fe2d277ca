"""Files of Chinese verse -> poems; the kind of a file shows in what it begins with.

| kind | what it is |
|---|---|
| a JSON array | objects with `paragraphs`, as the collection chinese-poetry has them |
| JSON lines | objects with `lines`, `paragraphs`, or `content` with `|` between lines, as CCPC has it |
| fortunes | entries between lines of `%`, title and author in ANSI colours, as in Debian's `fortunes-zh` |
| plain text | a poem a line, perhaps behind its title and a colon |
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from seqzoo.datasets.files import open_bytes, read_lines
from seqzoo.datasets.verse.poem import Poem, lines_of
from seqzoo.errors import InputError

ANSI = re.compile(r"\x1b\[[0-9;]*m")
LINES = ("lines", "paragraphs", "content")  # where an object may have its poem
_TITLE = re.compile(r"《([^》]*)》(.*)")
_AUTHOR = re.compile(r"作者\s*[:：]\s*([^(（]*)")
_DYNASTY = re.compile(r"\b(tang|song)\b", re.IGNORECASE)
_HEAD = 2**12  # characters in which a file's kind shows


def read(path: Path, encoding: str | None = None) -> Iterator[Poem]:
    """The poems of a file, of any form; entries that are no verse are passed over.

    Args:
        path: of the file, gzipped or not.
        encoding: of its text; None: by its BOM, else UTF-8. JSON arrays are UTF-8.

    Raises:
        InputError: if it cannot be read, or on JSON that is none.
    """
    head = "".join(line for line, _ in zip(_texts(path, encoding), range(20), strict=False))
    start = head[:_HEAD].lstrip("\ufeff \t")
    if start.startswith("["):
        yield from _array(path)
    elif start.startswith("{"):
        yield from _objects(path, encoding)
    elif "\x1b[" in start:
        yield from _fortunes(path, encoding)
    else:
        yield from _plain(path, encoding)


def _texts(path: Path, encoding: str | None) -> Iterator[str]:
    return (line for _, line in read_lines(path, encoding))


def _array(path: Path) -> Iterator[Poem]:
    with open_bytes(path) as file:
        content = file.read()
    try:
        entries = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: expected a JSON array of poems: {error}") from None
    for number, entry in enumerate(entries, 1):
        yield from _entry(entry, path, f"entry {number}", str(number))


def _objects(path: Path, encoding: str | None) -> Iterator[Poem]:
    for number, line in read_lines(path, encoding):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise InputError(f"{path}:{number}: expected a JSON object: {error}") from None
        yield from _entry(entry, path, f"line {number}", str(number))


def _entry(entry: Any, path: Path, where: str, number: str) -> Iterator[Poem]:
    """The poem of an object; none, if it is no verse."""
    name = next((name for name in LINES if isinstance(entry, dict) and name in entry), None)
    if name is None:
        raise InputError(f"{path}: {where}: expected an object with {' or '.join(LINES)}")
    pieces = [entry[name]] if isinstance(entry[name], str) else entry[name]
    if not isinstance(pieces, list) or not all(isinstance(piece, str) for piece in pieces):
        raise InputError(f"{path}: {where}: {name}: expected text, or a list of texts")
    found = _DYNASTY.search(path.name.replace(".", " "))
    dynasty = _text(entry, "dynasty") or (found.group(1) if found else "")
    # chinese-poetry calls the title of some collections `rhythmic`.
    title = _text(entry, "title") or _text(entry, "rhythmic")
    yield from _poem(
        pieces,
        title=title,
        author=_text(entry, "author"),
        dynasty=dynasty.capitalize(),
        source=f"{path}:{number}",
    )


def _text(entry: dict, name: str) -> str:
    value = entry.get(name)
    return value.strip() if isinstance(value, str) else ""


def _fortunes(path: Path, encoding: str | None) -> Iterator[Poem]:
    kept: list[str] = []
    first = 1
    for number, line in read_lines(path, encoding):
        if line.strip() != "%":
            kept.append(ANSI.sub("", line).strip())
            continue
        yield from _fortune(kept, path, first)
        kept, first = [], number + 1
    yield from _fortune(kept, path, first)


def _fortune(lines: list[str], path: Path, number: int) -> Iterator[Poem]:
    """The poem of an entry: its title and author stand in lines of their own."""
    title = author = ""
    pieces = []
    for line in lines:
        if (found := _TITLE.search(line)) is not None:
            title = f"{found.group(1)} {found.group(2)}".strip()
        elif (found := _AUTHOR.search(line)) is not None:
            author = found.group(1).strip()
        else:
            pieces.append(line)
    # The file says which dynasty: `tang300`, `song100`.
    dynasty = re.match("tang|song", path.name)
    named = dynasty.group().capitalize() if dynasty else ""
    source = f"{path}:{number}"
    yield from _poem(pieces, title=title, author=author, dynasty=named, source=source)


def _plain(path: Path, encoding: str | None) -> Iterator[Poem]:
    for number, line in read_lines(path, encoding):
        *before, text = re.split("[:：]", line)
        title = before[0].strip() if before else ""
        yield from _poem([text], title=title, source=f"{path}:{number}")


def _poem(pieces: list[str], **about: str) -> Iterator[Poem]:
    lines = lines_of(pieces)
    if lines:
        yield Poem(lines, **about)
