"""`seqzoo evaluate` for classifiers of trees: scores on labelled trees, the naive answers beside them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from seqzoo import metrics
from seqzoo.datasets.trees.reading import own_trees
from seqzoo.pipeline import bootstrap, naive
from seqzoo.tasks.options import Options
from seqzoo.tasks.trees.corpora import judged
from seqzoo.tasks.trees.data import gold_of
from seqzoo.tasks.trees.predictor import TreeClassifier
from seqzoo.tasks.trees.scores import scores


def measure(
    predictor: TreeClassifier,
    path: Path,
    options: Options,
    write: Callable[[str], None],
) -> dict[str, Any]:
    """Scores of a classifier on labelled trees, and those of naive answers.

    Args:
        predictor: a `TreeClassifier`.
        path: as the training's `--data`; of a folder the test part.
        options: nothing.
        write: not used.

    Returns:
        `examples`, the number of trees; what `scores.scores` gives; the naive answers' figures; `below`,
        sentences on naive answers that are better; and what the interval is made of.

    Raises:
        InputError: on a file that cannot be read, or a label that the training had not.
    """
    parts = own_trees(path).parts
    stream = parts["test"] if "test" in parts else parts["train"]
    trees = [predictor.coding.coded(each) for each in judged(stream(), predictor.classes)]
    gold = [gold_of(each.tree, predictor.labels, predictor.at) for each in trees]
    probabilities = predictor.inference(trees)
    found = scores(gold, probabilities, predictor.labels)
    matrix = found.pop("confusion_matrix")

    roots = np.array([each[-1] - 1 for each in gold])
    tokens = [each.tokens for each in trees]
    beside = predictor.bag.answers(tokens, roots, predictor.labels)
    below = naive.below(found["score"], beside, "these trees")
    right = np.array([each[-1].argmax() for each in probabilities]) == roots
    per_row = np.stack([right, np.ones(len(right))], axis=1)  # (trees, 2)
    return {
        "examples": len(trees),
        **found,
        "confusion_matrix": metrics.named_confusion(matrix, predictor.labels),
        **naive.flat(beside),
        **({"below": below} if below else {}),
        bootstrap.PER_ROW: bootstrap.PerRow(
            "accuracy", per_row, bootstrap.share, "trees", (1,)
        ),
    }
