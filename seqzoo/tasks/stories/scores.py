"""Scores of answers: of all questions, and of each kind."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from seqzoo.datasets.stories.reading import number

PASSED = 0.95  # of a kind, as Weston et al. 2015 count


def scores(right: Sequence[bool], tasks: Sequence[str]) -> dict[str, Any]:
    """What answers score.

    Args:
        right: whether each is right.
        tasks: the kind of each question, "" if that is not known.

    Returns:
        `accuracy` of all questions. Where there are several kinds: `mean_error`, the mean of the kinds'
        shares of wrong answers; `failed`, how many kinds have more than 5 % wrong (Weston et al. 2015);
        `by_task`, each kind's accuracy. `score`, the mean of the kinds' accuracies, or `accuracy`.
    """
    every = np.asarray(right, np.float64)
    found: dict[str, Any] = {"accuracy": float(every.mean())}
    by_task = {
        task: float(every[[each == task for each in tasks]].mean())
        for task in sorted(set(tasks), key=number)
    }
    if len(by_task) < 2:
        return {"score": found["accuracy"], **found}
    mean = float(np.mean(list(by_task.values())))
    return {
        "score": mean,
        **found,
        "mean_error": 1 - mean,
        "failed": sum(each < PASSED for each in by_task.values()),
        "by_task": by_task,
    }
