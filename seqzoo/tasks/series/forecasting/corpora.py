"""The series to forecast: made, shipped with packages, or a user's own table."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from seqzoo.datasets import Corpus, check_source, declared, opened
from seqzoo.datasets.own import check_no_reading
from seqzoo.datasets.reading.settings import Form
from seqzoo.datasets.series import Series, made, read_table, shipped
from seqzoo.tasks.series.settings import ABOUT_COLUMNS, columns_of, refuse_idle_columns


class Read(NamedTuple):
    """Series, and what they are in a line."""

    series: list[Series]
    description: str


def _made() -> Corpus:
    description = "a damped pendulum with noise, pushed now and then, made by a program"
    return Corpus({"train": lambda: iter([made.pendulum()])}, description)


def _shipped(name: str, description: str) -> Callable[[], Corpus]:
    return lambda: Corpus({"train": lambda: iter([shipped.forecasting(name)])}, description)


CORPORA = declared(
    "forecasting",
    {
        "pendulum": _made,
        "co2": _shipped("co2", "weekly CO2 at Mauna Loa, 1958 to 2001 (statsmodels)"),
        "sunspots": _shipped("sunspots", "yearly sunspots, 1700 to 2008 (statsmodels)"),
    },
)


def load(config: Any) -> Read:
    """The series that a recipe's settings describe.

    Args:
        config: `Settings`: dataset, data, the columns, those of `Form`.

    Raises:
        InputError: on an unknown name, a dataset beside a file, a column without a file, or a file that
            cannot be read.
    """
    if config.data is not None:
        check_source(config)
        said = {name: getattr(config, name) for name in ABOUT_COLUMNS}
        series = read_table(
            Path(config.data), columns_of(said), Form.of(config), find_times=True
        )
        return Read(series, Path(config.data).name)
    check_no_reading(config)
    refuse_idle_columns(config)
    corpus = opened(CORPORA, config)
    return Read(list(corpus.parts["train"]()), corpus.description)
