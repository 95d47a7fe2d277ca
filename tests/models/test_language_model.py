"""The builder of language models: against NumPy in float64, and its states."""

import keras
import numpy as np
import pytest
from keras import ops

from seqzoo import InputError
from seqzoo.models import (
    first_states,
    hidden_of,
    language_model,
    output_of,
    recurrent_layers,
    reset_states,
    stateless_of,
)
from tests.support import reference

VOCABULARY, BATCH = 9, 2
TOKENS = np.random.default_rng(0).integers(0, VOCABULARY, (BATCH, 8)).astype("int32")


def outputs(model, tokens, states=None):
    """Logits and last states of the network for any batch, NumPy."""
    network = stateless_of(model)
    states = first_states(network, len(tokens)) if states is None else states
    names = [name for name in network.input if name.startswith("state_")]
    given = {
        "tokens": ops.convert_to_tensor(tokens),
        **dict(zip(names, states, strict=True)),
    }
    found = network(given, training=False)
    return ops.convert_to_numpy(found["logits"]), [
        ops.convert_to_numpy(found[name]) for name in names
    ]


@pytest.mark.parametrize("cell", reference.CELLS)
@pytest.mark.parametrize(
    "form", [{}, {"tie_embeddings": True}, {"cutoffs": (4, 7)}], ids=str
)
def test_states_are_carried_from_call_to_call(cell, form):
    model = language_model(VOCABULARY, cell=cell, units=(6, 5), batch_size=BATCH, **form)
    whole, _ = outputs(model, TOKENS)
    parts = [ops.convert_to_numpy(model(part)) for part in np.split(TOKENS, [3, 4], axis=1)]
    np.testing.assert_allclose(np.concatenate(parts, axis=1), whole, atol=1e-5)
    assert np.abs(ops.convert_to_numpy(model(TOKENS)) - whole).max() > 1e-4, (
        "goes on, does not begin anew"
    )
    reset_states(model, 0.0)
    assert np.abs(ops.convert_to_numpy(model(TOKENS)) - whole).max() > 1e-4
    for variable in model.variables:
        if "state_" in variable.path:
            variable.assign(np.full(variable.shape, np.nan))
    reset_states(model)  # from whatever
    np.testing.assert_allclose(ops.convert_to_numpy(model(TOKENS)), whole, atol=1e-5)


def test_without_a_batch_size_every_batch_begins_at_zero():
    model = language_model(VOCABULARY, units=4)
    for tokens in (TOKENS, TOKENS[:1], np.repeat(TOKENS, 3, axis=0)):
        for _ in range(2):
            got = ops.convert_to_numpy(model(tokens))
            np.testing.assert_allclose(got, outputs(model, tokens)[0], atol=1e-6)


def test_what_comes_later_changes_nothing_before():
    model = language_model(VOCABULARY, units=4)
    longer = np.concatenate([TOKENS, np.zeros((BATCH, 3), "int32")], axis=1)
    np.testing.assert_allclose(
        outputs(model, longer)[0][:, :8], outputs(model, TOKENS)[0], atol=1e-6
    )


@pytest.mark.parametrize("locked", [False, True])
def test_one_step_changes_every_weight(locked):
    model = language_model(
        VOCABULARY, units=(6, 4), embedding_dim=4, tie_embeddings=True, dropout=0.3, weight_drop=0.3,
        embedding_dropout=0.1, locked_dropout=locked, batch_size=BATCH,
    )  # fmt: skip
    model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    before = [ops.convert_to_numpy(v) for v in model.trainable_variables]
    for _ in range(3):
        model.train_on_batch(TOKENS, np.roll(TOKENS, -1, axis=1))
    for variable, old in zip(model.trainable_variables, before, strict=True):
        assert not np.array_equal(ops.convert_to_numpy(variable), old), variable.path


def test_it_is_fitted_on_a_stream(tmp_path):
    from seqzoo.pipeline.stream import Stream

    stream = Stream.write(
        tmp_path / "ids", [np.tile(np.arange(VOCABULARY, dtype="int32"), 30)]
    )
    chunks = stream.batches(BATCH, stream.plan(BATCH, 9)).map(
        lambda tokens, following, _: (tokens, following)
    )
    model = language_model(VOCABULARY, units=12, num_layers=1, batch_size=BATCH)
    model.compile(
        keras.optimizers.Adam(0.03),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    again = keras.callbacks.LambdaCallback(
        on_epoch_begin=lambda epoch, logs: reset_states(model)
    )
    history = model.fit(chunks, epochs=6, callbacks=[again], verbose=0).history["loss"]
    assert history[-1] < 0.5 < history[0]


def test_a_built_model_is_saved_and_loaded(tmp_path):
    model = language_model(
        VOCABULARY, units=4, weight_drop=0.2, embedding_dropout=0.1, batch_size=BATCH
    )
    model(TOKENS)
    model.save(tmp_path / "m.keras")
    again = keras.saving.load_model(tmp_path / "m.keras")
    np.testing.assert_allclose(
        ops.convert_to_numpy(again(TOKENS)), ops.convert_to_numpy(model(TOKENS)), atol=1e-6
    )


def test_the_parts_of_a_model():
    model = language_model(VOCABULARY, units=(5, 4), dropout=0.5, batch_size=BATCH)
    assert [layer.units for layer in recurrent_layers(model)] == [5, 4]
    features, raw = hidden_of(model)(TOKENS, training=False)
    np.testing.assert_array_equal(ops.convert_to_numpy(features), ops.convert_to_numpy(raw))
    kernel, bias, by_class = output_of(model)
    assert (kernel.shape, bias.shape, by_class) == ((4, VOCABULARY), (VOCABULARY,), False)
    tied = language_model(VOCABULARY, units=4, tie_embeddings=True)
    assert output_of(tied)[0].shape == (VOCABULARY, 4) and output_of(tied)[1:] == (
        None,
        True,
    )
    with pytest.raises(InputError, match="no recurrent layer"):
        recurrent_layers(keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)]))


def test_the_first_weights_are_as_wide_as_asked():
    model = language_model(200, units=30, initial_scale=0.05)
    for variable in model.trainable_variables:
        values = ops.convert_to_numpy(variable)
        if variable.path.endswith("bias"):
            assert not values.any()
        else:
            assert 0.045 < np.abs(values).max() <= 0.05


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"cell": "lstn"}, "cell"),
        (
            {"units": 4, "embedding_dim": 5, "tie_embeddings": True},
            "expected an embedding_dim of 4",
        ),
        ({"tie_embeddings": True, "cutoffs": (3,)}, "adaptive softmax"),
        ({"cutoffs": (5, 5)}, r"cutoffs: expected ascending ids below 9; got \[5, 5\]"),
        ({"cutoffs": (9,)}, "cutoffs: expected ascending"),
        ({"batch_size": 0}, "batch_size: expected a whole number"),
        ({"initial_scale": 0.0}, "initial_scale: expected a number above 0"),
        ({"weight_drop": 1.0}, "weight_drop: expected a share"),
    ],
    ids=str,
)
def test_what_cannot_be_built_is_refused(settings, message):
    with pytest.raises(InputError, match=message):
        language_model(VOCABULARY, **settings)
