"""A table of which pairs of neighbouring tokens share the rows, found by a hash in the graph."""

from keras import layers, ops

from seqzoo.errors import InputError
from seqzoo.layers.tensors import Tensor
from seqzoo.models.stack import check_positive

# A pair (a, b) has the row (FACTOR a + b) mod rows. The numbers stay within int32.
FACTOR = 10_007
LARGEST_VOCABULARY = 2**31 // (FACTOR + 1)


def bigram_rows(tokens: Tensor, vocab_size: int, rows: int, width: int) -> Tensor:
    """Of each token and the one before it a row of a table, which begins with zeros.

    The first token stands behind the padding id. Pairs that share a row share what it learns (the "hashing
    trick", by which Joulin et al. 2017, section 2.2, look up bigrams).

    Args:
        tokens: int32 (batch, time), right-padded with 0.
        vocab_size: number of token ids.
        rows: of the table.
        width: of a row.

    Returns:
        float32 (batch, time, width).

    Raises:
        InputError: if `rows` is no whole number of at least 1, or the vocabulary too large for the hash.
    """
    check_positive(bigrams=rows)
    if vocab_size > LARGEST_VOCABULARY:
        raise InputError(
            f"bigrams: expected a vocabulary of at most {LARGEST_VOCABULARY:,}; got {vocab_size:,}"
        )
    before = ops.pad(tokens, [[0, 0], [1, 0]])[:, :-1]
    # Minus: of one text Keras makes a sum TensorFlow's BiasAdd, which LiteRT has not for whole numbers.
    places = ops.mod(tokens - before * -FACTOR, rows)  # (batch, time)
    table = layers.Embedding(
        rows, width, embeddings_initializer="zeros", name="bigram_embedding"
    )
    return table(places)
