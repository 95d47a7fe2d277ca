"""Pictures and captions of a file or folder, each by its own layout."""

from pathlib import Path

from seqzoo.datasets.pictures.coco import read_coco
from seqzoo.datasets.pictures.flickr import is_flickr, read_flickr
from seqzoo.datasets.pictures.picture import Picture, of_file
from seqzoo.datasets.pictures.table import TABLES, read_table
from seqzoo.datasets.reading.parts import PARTS, part_of
from seqzoo.errors import InputError

ENDINGS = (".png", ".jpg", ".jpeg")
WHOLE = ("captions.tsv", "captions.csv")  # tables of all pictures of a folder
COCO = "captions_"  # begins the names of COCO's files
FORMS = (
    "a TSV or CSV file with the columns path and caption; COCO's JSON of captions; or a folder with "
    "train.tsv, with captions.tsv, with captions_train*.json, or as Flickr8k has it (captions.txt or "
    "*.token.txt)"
)


def read(path: Path) -> dict[str, list[Picture]]:
    """The pictures of a file or folder by part: `train` at least.

    | form | parts |
    |---|---|
    | a table (`.tsv`, `.csv`) with the columns path and caption, a row a caption | `train` |
    | COCO's JSON | `train` |
    | a folder with `train.tsv`, perhaps `validation.tsv` and `test.tsv` | by name |
    | a folder with `captions.tsv` or `captions.csv` | `train` |
    | a folder with `captions_train*.json`, `captions_val*.json` (or in `annotations`) | by name |
    | a folder of Flickr8k's | by its lists, or `train` |

    Raises:
        InputError: naming file and line, or the forms that were expected.
    """
    if path.is_file():
        if path.suffix.lower() == ".json":
            return {"train": read_coco(path)}
        if path.suffix.lower() in TABLES:
            return {"train": read_table(path)}
        raise InputError(f"{path}: expected {FORMS}; got a file ending in {path.suffix!r}")
    if not path.is_dir():
        raise InputError(f"{path}: no such file or folder; expected {FORMS}")
    if is_flickr(path):
        return read_flickr(path)
    inside = sorted(path.iterdir())
    tables = [each for each in inside if each.suffix.lower() in TABLES]
    if whole := [each for each in tables if each.name.lower() in WHOLE]:
        return {"train": read_table(whole[0])}
    notes = path / "annotations"
    files = sorted((notes if notes.is_dir() else path).glob(f"{COCO}*.json"))
    named = [each for each in tables if part_of(each)]
    parts = {part_of(each): read_table(each) for each in named} or _coco(files)
    if "train" not in parts:
        raise InputError(f"{path}: expected {FORMS}; there is nothing to train on in it")
    return {part: parts[part] for part in PARTS if part in parts}


def _coco(files: list[Path]) -> dict[str | None, list[Picture]]:
    """COCO's files by their parts: `captions_train2017.json` is of `train`."""
    parts: dict[str | None, list[Picture]] = {}
    for file in files:
        name = file.stem.removeprefix(COCO).rstrip("0123456789")
        part = part_of(Path(name))
        if part is None or part in parts:
            raise InputError(f"{file}: expected one file a part: train, val, test")
        parts[part] = read_coco(file)
    return parts


def alone(path: Path) -> list[Picture]:
    """The pictures of a file, or of a folder and below it, without captions; none, if there are none."""
    if path.is_file():
        return [of_file(path, ())] if path.suffix.lower() in ENDINGS else []
    files = sorted(each for each in path.rglob("*") if each.suffix.lower() in ENDINGS)
    return [of_file(each, ()) for each in files]
