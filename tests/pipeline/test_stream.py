import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqzoo import InputError
from seqzoo.pipeline.stream import Stream


def written(folder, length):
    return Stream.write(
        folder / "train.ids", [np.arange(length // 2), np.arange(length // 2, length)]
    )


@settings(max_examples=60, deadline=None)
@given(
    length=st.integers(2, 400), batch=st.integers(1, 7), steps=st.integers(1, 30), seed=st.integers(0, 99),
    vary=st.booleans(),
)  # fmt: skip
def test_rows_go_on_where_they_stopped_and_nothing_but_the_tail_is_left(
    tmp_path_factory, length, batch, steps, seed, vary
):
    stream = written(tmp_path_factory.mktemp("s"), length)
    varied = np.random.default_rng(seed) if vary else None
    if (length - 1) // batch < 1:
        with pytest.raises(InputError, match="expected more than batch_size"):
            stream.plan(batch, steps, varied)
        return
    try:
        planned = stream.plan(batch, steps, varied)
    except InputError as error:
        assert "expected" in str(error)
        assert vary or (length - 1) // batch < steps
        return
    chunks = [stream.chunk(batch, *chunk) for chunk in planned]
    assert all(tokens.shape == following.shape == (batch, n) for (tokens, following), (_, n)
               in zip(chunks, planned, strict=True))  # fmt: skip
    tokens = np.concatenate([t for t, _ in chunks], axis=1)
    following = np.concatenate([f for _, f in chunks], axis=1)
    np.testing.assert_array_equal(following, tokens + 1)  # the stream counts up
    np.testing.assert_array_equal(np.diff(tokens, axis=1), 1)
    row = (length - 1) // batch
    np.testing.assert_array_equal(tokens[:, 0], np.arange(batch) * row)
    if not vary:
        assert {n for _, n in planned} == {steps}
        assert row - tokens.shape[1] < steps
        assert length - tokens.size < batch * steps + batch + 1


def test_varied_lengths_lie_around_the_steps_and_follow_from_the_seed(tmp_path):
    stream = written(tmp_path, 200_000)
    plans = [stream.plan(2, 70, np.random.default_rng(seed)) for seed in (1, 1, 2)]
    assert plans[0] == plans[1] != plans[2]
    lengths = np.array([n for _, n in plans[0]])
    assert 66 < lengths.mean() < 71
    assert lengths.min() >= 5 and 0.02 < (lengths < 50).mean() < 0.09


def test_batches_say_where_a_row_begins(tmp_path):
    stream = written(tmp_path, 100)
    planned = stream.plan(3, 8)
    found = list(stream.batches(3, planned).as_numpy_iterator())
    assert [int(first) for _, _, first in found] == [1, 0, 0, 0]
    rest = list(stream.batches(3, planned[2:]).as_numpy_iterator())
    assert [int(first) for _, _, first in rest] == [0, 0]
    np.testing.assert_array_equal(rest[0][0], found[2][0])


def test_no_text_is_refused(tmp_path):
    stream = written(tmp_path, 50)
    with pytest.raises(InputError, match=r"^train: expected text"):
        Stream.write(tmp_path / "train.ids", [])
    assert len(Stream(tmp_path / "train.ids")) == 50, "what was there stays"
    for batch_size, steps, name in ((0, 5, "batch_size"), (5, 0, "steps")):
        with pytest.raises(InputError, match=f"{name}: expected at least 1; got 0"):
            stream.plan(batch_size, steps)
    with pytest.raises(
        InputError, match="50 tokens; expected 401 at least, batch_size 20 times 20 steps"
    ):
        stream.plan(20, 20)
