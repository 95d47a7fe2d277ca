"""`seqzoo evaluate` for classifiers."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from seqzoo.datasets import imdb, read_examples
from seqzoo.pipeline.encoded import Encoded
from seqzoo.tasks.classification.data import class_of
from seqzoo.tasks.classification.predictor import Classifier
from seqzoo.tasks.classification.training import evaluate_encoded
from seqzoo.tasks.options import Options


def measure(
    predictor: Classifier, path: Path, options: Options, write: Callable[[str], Any]
) -> dict[str, Any]:
    """Scores of a trained classifier on labelled texts; see `evaluate_encoded`.

    Args:
        predictor: the model.
        path: a file of labelled texts, or the IMDB folder, whose test part is read.
        options: none.
        write: not used.

    Raises:
        InputError: on texts or labels that cannot be used.
    """
    read = imdb.corpus(path).parts["test"] if imdb.is_imdb(path) else None
    examples = read_examples(path) if read is None else read()
    with tempfile.TemporaryDirectory() as folder:
        rows = predictor.rows_to_measure(examples, class_of(predictor.labels))
        encoded = Encoded.write(Path(folder) / path.name, rows)
        measured = evaluate_encoded(predictor.inference, encoded)
    return {"examples": len(encoded), **measured}
