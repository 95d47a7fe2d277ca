import keras
import numpy as np
import pytest

from seqzoo import InputError
from seqzoo.training import checkpoint
from seqzoo.training.checkpoint import Progress


def make(units=3):
    model = keras.Sequential(
        [keras.Input((4,)), keras.layers.Dense(units), keras.layers.Dropout(0.5)]
    )
    optimizer = keras.optimizers.Adam(0.1)
    optimizer.build(model.trainable_variables)
    return model, optimizer


def step(model, optimizer):
    import tensorflow as tf

    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(model(np.ones((2, 4), np.float32), training=True) ** 2)
    variables = model.trainable_variables
    optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))


def test_everything_comes_back_and_training_goes_on_equally(tmp_path):
    model, optimizer = make()
    step(model, optimizer)
    progress = Progress(
        epoch=1, batch=2, history=[{"epoch": 1}], best_score=0.5, seconds=1.5
    )
    checkpoint.save(tmp_path / "s.npz", model, optimizer, [model.get_weights()], progress)
    twin, twin_optimizer = make()
    again, (best,) = checkpoint.restore(tmp_path / "s.npz", twin, twin_optimizer)
    assert again == progress
    np.testing.assert_array_equal(best[0], model.get_weights()[0])
    for _ in range(3):
        step(model, optimizer)
        step(twin, twin_optimizer)
    for a, b in zip(model.variables + optimizer.variables, twin.variables + twin_optimizer.variables,
                    strict=True):  # fmt: skip
        np.testing.assert_array_equal(np.asarray(a), np.asarray(b))


def test_the_random_state_of_dropout_is_part_of_it(tmp_path):
    model, _ = make()
    names = [variable.path for variable in model.variables]
    assert any("seed_generator" in name for name in names)


def test_every_flipped_byte_and_truncation_is_noticed(tmp_path):
    model, optimizer = make()
    path = tmp_path / "s.npz"
    checkpoint.save(path, model, optimizer, [], Progress())
    whole = path.read_bytes()
    reference = [np.asarray(v) for v in model.variables + optimizer.variables]
    generator = np.random.default_rng(0)
    refused = 0
    for position in generator.integers(0, len(whole), 100):
        damaged = bytearray(whole)
        damaged[position] ^= 1 << int(generator.integers(8))
        path.write_bytes(damaged if position % 2 else whole[:position])
        try:
            checkpoint.restore(path, model, optimizer)
        except InputError as error:
            refused += 1
            assert "s.npz: damaged" in str(error) or "shapes differ" in str(error)
        for variable, value in zip(
            model.variables + optimizer.variables, reference, strict=True
        ):
            np.testing.assert_array_equal(np.asarray(variable), value)
    assert (
        refused > 50
    )  # a flip in a zip field that nobody reads may go through, harmlessly


def test_another_models_state_is_refused(tmp_path):
    model, optimizer = make()
    checkpoint.save(tmp_path / "s.npz", model, optimizer, [], Progress())
    with pytest.raises(InputError, match="shapes differ"):
        checkpoint.restore(tmp_path / "s.npz", *make(units=5))


def test_a_write_that_fails_keeps_the_old_state(tmp_path, monkeypatch):
    model, optimizer = make()
    path = tmp_path / "s.npz"
    checkpoint.save(path, model, optimizer, [], Progress(epoch=1))
    for function in ("fsync", "replace"):

        def fail(*_):
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as patch:
            patch.setattr(f"os.{function}", fail)
            with pytest.raises(OSError, match="No space"):
                checkpoint.save(path, model, optimizer, [], Progress(epoch=2))
        assert checkpoint.restore(path, model, optimizer)[0].epoch == 1
