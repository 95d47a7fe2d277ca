"""The characters of the package `kanjivg`: strokes in the order of writing, and trees of components.

KanjiVG is by Ulrich Apel and others, CC BY-SA 3.0. Its strokes are centre lines drawn by hand in an editor,
no recorded pen; the forms are Japanese. The package holds 11,662 files. 6,703 of them are without a variant's
suffix, one for each character.
"""

import functools
from collections.abc import Iterator
from pathlib import Path

from seqzoo.datasets.packages import package_files
from seqzoo.datasets.strokes.components import components_of
from seqzoo.datasets.strokes.drawing import Drawing, from_strokes
from seqzoo.datasets.strokes.markup import Element, read_xml
from seqzoo.datasets.strokes.svg import strokes_in
from seqzoo.datasets.strokes.thinned import thinned
from seqzoo.errors import InputError

PACKAGE, EXTRA = "kanjivg", "seqzoo[strokes]"
TERMS = "KanjiVG by Ulrich Apel and others, CC BY-SA 3.0"
MIDDLE = (54.5, 54.5)  # of the box of 109 by 109 that characters stand in
TOLERANCE = 1.0  # of `thinned`: a 109th of the box
STROKES = "kvg:StrokePaths"


def characters(tolerance: float = TOLERANCE) -> Iterator[Drawing]:
    """All characters without variants, by code point; offsets begin in the middle of the box.

    Args:
        tolerance: of `thinned`, in 109ths of the box.

    Raises:
        InputError: if the package is not installed, or a file in it is damaged.
    """
    for path in package_files(PACKAGE, "kanji", ".svg", f'"{EXTRA}"'):
        if "-" not in path.stem:
            yield read_character(path, tolerance)


def read_character(path: Path, tolerance: float = TOLERANCE) -> Drawing:
    """The character in a file of KanjiVG's, with its components as text.

    Args:
        path: of the file, whose name is the code point in hexadecimal, `06c5f.svg`.
        tolerance: see `characters`.

    Raises:
        InputError: naming the file: on another form.
    """
    try:
        name = chr(int(path.stem.partition("-")[0], 16))
    except ValueError:
        raise InputError(
            f"{path}: expected a code point in hexadecimal as the name, as in 06c5f.svg"
        ) from None
    group = character_group(read_xml(path))
    if group is None:
        raise InputError(f"{path}: expected an element g with an id {STROKES}_...")
    strokes = [thinned(each, tolerance) for each in strokes_in(group, str(path), set())]
    return from_strokes(strokes, str(path), components_of(group), name, origin=MIDDLE)


def character_group(root: Element) -> Element | None:
    """The group of a character in a file of KanjiVG's; None: it is another SVG."""
    for paths in root.children:
        if paths.attributes.get("id", "").startswith(STROKES) and paths.children:
            return paths.children[0]
    return None


@functools.lru_cache(1)
def table() -> dict[str, tuple[str, ...]]:
    """The components of every character, by the character."""
    return {each.name: each.text for each in characters()}
