"""What may be wrong with the classes of a file's series: one class is given for all."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from seqzoo.datasets.reading.source import of_path
from seqzoo.diagnosis.result import Finding
from seqzoo.tasks.series.classification.reading import read
from seqzoo.tasks.series_input import SeriesTable

if TYPE_CHECKING:
    from seqzoo.tasks.series.classification.predictor import SeriesClassifier

FEW = 8  # series, below which one class for all says little


def findings(predictor: "SeriesClassifier", path: Path) -> Iterator[Finding]:
    """What is wrong with the answers to a file.

    Args:
        predictor: a `SeriesClassifier`.
        path: of series, with labels or without.

    Raises:
        InputError: on a file that cannot be read.
    """
    form = predictor.form
    series = read(SeriesTable(of_path(path)), form)
    values = [form.values(each, predictor.scaler) for each in series]
    static = np.stack([form.static_of(each) for each in series])
    given = predictor.inference(values, static).argmax(axis=1)
    counts = np.bincount(given, minlength=len(predictor.labels))
    if len(series) < FEW:
        found = (
            f"{len(series)} series are too few to tell whether one class is given for all"
        )
        yield Finding("note", "answers", "model", found)
    elif counts.max() == len(series):
        label = predictor.labels[int(counts.argmax())]
        yield Finding(
            "warning",
            "answers",
            "model",
            f"one class for all: each of {len(series):,} series is {label!r}",
            "train longer, at another --learning-rate; see whether the channels are scaled, and whether the "
            "classes are as frequent as you think",
        )
    else:
        found = f"{int((counts > 0).sum())} of {len(predictor.labels)} classes are given"
        yield Finding("ok", "answers", "model", found)
