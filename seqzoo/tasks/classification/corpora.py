"""The corpora of labelled texts, and a user's own."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from seqzoo.datasets import (
    Corpus,
    Splits,
    check_source,
    chinese_reviews,
    declared,
    imdb,
    movie_reviews,
    opened,
    own,
    read_examples,
    split,
    sst,
)
from seqzoo.datasets.files import FORMATS
from seqzoo.errors import InputError


def _treebank(name: str, classes: int, phrases: bool) -> Callable[[Any], Corpus]:
    """A reader of the Stanford Sentiment Treebank, whose folder is the setting `data`."""

    def read_folder(config: Any) -> Corpus:
        if config.data is None:
            raise InputError(
                f"--dataset {name}: expected --data FOLDER, too, with {', '.join(sst.FILES.values())}"
            )
        path = Path(config.data)
        if path.is_file():
            raise InputError(
                f"--dataset {name} and --data {path}: expected one of them; it is no folder of the treebank"
            )
        return sst.corpus(path, classes, phrases)

    return read_folder


# Read from the folder that `--data` names.
FROM_FOLDER = {
    "sst-2": _treebank("sst-2", classes=2, phrases=False),
    "sst-5": _treebank("sst-5", classes=5, phrases=False),
    "sst-2-phrases": _treebank("sst-2-phrases", classes=2, phrases=True),
    "sst-5-phrases": _treebank("sst-5-phrases", classes=5, phrases=True),
}
CORPORA = declared(
    "classification",
    {
        "movie-reviews": movie_reviews.corpus,
        "movie-sentences": movie_reviews.sentences,
        "imdb": imdb.corpus,
        "chinese-reviews": chinese_reviews.corpus,
        **FROM_FOLDER,
    },
)
# Naming them beside a folder is no contradiction: IMDB's files may be anywhere.
BESIDE_DATA = ("imdb", *FROM_FOLDER)


def read(path: Path) -> Corpus:
    """A user's own corpus: a file (see `seqzoo.datasets.files`), a folder with `train.*`, or the IMDB folder.

    Raises:
        InputError: if there is none, or two files of one part.
    """
    if imdb.is_imdb(path):
        return imdb.corpus(path)
    return own(path, read_examples, f"train{{{','.join(FORMATS)}}}")


def load(config: Any) -> Splits:
    """The three parts that a recipe's settings describe.

    Args:
        config: `Settings`: dataset, data, seed, validation, test, limit.

    Raises:
        InputError: on an unknown name, a dataset beside a file, or files that cannot be read.
    """
    if config.data is None or config.dataset in FROM_FOLDER:
        corpus = opened(CORPORA, config)
    else:
        path = Path(config.data)
        corpus = read(path)
        check_source(config)
        if config.dataset == "imdb" and not imdb.is_imdb(path):
            raise InputError(
                f"--dataset imdb and --data {path}: expected one of them; it is no folder of IMDB"
            )
    return split(
        corpus,
        seed=config.seed,
        validation=config.validation,
        test=config.test,
        limit=config.limit,
    )
