"""Texts without labels, with the answers that a trained classifier gives them, for another to learn.

Hinton, Vinyals & Dean 2015, section 2: a student learns the probabilities of a teacher, which say more than
labels do. A teacher may be an average of a network and a bag of n-grams, and the student the network alone.
"""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from seqzoo.errors import InputError
from seqzoo.pipeline.batches import batches
from seqzoo.pipeline.encoded import Encoded, Row, both_ends
from seqzoo.system.progress import bar
from seqzoo.tasks.classification.pieces import Unlabelled
from seqzoo.text.vocabulary import Vocabulary

if TYPE_CHECKING:
    import tensorflow as tf

    from seqzoo.tasks.classification.predictor import Classifier

FOLDER = "taught"  # of the texts, in the prepared data
ANSWERS = "answers"  # their column of probabilities
AT_ONCE = 256  # texts that the teacher answers at a time
SPREAD = 8  # a batch is drawn from the texts next to each other by length, so many times its size


def opened(name: str, labels: list[str]) -> "Classifier":
    """The teacher of that name, or in that folder.

    Args:
        name: as `--teacher` has it.
        labels: of the student's corpus, sorted.

    Raises:
        InputError: if there is none, or it is no classifier of these labels, one a text.
    """
    import seqzoo
    from seqzoo.tasks.classification.predictor import Classifier

    try:
        found = seqzoo.load(name)
    except InputError as error:
        raise InputError(f"--teacher {name}: {error}") from None
    if not isinstance(found, Classifier) or found.mark is not None:
        raise InputError(f"--teacher {name}: expected a classifier of one label a text")
    if sorted(found.labels) != labels:
        raise InputError(
            f"--teacher {name}: expected the corpus's labels, {', '.join(labels)}; "
            f"got {', '.join(found.labels)}"
        )
    return found


def write(
    folder: Path,
    texts: Unlabelled,
    teacher: "Classifier",
    labels: list[str],
    vocabulary: Vocabulary,
    max_length: int,
) -> str:
    """Write texts with the teacher's answers.

    Args:
        folder: of the prepared data.
        texts: without labels, once counted.
        teacher: see `opened`.
        labels: of the student, in the order of its outputs.
        vocabulary, max_length: the student's.

    Returns:
        Whose answers they are, in words.
    """

    def rows() -> Iterator[Row]:
        with bar("the teacher answers", -(-texts.count // AT_ONCE)) as progress:
            pairs = texts.pairs()
            while some := list(islice(pairs, AT_ONCE)):
                answers = teacher.predict([text for text, _ in some])
                for (_, tokens), answer in zip(some, answers, strict=True):
                    yield _row(tokens, answer, labels, vocabulary, max_length)
                progress.advance(f"of {AT_ONCE} texts each")

    Encoded.write(folder / FOLDER, rows())
    return f"the answers of {teacher.artifact.folder.resolve().name} to {texts.about()}"


def _row(
    tokens: list[str],
    answer: dict[str, Any],
    labels: list[str],
    vocabulary: Vocabulary,
    max_length: int,
) -> Row:
    """`tokens`, int32 (time,), and `answers`, float32 (classes,)."""
    probabilities = [answer["probabilities"][label] for label in labels]
    ids = both_ends(vocabulary.encode(tokens), max_length)
    return {"tokens": ids, ANSWERS: np.array(probabilities, np.float32)}


def beside(
    made: "tf.data.Dataset",
    encoded: Encoded,
    planned: list[np.ndarray],
    seed: int,
    times: int,
) -> "tf.data.Dataset":
    """Batches with taught texts behind them: tokens, int32 (rows, time), answers, float32 (rows, classes).

    Args:
        made: batches of any arrays.
        encoded: as `write` wrote them.
        planned: row numbers of each batch.
        seed: of the draws, which follow from it and the rows: a resumed run draws the same.
        times: taught texts a row of a batch.
    """
    import tensorflow as tf

    classes = encoded.rows(np.zeros(1, int), 1, (ANSWERS,))[ANSWERS].shape[1]
    by_length = np.argsort(encoded.lengths, kind="stable")

    def drawn() -> Iterator[tuple[np.ndarray, np.ndarray]]:
        for rows in planned:
            generator = np.random.default_rng([seed, 1, *map(int, rows)])
            chosen = by_length[_alike(generator, len(by_length), times * len(rows))]
            tokens = encoded.rows(chosen, names=("tokens",))["tokens"]
            yield tokens, encoded.rows(chosen, 1, (ANSWERS,))[ANSWERS]

    texts = batches(drawn, ((None, None), "int32"), ((None, classes), "float32"))
    return tf.data.Dataset.zip((made, texts)).map(lambda given, more: (*given, *more))


def _alike(generator: np.random.Generator, count: int, size: int) -> np.ndarray:
    """Places of texts of like length among `count` that are sorted by it, int (size,): little padding.

    The window that they are drawn from goes on at the beginning behind the end, so that every text is as
    likely. Such a window has short and long texts; it is rare.
    """
    width = min(count, SPREAD * size)
    start = generator.integers(0, count)
    return (start + generator.integers(0, width, size)) % count
