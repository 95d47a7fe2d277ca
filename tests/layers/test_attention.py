"""Attention by its equations, and where there is nothing to attend to."""

import keras
import numpy as np
import pytest
from keras import ops

from seqzoo.layers import ATTENTIONS, Attention
from seqzoo.layers.attention import first_alignment, monotonic_step

SOURCE = np.array([[4, 5, 6, 7, 3], [8, 9, 3, 0, 0]], "int32")
TARGET = np.array([[2, 4, 5, 6], [2, 7, 0, 0]], "int32")


def array(tensor):
    return ops.convert_to_numpy(tensor)


@pytest.mark.parametrize("kind", ATTENTIONS)
def test_attention_by_the_equations(kind):
    random = np.random.default_rng(2)
    q, k, m = (
        random.normal(size=size).astype("float32")
        for size in ((2, 3, 4), (2, 5, 4), (2, 5, 6))
    )
    mask = np.array([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]], bool)
    layer = Attention(kind, 4)
    contexts, alignments = layer(q, k, m, mask)
    for weight in layer.trainable_weights:
        weight.assign(random.normal(size=weight.shape))
    contexts, alignments = layer(q, k, m, mask)
    w = {
        weight.path.split("/")[-2:][0] + "/" + weight.name: np.asarray(weight, float)
        for weight in layer.weights
    }
    if kind.startswith("bahdanau"):
        query = q.astype(float) @ w["attention_query/kernel"] + w.get(
            "attention_query/bias", 0
        )
        scores = (
            np.tanh(query[:, :, None] + k[:, None]) @ w["attention_energy/kernel"][:, 0]
        )
    else:
        scores = np.einsum("bqd,bkd->bqk", q.astype(float), k)
    if kind == "scaled_dot":
        scores /= 2
    scores = scores * w.get("attention_scale/kernel", np.ones((1, 1)))[0, 0] + w.get(
        "attention_scale/bias", 0
    )
    if kind.endswith("monotonic"):
        want = _monotonic(1 / (1 + np.exp(-scores)) * mask[:, None])
    else:
        scores = np.where(mask[:, None], scores, -np.inf)
        want = np.exp(scores - scores.max(-1, keepdims=True))
        want /= want.sum(-1, keepdims=True)
    np.testing.assert_allclose(alignments, want, atol=1e-5)
    np.testing.assert_allclose(contexts, want @ m, atol=1e-5)


def _monotonic(chosen):
    """By the definition (Raffel et al. 2017, eq. 8): sums over where the step before stood."""
    batch, steps, time = chosen.shape
    result = np.zeros(chosen.shape)
    for b in range(batch):
        before = np.eye(time)[0]
        for i in range(steps):
            p = chosen[b, i]
            for j in range(time):
                result[b, i, j] = p[j] * sum(
                    before[s] * np.prod(1 - p[s:j]) for s in range(j + 1)
                )
            before = result[b, i]
    return result


def test_a_certain_monotonic_attention_moves_on():
    first = first_alignment(np.ones((1, 4), bool), "float32")
    moved = monotonic_step(first, np.array([[0.0, 1.0, 1.0, 0.0]], "float32"))
    np.testing.assert_allclose(moved, [[0, 1, 0, 0]], atol=1e-6)


@pytest.mark.parametrize("dtype", ["float32", "float16"])
@pytest.mark.parametrize("kind", ATTENTIONS)
def test_masked_positions_get_no_attention_whatever_they_score(kind, dtype):
    """A ban of -1e4 lost to scores below it; of a row with nothing to attend to all is 0."""
    random = np.random.default_rng(0)
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy(dtype)  # the layers within take it
    layer = Attention(kind, 4)
    keras.config.set_dtype_policy(policy)
    query, memory = (
        random.normal(size=(3, 2, 4)).astype(dtype),
        random.normal(size=(3, 5, 4)).astype(dtype),
    )
    if not kind.startswith("bahdanau"):
        memory[1, :3], query[1] = -170, 40  # scores of -27200
    mask = np.array([[1, 1, 0, 1, 0], [1, 1, 1, 0, 0], [0, 0, 0, 0, 0]], bool)
    contexts, alignments = (
        array(x).astype("float32") for x in layer(query, memory, memory, mask)
    )
    assert np.isfinite(contexts).all()
    assert not alignments[~np.broadcast_to(mask[:, None], alignments.shape)].any()
    assert not contexts[2].any()
    if not layer.monotonic:
        np.testing.assert_allclose(alignments[:2].sum(-1), 1, atol=2e-3)


@pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="a tape of TensorFlow's"
)
@pytest.mark.parametrize("kind", ATTENTIONS)
def test_a_row_with_nothing_to_attend_to_has_finite_gradients(kind):
    import tensorflow as tf

    random = np.random.default_rng(0)
    layer, mask = Attention(kind, 4), np.array([[1, 1, 0], [0, 0, 0]], bool)
    query, memory = (
        tf.Variable(random.normal(size=(2, 3, 4)).astype("float32")) for _ in range(2)
    )
    with tf.GradientTape() as tape:
        contexts, _ = layer(query, memory, memory, mask)
        loss = tf.reduce_sum(contexts**2)
    for slope in tape.gradient(loss, [query, memory, *layer.trainable_variables]):
        assert np.isfinite(array(slope)).all()
