"""Which layers run compiled or could run on cuDNN, and what bars the others."""

import pytest
from keras import layers

import seqzoo
from seqzoo.diagnosis.paths import cudnn_obstacles
from seqzoo.layers import GRU, LSTM, RNN, NASCell
from tests.support.diagnosed import found, ids, network, only


@pytest.mark.parametrize(
    ("layer", "loop", "advice"),
    [
        (
            lambda: LSTM(4, activation="elu", name="lstm"),
            "lstm: not compiled: activations other",
            "default activations",
        ),
        (lambda: GRU(4, fused=False), "not compiled: fused=False", "auto"),
        (
            lambda: LSTM(4, recurrent_dropout=0.1),
            "compiled in inference; in training not",
            "WeightDrop",
        ),
        (lambda: layers.LSTM(4), "a stock layer", "seqzoo.layers.from_stock(model) gives"),
        (
            lambda: layers.LSTM(4, activation="elu"),
            "a stock layer: activations",
            "; then seqzoo.layers.",
        ),
        (lambda: RNN(NASCell(4)), "NASCell", "docs/reference/cells.md tells which"),
    ],
)
def test_what_bars_the_compiled_loop(layer, loop, advice):
    text = only(found(seqzoo.diagnose(network(layer()), ids()), "loop", "note"))
    assert loop in text
    assert advice in text


@pytest.mark.parametrize(
    ("layer", "obstacle"),
    [
        (lambda: layers.LSTM(4, activation="elu"), "activation is not tanh"),
        (
            lambda: layers.LSTM(4, recurrent_activation="tanh"),
            "recurrent_activation is not sigmoid",
        ),
        (lambda: LSTM(4, recurrent_dropout=0.1), "recurrent_dropout (in inference too)"),
        (lambda: LSTM(4, unroll=True), "unroll=True"),
        (lambda: GRU(4, use_bias=False), "use_bias=False"),
        (lambda: GRU(4, reset_after=False), "reset_after=False"),
        (lambda: layers.GRU(4, use_cudnn=False), "use_cudnn=False"),
        (lambda: layers.GRU(4), None),
        (lambda: LSTM(4, dropout=0.5, go_backwards=True), None),
    ],
)
def test_what_bars_cudnn(layer, obstacle):
    assert cudnn_obstacles(layer()) == ([] if obstacle is None else [obstacle])


def test_cudnn_is_told_of_in_the_findings():
    text = only(
        found(seqzoo.diagnose(network(LSTM(4, activation="elu")), ids()), "cudnn", "note")
    )
    assert "could not take cuDNN for it: activation is not tanh" in text
