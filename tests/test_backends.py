"""Builders on each of Keras' backends, each in a process of its own."""

import os
import subprocess
import sys

import pytest

CODE = """
import keras, numpy as np
from tests.reference import CELLS
from seqzoo.models import classifier
for cell in CELLS:
    for bidirectional in (False, True):
        model = classifier(12, 3, cell=cell, units=4, bidirectional=bidirectional, dropout=0.0)
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


@pytest.mark.parametrize("backend", LOOPS)
def test_one_step_of_each_builder(backend):
    done = subprocess.run(
        [sys.executable, "-c", CODE],
        env={**os.environ, "KERAS_BACKEND": backend},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    lines = [line.split(",", 2) for line in done.stdout.splitlines()]
    assert [line[0] for line in lines] == [backend] * 6
    assert {line[2] for line in lines} == {LOOPS[backend]}


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_the_crf(backend):
    which = "three_hundred or fit_predict or gradient" if backend == "torch" else "layer-True or float32"
    environment = {"KERAS_BACKEND": backend, "JAX_ENABLE_X64": "1"}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-n",
        "0",
        "-p",
        "no:cacheprovider",
        "tests/test_crf.py",
        "-k",
        which,
    ]
    done = subprocess.run(command, env=os.environ | environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_the_translator_and_its_search(backend):
    """A few cases: JAX compiles each search anew."""
    decoding = "tests/test_decoding.py::test_a_"
    names = [f"{decoding}beam_wide_enough_is_exhaustive[{seed}]" for seed in (3,)]
    names += [f"{decoding}batch_gives_what_its_rows_give[0.8-1]", f"{decoding}beam_of_one_is_greedy[1]"]
    names += [f"{decoding}row_draws_alike_whatever_stands_beside_it"]
    which = "one_step_at and (luong-True or bottom or None)"
    environment = os.environ | {"KERAS_BACKEND": backend, "JAX_ENABLE_X64": "1"}
    for arguments in (names, ["tests/test_translator_model.py", "-k", which]):
        command = [sys.executable, "-m", "pytest", "-n", "0", "-p", "no:cacheprovider", *arguments]
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_the_cells(backend):
    command = [sys.executable, "-m", "pytest", "-n", "0", "-p", "no:cacheprovider", "tests/test_cells.py"]
    environment = os.environ | {"KERAS_BACKEND": backend, "JAX_ENABLE_X64": "1"}
    done = subprocess.run([*command, "-k", "equations"], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_the_language_model(backend):
    which = (
        "carried_from and simple_rnn and tie or every_weight and False or weight_drop and gru or no_target"
    )
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-n",
        "0",
        "-p",
        "no:cacheprovider",
        "tests/test_language_model.py",
    ]
    environment = os.environ | {"KERAS_BACKEND": backend}
    done = subprocess.run([*command, "-k", which], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
