"""The labelled series: made, shipped with sktime, or a user's own files."""

import functools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from seqzoo.config import flag
from seqzoo.datasets import Corpus, check_source, declared, opened, own
from seqzoo.datasets.corpus import check_idle_shares
from seqzoo.datasets.reading.settings import Form
from seqzoo.datasets.series import Columns, Series, made, read_archive, read_table, shipped
from seqzoo.datasets.series.archives import ENDINGS
from seqzoo.errors import InputError

PENDULUMS = 600
TABLE_FLAGS = (
    "label", "series_id", "time", "features", "static", "time_format", "delimiter", "columns",
)  # fmt: skip


class Read(NamedTuple):
    """Labelled series of each part that there is, and what they are in a line."""

    parts: dict[str, list[Series]]
    description: str


def _pendulums() -> Corpus:
    description = f"{PENDULUMS} damped pendulums with noise, made by a program; the class is the damping"
    return Corpus({"train": lambda: iter(made.pendulums(PENDULUMS))}, description)


def _shipped(name: str) -> Callable[[], Corpus]:
    def corpus() -> Corpus:
        parts = {part: functools.partial(_iterated, name, part) for part in shipped.PARTS}
        return Corpus(parts, f"{name}: {shipped.SETS[name]}; official parts (sktime)")

    return corpus


def _iterated(name: str, part: str) -> Any:
    return iter(shipped.labelled(name, part))


CORPORA = declared(
    "series_classification",
    {"pendulums": _pendulums, **{name: _shipped(name) for name in shipped.SETS}},
)


def load(config: Any) -> Read:
    """The series that a recipe's settings describe.

    Args:
        config: `Settings`: dataset, data, those of tables, test.

    Raises:
        InputError: on an unknown name, a dataset beside a file, a flag that plays no part, or a file that
            cannot be read.
    """
    if config.data is None:
        for name in (*TABLE_FLAGS, "encoding"):
            if getattr(config, name) is not None:
                raise InputError(f"--{flag(name)}: it is for --data; there is none")
        corpus = opened(CORPORA, config)
    else:
        check_source(config)
        corpus = _own(Path(config.data), config)
    check_idle_shares(config, [part for part in corpus.parts if part == "test"])
    if "validation" in corpus.parts:
        check_idle_shares(config, ["validation"])
    return Read(
        {part: list(stream()) for part, stream in corpus.parts.items()},
        corpus.description,
    )


def _own(path: Path, config: Any) -> Corpus:
    """A file, a folder with a part a file, or one with `NAME_TRAIN` and `NAME_TEST` as the archives have."""

    def streamed(file: Path) -> Any:
        return iter(read(file, config))

    parts = {}
    if path.is_dir():
        for part in ("train", "test"):
            found = [
                each
                for each in sorted(path.iterdir())
                if each.name.removesuffix(".gz")
                .lower()
                .endswith(tuple(f"_{part}{ending}" for ending in ENDINGS))
            ]
            if len(found) > 1:
                names = ", ".join(each.name for each in found)
                raise InputError(f"{path}: expected one {part} file; got {names}")
            if found:
                parts[part] = functools.partial(streamed, found[0])
    if "train" in parts:
        return Corpus(parts, f"{path.name}/")
    return own(path, streamed, f"train.* ({', '.join(ENDINGS)}, or a table)")


def read(path: Path, config: Any) -> list[Series]:
    """The labelled series of a file.

    Args:
        path: in a format of the archives; with `label` a table with a row a step.
        config: settings with the names of columns.

    Raises:
        InputError: on a file that cannot be read, or a series without a label.
    """
    columns = None if config.label is None else columns_of(config)
    series = opened_series(path, columns, Form.of(config), config)
    check_labels(series, config.label is not None)
    return series


def columns_of(config: Any) -> Columns:
    """The columns that settings name."""
    return Columns(
        time=config.time,
        target=tuple(config.features or ()),
        series_id=config.series_id,
        static=tuple(config.static or ()),
        label=config.label,
        time_format=config.time_format,
    )


def opened_series(
    path: Path, columns: Columns | None, form: Form, config: Any
) -> list[Series]:
    """The series of a file, from a table if there are columns.

    Raises:
        InputError: see `read`.
    """
    if columns is not None:
        return read_table(path, columns, form)
    if path.suffix.lower() in (".csv", ".parquet", ".xlsx", ".arrow"):
        raise InputError(
            f"{path}: expected --label, the column of the classes, and --series-id, of a table"
        )
    for name in TABLE_FLAGS:
        if getattr(config, name, None) is not None:
            raise InputError(
                f"--{flag(name)}: it is for tables with --label; {path} is none"
            )
    return read_archive(path, form.encoding)


def check_labels(series: Sequence[Series], of_table: bool) -> None:
    """Refuse series without labels.

    Raises:
        InputError: naming the first.
    """
    for each in series:
        if each.label is None:
            hint = "" if of_table else "; the file has none"
            raise InputError(f"{each.where}: expected a label{hint}")
