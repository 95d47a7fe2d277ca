"""The encoder-decoder: all steps at once, one by one, saved, and put together again."""

import keras
import numpy as np
import pytest
from keras import ops

from seqzoo import decoding, models
from seqzoo.artifact import weights
from seqzoo.errors import InputError
from seqzoo.layers import ATTENTIONS, Attention, to_stock

SOURCE = np.array([[4, 5, 6, 7, 3], [8, 9, 3, 0, 0]], "int32")
TARGET = np.array([[2, 4, 5, 6], [2, 7, 0, 0]], "int32")
CASES = [
    *(
        {"attention": kind, "input_feeding": feed}
        for kind in ATTENTIONS
        for feed in (False, True)
    ),
    {"attention": None},
    {"attention": None, "cell": "lstm", "bridge": "copy"},
    {"cell": "lstm", "attention_at": "bottom", "residual": True},
    {
        "cell": "simple_rnn",
        "attention_at": "bottom",
        "input_feeding": True,
        "bridge": "zero",
    },
    {
        "cell": "lstm",
        "tie_embeddings": True,
        "share_embeddings": True,
        "bidirectional_encoder": False,
    },
    {"units": (6, 4), "attention": "bahdanau", "input_feeding": True},
    {"units": (6, 4), "attention_at": "bottom", "attention": "luong_monotonic"},
]

# For what is slow: each kind of attention once, every second one fed back to the input.
FEWER = [case for number, case in enumerate(CASES[:-7]) if number % 4 in (0, 3)] + CASES[
    -7:
]


def build(**settings):
    settings = {
        "cell": "gru",
        "units": 6,
        "num_layers": 2,
        "embedding_dim": 5,
        "bridge": "dense",
    } | settings
    settings["num_layers"] = 1 if isinstance(settings["units"], tuple) else 2
    model = models.translator(12, 12, **settings)
    random = np.random.default_rng(1)
    for weight in model.trainable_weights:
        weight.assign(random.normal(size=weight.shape) * 0.5)
    return model


def array(tensor):
    return ops.convert_to_numpy(tensor)


def expected(model):
    """Log-probabilities (batch, time, vocabulary) of teacher forcing."""
    return array(ops.log_softmax(model([SOURCE, TARGET])))


@pytest.mark.parametrize("settings", CASES, ids=str)
def test_one_step_at_a_time_gives_what_teacher_forcing_gives(settings):
    model = build(**settings)
    step, state = models.step_function(model, models.encoder_of(model)(SOURCE))
    found, alignments = decoding.score(step, state, TARGET[:, 1:])
    gold = np.take_along_axis(expected(model)[:, :-1], TARGET[:, 1:, None], 2)[..., 0] * (
        TARGET[:, 1:] != 0
    )
    np.testing.assert_allclose(array(found), gold, atol=1e-5)
    if settings.get("attention", "luong") is None:
        assert alignments is None
        return
    together, alignments = (
        array(models.features_of(model)([SOURCE, TARGET])[1]),
        array(alignments),
    )
    np.testing.assert_allclose(alignments[0], together[0, :-1], atol=1e-5)
    assert not alignments[1, :, 3:].any()  # nothing attends to padding
    if "monotonic" not in settings.get("attention", ""):
        np.testing.assert_allclose(alignments.sum(-1), 1, atol=1e-5)


@pytest.mark.parametrize("settings", FEWER, ids=str)
def test_saved_parts_are_plain_keras_and_join_again(settings, tmp_path):
    model = build(**settings)
    again, parts = models.rebuild(models.described_for_use(model), "here"), []
    for part, empty in zip(
        models.parts(model).values(), models.parts(again).values(), strict=True
    ):
        to_stock(part).save(tmp_path / f"{part.name}.keras")
        parts.append(
            keras.saving.load_model(tmp_path / f"{part.name}.keras", custom_objects={})
        )
        stock = to_stock(empty)
        path = tmp_path / f"{part.name}.keras"
        weights.assign(path, weights.read(path), stock)
        empty.set_weights(stock.get_weights())
        assert not any("seqzoo" in type(layer).__module__ for layer in parts[-1].layers)
    np.testing.assert_allclose(again([SOURCE, TARGET]), model([SOURCE, TARGET]), atol=1e-6)
    encoder, step = parts
    fixed = encoder(ops.convert_to_tensor(SOURCE))
    state = {name: value for name, value in fixed.items() if name.startswith("state_")}
    for t in range(2):
        tokens = ops.convert_to_tensor(TARGET[:, t : t + 1])
        out = step(
            {"token": tokens, **{n: fixed[n] for n in ("memory", "keys", "mask")}, **state}
        )
        np.testing.assert_allclose(out["log_probs"][0], expected(model)[0, t], atol=1e-5)
        state = {name: value for name, value in out.items() if name.startswith("state_")}


@pytest.mark.parametrize("settings", CASES, ids=str)
def test_padding_changes_nothing(settings):
    model = build(**settings)
    wide = np.pad(SOURCE, ((0, 0), (0, 3))), np.pad(TARGET, ((0, 0), (0, 2)))
    whole, padded = model([SOURCE, TARGET]), model(list(wide))
    np.testing.assert_allclose(padded[0, :4], whole[0], atol=1e-5)
    np.testing.assert_allclose(padded[1, :2], whole[1, :2], atol=1e-5)
    alone = model([SOURCE[1:, :3], TARGET[1:, :2]])
    np.testing.assert_allclose(alone[0], whole[1, :2], atol=1e-5)


@pytest.mark.parametrize("settings", FEWER, ids=str)
def test_one_step_of_training_changes_every_weight(settings):
    model = build(**settings, dropout=0.1, token_dropout=0.1)
    model.compile(
        keras.optimizers.SGD(0.5),
        keras.losses.SparseCategoricalCrossentropy(True, ignore_class=0),
        run_eagerly="tie_embeddings" not in settings,  # tracing takes ten times as long
    )
    before = [np.copy(weight) for weight in model.trainable_weights]
    following = np.concatenate([TARGET[:, 1:], [[3], [0]]], axis=1)
    loss = model.train_on_batch([SOURCE, TARGET], following)
    assert np.isfinite(loss)
    changed = [
        not np.array_equal(w, old)
        for w, old in zip(model.trainable_weights, before, strict=True)
    ]
    still = [w.path for w, c in zip(model.trainable_weights, changed, strict=True) if not c]
    assert not still, still


def test_a_whole_model_saved_by_keras_loads(tmp_path):
    model = build(input_feeding=True)
    model.save(tmp_path / "m.keras")
    again = keras.saving.load_model(tmp_path / "m.keras")
    np.testing.assert_array_equal(again([SOURCE, TARGET]), model([SOURCE, TARGET]))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"attention": "lung"}, "attention"),
        ({"attention_at": "middle"}, "attention_at: expected one of top, bottom"),
        (
            {"attention": None, "input_feeding": True},
            "input_feeding: expected an attention",
        ),
        ({"bridge": "brige"}, "bridge"),
        ({"cell": "lstn"}, "cell"),
        ({"units": 5}, "units: expected even numbers"),
        (
            {"share_embeddings": True, "target_vocab_size": 13},
            "share_embeddings: expected one vocabulary",
        ),
        ({"embedding_dim": 0}, "embedding_dim"),
    ],
)
def test_wrong_settings(settings, message):
    sizes = {"source_vocab_size": 12, "target_vocab_size": 12, "num_layers": 1, "units": 4}
    settings = sizes | settings
    with pytest.raises(InputError, match=message):
        models.translator(
            settings.pop("source_vocab_size"), settings.pop("target_vocab_size"), **settings
        )


def test_sizes_that_do_not_agree():
    with pytest.raises(
        InputError, match="attention dot: expected queries and keys of size 6; got 6 and 4"
    ):
        Attention("dot", 6).build((None, None, 6), (None, None, 4))


def test_no_translator_says_so():
    with pytest.raises(
        InputError, match="expected a model that `translator` or `captioner` built"
    ):
        models.encoder_of(models.classifier(10, 2, units=4))
