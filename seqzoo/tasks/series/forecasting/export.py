"""What an exported forecaster needs beside its network."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from seqzoo.export.task import TaskExport
from seqzoo.layers.distribution_table import DISTRIBUTIONS
from seqzoo.tasks.series.forecasting.preparing import SCALER
from seqzoo.tasks.series.forecasting.reader_paths import COUNTS, STUDENT_T

HARD = (STUDENT_T, COUNTS)  # distributions whose quantiles NumPy does not have
UNITLESS = ("freedom", "dispersion")
KEYS = (
    "forecast",
    "low",
    "high",
    *(n for d in DISTRIBUTIONS.values() for n in d.parameters),
)


def _columns(answer: dict[str, Any]) -> Iterator[tuple[tuple[str, ...], list[float]]]:
    """The lists of numbers in the answer for one series: keys that lead to each, the column's last."""
    for key in KEYS:
        for name, values in answer.get(key, {}).items():
            yield (key, name), values
    for level, columns in answer.get("quantiles", {}).items():
        for name, values in columns.items():
            yield ("quantiles", level, name), values


class Export(TaskExport):
    """A forecaster's export."""

    SIDE_FILES = (SCALER,)
    BESIDE = ("series",)

    def lengths(self) -> Sequence[int]:
        """That of the look-back, or one step where states go in and come out."""
        return (1 if self.predictor.inference.whole else self.predictor.plan.look_back,)

    def packages(self) -> Sequence[str]:
        """SciPy, for quantiles of distributions that have no simpler ones."""
        return ("scipy",) if self.predictor.inference.distribution in HARD else ()

    def readers(self, format: str, in_graph: bool) -> dict[str, str]:
        """The reader, and what it draws paths and bands and knows times with."""
        return {"reader": "reader", "paths": "reader_paths", "times": "reader_times"}

    def text(self) -> dict[str, Any]:
        """What the network's numbers are, and its states by name with their sizes: none, or all."""
        inference = self.predictor.inference
        return {
            "distribution": inference.distribution,
            "quantiles": list(inference.levels),
            "channels": inference.channels,
            "states": inference.sizes,
            "observed": self.predictor.plan.observed,
            "widths": None if inference.widths is None else inference.widths.tolist(),
        }

    def expected(self, texts: Sequence[Any]) -> list[dict[str, Any]]:
        """The model's answers that the export must give too."""
        return self.predictor.predict(list(texts))

    def difference(self, ours: dict[str, Any], theirs: dict[str, Any]) -> float | None:
        """The largest difference of two forecasts, in the scale of each column; None: other steps.

        A quantile of counts jumps by 1 where a number of the network differs in its last digit, and so does
        all that follows in a path. Of counts the median difference of a column is taken.
        """
        counts = self.predictor.inference.distribution == COUNTS
        apart = [0.0]
        pairs = zip(ours.get("series", [ours]), theirs.get("series", [theirs]), strict=True)
        for one, other in pairs:
            for key in ("id", "times", "steps"):
                if one.get(key) != other.get(key):
                    return None
            theirs_of = dict(_columns(other))
            if theirs_of.keys() != dict(_columns(one)).keys():
                return None
            for place, values in _columns(one):
                scale = 1.0
                if place[0] not in UNITLESS:
                    scale = self._scale(one.get("id", ""), place[-1])
                each = np.abs(np.subtract(values, theirs_of[place])) / scale
                apart.append(float(np.median(each) if counts else np.max(each)))
        return max(apart)

    def _scale(self, series_id: str, column: str) -> float:
        scaler = self.predictor.scaler
        statistics = scaler.statistics.get(series_id) or next(
            iter(scaler.statistics.values())
        )
        return float(statistics.scale[scaler.names.index(column)])
