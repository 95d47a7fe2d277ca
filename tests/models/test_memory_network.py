"""The memory network: a float64 reference in loops, padding, linear start, saving, ONNX."""

import subprocess
import sys

import keras
import numpy as np
import pytest
from keras import ops

from seqzoo import models
from seqzoo.errors import InputError
from seqzoo.layers.recency import Recency
from seqzoo.models.built import rebuild

STORY = np.array(
    [
        [[4, 5, 6], [7, 8, 0], [9, 0, 0], [3, 2, 1]],
        [[5, 3, 0], [1, 1, 8], [0, 0, 0], [0, 0, 0]],
    ],
    "int32",
)
QUESTION = np.array([[2, 7, 9], [6, 0, 0]], "int32")
CASES = [
    {},
    {"weights": "layerwise", "hops": 2},
    {"sentences": "bag", "temporal": False},
    {"sentences": "gru", "hops": 1},
    {"sentences": "lstm", "weights": "layerwise"},
    {"memory_size": 3},
]


def build(**settings):
    model = models.memory_network(12, 4, **{"embedding_dim": 5, **settings})
    random = np.random.default_rng(1)
    for weight in model.weights:
        if "seed" not in weight.path:
            weight.assign(random.normal(size=weight.shape) * 0.5)
    return model


def array(tensor):
    return ops.convert_to_numpy(tensor)


def table(model, name):
    return array(model.get_layer(name).embeddings).astype(float)


def vector(model, words, by, how):
    """A sentence's vector, in loops; `words` without padding."""
    vectors = table(model, f"words_{by}")
    size, count = vectors.shape[1], len(words)
    found = np.zeros(size)
    for place, word in enumerate(words, 1):
        for k in range(1, size + 1):
            weight = 1.0
            if how == "position":
                weight = 1 - place / count - (k / size) * (1 - 2 * place / count)
            found[k - 1] += weight * vectors[word, k - 1]
    return found


def reference(model, story, question, settings, linear=False):
    """Float64: logits (answers,), attention (hops, sentences) of one story."""
    how, hops = settings.get("sentences", "position"), settings.get("hops", 3)
    adjacent = settings.get("weights", "adjacent") == "adjacent"
    sentences = [[word for word in each if word] for each in story]
    sentences = [each for each in sentences if each][: settings.get("memory_size", 50)]
    asked = [word for word in question if word]

    def memory(by):
        rows = np.array([vector(model, each, by, how) for each in sentences])
        if settings.get("temporal", True):
            rows += table(model, f"age_{by}")[: len(rows)]
        return rows

    u = vector(model, asked, "0" if adjacent else "question", how)
    attention = []
    for hop in range(hops):
        one, other = (hop, hop + 1) if adjacent else ("looked_for", "read")
        scores = memory(one) @ u
        p = scores if linear else np.exp(scores) / np.exp(scores).sum()
        attention.append(p)
        if not adjacent:
            u = u @ array(model.get_layer("turn").kernel).astype(float)
        u = u + p @ memory(other)
    return u @ array(model.get_layer("answer").kernel).astype(float), np.array(attention)


@pytest.mark.parametrize(
    "settings", [each for each in CASES if each.get("sentences") not in ("gru", "lstm")]
)
@pytest.mark.parametrize("linear", [False, True])
def test_answers_and_attention_are_those_of_a_float64_reference(settings, linear):
    model = build(**settings)
    network = models.linear_of(model) if linear else model
    found = network([STORY, QUESTION])
    for row in range(2):
        answer, attention = reference(model, STORY[row], QUESTION[row], settings, linear)
        np.testing.assert_allclose(
            array(found["answer"])[row], answer, rtol=1e-5, atol=1e-5
        )
        seen = array(found["attention"])[row][:, : attention.shape[1]]
        np.testing.assert_allclose(seen, attention, rtol=1e-5, atol=1e-6)
        assert not array(found["attention"])[row][:, attention.shape[1] :].any()


@pytest.mark.parametrize("settings", CASES, ids=str)
def test_padding_and_other_rows_change_nothing(settings):
    model = build(**settings)
    both = model([STORY, QUESTION])
    story, question = np.zeros((1, 7, 6), "int32"), np.zeros((1, 5), "int32")
    story[0, :4, :3], question[0, :3] = STORY[1], QUESTION[1]
    alone = model([story, question])
    np.testing.assert_allclose(
        array(alone["answer"])[0], array(both["answer"])[1], atol=1e-6
    )
    np.testing.assert_allclose(
        array(alone["attention"])[0, :, :2], array(both["attention"])[1, :, :2], atol=1e-6
    )


@pytest.mark.parametrize("settings", CASES, ids=str)
def test_it_is_built_saved_and_exported_again(settings, tmp_path):
    onnxruntime = pytest.importorskip("onnxruntime")
    from seqzoo.export.onnx.model import to_onnx

    model = build(**settings)
    expected = model([STORY, QUESTION])
    again = rebuild(models.description_of(model), "x")
    again.set_weights(model.get_weights())
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    session = onnxruntime.InferenceSession(to_onnx(model).SerializeToString())
    found = session.run(["answer", "attention"], {"story": STORY, "question": QUESTION})
    for name, exported in zip(("answer", "attention"), found, strict=True):
        value = array(expected[name])
        for other in (again, loaded):
            np.testing.assert_allclose(
                array(other([STORY, QUESTION])[name]), value, atol=1e-6
            )
        np.testing.assert_allclose(exported, value, atol=1e-5)


def test_the_linear_start_and_what_is_saved_share_every_weight():
    model = build(dropout=0.5)
    learnt = {id(weight) for weight in model.trainable_weights}
    assert learnt == {id(w) for w in models.linear_of(model).trainable_weights}
    (used,) = models.parts(model).values()
    assert learnt == {id(weight) for weight in used.weights}
    expected, found = model([STORY, QUESTION]), used([STORY, QUESTION])
    np.testing.assert_array_equal(array(found["answer"]), array(expected["answer"]))


def test_plain_keras_loads_what_is_saved(tmp_path):
    (used,) = models.parts(build(weights="layerwise")).values()
    used.save(tmp_path / "model.keras")
    program = (
        "import keras, numpy as np, sys; "
        f"model = keras.saving.load_model({str(tmp_path / 'model.keras')!r}); "
        "assert 'seqzoo' not in sys.modules; "
        f"print(float(model([np.array({STORY.tolist()}), np.array({QUESTION.tolist()})])['answer'][1, 2]))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    expected = float(used([STORY, QUESTION])["answer"][1, 2])
    assert float(done.stdout) == pytest.approx(expected, abs=1e-5), done.stderr


def test_ages_count_from_the_latest_and_blanks_only_widen_them():
    layer = Recency(6, 0.4, seed=1)
    places = np.ones((200, 5), "int32")
    assert array(layer(places)).tolist() == [[0, 1, 2, 3, 4]] * 200
    drawn = array(layer(places, training=True))
    steps = np.diff(drawn, axis=1)
    assert ((steps == 1) | (steps == 2) | (drawn[:, 1:] == 5)).all()
    assert drawn.max() == 5
    first = (drawn[:, 0] == 1).mean()  # a blank may come before the latest
    assert 0.3 < first < 0.5
    assert array(Recency(3)(places)).tolist() == [[0, 1, 2, 2, 2]] * 200


def test_every_weight_learns():
    model = models.memory_network(12, 4, embedding_dim=5, sentences="gru")
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    before = [array(each) for each in model.trainable_weights]
    model.compile("sgd", loss={"answer": loss, "attention": None})
    model.fit([STORY, QUESTION], {"answer": np.array([1, 2])}, verbose=0)
    for weight, was in zip(model.trainable_weights, before, strict=True):
        assert np.abs(array(weight) - was).max() > 0, weight.path


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"hops": 0}, "hops: expected a whole number of at least 1"),
        ({"weights": "tied"}, "weights: expected one of adjacent, layerwise; got 'tied'"),
        ({"sentences": "sum"}, "sentences: expected one of bag, "),
        ({"blanks": 1.0}, "blanks: expected a share"),
    ],
)
def test_settings_that_do_not_fit_are_refused(settings, message):
    with pytest.raises(InputError, match=message):
        build(**settings)


def test_the_linear_start_of_another_model_is_refused():
    with pytest.raises(InputError, match="expected a model that `memory_network` built"):
        models.linear_of(models.classifier(10, 2, units=2))
