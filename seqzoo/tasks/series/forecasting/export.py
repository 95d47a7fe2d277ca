"""What an exported forecaster needs beside its network."""

from collections.abc import Sequence
from typing import Any

from seqzoo.export.task import TaskExport
from seqzoo.tasks.series.forecasting.preparing import SCALER


class Export(TaskExport):
    """A forecaster's export."""

    SIDE_FILES = (SCALER,)
    BESIDE = ("series",)

    def text(self) -> dict[str, Any]:
        """What the network's numbers are."""
        inference = self.predictor.inference
        return {
            "distribution": inference.distribution,
            "quantiles": list(inference.levels),
            "channels": inference.channels,
        }

    def expected(self, texts: Sequence[Any]) -> list[dict[str, Any]]:
        """The model's answers that the export must give too."""
        return self.predictor.predict(list(texts))

    def difference(self, ours: dict[str, Any], theirs: dict[str, Any]) -> float | None:
        """The largest difference of two forecasts, in the scale of each column; None: other steps."""
        apart = [0.0]
        pairs = zip(ours.get("series", [ours]), theirs.get("series", [theirs]), strict=True)
        for one, other in pairs:
            for key in ("id", "times", "steps"):
                if one.get(key) != other.get(key):
                    return None
            for name, values in one["forecast"].items():
                scale = self._scale(one.get("id", ""), name)
                both = zip(values, other["forecast"][name], strict=True)
                apart += [abs(a - b) / scale for a, b in both]
        return max(apart)

    def _scale(self, series_id: str, column: str) -> float:
        scaler = self.predictor.scaler
        statistics = scaler.statistics.get(series_id) or next(
            iter(scaler.statistics.values())
        )
        return float(statistics.scale[scaler.names.index(column)])
