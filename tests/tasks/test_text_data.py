"""Random pieces of texts, as training reads them."""

import numpy as np
import pytest

from seqzoo.tasks.text_data import SHORTEST, cropped

ROWS, TIME = 400, 64


@pytest.fixture
def tokens():
    generator = np.random.default_rng(0)
    lengths = generator.integers(1, TIME + 1, ROWS)
    counting = np.arange(1, TIME + 1, dtype=np.int32)
    return np.where(np.arange(TIME) < lengths[:, None], counting, 0).astype(np.int32)


def test_a_cropped_text_is_a_piece_of_itself(tokens):
    made = cropped(tokens, 1.0, np.random.default_rng(1))
    assert made.dtype == np.int32
    for text, piece in zip(tokens, made, strict=True):
        size, length = np.count_nonzero(piece), np.count_nonzero(text)
        assert min(length, SHORTEST) <= size <= length
        start = piece[0] - 1  # texts count from 1
        assert np.array_equal(piece[:size], text[start : start + size])
        assert not piece[size:].any()


def test_pieces_of_all_lengths_and_places_come(tokens):
    long = np.repeat(tokens[tokens[:, -1] > 0][:1], 2000, axis=0)
    made = cropped(long, 1.0, np.random.default_rng(1))
    sizes = np.count_nonzero(made, axis=1)
    assert set(range(SHORTEST, TIME + 1)) == set(sizes.tolist())
    assert (
        abs((sizes < np.sqrt(SHORTEST * TIME)).mean() - 0.5) < 0.05
    )  # even by the logarithm
    assert set(range(1, TIME - SHORTEST + 1)) <= set(made[:, 0].tolist())


def test_a_share_of_the_texts_is_cropped(tokens):
    long = np.repeat(tokens[tokens[:, -1] > 0][:1], 2000, axis=0)
    made = cropped(long, 0.3, np.random.default_rng(1))
    assert abs((made != long).any(axis=1).mean() - 0.3) < 0.05
    assert np.array_equal(cropped(tokens, 0.0, np.random.default_rng(1)), tokens)
