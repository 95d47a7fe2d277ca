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
    split,
)
from seqzoo.datasets.labelled import examples_of, labelled
from seqzoo.datasets.own import check_no_reading, own_splits
from seqzoo.errors import InputError

CORPORA = declared(
    "classification",
    {
        "movie-reviews": movie_reviews.corpus,
        "imdb": imdb.corpus,
        "chinese-reviews": chinese_reviews.corpus,
    },
)


def load(config: Any) -> Splits:
    """The three parts that a recipe's settings describe.

    Args:
        config: `Settings`: dataset, data, those of `Form`, seed, validation, test, limit.

    Raises:
        InputError: on an unknown name, a dataset beside a file, or files that cannot be read.
    """
    if config.data is None:
        check_no_reading(config)
        return _split(opened(CORPORA, config), config)
    path = Path(config.data)
    if not path.exists():
        raise InputError(f"{path}: no such file or folder")
    if not imdb.is_imdb(path):
        check_source(config)
        return own_splits(config, labelled, examples_of)
    # The files of IMDB may be anywhere: naming it beside them is no contradiction.
    if config.dataset != "imdb":
        check_source(config)
    return _split(imdb.corpus(path), config)


def _split(corpus: Corpus, config: Any) -> Splits:
    """The parts of a corpus of ours: by a hash of the text alone, as its figures were measured."""
    return split(
        corpus,
        seed=config.seed,
        validation=config.validation,
        test=config.test,
        limit=config.limit,
    )
