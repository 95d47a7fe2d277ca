"""What can be set of the training on series of numbers: which columns play which part."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from seqzoo.config import data_option, flag
from seqzoo.datasets.reading.settings import FormSettings
from seqzoo.datasets.series import Columns
from seqzoo.errors import InputError
from seqzoo.training import settings

ABOUT_COLUMNS = (
    "time",
    "target",
    "features",
    "known",
    "series_id",
    "static",
    "time_format",
)


@dataclass(frozen=True)
class ColumnSettings(FormSettings, settings.Settings):
    """The columns of a table with a row a step."""

    data: str | None = data_option(
        None, "a table (.csv, .tsv, .parquet, .xlsx, ...) with a row a step", path=True
    )
    time: str | None = data_option(
        None, "the column of the times; none: rows are steps in order"
    )
    target: tuple[str, ...] | None = data_option(
        None, "columns to forecast; none: all that play no other part"
    )
    features: tuple[str, ...] | None = data_option(
        None, "further columns of the past that the network reads"
    )
    known: tuple[str, ...] | None = data_option(
        None, "columns whose future is known, like a price or a holiday"
    )
    series_id: str | None = data_option(
        None, "the column that tells which series a row is of; none: there is one"
    )
    static: tuple[str, ...] | None = data_option(
        None, "columns of numbers that do not change over a series, like the size of a shop"
    )
    time_format: str | None = data_option(
        None, "of the times: as strptime takes it, or unix; none: ISO 8601"
    )


def columns_of(said: Mapping[str, Any]) -> Columns:
    """The columns that settings name.

    Args:
        said: the names in `ABOUT_COLUMNS` and their values, perhaps with lists for tuples.
    """
    several: dict[str, Any] = {
        name: tuple(said[name] or ()) for name in ("target", "features", "known", "static")
    }
    return Columns(
        time=said["time"],
        series_id=said["series_id"],
        time_format=said["time_format"],
        **several,
    )


def refuse_idle_columns(config: Any) -> None:
    """Refuse flags on columns where there is no table.

    Raises:
        InputError: naming the first.
    """
    for name in ABOUT_COLUMNS:
        if getattr(config, name) is not None:
            raise InputError(f"--{flag(name)}: it is for --data; there is none")
