"""Connectionist temporal classification against all paths; `test_backends.py` runs it elsewhere too."""

import keras
import numpy as np
import pytest
from keras import ops

from seqzoo.layers import CTCLoss, ctc, ctc_loss
from seqzoo.layers.ctc import frames_needed, posteriors
from tests.layers.ctc_cases import (
    array,
    by_definition,
    cases,
    expected,
    loss_and_slope,
)

WAYS = pytest.mark.parametrize("own", [False, True], ids=["layer", "plain operations"])


@pytest.fixture
def way(own, monkeypatch):
    """The loop that a test runs."""
    if own:  # the loops in Keras' operations, which other backends and GPUs take
        monkeypatch.setattr(ctc, "_fused", lambda: None)


def close(got, wanted, tolerance=1e-9):
    np.testing.assert_allclose(array(got), wanted, rtol=tolerance, atol=tolerance)


@WAYS
@pytest.mark.parametrize("blank", [0, 3])
def test_loss_and_gradient_are_those_of_all_paths(way, blank):
    for seed in range(3):
        given = cases(seed, blank=blank)
        losses, slopes = expected(*given, blank)
        found = loss_and_slope(*given, blank=blank)
        close(found[0], losses)
        close(found[1], slopes)
        assert np.isinf(losses).any(), "some transcripts need more frames than there are"
        assert np.isfinite(losses).sum() > 10


@WAYS
def test_float32_is_as_near_as_it_can_be(way):
    logits, *given = cases(0)
    losses, slopes = expected(logits, *given)
    found = loss_and_slope(logits.astype("float32"), *given)
    assert found[0].dtype == np.float32
    close(found[0], losses, 2e-6)
    close(found[1], slopes, 2e-6)


@WAYS
@pytest.mark.parametrize("labels, enough", [([1, 1, 2], 4), ([1, 2, 1], 3), ([2, 2, 2], 5)])
def test_exactly_enough_frames_and_one_too_few(way, labels, enough):
    logits = np.random.default_rng(0).normal(size=(2, enough, 4))
    given = np.array([labels] * 2), np.array([enough, enough - 1]), np.array([3, 3])
    loss, slope = loss_and_slope(logits, *given)
    close(loss, [by_definition(logits[0], labels)[0], np.inf])
    close(slope[0], by_definition(logits[0], labels)[1])
    assert not slope[1].any()
    assert frames_needed(*given[::2]).tolist() == [enough] * 2


@WAYS
def test_an_empty_transcript_is_all_blanks(way):
    logits = np.random.default_rng(0).normal(size=(2, 5, 4))
    log_probs = array(ops.log_softmax(logits))
    for labels in (np.zeros((2, 0), "int32"), np.full((2, 3), 7)):
        loss = ctc_loss(logits, labels, np.array([5, 0]), np.array([0, 0]))
        close(loss, [-log_probs[0, :, 0].sum(), 0.0])


@WAYS
@pytest.mark.parametrize("garbage", [0.0, np.nan, np.inf, -np.inf])
def test_padding_changes_neither_loss_nor_gradient(way, garbage):
    logits, labels, frames, counts = cases(1)
    before = loss_and_slope(logits, labels, frames, counts)
    more = np.pad(logits, [(0, 0), (0, 5), (0, 0)])
    behind = np.arange(more.shape[1]) >= frames[:, None]
    more[behind] = garbage
    wider = np.pad(labels, [(0, 0), (0, 3)])
    wider[np.arange(wider.shape[1]) >= counts[:, None]] = -1
    loss, slope = loss_and_slope(more, wider, frames, counts)
    close(loss, before[0])
    close(slope[:, :6], before[1])
    assert not slope[behind].any()


@WAYS
def test_rows_give_one_by_one_what_they_give_together(way):
    logits, labels, frames, counts = cases(2, count=6)
    together = array(ctc_loss(logits, labels, frames, counts))
    for row, (time, count) in enumerate(zip(frames, counts, strict=True)):
        alone = logits[row, None, :time], labels[row, None, :count]
        lengths = np.array([time]), np.array([count])
        close(ctc_loss(*alone, *lengths)[0], together[row])


@WAYS
def test_rows_of_keras_and_of_pytorch(way):
    """Larger ones than can be written out."""
    import torch

    logits, labels, frames, counts = cases(0, 8, time=60, vocab=12, most=15)
    frames = np.maximum(frames, frames_needed(labels, counts)).astype("int32")
    loss, slope = loss_and_slope(logits, labels, frames, counts)
    theirs = keras.ops.ctc_loss(labels, logits.astype("float32"), counts, frames)
    close(theirs, loss, 1e-4)

    x = torch.tensor(logits, requires_grad=True)
    log_probs = torch.log_softmax(x, -1).transpose(0, 1)
    given = (torch.tensor(each) for each in (labels, frames, counts))
    theirs = torch.nn.functional.ctc_loss(log_probs, *given, reduction="none")
    theirs.sum().backward()
    close(theirs.detach().numpy(), loss, 1e-8)
    close(x.grad.numpy(), slope, 1e-8)


@WAYS
def test_labels_that_are_all_but_impossible_keep_their_loss(way):
    """In probabilities they would underflow."""
    logits = np.zeros((1, 300, 4))
    logits[:, :, 0] = 200.0
    given = np.full((1, 60), 1), np.array([300]), np.array([60])
    loss, slope = loss_and_slope(logits.astype("float32"), *given)
    exact, wanted = loss_and_slope(logits, *given)
    assert exact[0] > 10_000
    np.testing.assert_allclose(loss, exact, rtol=1e-6)
    close(slope, wanted, 1e-3)
    close(slope.sum(axis=-1), 0.0, 1e-4)


@WAYS
def test_scores_that_are_no_distribution_give_no_number(way):
    logits, labels, frames, counts = cases(0)
    frames[:], counts[:] = 6, 1
    logits[0, 2, 1] = np.nan
    loss, slope = loss_and_slope(logits, labels, frames, counts)
    assert np.isnan(loss[0])
    assert np.isfinite(loss[1:]).all()
    assert np.isfinite(slope[1:]).all()


@WAYS
def test_banned_symbols_leave_no_path(way):
    logits, labels, frames, counts = cases(0, count=3)
    frames[:], counts[:] = 6, 1
    logits[0, :, labels[0, 0]] = -np.inf
    logits[1, 0, 0] = -np.inf
    loss, slope = loss_and_slope(logits, labels, frames, counts)
    assert loss[0] == np.inf
    assert not slope[0].any()
    wanted = by_definition(logits[1], labels[1, :1])
    close(loss[1], wanted[0])
    close(slope[1], wanted[1])


@WAYS
@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_precision_is_computed_in_float32(way, dtype):
    logits = ops.cast(cases(0, time=6)[0], dtype)
    given = cases(0)[1:]
    exact = ctc_loss(ops.cast(logits, "float32"), *given)
    half = ctc_loss(logits, *given)
    assert keras.backend.standardize_dtype(half.dtype) == "float32"
    np.testing.assert_array_equal(array(half), array(exact))


@WAYS
@pytest.mark.parametrize(
    "change, message",
    [
        (
            {"labels": np.array([[1, 0]])},
            "labels: expected 0 to 3 and not the blank, 0; got 0",
        ),
        ({"labels": np.array([[4, 1]])}, "got 4 in row 0, place 0"),
        ({"labels": np.array([1, 2])}, r"labels: expected \(batch, most\)"),
        (
            {"logit_lengths": np.array([6])},
            "logit_lengths: expected 0 to 5; got 6 in row 0",
        ),
        (
            {"label_lengths": np.array([3])},
            "label_lengths: expected 0 to 2; got 3 in row 0",
        ),
        ({"label_lengths": np.array([-1])}, "label_lengths: expected 0 to 2; got -1"),
        ({"label_lengths": np.array([1, 1])}, r"label_lengths: expected \(batch\)"),
        ({"blank": 4}, "blank: expected 0 to 3; got 4"),
        ({"logits": np.zeros((1, 5))}, r"logits: expected \(batch, time, vocab\)"),
    ],
)
def test_what_does_not_fit_is_named(way, change, message):
    given = {
        "logits": np.zeros((1, 5, 4)),
        "labels": np.array([[1, 2]]),
        "logit_lengths": np.array([5]),
        "label_lengths": np.array([2]),
    }
    with pytest.raises(ValueError, match=message):
        ctc_loss(**(given | change))


def test_posteriors_are_those_of_all_paths():
    random = np.random.default_rng(0)
    for labels in ([1, 1, 2], [2, 1], [3, 1, 2, 1], [1], []):
        logits = random.normal(size=(6, 4)) * 3
        found = posteriors(logits, np.array(labels, int))
        assert found.shape == (6, 2 * len(labels) + 1)
        close(found.sum(axis=1), 1.0)
        symbols = np.zeros(2 * len(labels) + 1, int)
        symbols[1::2] = labels
        visited = np.stack([found[:, symbols == k].sum(1) for k in range(4)], axis=1)
        close(array(ops.softmax(logits)) - visited, by_definition(logits, labels)[1])


def test_posteriors_tell_labels_apart_that_are_alike():
    logits = np.zeros((3, 2))
    close(posteriors(logits, np.array([1, 1])), np.eye(5)[[1, 2, 3]])


def test_posteriors_of_too_few_frames_are_refused():
    with pytest.raises(
        ValueError, match="expected at least 4 frames for the labels; got 3"
    ):
        posteriors(np.zeros((3, 3)), np.array([1, 1, 2]))
    banned = np.zeros((3, 3))
    banned[:, 1] = -np.inf
    with pytest.raises(ValueError, match="a path of the labels that is not ruled out"):
        posteriors(banned, np.array([1]))


def test_frames_needed_refuses_lengths_out_of_range():
    assert frames_needed(np.zeros((1, 0), int), np.array([0])).tolist() == [0]
    with pytest.raises(ValueError, match="lengths: expected 0 to 2; got 3 in row 1"):
        frames_needed(np.ones((2, 2), int), np.array([1, 3]))
    with pytest.raises(ValueError, match=r"expected \(batch, most\) and \(batch,\)"):
        frames_needed(np.ones(2, int), np.array([1]))


def spoken(count=96, time=12):
    """Utterances of two of three sounds each; a silence of some length stands around them."""
    random = np.random.default_rng(0)
    x, labels = np.zeros((count, time, 4), "float32"), random.integers(1, 4, (count, 2))
    for row, pair in enumerate(labels):
        first, second = random.integers(1, 4), random.integers(6, 9)
        for place, label in zip((first, second), pair, strict=True):
            x[row, place : place + 2, label] = 1.0
        x[row, : random.integers(10, time + 1), 0] = 1.0
    return x, labels.astype("int32")


def test_fit_save_and_load(tmp_path):
    keras.utils.set_random_seed(1)
    x, labels = spoken()
    inputs = keras.Input((None, 4))
    hidden = keras.layers.Masking()(inputs)
    hidden = keras.layers.Dense(16, activation="tanh")(hidden)
    model = keras.Model(inputs, keras.layers.Dense(4)(hidden))
    model.compile(keras.optimizers.Adam(0.05), CTCLoss())
    history = model.fit(x, labels, epochs=12, verbose=0, batch_size=32).history["loss"]
    assert history[-1] < history[0] / 4
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    before = model.evaluate(x, labels, verbose=0)
    assert loaded.evaluate(x, labels, verbose=0) == pytest.approx(before, rel=1e-5)
    lengths = (x != 0).any(-1).sum(1)
    assert len(set(lengths)) > 1
    counts = np.full(len(x), 2)
    alone = array(ctc_loss(model.predict(x, verbose=0), labels, lengths, counts)).mean()
    assert before == pytest.approx(alone, rel=1e-4)


def test_the_loss_takes_lengths_and_weights_and_any_padding():
    logits, labels, frames, counts = cases(0)
    frames[:] = 6
    counts[:] = np.minimum(counts, 3)
    plain = array(ctc_loss(logits, labels, frames, counts))
    there = np.arange(labels.shape[1]) < counts[:, None]
    loss = CTCLoss(reduction="none", dtype="float64")
    for padding in (-1, 0):
        padded = np.where(there, labels, padding)
        close(loss(padded, logits), plain)
        close(loss(padded, (logits, frames)), plain)
    frames[3], padded[3] = 0, 1
    weights = np.ones(len(frames))
    weights[3] = 0.0
    assert np.isinf(array(loss(padded, (logits, frames)))[3])
    close(loss(padded, (logits, frames), weights)[3], 0.0)
    with pytest.raises(ValueError, match=r"one a sequence, shape \(batch,\); got \(2, 2\)"):
        loss(padded, logits, np.ones((2, 2)))
    assert CTCLoss.from_config(CTCLoss(blank=3).get_config()).blank == 3


def test_frames_that_the_mask_leaves_out_are_as_if_cut_out():
    """On either side or in between."""
    random = np.random.default_rng(0)
    x = random.normal(size=(2, 7, 3)).astype("float32")
    real = np.array([[0, 1, 1, 0, 1, 1, 0], [1, 1, 1, 1, 1, 1, 1]], bool)
    x[~real] = 0.0
    labels = np.array([[1, 2, -1], [2, 2, 1]])
    inputs = keras.Input((None, 3))
    dense = keras.layers.Dense(3)
    model = keras.Model(inputs, dense(keras.layers.Masking()(inputs)))
    loss = CTCLoss(reduction="none")(labels, model(x))
    cut = array(model(x[:1, real[0]])), array(model(x[1:]))
    alone = [
        by_definition(logits[0].astype("float64"), row[row > 0])[0]
        for logits, row in zip(cut, labels, strict=True)
    ]
    close(loss, alone, 1e-5)


@WAYS
def test_a_batch_without_rows_has_no_loss(way):
    nothing = np.zeros(0, "int32")
    loss, slope = loss_and_slope(
        np.zeros((0, 5, 4)), np.zeros((0, 2), "int32"), nothing, nothing
    )
    assert loss.shape == (0,)
    assert slope.shape == (0, 5, 4)
