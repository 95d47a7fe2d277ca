"""The corpora of labelled texts, and a user's own."""

import functools
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
    split,
    sst,
)
from seqzoo.datasets.labelled import examples_of, labelled
from seqzoo.datasets.own import check_no_reading, own_splits
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


def load(config: Any) -> Splits:
    """The three parts that a recipe's settings describe.

    Args:
        config: `Settings`: dataset, data, those of `Form`, seed, validation, test, limit.

    Raises:
        InputError: on an unknown name, a dataset beside a file, or files that cannot be read.
    """
    if config.multi_label is not None:
        _check_several(config)
    if config.dataset in FROM_FOLDER:
        check_no_reading(config)
        return _split(opened(CORPORA, config), config)
    if config.data is None:
        check_no_reading(config)
        return _split(opened(CORPORA, config), config)
    path = Path(config.data)
    if not path.exists():
        raise InputError(f"{path}: no such file or folder")
    if not imdb.is_imdb(path):
        if config.dataset == "imdb":
            raise InputError(
                f"--dataset imdb and --data {path}: expected one of them; it is no folder of IMDB"
            )
        check_source(config)
        examples = functools.partial(examples_of, mark=config.multi_label)
        return own_splits(config, labelled, examples)
    check_source(config)
    return _split(imdb.corpus(path), config)


def _check_several(config: Any) -> None:
    """Refuse several labels a text where the corpus has one.

    Raises:
        InputError: saying that.
    """
    if (
        config.data is None
        or config.dataset in FROM_FOLDER
        or imdb.is_imdb(Path(config.data))
    ):
        raise InputError(
            "--multi-label: it is for --data with texts of yours; the corpus has one label a text"
        )


def _split(corpus: Corpus, config: Any) -> Splits:
    """The parts of a corpus of ours: by a hash of the text alone, as its figures were measured."""
    return split(
        corpus,
        seed=config.seed,
        validation=config.validation,
        test=config.test,
        limit=config.limit,
    )
