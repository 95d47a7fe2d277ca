"""Flickr8k's layout (Hodosh et al. 2013): a folder of pictures, a file of captions, lists of the parts.

As it was published: `Flickr8k.token.txt` with lines `NAME#NUMBER<TAB>CAPTION`, and the lists
`Flickr_8k.trainImages.txt`, `devImages`, `testImages`; and as others pass it on: `captions.txt` with a header
`image,caption`. Flickr30k has the first form, too.
"""

import csv
from pathlib import Path

from seqzoo.datasets.files import read_lines
from seqzoo.datasets.pictures.picture import Picture, caption_of, of_file
from seqzoo.datasets.pictures.table import seek
from seqzoo.errors import InputError

TOKENS, CAPTIONS = "*.token*.txt", "captions.txt"
LISTS = {
    "train": "*trainImages.txt",
    "validation": "*devImages.txt",
    "test": "*testImages.txt",
}
INSIDE = ("", "Flickr8k_text")  # folders in which the texts may be


def is_flickr(folder: Path) -> bool:
    """Whether a folder has a file of captions of this layout."""
    return _captions_file(folder) is not None


def read_flickr(folder: Path) -> dict[str, list[Picture]]:
    """The pictures of a folder by part: of its lists, or all of them as `train`.

    Raises:
        InputError: naming file and line: on a line of another form, or a picture that is not there.
    """
    path = _captions_file(folder)
    if path is None:
        raise InputError(f"{folder}: expected {TOKENS} or {CAPTIONS}; there is none")
    captions = _numbered(path) if path.match(TOKENS) else _separated(path)
    pictures = {
        name: of_file(seek(folder, name, where), said, where)
        for name, (where, said) in captions.items()
    }
    parts = {}
    for part, pattern in LISTS.items():
        for listed in sorted(path.parent.glob(pattern)):
            parts[part] = _listed(listed, pictures)
    return parts or {"train": list(pictures.values())}


def _captions_file(folder: Path) -> Path | None:
    for inside in INSIDE:
        place = folder / inside
        # The lemmas of the same captions lie beside them.
        found = [p for p in sorted(place.glob(TOKENS)) if "lemma" not in p.name]
        if found:
            return found[0]
        if (place / CAPTIONS).is_file():
            return place / CAPTIONS
    return None


Captions = dict[str, tuple[str, list[str]]]  # name of a picture -> where, captions


def _numbered(path: Path) -> Captions:
    """Of lines `NAME#NUMBER<TAB>CAPTION`."""
    captions: Captions = {}
    for number, line in read_lines(path):
        where = f"{path}:{number}"
        if not line.strip():
            continue
        key, tab, caption = line.partition("\t")
        name, mark, place = key.rpartition("#")
        if not tab or not mark or not place.isdigit():
            raise InputError(
                f"{where}: expected NAME#NUMBER, a tab, a caption; got {line[:60]!r}"
            )
        _add(captions, name, caption, where)
    return captions


def _separated(path: Path) -> Captions:
    """Of rows `NAME,CAPTION` below a header."""
    captions: Captions = {}
    lines = [line for _, line in read_lines(path)]
    for number, cells in enumerate(csv.reader(lines), 1):
        where = f"{path}:{number}"
        if number == 1 and [cell.strip().lower() for cell in cells] == ["image", "caption"]:
            continue
        if len(cells) < 2:
            raise InputError(f"{where}: expected a name, a comma, a caption; got {cells}")
        # A caption that is not quoted may have commas.
        _add(captions, cells[0].strip(), ",".join(cells[1:]), where)
    return captions


def _add(captions: Captions, name: str, caption: str, where: str) -> None:
    caption = caption_of(caption)
    if not name or not caption:
        raise InputError(f"{where}: expected a name and a caption; one is blank")
    captions.setdefault(name, (where, []))[1].append(caption)


def _listed(path: Path, pictures: dict[str, Picture]) -> list[Picture]:
    """The pictures of a list of names."""
    found = []
    for number, line in read_lines(path):
        name = line.strip()
        if not name:
            continue
        if name not in pictures:
            raise InputError(f"{path}:{number}: {name}: expected a picture with captions")
        found.append(pictures[name])
    return found
