"""The characters of the package `kanjivg` as pictures, and their structure (⿰氵工) as captions.

KanjiVG is by Ulrich Apel and others, CC BY-SA 3.0. Pictures are drawn from its centre lines, in one width.
"""

import functools

import numpy as np

from seqzoo.datasets.packages import package_files
from seqzoo.datasets.pictures.picture import Picture
from seqzoo.datasets.pictures.structure import structures
from seqzoo.datasets.strokes.kanjivg import PACKAGE, TERMS, character_group
from seqzoo.datasets.strokes.markup import Element, read_xml
from seqzoo.datasets.strokes.svg import strokes_in
from seqzoo.errors import InputError

__all__ = ["TERMS", "characters"]

EXTRA = "seqzoo[captions]"
BOX = 109  # in which characters stand
SCALE = 2  # pixels of a unit
WIDTH = 3 * SCALE  # of a stroke


def characters() -> list[Picture]:
    """All characters without a variant's suffix, by code point, with their structure as caption.

    Characters of one structure have one name: they are held out together.

    Raises:
        InputError: if the package is not installed, or a file in it is damaged.
    """
    groups: dict[str, tuple[str, Element]] = {}  # character -> file, its group
    for path in package_files(PACKAGE, "kanji", ".svg", f'"{EXTRA}"'):
        if "-" in path.stem:
            continue
        group = character_group(read_xml(path))
        if group is None:
            raise InputError(f"{path}: expected the strokes of a character")
        groups[chr(int(path.stem, 16))] = str(path), group
    found = []
    cut = structures((name, group) for name, (_, group) in groups.items())
    for character, tokens in cut.items():
        file, group = groups[character]
        read = functools.partial(drawn, group, file)
        where, caption = f"{file}: {character}", "".join(tokens)
        found.append(Picture(read, (caption,), where, caption, tokens))
    return found


def drawn(group: Element, where: str) -> np.ndarray:
    """A character, black on white: uint8 (height, width, 1).

    Args:
        group: the element `g` of KanjiVG.
        where: it stands; begins errors.
    """
    from PIL import Image, ImageDraw

    image = Image.new("L", (BOX * SCALE, BOX * SCALE), 255)
    pen = ImageDraw.Draw(image)
    for stroke in strokes_in(group, where, set()):
        places = [(x, y) for x, y in (stroke * SCALE).tolist()]
        pen.line(places, fill=0, width=WIDTH, joint="curve")
        for x, y in (places[0], places[-1]):
            r = WIDTH / 2
            pen.ellipse((x - r, y - r, x + r, y + r), fill=0)
    return np.array(image)[:, :, None]  # (height, width, 1)
