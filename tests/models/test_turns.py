"""The encoder over turns: which token is whose, by brute force; padding and batches change nothing."""

import keras
import numpy as np
import pytest

from seqzoo import models
from seqzoo.errors import InputError
from seqzoo.models.turns import over_turns, turns_of

MARK = 4


def talks(seed, rows=5, time=12):
    random = np.random.default_rng(seed)
    source = random.choice([MARK, 5, 6, 7, 8], size=(rows, time)).astype("int32")
    for row, length in zip(source, random.integers(1, time + 1, rows), strict=True):
        row[length - 1] = 3
        row[length:] = 0
    return source


@pytest.mark.parametrize("seed", range(8))
def test_every_token_is_in_its_turn(seed):
    source, most = talks(seed), 3
    found = turns_of(keras.ops.convert_to_tensor(source), MARK, most, "float32")
    ends, members, mask = (np.asarray(each) for each in found)
    for row, ids in enumerate(source):
        turn, count = 0, int((ids != 0).sum())
        expected_ends, expected_members = (
            np.zeros_like(ends[row]),
            np.zeros_like(members[row]),
        )
        for place in range(count):
            if turn < most:
                expected_members[place, turn] = 1
            if ids[place] == MARK or place == count - 1:
                if turn < most:
                    expected_ends[turn, place] = 1
                turn += 1
        np.testing.assert_array_equal(ends[row], expected_ends)
        np.testing.assert_array_equal(members[row], expected_members)
        assert mask[row].tolist() == [number < turn for number in range(most)]


def test_the_context_is_a_recurrent_layer_over_the_ends_of_turns():
    """Against the cell, a turn at a time, in float64."""
    keras.utils.set_random_seed(1)
    source = talks(3)
    x = keras.Input((None, 4), dtype="float64")
    ids = keras.Input((None,), dtype="int32")
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("float64")
    try:
        out, states = over_turns(
            x, ids, turn_id=MARK, turns=3, cell="simple_rnn", units=[4], dropout=0.0
        )
    finally:
        keras.config.set_dtype_policy(before)
    model = keras.Model([x, ids], [out, *states])
    memory = np.random.default_rng(0).normal(size=(*source.shape, 4))
    kernel, recurrent, bias = (np.asarray(each, "float64") for each in model.weights)
    found, last = (np.asarray(each) for each in model([memory, source]))
    for row, tokens in enumerate(source):
        count, state, turn, begun = int((tokens != 0).sum()), np.zeros(4), 0, 0
        for place in range(count):
            if tokens[place] != MARK and place < count - 1:
                continue
            if turn < 3:
                state = np.tanh(memory[row, place] @ kernel + state @ recurrent + bias)
            added = state if turn < 3 else 0
            np.testing.assert_allclose(
                found[row, begun : place + 1],
                memory[row, begun : place + 1] + added,
                atol=1e-12,
            )
            turn, begun = turn + 1, place + 1
        np.testing.assert_allclose(last[row], state, atol=1e-12)


@pytest.mark.parametrize("attention", [None, "bahdanau"])
def test_padding_and_the_rest_of_a_batch_change_nothing(attention):
    keras.utils.set_random_seed(1)
    model = models.translator(
        12, 12, units=6, num_layers=2, embedding_dim=5, attention=attention, turn_id=MARK,
        turns=3, bridge="dense",
    )  # fmt: skip
    source = talks(1)
    target = np.array([[2, 4, 5]] * len(source), "int32")
    together = np.asarray(model([source, target]))
    padded = np.pad(source, ((0, 0), (0, 4)))
    np.testing.assert_allclose(np.asarray(model([padded, target])), together, atol=1e-5)
    for row in range(len(source)):
        real = source[row : row + 1, : int((source[row] != 0).sum())]
        alone = np.asarray(model([real, target[:1]]))
        np.testing.assert_allclose(alone[0], together[row], atol=1e-5)


def test_turns_need_the_id_that_ends_them():
    for given in ({"turns": 2}, {"turn_id": 4}, {"turns": 2, "turn_id": 12}, {"turns": -1}):
        with pytest.raises(InputError, match="turn"):
            models.translator(12, 12, units=4, **given)
