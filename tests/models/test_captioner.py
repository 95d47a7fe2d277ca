"""The captioner: the translator's decoder on a picture, all steps at once, one by one, saved, in ONNX."""

import keras
import numpy as np
import pytest
from keras import ops

from seqzoo import decoding, models
from seqzoo.artifact.graph_proof import made_inputs
from seqzoo.errors import InputError
from seqzoo.layers.attention import doubly_stochastic
from seqzoo.models.built import rebuild

RANDOM = np.random.default_rng(0)
PICTURES = RANDOM.random((2, 16, 16, 3)).astype("float32")
FEATURES = RANDOM.normal(size=(2, 5, 6)).astype("float32")
TARGET = np.array([[2, 4, 5, 6], [2, 7, 0, 0]], "int32")
CASES = [
    {},
    {"attention": "luong", "input_feeding": True, "tie_embeddings": False},
    {"attention": None, "cell": "lstm"},
    {"cell": "lstm", "num_layers": 2, "attention_at": "bottom", "residual": True},
    {"encoder": "features", "num_features": 6},
    {"residual_blocks": 2},
]


def build(**settings):
    settings = {
        "image_size": 16,
        "channels": (3, 4),
        "units": 6,
        "embedding_dim": 5,
    } | settings
    model = models.captioner(12, **settings)
    random = np.random.default_rng(1)
    for weight in model.weights:
        values = random.normal(size=weight.shape) * 0.5
        if "moving_variance" in weight.path:
            values = np.abs(values) + 0.5
        if "seed" not in weight.path:
            weight.assign(values)
    return model


def given(model):
    return FEATURES if model.inputs[0].name == "features" else PICTURES


def array(tensor):
    return ops.convert_to_numpy(tensor)


@pytest.mark.parametrize("settings", CASES, ids=str)
def test_one_step_at_a_time_gives_what_teacher_forcing_gives(settings):
    model = build(**settings)
    step, state = models.step_function(model, models.encoder_of(model)(given(model)))
    found, alignments = decoding.score(step, state, TARGET[:, 1:])
    whole = array(ops.log_softmax(model([given(model), TARGET])))
    gold = np.take_along_axis(whole[:, :-1], TARGET[:, 1:, None], 2)[..., 0]
    np.testing.assert_allclose(array(found), gold * (TARGET[:, 1:] != 0), atol=1e-5)
    if settings.get("attention", "bahdanau") is None:
        assert alignments is None
    else:
        positions = 5 if "encoder" in settings else 16
        assert alignments.shape == (2, 3, positions)
        np.testing.assert_allclose(array(alignments)[0].sum(-1), 1, atol=1e-5)


def convolved(x, kernel, gamma, beta, mean, variance, epsilon):
    """Float64, in loops: 3 by 3 pixels, normalised."""
    size, filters = x.shape[0], kernel.shape[-1]
    edged = np.pad(x, ((1, 1), (1, 1), (0, 0)))
    found = np.zeros((size, size, filters))
    for row in range(size):
        for column in range(size):
            seen = edged[row : row + 3, column : column + 3]
            found[row, column] = np.einsum("ijc,ijcf->f", seen, kernel)
    return (found - mean) / np.sqrt(variance + epsilon) * gamma + beta


def convolution_of(model, name):
    """A convolution of the model with its normalisation, by `convolved`."""
    norm = model.get_layer(f"normalization_{name}")
    numbers = (norm.gamma, norm.beta, norm.moving_mean, norm.moving_variance)
    kernel = array(model.get_layer(f"convolution_{name}").kernel).astype(float)
    numbers = [array(each).astype(float) for each in numbers]
    return lambda x: convolved(x, kernel, *numbers, norm.epsilon)


@pytest.mark.parametrize("blocks", [0, 2])
def test_positions_and_first_states_are_those_of_a_float64_reference(blocks):
    model = build(residual_blocks=blocks)
    encoded = models.encoder_of(model)(PICTURES)
    for row, picture in enumerate(PICTURES):
        x = picture.astype(np.float64)
        for number in (1, 2):
            x = np.maximum(convolution_of(model, number)(x), 0)
            half = len(x) // 2
            x = x.reshape(half, 2, half, 2, -1).max(axis=(1, 3))
        for block in range(1, blocks + 1):
            inner = np.maximum(convolution_of(model, f"block_{block}_1")(x), 0)
            x = np.maximum(x + convolution_of(model, f"block_{block}_2")(inner), 0)
        memory = x.reshape(-1, 4)
        np.testing.assert_allclose(array(encoded["memory"])[row], memory, atol=1e-4)
        bridge = model.get_layer("bridge_1")
        state = np.tanh(memory.mean(0) @ array(bridge.kernel) + array(bridge.bias))
        np.testing.assert_allclose(array(encoded["state_1"])[row], state, atol=1e-4)
        assert array(encoded["mask"])[row].tolist() == [True] * 16


def test_attention_over_all_steps_is_pulled_towards_one():
    looks = RANDOM.dirichlet(np.ones(4), (3, 5))
    mask = np.array([[1, 1, 1, 1, 1], [1, 1, 0, 0, 0], [0, 0, 0, 0, 0]], bool)
    expected = np.zeros(3)
    for row in range(3):
        for place in range(4):
            seen = sum(looks[row, t, place] for t in range(5) if mask[row, t])
            expected[row] += (1 - seen) ** 2
    found = doubly_stochastic(ops.convert_to_tensor(looks), ops.convert_to_tensor(mask))
    np.testing.assert_allclose(array(found), expected, rtol=1e-6)


def test_a_row_gives_what_it_gives_alone():
    model = build()
    both = array(model([PICTURES, TARGET]))
    alone = array(model([PICTURES[1:], TARGET[1:, :2]]))
    np.testing.assert_allclose(both[1, :2], alone[0], atol=1e-5)


@pytest.mark.parametrize("settings", CASES, ids=str)
def test_its_networks_are_saved_loaded_and_built_again(settings, tmp_path):
    model = build(**settings)
    again = rebuild(models.description_of(model), "x")
    again.set_weights(model.get_weights())
    np.testing.assert_allclose(
        array(again([given(model), TARGET])),
        array(model([given(model), TARGET])),
        atol=1e-6,
    )
    encoder = models.parts(model)["encoder"]
    assert list(models.parts(model)) == ["encoder", "step"]
    encoder.save(tmp_path / "encoder.keras")
    loaded = keras.saving.load_model(tmp_path / "encoder.keras")
    for name, value in encoder(given(model)).items():
        np.testing.assert_allclose(
            array(loaded(given(model))[name]), array(value), atol=1e-6
        )


@pytest.mark.parametrize("settings", CASES, ids=str)
def test_onnx_gives_the_same_numbers(settings):
    onnxruntime = pytest.importorskip("onnxruntime")
    from seqzoo.export.onnx.model import to_onnx

    model = build(**settings)
    encoder, step = models.parts(model).values()
    session = onnxruntime.InferenceSession(to_onnx(encoder).SerializeToString())
    names = [output.name for output in session.get_outputs()]
    found = session.run(names, {model.inputs[0].name: given(model)})
    expected = encoder(given(model))
    for name, value in zip(names, found, strict=True):
        np.testing.assert_allclose(value, array(expected[name]), atol=1e-5, err_msg=name)
    fed = {name: array(value) for name, value in expected.items() if name in step.input}
    fed["token"] = np.array([[2], [5]], "int32")
    session = onnxruntime.InferenceSession(to_onnx(step).SerializeToString())
    fed = {each.name: fed[each.name] for each in session.get_inputs()}
    (log_probs,) = session.run(["log_probs"], fed)
    np.testing.assert_allclose(log_probs, array(step(fed)["log_probs"]), atol=1e-5)


def test_made_inputs_have_as_many_positions_as_the_picture():
    given = made_inputs(models.parts(build())["step"])
    assert given["mask"].shape == (3, 16) and given["memory"].shape == (3, 16, 4)
    assert given["mask"].sum(axis=1).tolist() == [7, 3, 1]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"encoder": "cnn"}, "encoder: expected one of convolution, features; got 'cnn'"),
        (
            {"image_size": 18},
            "image_size: expected a multiple of 4, for 2 channels; got 18",
        ),
        ({"channels": ()}, "channels: expected at least one"),
        ({"channels": (3, 0)}, r"channels\[1\]: expected a whole number of at least 1"),
        ({"encoder": "features"}, "num_features: expected a whole number of at least 1"),
        ({"num_features": 3}, "num_features: expected 0 beside encoder convolution"),
        ({"residual_blocks": -1}, "residual_blocks: expected 0 or more; got -1"),
        (
            {"encoder": "features", "num_features": 6, "residual_blocks": 1},
            "residual_blocks: expected 0 beside encoder features",
        ),
        ({"attention": "no"}, "attention: expected one of"),
        ({"dropout": 1.0}, "dropout: expected a share"),
    ],
)
def test_settings_that_do_not_fit_are_refused(settings, message):
    with pytest.raises(InputError, match=message):
        build(**settings)


def test_it_learns_which_picture_it_sees():
    keras.utils.set_random_seed(0)
    random = np.random.default_rng(0)
    kinds = random.integers(0, 3, 60)
    pictures = np.full((60, 16, 16, 3), 1, "float32")
    for picture, kind in zip(pictures, kinds, strict=True):
        picture[:, :8, kind] = 0
        picture += random.normal(0, 0.05, picture.shape)
    given = np.stack([np.full(60, 2), 4 + kinds], axis=1).astype("int32")
    following = np.stack([4 + kinds, np.full(60, 3)], axis=1)
    model = models.captioner(
        8, image_size=16, channels=(4, 8), units=16, embedding_dim=8, dropout=0.0
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=0)
    model.compile(optimizer=keras.optimizers.Adam(0.01), loss=loss)
    model.fit([pictures, given], following, epochs=60, batch_size=20, verbose=0)
    found = array(model([pictures, given]))[:, 0].argmax(-1)
    assert (found == 4 + kinds).mean() > 0.9
