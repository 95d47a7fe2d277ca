"""How likely drawings are: `python reader.py < drawings.jsonl`, a list of strokes a line.

A stroke is a list of points `[x, y]`, y downwards, in the training's unit: `[[[0, 0], [3, 4]], [[5, 5]]]`.
"""

import json
import math
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from lines import answer
from runtime import Network

FOLDER = Path(__file__).parent
SMALLEST_DEVIATION, LARGEST_CORRELATION = 1e-2, 0.99  # as in training
TOGETHER = 64  # drawings that take a step together
NO_TEXT = np.array([[2, 1]], np.int32)  # ids of `<none>` and `<end>`


class Reader:
    """The exported handwriter.

    Args:
        folder: of the export.
    """

    def __init__(self, folder: Path = FOLDER):
        self.network = Network(folder, "model")
        self.text = json.loads((folder / "text.json").read_text("utf-8"))
        self.states: dict[str, int] = self.text["states"]  # name -> size

    def points(self, drawing: Any) -> np.ndarray:
        """Scaled offsets of a drawing, float32 (points, 3): dx, dy, pen lifted.

        Raises:
            ValueError: if it is no drawing.
        """
        strokes = json.loads(drawing) if isinstance(drawing, str) else drawing
        if not isinstance(strokes, (list, tuple)) or not len(strokes):
            raise ValueError("expected a list of strokes")
        parts = [np.array(stroke, np.float64) for stroke in strokes]
        if any(part.ndim != 2 or part.shape[1] not in (2, 3) for part in parts):
            raise ValueError("expected strokes of points [x, y] or [x, y, time]")
        places = np.concatenate([part[:, :2] for part in parts])
        if not np.isfinite(places).all():
            raise ValueError("expected finite numbers")
        lifted = np.zeros(len(places))
        lifted[np.cumsum([len(part) for part in parts]) - 1] = 1
        offsets = np.diff(places, axis=0, prepend=places[:1]).astype(np.float32)
        scaled = offsets / np.array([self.text["scale"]] * 2)
        return np.column_stack([scaled, lifted]).astype(np.float32)

    def losses(self, drawings: Sequence[np.ndarray]) -> list[np.ndarray]:
        """Negative log-likelihoods of scaled offsets in nats, float64 (points,) of each drawing.

        All take a step together; shorter drawings are padded on the right.
        """
        rows, longest = len(drawings), max(map(len, drawings))
        read = np.zeros((rows, longest, 3), np.float32)
        for row, points in enumerate(drawings):
            read[row, : len(points)] = [[0, 0, 1], *points[:-1]]
        given: dict[str, Any] = {
            name: np.zeros((rows, size), np.float32) for name, size in self.states.items()
        }
        if self.text["reads_text"]:
            given["tokens"] = np.repeat(NO_TEXT, rows, axis=0)

        steps = []
        for time in range(longest):
            outputs = self.network.run({"points": read[:, time : time + 1], **given})
            given |= {name: outputs[f"next_{name}"] for name in self.states}
            steps.append(outputs["mixture"][:, 0].astype(np.float64))
        raw = np.stack(steps, axis=1)  # (rows, longest, numbers)
        return [
            negative_log_likelihood(points.astype(np.float64), raw[row, : len(points)])
            for row, points in enumerate(drawings)
        ]

    def predict(self, drawings: Sequence[Any]) -> list[dict[str, Any]]:
        """Measure drawings, lists of strokes or their JSON; no text is read.

        Returns:
            For each `points` and `strokes`, how many there are, `log_prob` in nats, `nats` of a point.

        Raises:
            ValueError: on what is no drawing.
        """
        rows = [self.points(drawing) for drawing in drawings]
        found: list[np.ndarray] = []
        for first in range(0, len(rows), TOGETHER):
            found += self.losses(rows[first : first + TOGETHER])
        return [
            {
                "points": len(points),
                "strokes": max(1, int(points[:, 2].sum())),
                "log_prob": -float(losses.sum()),
                "nats": float(losses.mean()),
            }
            for points, losses in zip(rows, found, strict=True)
        ]

    def plain(self, answer: dict[str, Any]) -> str:
        """The log-likelihood in nats alone."""
        return f"{answer['log_prob']:.4f}"


def negative_log_likelihood(target: np.ndarray, raw: np.ndarray) -> np.ndarray:
    """Of points (rows, 3) under raw numbers (rows, 6 mixtures + 1), in nats (Graves 2013, section 4.2)."""
    count = (raw.shape[1] - 1) // 6
    # (rows, 6 mixtures) -> (6, rows, mixtures)
    groups = raw[:, 1:].reshape(len(raw), 6, count).transpose(1, 0, 2)
    logits, mean_x, mean_y, spread_x, spread_y, lean = groups
    deviation_x = np.logaddexp(0, spread_x) + SMALLEST_DEVIATION
    deviation_y = np.logaddexp(0, spread_y) + SMALLEST_DEVIATION
    r = LARGEST_CORRELATION * np.tanh(lean)
    x = (target[:, 0:1] - mean_x) / deviation_x
    y = (target[:, 1:2] - mean_y) / deviation_y
    narrow = np.sqrt(1 - r**2)
    parts = logits - 0.5 * (x**2 + ((y - r * x) / narrow) ** 2)
    parts -= np.log(deviation_x * deviation_y * narrow)
    offsets = log_sum(parts) - log_sum(logits) - math.log(2 * math.pi)
    pen = np.where(target[:, 2] > 0.5, -raw[:, 0], raw[:, 0])
    return np.logaddexp(0, pen) - offsets


def log_sum(x: np.ndarray) -> np.ndarray:
    """log(sum of e^x) over the last axis."""
    greatest = x.max(axis=-1)
    return greatest + np.log(np.exp(x - greatest[..., None]).sum(axis=-1))


if __name__ == "__main__":
    sys.exit(answer(Reader()))
