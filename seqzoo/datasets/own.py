"""A user's own tables as a corpus of three parts: opened, said what was found, surveyed, split."""

import dataclasses
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from seqzoo.config import flag
from seqzoo.datasets.corpus import Corpus, check_idle_shares, own
from seqzoo.datasets.held_out import hold_out
from seqzoo.datasets.reading.formats import EXPECTED
from seqzoo.datasets.reading.settings import Form, FormSettings
from seqzoo.datasets.splits import Splits
from seqzoo.errors import InputError

READING = tuple(field.name for field in dataclasses.fields(FormSettings))


def own_splits(
    config: Any,
    open_one: Callable[[Path, Form], Any],
    examples: Callable[[Any], Iterator[Any]],
    instead: Mapping[str, Callable[[], Iterator[Any]]] | None = None,
    files: Mapping[str, Path] | None = None,
) -> Splits:
    """The three parts of the files that `config.data` names; what was found in them is printed.

    Args:
        config: settings: data, those of `Form`, seed, validation, test, limit.
        open_one: opens a file of them: a `seqzoo.datasets.reading.table.Table`, or another with `found` and
            `may_have_header`.
        examples: the examples of a table, and an `InputError` for each row that is none.
        instead: part -> a stream that takes its place.
        files: part -> a file that takes its place.

    Raises:
        InputError: on files that cannot be read, or a file that plays no part; see `hold_out`.
    """
    asked, path = Form.of(config), Path(config.data)
    tables: dict[Path, Any] = {}

    def read(file: Path) -> Iterator[Any]:
        return examples(tables[file])

    def opening(file: Path) -> Iterator[Any]:
        tables[file] = open_one(file, asked)
        return iter(())

    expected = f"train.* ({EXPECTED})"
    for part in own(path, opening, expected).parts.values():
        next(part(), None)  # opens its files
    for file in (files or {}).values():
        opening(file)
    found = list(dict.fromkeys(table.found for table in tables.values()))
    for file, table in tables.items():
        print(f"{file}: {table.found}", flush=True)
    corpus = own(path, read, expected)
    parts = {**corpus.parts, **(instead or {})}
    parts |= {part: partial(read, file) for part, file in (files or {}).items()}
    check_idle_shares(config, parts)
    description = f"{corpus.description} ({'; '.join(found)})"
    return hold_out(
        Corpus(parts, description),
        seed=config.seed,
        validation=config.validation,
        test=config.test,
        limit=config.limit,
        name=str(path),
        skip_bad_rows=asked.skip_bad_rows,
        headless=any(table.may_have_header for table in tables.values()),
        mark=getattr(config, "multi_label", None),
    )


def check_no_reading(
    config: Any, allowed: Collection[str] = (), without: str | None = None
) -> None:
    """Refuse flags that say how a file is read where there is none.

    Args:
        config: settings.
        allowed: names of those that play a part all the same.
        without: the flag that takes their place; None: there is no `--data`.

    Raises:
        InputError: naming the first.
    """
    for field in dataclasses.fields(config):
        is_reading = field.name in READING or field.name.endswith("_column")
        if (
            is_reading
            and field.name not in allowed
            and getattr(config, field.name) != field.default
        ):
            why = f"beside {without} it plays no part"
            if without is None:
                why = "it is for --data; there is none"
            raise InputError(f"--{flag(field.name)}: {why}")
