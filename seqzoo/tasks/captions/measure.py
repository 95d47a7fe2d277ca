"""`seqzoo evaluate` for captioners: exact, BLEU-4, chrF, CIDEr, and what the pictures are worth."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from seqzoo.pipeline import bootstrap, naive
from seqzoo.tasks.captions import corpora
from seqzoo.tasks.captions import naive as naive_answers
from seqzoo.tasks.captions.options import MeasureOptions
from seqzoo.tasks.captions.predictor import Captioner
from seqzoo.tasks.captions.scores import scores, written


def measure(
    predictor: Captioner,
    path: Path,
    options: MeasureOptions,
    write: Callable[[str], Any],
) -> dict[str, Any]:
    """Scores of a captioner on pictures, and those of the naive answer.

    Args:
        predictor: a `Captioner`.
        path: as the training's `--data`; where there are parts, the test part.
        options: of the search.
        write: not used.

    Returns:
        `examples`, the number of pictures; what `scores.scores` gives; the naive answer's figures; `below`,
        sentences if it is better; and what the interval of `exact` is made of.

    Raises:
        InputError: on files that cannot be read.
    """
    found = corpora.to_measure(path)
    pictures = [predictor.fitted(each) for each in found]
    references = [each.captions for each in found]
    search = predictor.search(options)
    given = written(predictor.captioning, pictures, search)
    measured = scores(predictor.captioning, pictures, references, search, given)
    beside = naive_answers.answers(references, predictor.constant, predictor.text)
    below = naive.below(measured["score"], beside, "these pictures")
    normal = predictor.text.normal
    right = [
        [text in map(normal, said), 1] for text, said in zip(given, references, strict=True)
    ]
    return {
        "examples": len(found),
        **measured,
        **naive.flat(beside),
        **({"below": below} if below else {}),
        bootstrap.PER_ROW: bootstrap.PerRow(
            "exact", np.array(right, np.float64), bootstrap.share, "pictures", (1,)
        ),
    }
