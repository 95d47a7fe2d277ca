"""What stands beside the texts and labels of a training batch."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from seqzoo.pipeline.batches import batches
from seqzoo.pipeline.encoded import Encoded

if TYPE_CHECKING:
    import tensorflow as tf


def weighted(made: "tf.data.Dataset", weights: np.ndarray) -> "tf.data.Dataset":
    """Batches of tokens and labels, with the weights of the texts' classes, float32 (batch,), behind them.

    Args:
        made: batches of tokens and labels, int32 (batch,).
        weights: float32 (classes,).
    """
    import tensorflow as tf

    given = tf.constant(weights)
    return made.map(lambda tokens, labels: (tokens, labels, tf.gather(given, labels)))


def with_pieces(
    made: "tf.data.Dataset", encoded: Encoded, planned: list[np.ndarray], seed: int
) -> "tf.data.Dataset":
    """Batches with pieces of texts behind them, `tokens` int32 (batch, time), 0 on the right.

    Args:
        made: batches of any arrays.
        encoded: the pieces.
        planned: row numbers of each batch: as many pieces as rows are drawn.
        seed: of the draws, which follow from it and the rows: a resumed run draws the same.
    """
    import tensorflow as tf

    def drawn() -> Iterator[tuple[np.ndarray]]:
        for rows in planned:
            generator = np.random.default_rng([seed, *map(int, rows)])
            chosen = generator.integers(0, len(encoded), len(rows))
            yield (encoded.rows(chosen, names=("tokens",))["tokens"],)

    pieces = batches(drawn, ((None, None), "int32"))
    return tf.data.Dataset.zip((made, pieces)).map(lambda given, beside: (*given, *beside))
