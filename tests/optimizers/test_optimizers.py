import keras
import numpy as np
import pytest
import tensorflow as tf

from seqzoo.optimizers import OPTIMIZERS, SGD, AveragedSGD, LazyAdam, Stepped, paced

IDS = np.array([[1, 3, 3], [1, 5, 3]])


def lookup(optimizer, batches):
    """Embedding, a dense weight and the optimizer after steps on batches of ids."""
    table = keras.Variable(
        np.random.default_rng(0).standard_normal((7, 2)).astype("float32")
    )
    dense = keras.Variable(np.ones((2, 1), "float32"))
    optimizer.build([table, dense])
    for ids in batches:
        with tf.GradientTape() as tape:
            y = tf.gather(table.value, ids) @ dense.value
            loss = tf.reduce_sum(y**2)
        grads = tape.gradient(loss, [table.value, dense.value])
        assert isinstance(grads[0], tf.IndexedSlices)
        if type(optimizer) in (keras.optimizers.Adam, keras.optimizers.SGD):
            grads[0] = tf.convert_to_tensor(
                grads[0]
            )  # given rows, it squares those of one id apart
        optimizer.apply(grads)
    return (
        np.asarray(table),
        np.asarray(dense),
        [np.asarray(v) for v in optimizer.variables],
    )


@pytest.mark.parametrize(
    "clip", [{}, {"global_clipnorm": 0.5}, {"clipnorm": 0.5}, {"clipvalue": 0.05}], ids=str
)
def test_it_is_adam_for_rows_that_every_batch_has(clip):
    batches = [
        np.tile(np.arange(7), 2),
        np.arange(7),
        np.concatenate([np.arange(7), IDS.ravel()]),
    ]
    results = [
        lookup(kind(0.1, **clip), batches) for kind in (LazyAdam, keras.optimizers.Adam)
    ]
    for a, b in zip(*(tf.nest.flatten(r) for r in results), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


def test_rows_that_a_batch_has_not_stay_as_they_are():
    start, _, _ = lookup(LazyAdam(0.1), [])
    once, _, first = lookup(LazyAdam(0.1), [IDS])
    twice, _, second = lookup(LazyAdam(0.1), [IDS, np.array([5])])
    seen = np.isin(np.arange(7), IDS)
    np.testing.assert_array_equal(once[~seen], start[~seen])
    assert (once[seen] != start[seen]).all()
    assert (twice[5] != once[5]).all()
    others = np.arange(7) != 5
    np.testing.assert_array_equal(twice[others], once[others])
    tables = [(a, b) for a, b in zip(first, second, strict=True) if a.shape == (7, 2)]
    assert len(tables) == 2  # the moments
    for a, b in tables:
        np.testing.assert_array_equal(a[others], b[others])


def test_it_works_in_fit_and_is_saved(tmp_path):
    model = keras.Sequential(
        [
            keras.Input((3,), dtype="int32"),
            keras.layers.Embedding(7, 4),
            keras.layers.Flatten(),
            keras.layers.Dense(1),
        ]
    )
    model.compile(LazyAdam(0.05, global_clipnorm=1.0), "mse")
    before = model.layers[0].get_weights()[0]
    model.fit(IDS, np.array([[0.0], [1.0]]), epochs=3, verbose=0)
    after = model.layers[0].get_weights()[0]
    seen = np.isin(np.arange(7), IDS)
    np.testing.assert_array_equal(after[~seen], before[~seen])
    model.save(tmp_path / "m.keras")
    loaded = keras.saving.load_model(tmp_path / "m.keras")
    assert type(loaded.optimizer) is LazyAdam
    assert int(loaded.optimizer.iterations) == 3


@pytest.mark.parametrize(
    "argument", [{"amsgrad": True}, {"gradient_accumulation_steps": 2}], ids=str
)
def test_what_it_cannot_do_is_refused(argument):
    with pytest.raises(ValueError, match="is not supported; use Adam"):
        LazyAdam(0.1, **argument)


def test_sgd_on_rows_is_sgd():
    for clip in ({}, {"global_clipnorm": 0.5}):
        dense = keras.optimizers.SGD(0.1, **clip)
        results = [
            lookup(optimizer, [IDS, np.array([5]), IDS])
            for optimizer in (SGD(0.1, **clip), dense)
        ]
        for a, b in zip(*(tf.nest.flatten(r) for r in results), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)
    start, _, _ = lookup(SGD(0.1), [])
    after, _, _ = lookup(SGD(0.1), [IDS])
    np.testing.assert_array_equal(after[[0, 2, 4, 6]], start[[0, 2, 4, 6]])


def test_averaging_begins_when_scores_stop_rising_and_is_the_mean_of_what_was_visited():
    optimizer = AveragedSGD(0.1, nonmonotone=2)
    weight = keras.Variable(np.array([3.0, -1.0], "float32"))
    optimizer.build([weight])
    visited, scores = (
        [],
        [-4.0, -5.0, -4.8, -4.5],
    )  # the fourth is below the best of all but two before it
    for epoch in range(1, 7):
        optimizer.put_averages()  # before it has begun: nothing
        assert int(optimizer.averaging) == (0 if epoch < 5 else 1)
        for step in range(3):
            optimizer.apply([tf.constant([1.0 + step, -2.0])], [weight])
            visited += [weight.numpy()] if epoch > 4 else []
        if epoch > 4:
            break
        optimizer.after_epoch(scores[:epoch])
    np.testing.assert_allclose(
        optimizer.averages[0].numpy(), np.mean(visited, axis=0), rtol=1e-6
    )
    optimizer.put_averages()
    np.testing.assert_allclose(weight.numpy(), np.mean(visited, axis=0), rtol=1e-6)


def test_clipped_steps_are_scaled_behind_the_clipping():
    weight = keras.Variable(np.zeros(2, "float32"))
    optimizer = SGD(1.0, global_clipnorm=0.5)
    optimizer.build([weight])
    for factor, length in ((1.0, 0.5), (0.25, 0.125)):
        before = weight.numpy()
        with optimizer.scaled(factor):
            optimizer.apply([tf.constant([3.0, 4.0])], [weight])
        np.testing.assert_allclose(
            np.linalg.norm(weight.numpy() - before), length, rtol=1e-6
        )
    assert float(optimizer.learning_rate) == 1.0


def test_the_rate_falls_epoch_by_epoch():
    """Zaremba et al. 2014, section 4.1: 1 for four epochs, then halved with each one."""
    rate = Stepped(20.0, 10, 4, 0.5)
    found = [float(rate(step)) for step in (0, 39, 40, 49, 50, 129)]
    assert found == [20.0, 20.0, 10.0, 10.0, 5.0, 20.0 * 0.5**9]
    assert type(rate)(**rate.get_config()).get_config() == rate.get_config()


@pytest.mark.parametrize("name", sorted(OPTIMIZERS))
def test_a_layer_may_have_a_rate_of_its_own(name):
    """A hundredth of the rate for one layer: its steps, and no other's, are a hundredth as long."""

    def moved(factor):
        keras.utils.set_random_seed(0)
        inputs = keras.Input((3,))
        hidden = keras.layers.Dense(2, name="labelled")(inputs)
        model = keras.Model(inputs, keras.layers.Dense(1, name="label")(hidden))
        before = [weight.numpy() for weight in model.weights]
        optimizer = paced(OPTIMIZERS[name](0.1), "label", factor)
        optimizer.build(model.trainable_variables)
        optimizer.apply(list(map(keras.ops.ones_like, model.trainable_variables)))
        return [w.numpy() - b for w, b in zip(model.weights, before, strict=True)]

    for one, whole in zip(moved(0.01)[:2], moved(1)[:2], strict=True):
        np.testing.assert_allclose(one, whole)
    for one, whole in zip(moved(0.01)[2:], moved(1)[2:], strict=True):
        np.testing.assert_allclose(one, whole / 100, rtol=1e-2)
