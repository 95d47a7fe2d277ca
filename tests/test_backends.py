"""Builders on each of Keras' backends, each in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

CODE = """
import keras, numpy as np
from tests.support.reference import CELLS
from seqzoo.models import classifier
for cell in CELLS:
    model = classifier(12, 3, cell=cell, units=4, bidirectional=True, dropout=0.0)
    model.compile(keras.optimizers.SGD(0.5), "sparse_categorical_crossentropy")
    before = model.get_weights()
    tokens = np.array([[5, 3, 7, 2, 9, 0], [4, 8, 0, 0, 0, 0], [6, 1, 10, 11, 0, 0]], "int32")
    loss = model.train_on_batch(tokens, np.array([0, 1, 2]))
    assert np.isfinite(loss)
    for variable, old in zip(model.weights, before, strict=True):
        assert not np.array_equal(keras.ops.convert_to_numpy(variable), old), (cell, variable.path)
    loops = {layer.loop for layer in model.layers if hasattr(layer, "loop")}
    print(keras.backend.backend(), cell, *loops, sep=",")
"""
LOOPS = {
    "tensorflow": "fused",
    "jax": "plain: Keras runs on jax, not on TensorFlow",
    "torch": "plain: Keras runs on torch, not on TensorFlow",
}


SLOW = [pytest.param(name, marks=pytest.mark.slow) for name in ("jax", "torch")]


@pytest.mark.parametrize("backend", ["tensorflow", *SLOW])
def test_one_step_of_each_builder(backend):
    done = subprocess.run(
        [sys.executable, "-c", CODE],
        env={**os.environ, "KERAS_BACKEND": backend},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    lines = [line.split(",", 2) for line in done.stdout.splitlines()]
    assert [line[0] for line in lines] == [backend] * 3
    assert {line[2] for line in lines} == {LOOPS[backend]}


PARTS = {  # a few cases of each file: JAX compiles each shape anew
    "layers/test_crf.py": {
        "jax": "layer-True or float32",
        "torch": "three_hundred or fit_predict or gradient",
    },
    "layers/test_crf_limits.py": {
        "jax": "every_path_is_banned and float32",
        "torch": "banned or far_behind or never_counts and nan or outside_the_tags",
    },
    "layers/test_ctc.py": "layer and (all_paths[0 or banned or few) or fit_save",
    "layers/test_cells.py": {
        "jax": "equations and (mgu or esn or layer_norm_gru or projected_lstm)",
        "torch": "equations",
    },
    "layers/test_cell_wrappers.py": "weight_drop_drops and gru",
    "layers/test_adaptive.py": "no_target",
    "models/test_translator.py": {
        "jax": "one_step_at and residual",
        "torch": "one_step_at and (luong-True or bottom or None)",
    },
    "models/test_language_model.py": "carried_from and simple_rnn and tie or every_weight and False",
    "decoding/test_beam.py": "nothing_may_come or exhaustive[3] or rows_give[0.8-1] or greedy[1]",
    "decoding/test_draws.py": "draws_alike",
}


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_layers_models_and_decoding(backend):
    """In one process: a start costs ten seconds."""
    chosen = {
        name: which if isinstance(which, str) else which[backend]
        for name, which in PARTS.items()
    }
    files = [f"tests/{name}" for name in chosen]
    which = " or ".join(
        f"({Path(name).name} and ({each}))" for name, each in chosen.items()
    )
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-n",
        "0",
        "-p",
        "no:cacheprovider",
        *files,
        "-k",
        which,
        "-rA",
    ]
    environment = os.environ | {"KERAS_BACKEND": backend, "JAX_ENABLE_X64": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    for file in files:
        assert f"PASSED {file}" in done.stdout
