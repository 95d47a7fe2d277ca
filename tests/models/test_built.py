"""A model's description, and the model built again from it."""

import keras
import pytest

from seqzoo import InputError, models


def test_a_model_tells_how_it_was_built():
    model = models.tagger(
        20, 4, cell="gru", units=(3, 2), tags="BMES", scheme="BMES", num_auxiliary=2
    )
    description = models.described_for_use(model)
    assert description["builder"] == "tagger"
    assert description["arguments"]["units"] == [3, 2]
    assert description["arguments"]["tags"] == "BMES"
    assert description["arguments"]["num_auxiliary"] == 0
    again = models.rebuild(description, "here")
    shapes = [tuple(weight.shape) for weight in models.parts(model)["model"].weights]
    assert [
        tuple(weight.shape) for weight in models.parts(again)["model"].weights
    ] == shapes
    with pytest.raises(InputError, match="that a builder of seqzoo"):
        models.description_of(keras.Sequential())
    with pytest.raises(InputError, match=r"here: tagger: [\d,]+ parameters; 10 at most"):
        models.rebuild(description, "here", most=10)


def test_a_model_that_was_only_counted_is_forgotten():
    """Keras keeps a list of variables that are to get values; these must not be on it."""
    from keras.src.backend.common import global_state

    description = {
        "builder": "classifier",
        "arguments": {"vocab_size": 2**30, "num_classes": 2},
    }
    for _ in range(2):
        with pytest.raises(InputError, match="100 at most"):
            models.rebuild(description, "here", most=100)
        assert not global_state.get_global_attribute("uninitialized_variables")
    models.rebuild(
        {**description, "arguments": {"vocab_size": 9, "num_classes": 2}}, "here"
    )
    assert not global_state.get_global_attribute("uninitialized_variables")
