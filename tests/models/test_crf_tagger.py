"""A tagger with a CRF is compiled and fitted as any model of Keras'."""

import keras
import numpy as np
import pytest

from seqzoo.errors import InputError
from seqzoo.layers import CRFLoss
from seqzoo.models import tagger

TOKENS = np.array([[1, 2, 3, 0, 0], [3, 2, 1, 2, 0], [2, 2, 0, 0, 0]])
TAGS = np.array([[0, 1, 2, 2, 2], [2, 1, 0, 0, 1], [1, 1, 2, 2, 2]])
REAL = TOKENS != 0


def built(**more):
    keras.utils.set_random_seed(0)
    return tagger(5, 3, units=4, embedding_dim=4, dropout=0.0, **more)


ACCURACY = {"tags": [keras.metrics.Accuracy()]}
WAYS = [
    (CRFLoss(), ["accuracy"], TAGS),
    (CRFLoss(), ["acc"], TAGS[:, :, None]),
    (CRFLoss(), [keras.metrics.Accuracy()], {"potentials": TAGS}),
    ({"potentials": CRFLoss()}, ["accuracy"], {"potentials": TAGS, "tags": TAGS}),
    ({"potentials": CRFLoss()}, ACCURACY, {"potentials": TAGS, "tags": TAGS}),
]


@pytest.mark.parametrize(("loss", "metrics", "labels"), WAYS)
def test_every_way_to_compile_gives_the_same_loss_and_accuracy(loss, metrics, labels):
    """Whatever the padded steps are said to have."""
    model = built()
    predicted = np.asarray(model(TOKENS)["tags"])
    expected = float((predicted == TAGS)[REAL].mean())
    likelihoods = CRFLoss()(TAGS, model(TOKENS)["potentials"])
    model.compile("sgd", loss=loss, metrics=metrics)
    found = model.evaluate(TOKENS, labels, verbose=0, return_dict=True)
    assert found["loss"] == pytest.approx(float(likelihoods), rel=1e-5)
    assert found["tags_accuracy"] == pytest.approx(expected, rel=1e-6)
    history = model.fit(TOKENS, labels, verbose=0).history
    assert set(history) == {"loss", "tags_accuracy"}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"loss": "sparse_categorical_crossentropy"},
            "loss: expected seqzoo.layers.CRFLoss",
        ),
        ({"loss": "crf_loss"}, "loss: expected .*; got 'crf_loss'"),
        (
            {"loss": CRFLoss(), "metrics": ["f1"]},
            "metrics: expected 'accuracy', .*; got 'f1'",
        ),
        ({"loss": CRFLoss(), "weighted_metrics": "auc"}, "weighted_metrics: .*; got 'auc'"),
    ],
)
def test_what_a_crf_cannot_take_is_refused_in_a_line(given, message):
    with pytest.raises(InputError, match=message) as raised:
        built().compile("sgd", **given)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("second", [TAGS[:, :, None], np.eye(3, dtype=bool)[TAGS], TAGS])
def test_labels_of_one_shape_fit_after_those_of_another(second):
    """Keras traces the second training for both shapes, and their rank is open there."""
    model = built()
    model.compile("sgd", loss=CRFLoss())
    first = model.evaluate(TOKENS, TAGS, verbose=0)
    assert model.evaluate(TOKENS, second, verbose=0) == pytest.approx(first, rel=1e-5)
    for labels in (TAGS, second):
        assert np.isfinite(model.fit(TOKENS, labels, verbose=0).history["loss"])


def test_it_is_saved_and_loaded_compiled(tmp_path):
    model = built(tags=list("BIO"), scheme="BIO")
    model.compile("adam", loss=CRFLoss(), metrics=["accuracy"])
    model.fit(TOKENS, TAGS, verbose=0)
    expected = model.evaluate(TOKENS, TAGS, verbose=0)
    model.save(tmp_path / "m.keras")
    loaded = keras.saving.load_model(tmp_path / "m.keras")
    assert loaded.evaluate(TOKENS, TAGS, verbose=0) == pytest.approx(expected)
    clone = keras.models.clone_model(model)
    clone.set_weights(model.get_weights())
    np.testing.assert_array_equal(
        np.asarray(clone(TOKENS)["tags"]), np.asarray(model(TOKENS)["tags"])
    )


def test_an_auxiliary_output_is_learnt_beside():
    model = built(num_auxiliary=2)
    losses = {"potentials": CRFLoss(), "auxiliary": "sparse_categorical_crossentropy"}
    model.compile("sgd", loss=losses, metrics=["accuracy"])
    labels = {"potentials": TAGS, "auxiliary": TAGS % 2}
    assert {"loss", "tags_accuracy"} <= set(model.fit(TOKENS, labels, verbose=0).history)
