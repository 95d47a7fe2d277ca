"""Poems in three parts: those that a folder names, or dealt out; no line of a held-out poem is trained on."""

import fnmatch
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from seqzoo.datasets.reading.measured import tell
from seqzoo.datasets.reading.parts import NAMES, PARTS
from seqzoo.datasets.splits import Splits, draw
from seqzoo.datasets.verse.poem import FORMS, Poem
from seqzoo.datasets.verse.reading import read
from seqzoo.datasets.verse.simplified import converter
from seqzoo.errors import InputError


def said(line: str) -> None:
    """Print a line."""
    print(line, flush=True)


@dataclass(frozen=True)
class Asked:
    """What of files is read, and how.

    Attributes:
        pattern: which files of a folder are trained on.
        encoding: of their text; None: by the BOM, else UTF-8.
        simplified: one of `simplified.CONVERTERS`.
        seed: which poem goes where.
        validation, test: shares of the poems, where no file is such a part.
    """

    pattern: str = "*"
    encoding: str | None = None
    simplified: str = "none"
    seed: int = 0
    validation: float = 0.05
    test: float = 0.05


def opened(path: Path, asked: Asked) -> Splits:
    """The three parts of a file or folder.

    A file whose name has the word valid (val, validation, dev) or test (eval) is such a part; all others are
    trained on. What was read, and left out, is printed when a part is first read.

    Args:
        path: a file, or a folder of files.
        asked: see the class.

    Raises:
        InputError: if there is no such file, or no poem of `FORMS` in a part.
    """
    if not path.exists():
        raise InputError(f"{path}: no such file or folder")
    files = _by_part(path, asked.pattern)
    convert = converter(asked.simplified)

    def poems(part: str) -> list[Poem]:
        found = [poem for file in files[part] for poem in read(file, asked.encoding)]
        where = f"{path}: {part}"
        return _sound((_converted(poem, convert) for poem in found), where, len(found))

    kept: dict[str, list[Poem]] = {}

    def all_parts() -> dict[str, list[Poem]]:
        if not kept:
            every = {part: poems(part) for part in PARTS if files[part]}
            kept.update(_divided(every, asked))
            kept["train"] = without_lines_of(
                kept["train"], kept["validation"] + kept["test"]
            )
        return kept

    def stream(part: str) -> Callable[[], Iterator[Poem]]:
        return lambda: iter(all_parts()[part])

    name = path.name if path.is_file() else f"{path.name}/ ({asked.pattern})"
    train, validation, test = map(stream, PARTS)
    return Splits(train, validation, test, f"{name}, poems of {', '.join(FORMS)}")


def whole(path: Path, encoding: str | None = None) -> list[Poem]:
    """All poems of `FORMS` in a file, or in all files of a folder.

    Args:
        path: of them.
        encoding: of the text; None: by the BOM, else UTF-8.

    Raises:
        InputError: if there is none, or a file cannot be read.
    """
    if not path.exists():
        raise InputError(f"{path}: no such file or folder")
    files = [path] if path.is_file() else _files(path)
    found = [poem for file in files for poem in read(file, encoding)]
    return _sound(found, str(path), len(found), tell)


def without_lines_of(
    poems: list[Poem], held_out: Iterable[Poem], say: Callable[[str], object] = said
) -> list[Poem]:
    """The poems that share no whole line with others; how many do is printed.

    Args:
        poems: to be trained on.
        held_out: the others.
        say: prints.
    """
    lines = {line for poem in held_out for line in poem.lines}
    kept = [poem for poem in poems if lines.isdisjoint(poem.lines)]
    if len(kept) < len(poems):
        count = len(poems) - len(kept)
        say(f"{count:,} poems share a line with a held-out one: left out")
    return kept


def _files(folder: Path) -> list[Path]:
    """The files of a folder, but hidden ones and the tables of `fortune`."""
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return [
        path
        for path in found
        if not path.name.startswith(".") and not path.name.endswith(".dat")
    ]


def _by_part(path: Path, pattern: str) -> dict[str, list[Path]]:
    files = [path] if path.is_file() else _files(path)
    parts: dict[str, list[Path]] = {part: [] for part in PARTS}
    for file in files:
        words = re.split(r"[._-]", file.name.lower())
        part = next((NAMES[word] for word in words if word in NAMES), "train")
        if file == path:
            part = "train"
        if part != "train" or fnmatch.fnmatch(file.name, pattern):
            parts[part].append(file)
    if not parts["train"]:
        raise InputError(f"{path}: expected files like {pattern!r} to train on")
    return parts


def _converted(poem: Poem, convert: Callable[[str], str]) -> Poem:
    lines = tuple(map(convert, poem.lines))
    return replace(poem, lines=lines, title=convert(poem.title))


def _sound(
    poems: Iterable[Poem], where: str, count: int, say: Callable[[str], object] = said
) -> list[Poem]:
    """The poems of `FORMS`, each text once; how many there are is printed."""
    by_text: dict[str, Poem] = {}
    fitting = 0
    for poem in poems:
        if poem.form in FORMS:
            fitting += 1
            by_text.setdefault(poem.text, poem)
    say(
        f"{where}: {len(by_text):,} poems; left out: {count - fitting:,} of other forms, "
        f"{fitting - len(by_text):,} repeats",
    )
    if not by_text:
        raise InputError(f"{where}: expected poems of {', '.join(FORMS)}; there is none")
    return list(by_text.values())


def _divided(parts: dict[str, list[Poem]], asked: Asked) -> dict[str, list[Poem]]:
    """All three parts: those that are missing are dealt out of the training part, by the poems' texts."""
    missing = [part for part in PARTS[1:] if part not in parts]
    shares = {"validation": asked.validation, "test": asked.test}
    kept = {part: parts.get(part, []) for part in PARTS}
    rest = []
    for poem in kept["train"]:
        place, low = draw(poem.text, asked.seed, "split"), 0.0
        for part in missing:
            if low <= place < low + shares[part]:
                kept[part].append(poem)
                break
            low += shares[part]
        else:
            rest.append(poem)
    return kept | {"train": rest}
