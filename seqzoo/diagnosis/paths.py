"""What can be said of layers without running them: the way through the loop, cuDNN, export."""

from collections.abc import Iterator

import keras
from keras import activations, ops

from seqzoo import layers as ours
from seqzoo.diagnosis.record import Call, Part, Run
from seqzoo.diagnosis.result import Finding

_STOCK = (
    "SimpleRNN",
    "GRU",
    "LSTM",
    "RNN",
    "Bidirectional",
    "CRF",
)  # names: with a twin, or told of apart
_MENDS = {
    "fused=False": 'fused="auto" lets it be compiled; False is to compare with',
    "unroll": "unroll=False",
    "recurrent_dropout": "dropout between layers, or seqzoo.layers.WeightDrop, leaves the loop compiled",
    "dropout with implementation=1": "implementation=2",
    "activations": "with the default activations both seqzoo's loop and cuDNN can carry it",
    "numba": "pip install numba",
    "no compiled loop": "docs/reference/cells.md tells which cells have one",
}
_FOREIGN = {
    "cells": (
        "its cell is seqzoo's own, in the stock twin too",
        "import seqzoo.layers before a file is loaded",
    ),
    "own": (
        "of seqzoo's own, without a stock twin",
        "import seqzoo.layers before a file is loaded",
    ),
    "crf": (
        "a CRF has no stock twin",
        "export the network below it; the best path is sought outside",
    ),
    "lambda": (
        "a Lambda is Python code in the file",
        "it loads with safe_mode=False alone, which trusts whoever wrote it: write a layer instead",
    ),
}


def loop(part: Part) -> Finding:
    """Which way a recurrent layer takes through its loop over time, and what bars the fast one."""
    layer = part.layer
    if hasattr(layer, "obstacle"):
        return _by_obstacles(part.name, layer, "not compiled", "")
    name = type(layer).__name__
    if name not in _STOCK or type(layer) is not getattr(keras.layers, name):
        return Finding(
            "note", "loop", part.name, f"its own loop: {name} has no compiled one"
        )
    if name == "RNN":
        twin = ours.RNN(layer.cell, unroll=layer.unroll)
    else:
        twin = getattr(ours, name).from_config(layer.get_config())
    found, advice = "Keras' own loop: a stock layer", "seqzoo.layers.from_stock(model)"
    if twin.obstacle(False) is None:
        return Finding("note", "loop", part.name, found, f"{advice} gives a compiled one")
    return _by_obstacles(part.name, twin, found, f"; then {advice}")


def _by_obstacles(name, layer, way, then) -> Finding:
    inference, training = layer.obstacle(False), layer.obstacle(True)
    if training is None:
        return Finding("ok", "loop", name, "compiled, in inference and in training")
    obstacle = inference or training
    advice = next((text + then for part, text in _MENDS.items() if part in obstacle), "")
    when = "" if inference else "compiled in inference; in training "
    return Finding("note", "loop", name, f"{when}{way}: {obstacle}", advice)


def cudnn(part: Part, call: Call | None) -> Iterator[Finding]:
    """Whether Keras, on a GPU under TensorFlow, takes cuDNN for an LSTM or GRU.

    The conditions are those of `inner_loop` in Keras' `layers/rnn/lstm.py` and `gru.py`, and of `cudnn_ok`
    and `_assert_valid_mask` in its `backend/tensorflow/rnn.py`.
    """
    layer = part.layer
    if not isinstance(layer, (keras.layers.LSTM, keras.layers.GRU)):
        return
    obstacles = cudnn_obstacles(layer)
    if obstacles:
        found = (
            f"under TensorFlow a GPU could not take cuDNN for it: {', '.join(obstacles)}"
        )
        yield Finding("note", "cudnn", part.name, found, "Keras' own loop runs there")
        return
    mask = None if call is None else call.steps
    if mask is not None and not (mask[:, :-1] >= mask[:, 1:]).all():
        wrong = "is not padded on the right alone"
    elif mask is not None and not mask.any(1).all():
        wrong = "has a row without a token"
    else:
        yield Finding(
            "ok", "cudnn", part.name, "under TensorFlow a GPU can take cuDNN for it"
        )
        return
    yield Finding(
        "warning", "cudnn", part.name, f"cuDNN can't take this batch: the layer's mask {wrong}",
        "on a GPU fit and predict end with an error: pad on the right, leave empty rows out, or set "
        "use_cudnn=False (a saved model forgets that)",
    )  # fmt: skip


def cudnn_obstacles(layer: keras.layers.Layer) -> list[str]:
    """What keeps an LSTM or GRU from cuDNN, whatever the batch."""
    cell = layer.cell
    gru = isinstance(layer, keras.layers.GRU)
    tanh, sigmoid = (activations.tanh, ops.tanh), (activations.sigmoid, ops.sigmoid)
    checks = {
        "activation is not tanh": cell.activation not in tanh,
        "recurrent_activation is not sigmoid": cell.recurrent_activation not in sigmoid,
        "recurrent_dropout (in inference too)": bool(cell.recurrent_dropout),
        "unroll=True": layer.unroll,
        "use_bias=False": not cell.use_bias,
        "reset_after=False": gru and not cell.reset_after,
        "use_cudnn=False": layer.use_cudnn is False,
    }
    return [text for text, holds in checks.items() if holds]


def export(model: keras.Model, parts: list[Part], run: Run) -> Iterator[Finding]:
    """What an export would meet.

    Args:
        run: what the model did with a batch.
    """
    for part in parts:
        if hasattr(part.layer, "obstacle") and not part.layer.obstacle(False):
            yield Finding(
                "note", "export", part.name, "a compiled loop is a call into Python",
                "SavedModel, ONNX, LiteRT, XLA: export seqzoo.layers.to_stock(model)",
            )  # fmt: skip
        call = run.first(part.outer)
        if isinstance(part.layer, keras.layers.GRU) or (
            call is not None and call.mask is not None
        ):
            yield Finding(
                "note", "export", part.name, "ONNX: a masked recurrent layer, and any GRU, becomes a Loop",
                "call the model once before the export, and load the file in ONNX Runtime: bad ones don't "
                "raise",
            )  # fmt: skip
    if any(None in x.shape for x in getattr(model, "inputs", None) or []):
        yield Finding("note", "export", "model", "LiteRT: recurrent layers need fixed shapes, or Flex ops",
                      "export a copy with a fixed batch and time, or link the Flex delegate")  # fmt: skip
    yield from _foreign(model)


def _foreign(model) -> Iterator[Finding]:
    """Layers that Keras alone can't load, or loads at a risk."""
    layers = model._flatten_layers(include_self=False)
    cells = [x for x in layers if isinstance(x, keras.layers.RNN) and _is_ours(x.cell)]
    own = [x for x in layers if _is_ours(x) and type(x).__name__ not in _STOCK]
    kinds = {
        "crf": [x.name for x in layers if isinstance(x, ours.CRF)],
        "cells": [x.name for x in cells],
        "own": [
            x.name for x in own if not type(x).__module__.startswith("seqzoo.layers.cells")
        ],
        "lambda": [x.name for x in layers if isinstance(x, keras.layers.Lambda)],
    }
    for kind, (found, advice) in _FOREIGN.items():
        if kinds[kind]:
            yield Finding("note", "export", ", ".join(kinds[kind]), found, advice)


def _is_ours(layer) -> bool:
    return type(layer).__module__.startswith("seqzoo.")
