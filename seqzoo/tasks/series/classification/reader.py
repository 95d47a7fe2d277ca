"""From series to classes: `python reader.py < series.jsonl`, an object of columns a line.

A column is a list of numbers by name, null where a value is missing: `{"angle": [0.3, 0.1, ...]}`. A column
that tells the series, where the training had one, has one id a line.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from lines import answer
from runtime import Network
from series import filled, numbers, parsed, static_of

FOLDER = Path(__file__).parent


class Reader:
    """The exported classifier of series.

    Args:
        folder: of the export.
    """

    def __init__(self, folder: Path = FOLDER):
        self.network = Network(folder, "model")
        self.text = json.loads((folder / "text.json").read_text("utf-8"))
        said = json.loads((folder / "scaler.json").read_text("utf-8"))
        (statistics,) = said["statistics"].values()
        self.center = np.array(statistics["center"])
        self.scale = np.array(statistics["scale"])
        self.labels = (folder / "labels.txt").read_text("utf-8").splitlines()

    def predict(self, tables: Sequence[Any]) -> list[dict[str, Any]]:
        """Classify each table, an object of columns or its JSON.

        Returns:
            For each `label` and `probabilities`; where the training had a column for the series
            `{"series": [...]}`.

        Raises:
            ValueError: on a table that cannot be used.
        """
        return [self._answer(parsed(table)) for table in tables]

    def plain(self, answer: dict[str, Any]) -> str:
        """The label, a line a series; with the series' id before it, where there may be several."""
        if "series" not in answer:
            return answer["label"]
        return "\n".join(f"{each['id']} {each['label']}" for each in answer["series"])

    def _answer(self, table: dict[str, list]) -> dict[str, Any]:
        values = self._values(table)
        lengths = np.array([len(values)], np.int32)
        given = {
            "values": values[None],
            "lengths": lengths,
            "static": static_of(table, self.text),
        }
        row = self.network.run(given)["label"][0]
        found = {
            "label": self.labels[int(row.argmax())],
            "probabilities": dict(zip(self.labels, map(float, row), strict=True)),
        }
        if self.text["series_id"] is None:
            return found
        ids = dict.fromkeys(map(str, table[self.text["series_id"]]))
        if len(ids) != 1:
            raise ValueError(f"expected one series; got {len(ids)}")
        return {"series": [{"id": next(iter(ids)), **found}]}

    def _values(self, table: dict[str, list]) -> np.ndarray:
        """float32 (steps, channels), scaled, without gaps."""
        values = numbers(table, self.text["channels"])
        scaled = ((values - self.center) / self.scale).astype(np.float32)
        return filled(scaled, self._places(table, len(scaled)), self.text["missing"])

    def _places(self, table: dict[str, list], steps: int) -> np.ndarray:
        """Where the steps stand in time, float64 (steps,)."""
        if self.text["time"] is None:
            return np.arange(steps, dtype=np.float64)
        times = np.array(table[self.text["time"]], "datetime64[us]")
        return (times - times[0]) / np.timedelta64(1, "s")


if __name__ == "__main__":
    sys.exit(answer(Reader()))
