"""Series of numbers: read, checked, split in the order of time, scaled, and forecast without a network.

| file | does |
|---|---|
| `series.py` | `Series`: values, names, times, what is a target and what is known in the future |
| `tables.py`, `numbers.py` | CSV, TSV, Parquet, Excel and frames, columns by name; wide and long |
| `archives.py` | labelled series: `.ts`, `.arff`, UCR `.tsv`, `.npz` |
| `checks.py` | times in order, constant channels, a test that overlaps the training |
| `times.py` | times of steps, of future steps, as features |
| `time_columns.py` | a column of times that nobody named |
| `gaps.py` | missing values: masked, interpolated, refused |
| `splits.py` | parts in the order of time, windows as views, batches |
| `scaling.py` | `Scaler`, fitted on the training part |
| `naive.py` | last value, last season, drift, one matrix |
| `made.py`, `shipped.py` | made pendulums; series that sktime and statsmodels ship |
"""

from typing import TYPE_CHECKING

from seqzoo import lazy

if TYPE_CHECKING:
    from seqzoo.datasets.series.archives import read_archive
    from seqzoo.datasets.series.checks import refuse_overlap, repeated, tell_constant
    from seqzoo.datasets.series.gaps import filled
    from seqzoo.datasets.series.naive import Linear, drift, repeat_last, seasonal
    from seqzoo.datasets.series.scaling import Scaler
    from seqzoo.datasets.series.series import Series
    from seqzoo.datasets.series.splits import Parts, Windows, batches, chronological
    from seqzoo.datasets.series.tables import Columns, read_table
    from seqzoo.datasets.series.times import calendar, continued, spacing, time_steps

__all__ = [
    "Columns",
    "Linear",
    "Parts",
    "Scaler",
    "Series",
    "Windows",
    "batches",
    "calendar",
    "chronological",
    "continued",
    "drift",
    "filled",
    "read_archive",
    "read_table",
    "refuse_overlap",
    "repeat_last",
    "repeated",
    "seasonal",
    "spacing",
    "tell_constant",
    "time_steps",
]

_HOME = "seqzoo.datasets.series"
_PLACES = {
    **lazy.places(f"{_HOME}.archives", "read_archive"),
    **lazy.places(f"{_HOME}.checks", "refuse_overlap", "repeated", "tell_constant"),
    **lazy.places(f"{_HOME}.gaps", "filled"),
    **lazy.places(f"{_HOME}.naive", "Linear", "drift", "repeat_last", "seasonal"),
    **lazy.places(f"{_HOME}.scaling", "Scaler"),
    **lazy.places(f"{_HOME}.series", "Series"),
    **lazy.places(f"{_HOME}.splits", "Parts", "Windows", "batches", "chronological"),
    **lazy.places(f"{_HOME}.tables", "Columns", "read_table"),
    **lazy.places(f"{_HOME}.times", "calendar", "continued", "spacing", "time_steps"),
}
__getattr__, __dir__ = lazy.names(__name__, _PLACES)
