import itertools

import keras
import numpy as np
import pytest

from seqzoo import InputError, layers
from seqzoo.layers import to_stock
from seqzoo.layers.crf import CRFLoss
from seqzoo.models import BUILDERS, POOLINGS, classifier, tagger
from seqzoo.models.built import builder
from seqzoo.text import schemes
from tests.support.reference import CELLS

TOKENS = np.array([[5, 3, 7, 2, 9, 0], [4, 8, 0, 0, 0, 0], [6, 0, 0, 0, 0, 0]], np.int32)
PRODUCT = list(itertools.product(sorted(CELLS), (False, True), sorted(POOLINGS)))


def small(cell="lstm", bidirectional=True, pooling="last", **more):
    keras.utils.set_random_seed(0)
    return classifier(
        12,
        3,
        cell=cell,
        units=4,
        bidirectional=bidirectional,
        pooling=pooling,
        embedding_dim=5,
        **more,
    )


def output(model, tokens):
    return np.asarray(model(tokens, training=False))


@pytest.mark.parametrize(("cell", "bidirectional", "pooling"), PRODUCT)
def test_padding_and_batching_change_nothing(cell, bidirectional, pooling):
    model = small(cell, bidirectional, pooling, num_layers=2)
    expected = output(model, TOKENS)
    np.testing.assert_allclose(expected.sum(1), 1, rtol=1e-5)
    more = np.pad(TOKENS, ((0, 0), (0, 7)))
    np.testing.assert_allclose(output(model, more), expected, atol=1e-6)
    for row, tokens in enumerate(TOKENS):
        alone = output(model, tokens[None, : (tokens != 0).sum()])
        np.testing.assert_allclose(alone[0], expected[row], atol=1e-6)


def tags_of(model, tokens):
    inputs = [tokens % size for size in (12, 9)][: len(model.inputs)]
    return np.asarray(
        model(inputs if len(inputs) > 1 else inputs[0], training=False)["tags"]
    )


@pytest.mark.parametrize("cell", sorted(layers.CELLS))
def test_every_cell_of_the_table_serves_every_builder_of_texts(cell):
    """More padding changes no answer, whatever the cell."""
    more = np.pad(TOKENS, ((0, 0), (0, 7)))
    model = small(cell, pooling="mean")
    np.testing.assert_allclose(output(model, more), output(model, TOKENS), atol=1e-6)
    model = small_tagger(cell)
    first, second = (tags_of(model, tokens)[:, :6] for tokens in (TOKENS, more))
    np.testing.assert_array_equal(np.where(TOKENS, first, 0), np.where(TOKENS, second, 0))


@pytest.mark.parametrize(("cell", "bidirectional", "pooling"), PRODUCT)
def test_one_step_changes_every_weight(cell, bidirectional, pooling):
    model = small(cell, bidirectional, pooling, num_layers=2, residual=True, dropout=0.0)
    model.compile(keras.optimizers.SGD(0.5), "sparse_categorical_crossentropy")
    before = model.get_weights()
    model.train_on_batch(np.arange(12)[None].repeat(3, 0), np.array([0, 1, 2]))
    # A bias of attention scores would cancel in the softmax; there is none. Padding's row is moved
    # by nothing, and id 0 is padding.
    for variable, old in zip(model.trainable_variables, before, strict=True):
        new = np.asarray(variable)
        assert not np.array_equal(new, old), variable.path


def test_the_network_of_the_tensorflow_tutorial_number_20():
    model = classifier(
        10_000,
        1,
        cell="gru",
        units=(16, 8, 4),
        bidirectional=False,
        embedding_dim=8,
        dropout=0.0,
    )
    kinds = [type(layer).__name__ for layer in model.layers if layer.weights]
    assert kinds == ["Embedding", "GRU", "GRU", "GRU", "Dense"]
    # 3 gates of inputs x units, units x units, and two biases each
    gru = [3 * u * (i + u + 2) for i, u in ((8, 16), (16, 8), (8, 4))]
    assert model.count_params() == 80_000 + sum(gru) + 5
    assert model.layers[-1].activation is keras.activations.sigmoid
    assert output(model, TOKENS).shape == (3, 1)


def test_a_builder_takes_no_name_of_another_modules():
    def classifier():
        """A function of the test's module, with the name of a builder."""

    with pytest.raises(
        ValueError, match=r"seqzoo\.models\.classifier has one of that name"
    ):
        builder()(classifier)
    assert BUILDERS["classifier"].build.__module__ == "seqzoo.models.classifier"


def test_names_tell_what_is_what():
    model = small(
        num_layers=2, token_dropout=0.1, embedding_dropout=0.1, recurrent_dropout=0.1
    )
    names = [layer.name for layer in model.layers]
    assert {"embedding", "bidirectional_lstm_1", "bidirectional_lstm_2", "label"} <= set(
        names
    )
    assert [x.name for x in model.inputs] == ["tokens"]


def test_a_saved_model_needs_only_keras(tmp_path):
    import subprocess
    import sys

    models = {
        name: small(pooling=name, token_dropout=0.1, embedding_dropout=0.1)
        for name in POOLINGS
    }
    for name, model in models.items():
        to_stock(model).save(tmp_path / f"{name}.keras")
    np.save(tmp_path / "tokens.npy", TOKENS)
    code = (
        "import sys; sys.modules['seqzoo'] = None\n"  # importing it would raise
        "import keras, numpy, pathlib\n"
        "for path in pathlib.Path('.').glob('*.keras'):\n"
        "    model = keras.saving.load_model(path, safe_mode=True)\n"
        "    numpy.save(path.stem, model.predict(numpy.load('tokens.npy'), verbose=0))\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True)
    for name, model in models.items():
        np.testing.assert_allclose(
            np.load(tmp_path / f"{name}.npy"), output(model, TOKENS), atol=1e-5
        )


def test_residual_adds_the_input_where_sizes_agree():
    model = small(num_layers=3, residual=True)
    names = [layer.name for layer in model.layers]
    assert "residual_1" not in names
    assert "residual_2" in names


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"cell": "lsmt"},
            "cell: expected one of coupled_lstm, .* and 13 more; got 'lsmt'; did you mean 'lstm'",
        ),
        ({"pooling": "sum"}, "pooling: expected one of"),
        ({"units": 0}, r"units: expected a whole number of at least 1; got 0"),
        ({"units": (4, 2), "num_layers": 3}, "2 given for num_layers=3"),
        ({"dropout": 1.0}, "dropout: expected a share"),
        ({"embedding_dim": 2.5}, "embedding_dim: expected a whole number"),
    ],
)
def test_unusable_arguments(arguments, message):
    with pytest.raises(InputError, match=message):
        classifier(10, 2, **arguments)


PAIRS = np.where(TOKENS > 0, TOKENS + 1, 0).astype(np.int32)


def small_tagger(cell="lstm", bidirectional=True, crf=True, **more):
    keras.utils.set_random_seed(0)
    names = {"tags": ["B", "M", "E", "S"], "scheme": "BMES"} if crf else {}
    return tagger(
        12,
        4,
        cell=cell,
        units=4,
        num_layers=2,
        bidirectional=bidirectional,
        crf=crf,
        embedding_dim=5,
        bigram_vocab_size=13,
        bigram_dim=3,
        num_auxiliary=3,
        **names,
        **more,
    )


@pytest.mark.parametrize("crf", [True, False])
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("cell", sorted(CELLS))
def test_padding_and_batching_change_no_tagger(cell, bidirectional, crf):
    model = small_tagger(cell, bidirectional, crf)
    assert set(model.output) == {
        "auxiliary",
        *(("tags", "potentials") if crf else ("tag",)),
    }
    expected = {k: np.asarray(v) for k, v in model([TOKENS, PAIRS]).items()}
    more = model([np.pad(a, ((0, 0), (0, 7))) for a in (TOKENS, PAIRS)])
    for name, values in expected.items():
        for row, length in enumerate((TOKENS != 0).sum(1)):
            alone = model([TOKENS[row, None, :length], PAIRS[row, None, :length]])
            for other in (np.asarray(more[name])[row], np.asarray(alone[name])[0]):
                np.testing.assert_allclose(other[:length], values[row, :length], atol=1e-5)


@pytest.mark.parametrize("dtype", ["float32", "float16"])
@pytest.mark.parametrize("pooling", ["max", "attention"])
def test_pooling_over_nothing_gives_zeros(pooling, dtype):
    """All-masked rows had -1e4 or the mean of their padding; and a state below -1e4 lost to the ban."""
    inputs, mask = keras.Input((None, 2), dtype=dtype), keras.Input((None,), dtype="bool")
    keras.utils.set_random_seed(0)
    with_policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy(dtype)
    try:
        model = keras.Model([inputs, mask], POOLINGS[pooling](inputs, mask))
    finally:
        keras.config.set_dtype_policy(with_policy)
    x = np.array([[[-2e4, -3e4], [-2e4, -2e4], [1, 1]], [[4, 4], [5, 5], [6, 6]]], dtype)
    found = np.asarray(model([x, np.array([[True, True, False], [False] * 3])]))
    assert not found[1].any()
    assert np.isfinite(found).all()
    assert (found[0] <= -1.9e4).all()


@pytest.mark.parametrize("pooling", ["max", "attention"])
def test_a_text_of_padding_alone_has_finite_gradients(pooling):
    model = small(pooling=pooling, dropout=0.0)
    tokens = np.array([[3, 4, 0], [0, 0, 0]], "int32")
    model.compile(keras.optimizers.SGD(0.5), "sparse_categorical_crossentropy")
    model.train_on_batch(tokens, np.array([0, 1]))
    assert all(np.isfinite(np.asarray(w)).all() for w in model.weights)


@pytest.mark.parametrize("crf", [True, False])
@pytest.mark.parametrize("cell", sorted(CELLS))
def test_one_step_changes_every_weight_of_a_tagger(cell, crf):
    model = small_tagger(cell, crf=crf, dropout=0.0, residual=True)
    losses = {"auxiliary": "sparse_categorical_crossentropy"}
    losses |= (
        {"potentials": CRFLoss()} if crf else {"tag": "sparse_categorical_crossentropy"}
    )
    model.compile(keras.optimizers.SGD(0.5), losses)
    before = model.get_weights()
    # The first token is padding: the tags behind it begin as the scheme lets them.
    tokens, gold = (
        np.arange(12)[None].repeat(3, 0),
        np.array([[3, *[0, 1, 2, 3] * 3][:12]] * 3),
    )
    labels = {name: gold % 3 if name == "auxiliary" else gold for name in model.output}
    model.train_on_batch([tokens, tokens + 1], labels)
    for variable, old in zip(model.trainable_variables, before, strict=True):
        assert not np.array_equal(np.asarray(variable), old), variable.path


def test_a_tagger_forbids_what_its_scheme_does():
    model = small_tagger()
    tokens = np.random.default_rng(0).integers(1, 12, size=(200, 9))
    for row in np.asarray(model([tokens, tokens])["tags"]):
        text = "".join("BMES"[tag] for tag in row)
        assert schemes.repair(text, "BMES") == list(text)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"num_tags": 0}, "num_tags: expected a whole number of at least 1; got 0"),
        ({"cell": "lsmt"}, "cell: expected one of .*; got 'lsmt'"),
        ({"tags": ["B", "M"]}, "tags: expected 4, as num_tags says; got 2"),
        ({"scheme": "BMES"}, "scheme: expected the tags' names too"),
        ({"scheme": "BMSE", "tags": list("BMES")}, "scheme: expected one of .*'BMSE'"),
        ({"tags": list("BIES"), "scheme": "BMES"}, "expected a tag of BMES .*got 'I'"),
        ({"bigram_vocab_size": 0}, "bigram_vocab_size: expected a whole number"),
    ],
)
def test_unusable_taggers(arguments, message):
    with pytest.raises(InputError, match=message):
        tagger(**({"vocab_size": 10, "num_tags": 4} | arguments))
