"""`seqzoo evaluate` for classifiers."""

import tempfile
from pathlib import Path

from seqzoo.datasets import imdb, read_examples
from seqzoo.pipeline.encoded import Encoded
from seqzoo.tasks.classification.data import class_of
from seqzoo.tasks.classification.training import evaluate_encoded


def measure(predictor, path: Path, options, write) -> dict:
    """Scores of a trained classifier on labelled texts; see `evaluate_encoded`.

    Args:
        predictor: a `Classifier`.
        path: a file of labelled texts, or the IMDB folder, whose test part is read.
        options: none.
        write: not used.

    Raises:
        InputError: on texts or labels that cannot be used.
    """
    examples = (
        imdb.corpus(path).parts["test"]() if imdb.is_imdb(path) else read_examples(path)
    )
    with tempfile.TemporaryDirectory() as folder:
        rows = predictor.rows_to_measure(examples, class_of(predictor.labels))
        encoded = Encoded.write(Path(folder) / path.name, rows)
        measured = evaluate_encoded(predictor.inference, encoded)
    return {"examples": len(encoded), **measured}
