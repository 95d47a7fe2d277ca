"""COCO's JSON of captions (Chen et al. 2015): `images` with `id` and `file_name`, `annotations` with
`image_id` and `caption`."""

import json
from pathlib import Path
from typing import Any

from seqzoo.datasets.pictures.picture import Picture, caption_of, of_file
from seqzoo.errors import InputError


def read_coco(path: Path) -> list[Picture]:
    """The pictures of a file that have captions, in its order.

    Args:
        path: of the JSON. Pictures lie beside it, in a folder `images`, or in a folder beside its own that is
            called as the part in its name: `annotations/captions_val2017.json` and `val2017/`.

    Raises:
        InputError: naming the entry that is of another form, or the picture that is not there.
    """
    try:
        content = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"{path}: expected COCO's JSON of captions: {error}") from error
    names = _names(content, path)
    captions: dict[Any, list[str]] = {}
    for number, each in enumerate(_list(content, "annotations", path)):
        where = f"{path}: annotations[{number}]"
        if not isinstance(each, dict) or not isinstance(each.get("caption"), str):
            raise InputError(
                f"{where}: expected image_id and caption; got {str(each)[:60]}"
            )
        if each.get("image_id") not in names:
            raise InputError(f"{where}: image_id {each.get('image_id')!r}: no such image")
        if not (caption := caption_of(each["caption"])):
            raise InputError(f"{where}: expected a caption; it is blank")
        captions.setdefault(each["image_id"], []).append(caption)
    if not captions:
        raise InputError(f"{path}: expected captions; there is none")
    places = _places(path)
    found = []
    for number, (key, name) in enumerate(names.items()):
        if key in captions:
            where = f"{path}: images[{number}]"
            found.append(of_file(_seek(places, name, where), captions[key], where))
    return found


def _list(content: Any, name: str, path: Path) -> list:
    found = content.get(name) if isinstance(content, dict) else None
    if not isinstance(found, list):
        raise InputError(f'{path}: expected COCO\'s JSON of captions, with a list "{name}"')
    return found


def _names(content: Any, path: Path) -> dict[Any, str]:
    """Id of each image -> the name of its file."""
    names: dict[Any, str] = {}
    for number, each in enumerate(_list(content, "images", path)):
        sound = isinstance(each, dict) and isinstance(each.get("file_name"), str)
        if not sound or not isinstance(each.get("id"), (int, str)):
            raise InputError(
                f"{path}: images[{number}]: expected id and file_name; got {str(each)[:60]}"
            )
        if each["id"] in names:
            raise InputError(f"{path}: images[{number}]: id {each['id']} comes twice")
        names[each["id"]] = each["file_name"]
    return names


def _places(path: Path) -> list[Path]:
    part = path.stem.rpartition("_")[2]
    return [path.parent, path.parent / "images", path.parent / part, path.parents[1] / part]


def _seek(places: list[Path], name: str, where: str) -> Path:
    for place in places:
        if (place / name).is_file():
            return place / name
    sought = ", ".join(map(str, places))
    raise InputError(f"{where}: expected a file {name} in one of {sought}; it is not there")
