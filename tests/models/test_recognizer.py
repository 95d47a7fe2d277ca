"""The recognizer: stacked frames, padding, pieces of a stream, ONNX."""

import keras
import numpy as np
import onnxruntime
import pytest

from seqzoo import InputError
from seqzoo.export.onnx.model import to_onnx
from seqzoo.layers import CELLS, to_stock
from seqzoo.models import description_of, parts, rebuild, recognizer
from seqzoo.models.recognizer import side_by_side

RNG = np.random.default_rng(1)
FRAMES = RNG.normal(size=(3, 13, 4)).astype(np.float32)
LENGTHS = np.array([13, 7, 1], np.int32)
STEPS = [-(-n // 3) for n in LENGTHS]


def small(**more):
    keras.utils.set_random_seed(0)
    return recognizer(4, 5, **{"units": 6, "num_layers": 2, **more})


def logits(model, frames=FRAMES, lengths=LENGTHS):
    return np.asarray(model([frames, lengths], training=False))


def real(rows):
    return np.concatenate([row[:n] for row, n in zip(rows, STEPS, strict=True)])


@pytest.mark.parametrize("time", [1, 2, 3, 4, 12, 13])
@pytest.mark.parametrize("stack", [1, 2, 3])
def test_neighbouring_frames_are_one_step(time, stack):
    x = RNG.normal(size=(2, time, 4)).astype(np.float32)
    mask = np.arange(time) < np.array([[time], [max(time - 2, 1)]])
    ours, there = side_by_side(x, mask, stack)
    steps = -(-time // stack)
    expected = np.zeros((2, steps * stack, 4), np.float32)
    expected[:, :time] = x * mask[..., None]
    np.testing.assert_array_equal(ours, expected.reshape(2, steps, stack * 4))
    np.testing.assert_array_equal(np.asarray(there), mask[:, ::stack])


@pytest.mark.parametrize("bidirectional", [True, False])
@pytest.mark.parametrize("convolution", [(), (3, 4)])
def test_padding_and_neighbours_change_nothing(bidirectional, convolution):
    if convolution and not bidirectional:
        with pytest.raises(InputError, match=r"^convolution: expected none in a single"):
            small(bidirectional=False, convolution=convolution)
        return
    model = small(bidirectional=bidirectional, convolution=convolution)
    whole = logits(model)
    assert whole.shape == (3, 5, 5)
    longer = np.concatenate([FRAMES, np.full((3, 5, 4), 9, np.float32)], axis=1)
    np.testing.assert_allclose(real(logits(model, longer)), real(whole), atol=2e-6)
    for row, length in enumerate(LENGTHS):
        alone = logits(model, FRAMES[row : row + 1, :length], LENGTHS[row : row + 1])
        np.testing.assert_allclose(alone[0], whole[row, : STEPS[row]], atol=2e-6)


@pytest.mark.parametrize("cell", sorted(CELLS))
def test_a_stream_in_pieces_gives_what_the_whole_gives(cell):
    model = small(cell=cell, bidirectional=False, dropout=0.2, residual=True)
    (network,) = parts(model).values()
    given = {
        x.name: np.zeros((3, x.shape[-1] or 1), np.float32)
        for x in network.inputs
        if x.name.startswith("state_")
    }
    found = []
    for begin, end in ((0, 3), (3, 9), (9, 12), (12, 13)):
        given["frames"] = FRAMES[:, begin:end]
        given["lengths"] = np.clip(LENGTHS - begin, 0, end - begin)
        after = network(given, training=False)
        found.append(np.asarray(after.pop("logits")))
        given |= {name: np.asarray(state) for name, state in after.items()}
    whole = logits(model)
    np.testing.assert_allclose(real(np.concatenate(found, 1)), real(whole), atol=5e-6)


@pytest.mark.parametrize("cell", ["lstm", "gru", "simple_rnn", "mgu"])
@pytest.mark.parametrize("bidirectional", [True, False])
def test_onnx_gives_what_keras_gives(cell, bidirectional):
    model = small(cell=cell, bidirectional=bidirectional, convolution=(3,) * bidirectional)
    (network,) = parts(model).values()
    graph = to_onnx(to_stock(network))
    session = onnxruntime.InferenceSession(graph.SerializeToString())
    given = {"frames": FRAMES, "lengths": LENGTHS}
    for x in session.get_inputs():
        if x.name.startswith("state_"):
            given[x.name] = np.zeros((3, x.shape[-1]), np.float32)
    names = [x.name for x in session.get_outputs()]
    theirs = dict(zip(names, session.run(None, given), strict=True))
    np.testing.assert_allclose(real(theirs["logits"]), real(logits(model)), atol=1e-5)


def test_it_is_built_again_from_its_description():
    model = small(convolution=(3,), units=[6, 7], num_layers=1)
    again = rebuild(description_of(model), "here")
    again.set_weights(model.get_weights())
    np.testing.assert_array_equal(logits(again), logits(model))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"stack": 0}, r"^stack: expected a whole number of at least 1; got 0$"),
        ({"cell": "lstn"}, r"^cell: expected one of .*got 'lstn'"),
        ({"dropout": 1.0}, r"^dropout: expected a share"),
        (
            {"kernel_sizes": (), "convolution": (3,)},
            r"^kernel_sizes: expected at least one",
        ),
    ],
)
def test_wrong_numbers_and_names_are_refused(settings, message):
    with pytest.raises(InputError, match=message):
        small(**settings)
