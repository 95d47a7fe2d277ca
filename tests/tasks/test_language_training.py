"""The loss of language models: truncated back-propagation and penalties."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import ops

from seqzoo.models import language_model
from seqzoo.recipes import language_model as recipe
from tests.support import reference

VOCABULARY, BATCH = 9, 2
TOKENS = np.random.default_rng(0).integers(0, VOCABULARY, (BATCH, 8)).astype("int32")


def numpy_loss(weights, tokens, following, states):
    """Summed loss of a one-layer LSTM language model and its last states, from the equations."""
    table, kernel, recurrent, bias, out, out_bias = weights
    total, ends = 0.0, []
    for row in range(len(tokens)):
        state = [s[row] for s in states]
        for token, after in zip(tokens[row], following[row], strict=True):
            state = reference.step("lstm", table[token], state, kernel, recurrent, bias)
            z = state[0] @ out + out_bias
            total += np.log(np.exp(z).sum()) - z[after]
        ends.append(state)
    return total, [np.stack(s) for s in zip(*ends, strict=True)]


def test_gradients_are_cut_at_a_chunks_border_and_states_are_not(float64):
    """Truncated back-propagation through time against an unrolled NumPy reference in float64."""
    import tensorflow as tf

    from seqzoo.tasks.language.training import Settings, loss

    config = Settings(batch_size=BATCH, steps=4, units=3, num_layers=1, dropout=0.0)
    model = language_model(VOCABULARY, units=3, num_layers=1, batch_size=BATCH)
    following = np.roll(TOKENS, -1, axis=1)
    zero = [np.zeros((BATCH, 3))] * 2
    weights = [ops.convert_to_numpy(v) for v in model.trainable_variables]
    losses, gradients = [], []
    for number, part in enumerate((slice(0, 4), slice(4, 8))):
        batch = (
            tf.constant(TOKENS[:, part]),
            tf.constant(following[:, part]),
            tf.constant(int(number == 0)),
        )
        with tf.GradientTape() as tape:
            total, count = loss(config, model, batch)
        losses.append(float(total))
        gradients = [
            tf.convert_to_tensor(g).numpy()
            for g in tape.gradient(total, model.trainable_variables)
        ]
        assert int(count) == BATCH * 4
    first, middle = numpy_loss(weights, TOKENS[:, :4], following[:, :4], zero)
    second, _ = numpy_loss(weights, TOKENS[:, 4:], following[:, 4:], middle)
    np.testing.assert_allclose(losses, [first, second], rtol=1e-12)

    def slope(place, index, whole):
        found = []
        for step in (1e-5, -1e-5):
            moved = [w.copy() for w in weights]
            moved[place][index] += step
            before = (
                numpy_loss(moved, TOKENS[:, :4], following[:, :4], zero)[1]
                if whole
                else middle
            )
            found.append(numpy_loss(moved, TOKENS[:, 4:], following[:, 4:], before)[0])
        return (found[0] - found[1]) / 2e-5

    random, apart = np.random.default_rng(1), 0.0
    for place, weight in enumerate(weights):
        for _ in range(4):
            index = tuple(random.integers(0, size) for size in weight.shape)
            cut = slope(place, index, whole=False)
            assert gradients[place][index] == pytest.approx(cut, rel=1e-5, abs=1e-8)
            apart = max(apart, abs(slope(place, index, whole=True) - cut))
    assert apart > 1e-4, "back through all of it the gradient is another one"


def test_penalties_on_activations_are_in_the_gradient_alone():
    class Data:
        vocabulary, rows = range(9), range(2)

    tokens = tf.constant(np.arange(8).reshape(2, 4) % 9, tf.int32)
    keras.utils.set_random_seed(0)
    for steps in (4, 1):
        found = []
        for penalties in ((0.0, 0.0), (2.0, 0.0), (0.0, 1.0)):
            config = recipe.Config(
                units=3,
                batch_size=2,
                dropout=0.0,
                activation=penalties[0],
                temporal=penalties[1],
            )
            model = recipe.build(config, Data)
            model.set_weights([np.full(w.shape, 0.1) for w in model.get_weights()])
            with tf.GradientTape() as tape:
                total, _ = recipe.loss(
                    config, model, (tokens[:, :steps], tokens[:, -steps:], 1)
                )
            kernel = next(
                v for v in model.trainable_variables if v.path.endswith("/kernel")
            )
            found.append((float(total), tape.gradient(total, kernel).numpy()))
        totals, gradients = zip(*found, strict=True)
        assert len(set(totals)) == 1
        assert np.abs(gradients[1] - gradients[0]).max() > 1e-5
        assert (np.abs(gradients[2] - gradients[0]).max() > 1e-7) == (steps > 1)
