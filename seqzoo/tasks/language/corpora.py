"""The corpora of running text, and a user's own."""

from pathlib import Path
from typing import Any

from seqzoo.datasets import (
    Splits,
    check_source,
    declared,
    opened,
    python_library,
    running,
    split,
)
from seqzoo.datasets.corpus import check_shares
from seqzoo.datasets.own import check_no_reading
from seqzoo.tasks.language.verse.corpora import CORPORA as VERSE

__all__ = ["CORPORA", "VERSE", "load"]

CORPORA = declared(
    "language",
    {
        "bible": lambda config: running.english_bible(
            config.seed, config.validation, config.test
        ),
        "python": lambda config: python_library.python_library(
            config.seed, config.validation, config.test
        ),
    },
)


def load(config: Any) -> Splits:
    """The three parts, of passages, that a recipe's settings describe.

    Args:
        config: `Settings`: dataset, data, pattern, seed, validation, test.

    Raises:
        InputError: on an unknown name, a dataset beside a file, or files that cannot be read.
    """
    check_shares(config.validation, config.test)
    if config.data is not None:
        check_source(config)
        return running.from_files(
            Path(config.data),
            config.pattern,
            config.seed,
            config.validation,
            config.test,
            config.encoding,
        )
    check_no_reading(config)
    found = opened(CORPORA, config)
    if isinstance(found, Splits):
        return found
    return split(
        found,
        seed=config.seed,
        validation=config.validation,
        test=config.test,
        limit=None,
    )
