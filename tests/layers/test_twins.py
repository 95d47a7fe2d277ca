import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf

import seqzoo.layers as ours
from seqzoo.models import classifier, tagger
from tests.support.reference import CELLS

X = np.random.default_rng(0).standard_normal((3, 6, 4)).astype("float32")


def kinds(model):
    return {
        type(layer).__module__.split(".")[0]
        for layer in model._flatten_layers()
        if hasattr(layer, "cell")
    }


def test_a_model_and_its_twins_agree():
    tokens = np.array([[5, 3, 7, 0], [4, 0, 0, 0]], np.int32)
    for cell in CELLS:
        model = classifier(
            12,
            3,
            cell=cell,
            units=(5, 4),
            pooling="attention",
            embedding_dim=6,
            dropout=0.1,
        )
        stock = ours.to_stock(model)
        back = ours.from_stock(stock)
        assert (kinds(model), kinds(stock), kinds(back)) == (
            {"seqzoo"},
            {"keras"},
            {"seqzoo"},
        )
        assert [(w.name, w.shape) for w in stock.weights] == [
            (w.name, w.shape) for w in model.weights
        ]
        for twin in (stock, back):
            np.testing.assert_allclose(twin(tokens), model(tokens), atol=1e-6)


def test_every_argument_travels():
    arguments = dict(
        return_sequences=True, dropout=0.2, recurrent_dropout=0.1, kernel_regularizer="l2", use_bias=False,
        seed=7, recurrent_initializer="glorot_uniform", unit_forget_bias=False, bias_constraint="max_norm",
    )  # fmt: skip
    one = ours.LSTM(5, **arguments, fused=False)
    nested = keras.Sequential(
        [keras.Input((None, 4)), ours.Bidirectional(one, merge_mode="sum")], name="inner"
    )
    model = keras.Sequential(
        [keras.Input((6, 4)), nested, ours.GRU(3, reset_after=False, go_backwards=True)]
    )
    stock = ours.to_stock(model)
    inner = stock.layers[0].layers[0]
    assert type(inner) is keras.layers.Bidirectional and inner.merge_mode == "sum"
    expected = keras.layers.LSTM(5, **arguments, name=inner.forward_layer.name).get_config()
    got = inner.forward_layer.get_config()
    for name in ("dtype", "zero_output_for_mask"):  # which Bidirectional has set
        del got[name], expected[name]
    assert got == expected
    assert type(stock.layers[1]) is keras.layers.GRU
    assert not stock.layers[1].reset_after and stock.layers[1].go_backwards
    np.testing.assert_allclose(stock(X), model(X), atol=1e-6)


def test_our_layers_save_and_load_by_themselves(tmp_path):
    model = keras.Sequential(
        [
            keras.Input((None, 4)),
            ours.Bidirectional(ours.LSTM(5, fused=False)),
            keras.layers.Dense(1),
        ]
    )
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert loaded.layers[0].forward_layer.fused is False
    np.testing.assert_allclose(loaded(X), model(X), atol=1e-6)


def test_weights_files_are_interchangeable(tmp_path):
    pair = [
        keras.Sequential([keras.Input((None, 4)), library.LSTM(5), keras.layers.Dense(1)])
        for library in (ours, keras.layers)
    ]
    pair[0].save_weights(tmp_path / "m.weights.h5")
    pair[1].load_weights(tmp_path / "m.weights.h5")
    np.testing.assert_allclose(pair[0](X), pair[1](X), atol=1e-6)


def test_a_model_that_was_not_built_is_refused():
    with pytest.raises(ValueError, match="expected a model that has been built"):
        ours.to_stock(keras.Sequential([ours.LSTM(3)]))


def test_keras_fit_runs_our_layers():
    model = keras.Sequential(
        [
            keras.Input((None, 4)),
            keras.layers.Masking(),
            ours.Bidirectional(ours.GRU(5)),
            keras.layers.Dense(1),
        ]
    )
    model.compile(
        "adam", "mse"
    )  # jit_compile="auto" must not hand a call into Python to XLA
    before = model.get_weights()
    model.fit(X, np.ones((3, 1)), epochs=1, verbose=0)
    assert model.layers[1].loop == "fused"
    assert not any(
        np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True)
    )


@pytest.mark.slow
def test_all_of_keras_own_tests_that_pass_with_its_classes_pass_with_ours():
    done = subprocess.run(
        [sys.executable, "-m", "tests.layers.keras_own_tests"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_model_of_compiled_layers_and_its_twin_are_exported(tmp_path):
    model = keras.Sequential([keras.Input((None, 4)), ours.Bidirectional(ours.GRU(5))])
    for name, each in (("itself", model), ("twin", ours.to_stock(model))):
        each.export(tmp_path / name, verbose=False)
        loaded = tf.saved_model.load(tmp_path / name)
        np.testing.assert_allclose(loaded.serve(X), model(X), atol=1e-6)


@keras.saving.register_keras_serializable("tests")
class Derived(ours.LSTM):
    pass


def test_a_class_derived_from_ours_has_no_twin():
    with pytest.raises(ValueError, match="derived from seqzoo's"):
        ours.to_stock(keras.Sequential([keras.Input((None, 4)), Derived(5, name="mine")]))


def test_a_crf_has_no_twin_but_what_is_below_it_has():
    model = tagger(12, 4, tags="BMES", scheme="BMES", units=4, embedding_dim=5)
    with pytest.raises(ValueError, match="tagger: crf: a CRF"):
        ours.to_stock(model)
    below = ours.to_stock(keras.Model(model.inputs, model.get_layer("emissions").output))
    assert {type(layer).__module__.partition(".")[0] for layer in below.layers} == {"keras"}
