"""PyTorch's recurrent modules and the models made of their weights."""

from itertools import product

import keras
import numpy as np
import pytest

from seqzoo import InputError, layers
from seqzoo.convert import from_torch, to_torch
from seqzoo.layers.carried import Carried

torch = pytest.importorskip("torch")

FEATURES, UNITS = 3, 4
KINDS = {
    "tanh": (torch.nn.RNN, {}),
    "relu": (torch.nn.RNN, {"nonlinearity": "relu"}),
    "gru": (torch.nn.GRU, {}),
    "lstm": (torch.nn.LSTM, {}),
    "projected": (torch.nn.LSTM, {"proj_size": 2}),
}
CASES = list(product(KINDS, (1, 3), (False, True), (True, False)))


def module_of(kind, num_layers=1, **settings):
    """A module with weights wide enough for the gates to matter, and the nonlinearity of its weights."""
    torch.manual_seed(0)
    make, own = KINDS[kind]
    module = make(FEATURES, UNITS, num_layers, **own, **settings)
    for weight in module.parameters():
        torch.nn.init.normal_(weight, std=0.5)
    return module, {"nonlinearity": own.get("nonlinearity", "tanh")}


def outputs_of(module, x):
    """Output, h and, of an LSTM, c."""
    with torch.no_grad():
        output, states = module(torch.from_numpy(x))
    return [
        part.numpy()
        for part in (output, *(states if isinstance(states, tuple) else (states,)))
    ]


def inputs(dtype="float32"):
    return np.random.default_rng(0).standard_normal((2, 6, FEATURES)).astype(dtype)


def agree(outputs, expected, tolerance):
    assert list(outputs) == ["output", "h", "c"][: len(expected)]
    for name, value in zip(outputs, expected, strict=True):
        assert outputs[name].shape == value.shape and outputs[name].dtype == value.dtype
        np.testing.assert_allclose(outputs[name], value, rtol=tolerance, atol=tolerance)


def loaded(module, weights):
    module.load_state_dict(
        {name: torch.from_numpy(value) for name, value in weights.items()}
    )
    return module


@pytest.mark.parametrize(("kind", "num_layers", "bidirectional", "bias"), CASES)
def test_a_module_its_model_and_the_module_made_of_that_agree(
    kind, num_layers, bidirectional, bias
):
    """In float64 one case of each kind, the largest; time first in half of the cases."""
    largest = (num_layers, bidirectional, bias) == (3, True, True)
    dtype, tolerance = ("float64", 1e-12) if largest else ("float32", 1e-5)
    settings = {
        "bidirectional": bidirectional,
        "bias": bias,
        "dtype": getattr(torch, dtype),
    }
    settings["batch_first"] = (num_layers == 1) ^ bidirectional ^ bias
    module, nonlinearity = module_of(kind, num_layers, **settings)
    x = inputs(dtype)
    expected = outputs_of(module, x)
    model = from_torch(
        module.state_dict(), batch_first=settings["batch_first"], **nonlinearity
    )
    agree(model(x), expected, tolerance)
    weights = to_torch(model)
    assert {name: value.shape for name, value in weights.items()} == {
        name: tuple(value.shape) for name, value in module.state_dict().items()
    }
    assert list(weights) == list(module.state_dict())
    again = loaded(module_of(kind, num_layers, **settings)[0], weights)
    for value, wanted in zip(outputs_of(again, x), expected, strict=True):
        np.testing.assert_allclose(value, wanted, rtol=tolerance, atol=tolerance)


def test_weights_of_a_larger_model_and_of_other_types():
    module, _ = module_of("gru", 2, batch_first=True)
    expected = outputs_of(module, inputs())
    encoder = torch.nn.ModuleDict({"rnn": module, "head": torch.nn.Linear(4, 2)})
    every = torch.nn.ModuleDict({"encoder": encoder, "other": torch.nn.LSTM(3, 5)})
    weights = dict(every.named_parameters())  # which require gradients
    model = from_torch(weights, prefix="encoder.rnn.", name="encoder")
    assert model.name == "encoder"
    agree(model(inputs()), expected, 1e-5)
    assert list(to_torch(model, "encoder.rnn.")) == [
        name for name in weights if "encoder.rnn" in name
    ]
    arrays = {name: value.numpy() for name, value in module.state_dict().items()}
    agree(from_torch(arrays)(inputs()), expected, 1e-5)
    halves = {name: value.bfloat16() for name, value in module.state_dict().items()}
    agree(
        from_torch(halves)(inputs()), outputs_of(module.bfloat16().float(), inputs()), 1e-5
    )


def test_a_model_trains_is_saved_and_then_goes_back(tmp_path):
    module, _ = module_of("lstm", 2, batch_first=True, bidirectional=True)
    model = from_torch(module.state_dict())
    trained = keras.Model(model.inputs, model.output["output"])
    trained.compile(keras.optimizers.SGD(1.0), "mse")
    trained.train_on_batch(inputs(), np.ones((2, 6, 8), "float32"))
    agree(model(inputs()), outputs_of(loaded(module, to_torch(model)), inputs()), 1e-5)
    layers.to_stock(model).save(tmp_path / "model.keras")
    stock = keras.saving.load_model(tmp_path / "model.keras")
    for name, value in to_torch(stock).items():
        np.testing.assert_array_equal(value, module.state_dict()[name])


def test_what_is_around_the_recurrent_layers_is_passed_over():
    x = keras.Input((6,), batch_size=2, dtype="int32")
    y = keras.layers.Embedding(9, FEATURES)(x)
    y = layers.GRU(UNITS, return_sequences=True)(y)
    y = keras.layers.SpatialDropout1D(0.5)(keras.layers.Dropout(0.5)(y))
    top = Carried(keras.layers.GRU(UNITS, return_sequences=True, return_state=True), 2)
    model = keras.Model(x, keras.layers.Dense(1)(top(y)))
    below = keras.Model(x, [model.layers[1].output, top.output])
    module = loaded(module_of("gru", 2, batch_first=True)[0], to_torch(model))
    embedded, expected = (np.array(part) for part in below(np.arange(12).reshape(2, 6) % 9))
    np.testing.assert_allclose(outputs_of(module, embedded)[0], expected, atol=1e-5)


def weights_with(kind="lstm", num_layers=1, drop=(), bidirectional=False, **shapes):
    """A state_dict without some names and with zeros of other shapes."""
    weights = dict(module_of(kind, num_layers, bidirectional=bidirectional)[0].state_dict())
    weights |= {name: torch.zeros(shape) for name, shape in shapes.items()}
    return {name: value for name, value in weights.items() if name not in drop}


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ({}, "expected names like weight_ih_l0; got none"),
        ({"lstm.weight_ih_l0": 0, "head.bias": 0}, "got lstm.weight_ih_l0, head.bias"),
        (
            weights_with(drop=["weight_hh_l0"]),
            "missing weights: weight_hh_l0; got weight_ih_l0, b",
        ),
        (
            weights_with(num_layers=2, drop=["weight_hh_l1"]),
            "missing weights: weight_hh_l1;",
        ),
        (
            weights_with(num_layers=3, drop=["bias_ih_l0", "bias_hh_l2"]),
            "missing weights: bias_ih_l0, bias_hh_l2;",
        ),
        (
            weights_with(num_layers=2, bidirectional=True, drop=["weight_ih_l0_reverse"]),
            "missing weights: weight_ih_l0_reverse;",
        ),
        (
            weights_with("projected", 2, drop=["weight_hr_l1"]),
            "missing weights: weight_hr_l1;",
        ),
        (
            weights_with("projected", drop=["weight_hr_l0"]),
            r"weight_hh_l0: expected shape \(1 \(RNN\), 3 .* 4 \(LSTM\) times 2, 2\); got \(16, 2\)",
        ),
        (
            weights_with(weight_hr_l0=(2, 5)),
            r"weight_hh_l0: expected shape \(4 .*projected\) times 5, 4\); got \(16, 4\)",
        ),
        (
            weights_with(weight_hh_l0=(7, 4)),
            r"weight_hh_l0: expected shape .* times 4, 4\); got \(7, 4\)",
        ),
        (
            weights_with(weight_hh_l0=(4,)),
            r"weight_hh_l0: expected shape \(rows, columns\); got \(4,\)",
        ),
        (
            weights_with(bias_hh_l0=(15,)),
            r"bias_hh_l0: expected shape \(16,\) in this LSTM; got \(15,\)",
        ),
        (
            weights_with("gru", 2, bidirectional=True, weight_ih_l1=(12, 4)),
            r"weight_ih_l1: expected shape \(12, 8\) in this GRU; got \(12, 4\)",
        ),
        (
            weights_with("projected", 2, weight_hr_l1=(3, 4)),
            r"weight_hr_l1: expected shape \(2, 4\) in this LSTM; got \(3, 4\)",
        ),
    ],
)
def test_unusable_weights(weights, message):
    with pytest.raises(InputError, match=message):
        from_torch(weights)


def test_errors_name_what_was_asked_for():
    with pytest.raises(
        InputError, match="nonlinearity: expected one of relu, tanh; got 'rely'"
    ):
        from_torch({}, nonlinearity="rely")
    with pytest.raises(
        InputError, match=r"expected names like rnn\.weight_ih_l0; got weight_ih_l0, "
    ):
        from_torch(weights_with(), prefix="rnn.")
    weights = {
        f"rnn.{name}": value for name, value in weights_with(bias_hh_l0=(3,)).items()
    }
    with pytest.raises(InputError, match=r"^rnn\.bias_hh_l0: expected shape"):
        from_torch(weights, prefix="rnn.")


def many(make, *arguments, name=None, **settings):
    return make(*arguments, return_sequences=True, name=name, **settings)


@pytest.mark.parametrize(
    ("stack", "message"),
    [
        ([keras.layers.Dense(3, name="head")], "model: expected recurrent layers; got head"),
        ([many(layers.GRU, 4, reset_after=False, name="g")], "g: reset_after=False; .*GRU has True"),
        ([many(layers.LSTM, 4, activation="relu", name="l")], "l: activation='relu'; .*LSTM has 'tanh'"),
        ([many(layers.SimpleRNN, 4, activation="gelu", name="s")], "'gelu'; .*RNN has 'tanh' or 'relu'"),
        (
            [many(keras.layers.LSTM, 4, recurrent_activation="hard_sigmoid", name="l")],
            "l: recurrent_activation='hard_sigmoid'; PyTorch's LSTM has 'sigmoid'",
        ),
        ([many(layers.RNN, layers.LSTMCell(4, peepholes=True), name="p")], "p: peepholes=True"),
        ([many(layers.RNN, layers.LSTMCell(4, cell_clip=3.0), name="p")], "p: cell_clip=3.0; .* has None"),
        ([many(layers.RNN, layers.LSTMCell(4, projection=4), name="p")], "p: projection=4; .* units, 4"),
        ([many(layers.RNN, layers.MGUCell(4), name="m")], "m: MGUCell, which PyTorch has not"),
        (
            [layers.Bidirectional(many(layers.GRU, 4), merge_mode="sum", name="b")],
            "b: merge_mode='sum'; PyTorch concatenates",
        ),
        ([many(layers.GRU, 4, go_backwards=True, name="g")], "g: go_backwards=True"),
        (
            [layers.Bidirectional(many(layers.SimpleRNN, 4), name="b", backward_layer=many(
                layers.SimpleRNN, 4, activation="relu", go_backwards=True))],
            r"alike.*; got b: bidirectional RNN\(4, activation=tanh, .* and .*RNN\(4, activation=relu",
        ),
        (
            [many(layers.GRU, 4, name="one"), many(layers.LSTM, 4, name="two", use_bias=False)],
            r"alike.*; got one: GRU\(4, .*use_bias=True\); two: LSTM\(4, .*use_bias=False\)",
        ),
        (
            [many(layers.GRU, 4, name="one"), keras.layers.Dense(4), many(layers.GRU, 4, name="two")],
            "two: expected what comes from one",
        ),
        (
            [keras.Sequential([keras.Input((None, 3)), many(layers.GRU, 4)], name="inner")],
            "inner: Sequential, which PyTorch has not",
        ),
    ],
)  # fmt: skip
def test_models_that_pytorch_has_not(stack, message):
    with pytest.raises(InputError, match=message):
        to_torch(keras.Sequential([keras.Input((None, FEATURES)), *stack], name="model"))


def test_a_model_that_was_not_built_is_refused():
    with pytest.raises(InputError, match="expected a model that has been built"):
        to_torch(keras.Sequential([layers.LSTM(3)]))


@pytest.mark.parametrize("batch_first", [False, True])
@pytest.mark.parametrize("kind", ["relu", "lstm"])
def test_a_module_tells_what_its_weights_do_not(kind, batch_first):
    module, _ = module_of(kind, batch_first=batch_first)
    x = np.random.default_rng(3).standard_normal((2, 5, FEATURES)).astype("float32")
    np.testing.assert_allclose(
        from_torch(module)(x)["output"], outputs_of(module, x)[0], atol=1e-5
    )


def test_what_holds_no_weights_is_told_from_what_holds_them_elsewhere():
    whole = torch.nn.Sequential()
    whole.add_module("rnn", torch.nn.LSTM(FEATURES, UNITS))
    with pytest.raises(InputError, match=r"try prefix='rnn\.'"):
        from_torch(whole)
    with pytest.raises(
        InputError, match=r"expected a module of torch\.nn or its state_dict"
    ):
        from_torch("weights.pt")
