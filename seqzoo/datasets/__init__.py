"""Readers of corpora: files -> examples (strings and labels, no ids).

`classification`, `tagging`, `translation` and `language` find a reader by name in their table or take a path.
"""

from pathlib import Path

from seqzoo.datasets import (
    bible,
    chinese_reviews,
    conll,
    files,
    imdb,
    movie_reviews,
    peoples_daily,
    running,
    tfds_pairs,
)
from seqzoo.datasets.files import Example, read_examples
from seqzoo.datasets.parallel import Pair, read_columns, read_pairs
from seqzoo.datasets.running import Passage
from seqzoo.datasets.splits import Splits, between, first, without
from seqzoo.datasets.tagged import Tagged
from seqzoo.errors import InputError, unknown_name

__all__ = [
    "CLASSIFICATION",
    "ENTITIES",
    "LANGUAGE",
    "SEGMENTATION",
    "TRANSLATION",
    "Example",
    "Pair",
    "Passage",
    "Splits",
    "Tagged",
    "classification",
    "language",
    "read_examples",
    "tagging",
    "translation",
]

CLASSIFICATION = {
    "movie-reviews": movie_reviews,
    "imdb": imdb,
    "chinese-reviews": chinese_reviews,
}
SEGMENTATION = {"peoples-daily": lambda language: peoples_daily.words()}
ENTITIES = {
    "peoples-daily": lambda language: peoples_daily.entities(),
    "conll2003": lambda language: conll.conll2003(),
    "wikiann": conll.wikiann,
}
TRANSLATION = {
    "bible": lambda name: bible.english_japanese(),
    "kjv-web": lambda name: bible.old_modern(),
    "tensorflow-datasets": tfds_pairs.streams,
}
LANGUAGE = {"bible": running.english_bible, "python": running.python_library}


def classification(
    dataset: str,
    *,
    data: str | None = None,
    seed: int = 0,
    validation: float = 0.1,
    test: float = 0.1,
    limit: int | None = None,
) -> Splits:
    """Labelled texts in three parts.

    Args:
        dataset: a name in `CLASSIFICATION`, for which `data` may say where its files are.
        data: a file of the user's own (see `datasets.files`), or a folder with `train`, and where
            there are such, `validation` and `test` files; or the folder of the `imdb` dataset.
        seed: decides which examples are held out, where the corpus itself does not say.
        validation, test: shares held out, each in (0, 1).
        limit: keep this many training examples.

    Raises:
        InputError: on an unknown name, or files that cannot be read.
    """
    if dataset not in CLASSIFICATION:
        raise unknown_name("dataset", dataset, CLASSIFICATION)
    _check_shares(validation, test)
    if data is None or imdb.is_imdb(Path(data)):
        module = CLASSIFICATION[dataset] if data is None else imdb
        parts, description = module.streams(*([] if data is None else [Path(data)]))
    else:
        parts, description = _own(Path(data), read_examples, f"train{{{','.join(files.FORMATS)}}}")
    return _complete(parts, description, seed, validation, test, limit)


def tagging(
    corpora: dict,
    dataset: str,
    read,
    *,
    data: str | None = None,
    test_data: str | None = None,
    language: str = "en",
    seed: int = 0,
    validation: float = 0.1,
    test: float = 0.1,
    limit: int | None = None,
) -> Splits:
    """Sequences with a tag for each token in three parts.

    Args:
        corpora: `SEGMENTATION` or `ENTITIES`.
        dataset: a name in it.
        read: reader of a file of the user's own, path -> examples.
        data: such a file, or a folder with `train` and, where there are such, `validation` and
            `test` files; instead of the dataset.
        test_data: a file to measure on instead of a part held out; training texts that stand in it
            too are left out.
        language: of the dataset, where it has several.
        seed, validation, test, limit: as in `classification`.

    Raises:
        InputError: on an unknown name, or files that cannot be read.
    """
    if dataset not in corpora:
        raise unknown_name("dataset", dataset, corpora)
    _check_shares(validation, test)
    if data is None:
        parts, description = corpora[dataset](language)
    else:
        parts, description = _own(Path(data), read, "train.*")
    if test_data is not None:
        next(iter(read(test_data)), None)  # a file that can't be read must not come to light at the end
        parts = {**parts, "test": lambda: read(test_data)}
        parts |= {p: without(parts[p], parts["test"]) for p in ("train", "validation") if p in parts}
        description += f"; measured on {Path(test_data).name}"
    return _complete(parts, description, seed, validation, test, limit)


def translation(
    dataset: str,
    *,
    name: str | None = None,
    data: str | None = None,
    files: dict[str, tuple[str | None, str | None]],
    seed: int = 0,
    validation: float = 0.1,
    test: float = 0.1,
    limit: int | None = None,
) -> Splits:
    """Texts and their translations in three parts.

    Args:
        dataset: a name in `TRANSLATION`.
        name: of the one in tensorflow-datasets.
        data: a file with tabs (see `datasets.parallel`), or a folder with `train` and, where there are
            such, `validation` and `test` files; instead of the dataset.
        files: part -> source and target file, line by line; instead of all these. Training pairs
            whose source stands in another part's files too are left out.
        seed, validation, test, limit: as in `classification`.

    Raises:
        InputError: on an unknown name, a file without its other half, or files that cannot be read.
    """
    if dataset not in TRANSLATION:
        raise unknown_name("dataset", dataset, TRANSLATION)
    _check_shares(validation, test)
    pairs = {part: both for part, both in files.items() if any(both)}
    for part, both in pairs.items():
        if not all(both):
            given, missing = ("source", "target") if both[0] else ("target", "source")
            raise InputError(f"--{part}-{given}: expected --{part}-{missing} too")
    if pairs and "train" not in pairs and data is None:
        raise InputError("expected --train-source and --train-target too, or --data")
    if data is not None:
        parts, description = _own(Path(data), read_columns, "train.tsv")
    elif pairs:
        parts, description = {}, Path(pairs["train"][0]).name + ", " + Path(pairs["train"][1]).name
    else:
        parts, description = TRANSLATION[dataset](name)
    parts |= {part: lambda both=both: read_pairs(*both) for part, both in pairs.items()}
    for part in pairs.keys() - {"train"}:
        for _ in parts[part]():  # what can't be read must not come to light at the end
            pass
        parts["train"] = without(parts["train"], parts[part])
    return _complete(parts, description, seed, validation, test, limit)


def language(
    dataset: str,
    *,
    data: str | None = None,
    pattern: str = "*",
    seed: int = 0,
    validation: float = 0.05,
    test: float = 0.05,
) -> Splits:
    """Running text in three parts, as streams of `Passage`.

    Args:
        dataset: a name in `LANGUAGE`.
        data, pattern: a file or folder instead; see `running.from_files`.
        seed, validation, test: as in `classification`.

    Raises:
        InputError: on an unknown name, or files that cannot be read.
    """
    if dataset not in LANGUAGE:
        raise unknown_name("dataset", dataset, LANGUAGE)
    _check_shares(validation, test)
    if data is None:
        return LANGUAGE[dataset](seed, validation, test)
    return running.from_files(Path(data), pattern, seed, validation, test)


def _check_shares(validation: float, test: float) -> None:
    if not (validation > 0 and test > 0 and validation + test < 1):
        raise InputError(
            f"validation and test: expected shares above 0 with a sum below 1; got {validation} and {test}"
        )


def _own(path: Path, read, expected: str):
    """The streams in a file or folder of the user's own."""
    if not path.exists():
        raise InputError(f"{path}: no such file or folder")
    if path.is_file():
        return {"train": lambda: read(path)}, f"{path.name}"
    found = {}
    for part in ("train", "validation", "test"):
        paths = [p for p in sorted(path.iterdir()) if p.name.split(".")[0] == part]
        if len(paths) > 1:
            raise InputError(f"{path}: expected one {part} file; got {[p.name for p in paths]}")
        if paths:
            found[part] = lambda p=paths[0]: read(p)
    if "train" not in found:
        raise InputError(f"{path}: expected a file {expected}; found none")
    return found, f"{path.name}/"


def _complete(parts, description, seed, validation, test, limit) -> Splits:
    """Hold out by hash what the corpus does not come with."""
    train, low = parts["train"], 0.0
    if "test" not in parts:
        parts = {**parts, "test": between(train, low, low + test, seed)}
        low += test
    if "validation" not in parts:
        parts = {**parts, "validation": between(train, low, low + validation, seed)}
        low += validation
    if low:
        parts = {**parts, "train": between(train, low, 1.0, seed)}
    return Splits(first(parts["train"], limit, seed), parts["validation"], parts["test"], description)
