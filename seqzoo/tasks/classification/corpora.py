"""The corpora of labelled texts, and a user's own."""

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
)
from seqzoo.datasets.files import FORMATS

CORPORA = declared(
    "classification",
    {
        "movie-reviews": movie_reviews.corpus,
        "imdb": imdb.corpus,
        "chinese-reviews": chinese_reviews.corpus,
    },
)


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
    if config.data is None:
        corpus = opened(CORPORA, config)
    else:
        path = Path(config.data)
        corpus = read(path)
        # The files of IMDB may be anywhere: naming it beside them is no contradiction.
        if config.dataset != "imdb" or not imdb.is_imdb(path):
            check_source(config)
    return split(
        corpus,
        seed=config.seed,
        validation=config.validation,
        test=config.test,
        limit=config.limit,
    )
