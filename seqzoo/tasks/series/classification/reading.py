"""The series of an input: a table's, or those of a file in a format of the archives."""

import re
import warnings

from seqzoo.datasets.reading.settings import Form
from seqzoo.datasets.reading.source import Source
from seqzoo.datasets.series import Columns, Series, read_archive, read_table
from seqzoo.datasets.series.archives import ENDINGS
from seqzoo.errors import InputError
from seqzoo.tasks.series.classification.form import SeriesForm
from seqzoo.tasks.series_input import SeriesTable


def is_archive(table: SeriesTable, form: SeriesForm) -> bool:
    """Whether an input is a file of labelled series; a `.tsv` is one where the training was on such files."""
    if not isinstance(table.data, Source) or table.data.ending not in ENDINGS:
        return False
    return table.data.ending != ".tsv" or form.label is None


def read(
    table: SeriesTable, form: SeriesForm, asked: Form | None = None, labelled: bool = False
) -> list[Series]:
    """The series of an input.

    A column that was no channel of the training is left out, and a warning says so.

    Args:
        table: with the channels of the training; or a file in a format of the archives.
        form: of the training.
        asked: what is said of the file's form; None: as it shows.
        labelled: whether to read the labels of a table.

    Raises:
        InputError: on a column that is not there, or a cell that is no number.
    """
    asked = asked or Form()
    if is_archive(table, form):
        return read_archive(table.data, asked.encoding)
    columns = Columns(
        time=form.time,
        target=form.channels,
        series_id=form.series_id,
        static=form.static,
        label=form.label if labelled else None,
        time_format=form.time_format,
    )
    if table.headless or (not labelled and _is_headless(table, form)):
        # Steps without names are the channels alone, of one series.
        if form.static:
            raise InputError(
                f"expected a table with names: the model reads {form.static[0]!r}, too, of each series"
            )
        columns = Columns(target=form.channels)
        asked = Form(columns=form.channels)
    if labelled and form.label is None:
        raise InputError(
            f"{table.data.name}: expected {', '.join(ENDINGS)}, as in the training"
        )
    return read_table(table.data, columns, asked, tell=_warn)


def _is_headless(table: SeriesTable, form: SeriesForm) -> bool:
    """Whether a CSV table of one series begins with numbers that are no names of channels."""
    named = form.time is not None or form.series_id is not None
    if named or not isinstance(table.data, Source) or table.data.ending != ".csv":
        return False
    first = table.data.head.decode("utf-8", "replace").partition("\n")[0]
    cells = [cell.strip() for cell in re.split("[,;\t]", first)]
    return tuple(cells) != form.channels and all(map(_is_number, cells))


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _warn(line: str) -> None:
    warnings.warn(line, UserWarning, stacklevel=2)
