"""`seqzoo evaluate` for handwriters: nats a point, the naive answer's beside them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from seqzoo.datasets.strokes.reading import read
from seqzoo.pipeline import bootstrap, naive
from seqzoo.tasks.handwriting.data import scaled
from seqzoo.tasks.handwriting.predictor import Handwriter
from seqzoo.tasks.handwriting.scores import nats_a_point, scores, sums
from seqzoo.tasks.handwriting.writing import habits
from seqzoo.tasks.options import Options


def measure(
    predictor: Handwriter, path: Path, options: Options, write: Callable[[str], None]
) -> dict[str, Any]:
    """Scores of a handwriter on drawings, and those of one Gaussian.

    Args:
        predictor: a `Handwriter`.
        path: as the training's `--data`; where there are parts, the test part.
        options: nothing.
        write: not used.

    Returns:
        `examples`, the number of drawings; what `scores.scores` gives; `writing.Habits` of new drawings of
        the same texts; the naive answer's figures; `below`,
        sentences if it is better; and what the interval is made of.

    Raises:
        InputError: on files that cannot be read, or a text that the model cannot read.
    """
    parts = read(path)
    drawings = parts.get("test") or parts["train"]
    texts = [
        predictor.text.ids(each.text if predictor.reads_text else (), each.where)
        for each in drawings
    ]
    points = [scaled(each.points, predictor.scale) for each in drawings]
    losses = predictor.inference.losses(points, texts)
    found = scores(losses)
    made = habits(predictor.inference, texts)
    beside = predictor.gaussian.answers(points)
    below = naive.below(found["score"], beside, "these drawings")
    return {
        "examples": len(drawings),
        **found,
        **made._asdict(),
        **naive.flat(beside),
        **({"below": below} if below else {}),
        bootstrap.PER_ROW: bootstrap.PerRow(
            "nats", np.asarray(sums(losses)), nats_a_point, "drawings", (1,), higher=False
        ),
    }
