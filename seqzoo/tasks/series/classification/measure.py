"""`seqzoo evaluate` for series classifiers: scores on labelled series, the naive answers beside them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from seqzoo import metrics
from seqzoo.datasets.reading.source import of_path
from seqzoo.pipeline import bootstrap, naive
from seqzoo.tasks.series.classification import naive as naive_answers
from seqzoo.tasks.series.classification.corpora import check_labels
from seqzoo.tasks.series.classification.data import classes_of
from seqzoo.tasks.series.classification.options import MeasureOptions
from seqzoo.tasks.series.classification.predictor import SeriesClassifier
from seqzoo.tasks.series.classification.reading import read
from seqzoo.tasks.series.classification.scores import scores
from seqzoo.tasks.series_input import SeriesTable


def measure(
    predictor: SeriesClassifier,
    path: Path,
    options: MeasureOptions,
    write: Callable[[str], None],
) -> dict[str, Any]:
    """Scores of a series classifier on a file of labelled series, and those of naive answers.

    Args:
        predictor: a `SeriesClassifier`.
        path: as the training's `--data`.
        options: what the user set.
        write: not used.

    Returns:
        `examples`, the number of series; what `scores.scores` gives; the naive answers' figures; `below`,
        sentences on naive answers that are better; and what the interval is made of.

    Raises:
        InputError: on a file that cannot be read, or a label that the training had not.
    """
    form = predictor.form
    series = read(SeriesTable(of_path(path)), form, predictor.asked(options), labelled=True)
    check_labels(series, form.label is not None)
    gold = classes_of(series, predictor.labels)
    values = [form.values(each, predictor.scaler) for each in series]
    static = np.stack([form.static_of(each) for each in series])
    probabilities = predictor.inference(values, static)
    found = scores(gold, probabilities, predictor.labels)
    matrix = found.pop("confusion_matrix")
    beside = naive_answers.answers(values, gold, predictor.labels, predictor.nearest)
    below = naive.below(found["score"], beside, "these series")
    right = probabilities.argmax(axis=1) == gold
    per_row = np.stack([right, np.ones(len(right))], axis=1)  # (series, 2)
    return {
        "examples": len(series),
        **found,
        "confusion_matrix": metrics.named_confusion(matrix, predictor.labels),
        **naive.flat(beside),
        **({"below": below} if below else {}),
        bootstrap.PER_ROW: bootstrap.PerRow(
            "accuracy", per_row, bootstrap.share, "series", (1,)
        ),
    }
