"""A training that begins with the weights of a trained recognizer."""

import dataclasses

import numpy as np
import pytest

import seqzoo
from seqzoo import InputError, models
from seqzoo.tasks.speech import beginning


@pytest.fixture(scope="module")
def trained(recognizer):
    return seqzoo.load(recognizer)


def new(trained, **changed):
    settings = {"units": 32, "num_layers": 1, "stack": 3} | changed
    return models.recognizer(trained.front_end.size, len(trained.symbols), **settings)


def give(model, trained, signs=None, name=None, stack=3, **changed):
    front_end = dataclasses.replace(trained.front_end, **changed)
    folder = str(trained.artifact.folder) if name is None else name
    beginning.give(model, folder, front_end, signs or trained.symbols, stack)


def frames(trained):
    draw = np.random.default_rng(0)
    return draw.normal(size=(2, 30, trained.front_end.size)).astype("float32"), np.array(
        [30, 20]
    )


def test_a_network_of_the_same_form_begins_as_the_trained_one(trained):
    model = new(trained)
    give(model, trained, normalize="none")
    given = frames(trained)
    np.testing.assert_allclose(model(given), trained.model(given), atol=1e-5)


def test_a_single_direction_takes_the_forward_layers(trained):
    model = new(trained, bidirectional=False)
    give(model, trained)
    both = trained.model.get_layer("bidirectional_lstm_1").get_weights()
    for one, other in zip(model.get_layer("lstm_1").get_weights(), both[:3], strict=True):
        np.testing.assert_array_equal(one, other)
    logits, whole = (
        each.get_layer("logits").get_weights() for each in (model, trained.model)
    )
    np.testing.assert_array_equal(logits[0], whole[0][:32])
    np.testing.assert_array_equal(logits[1], whole[1])


def test_other_symbols_take_what_is_there_of_theirs(trained):
    signs = ["", "ß", *reversed(trained.symbols[1:])]
    model = models.recognizer(39, len(signs), units=32, num_layers=1)
    drawn = model.get_layer("logits").get_weights()[0].copy()
    give(model, trained, signs)
    logits = model.get_layer("logits").get_weights()[0]
    theirs = trained.model.get_layer("logits").get_weights()[0]
    np.testing.assert_array_equal(logits[:, 1], drawn[:, 1])
    for place, sign in enumerate(signs):
        if sign != "ß":
            np.testing.assert_array_equal(
                logits[:, place], theirs[:, trained.symbols.index(sign)]
            )


def test_what_does_not_fit_is_named(trained):
    for settings, message in (
        ({"units": 16}, r"layer bidirectional_lstm_1: expected weights \[\(117, 64\)"),
        ({"cell": "gru"}, "layer bidirectional_gru_1: expected weights"),
        ({"num_layers": 2}, "expected 3 layers; got 2"),
    ):
        with pytest.raises(InputError, match=f"^--begin-with .*{message}"):
            give(new(trained, **settings), trained)
    with pytest.raises(InputError, match="stack: expected 2; got 3"):
        give(new(trained, stack=2), trained, stack=2)
    with pytest.raises(InputError, match=r"emphasis: expected 0\.5; got 0\.97"):
        give(new(trained), trained, emphasis=0.5)
    with pytest.raises(
        InputError, match="expected a recognizer; it is of task classification"
    ):
        give(new(trained), trained, name="sentiment-imdb")
    with pytest.raises(InputError, match="no such folder either"):
        give(new(trained), trained, name="nothing")
