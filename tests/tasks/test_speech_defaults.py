"""What a recognizer's settings are where the number of utterances decides them."""

import dataclasses

import pytest

from seqzoo import InputError
from seqzoo.recipes import speech
from seqzoo.tasks.speech import defaults
from seqzoo.training.by_size import filled, open_fields


def test_few_utterances_have_small_batches_many_epochs_and_less_in_their_way():
    few, many = defaults.by_size(28), defaults.by_size(848)
    assert few["batch_size"] < many["batch_size"] and few["epochs"] > many["epochs"]
    for name in ("dropout", "noise", "time_masks", "frequency_masks"):
        assert few[name] < many[name]
    assert few["reorder"] > many["reorder"] == 0
    assert defaults.by_size(10**7) == many


def test_a_few_dozen_utterances_have_a_smaller_network():
    few, more, many = (defaults.by_size(count) for count in (28, 108, 848))
    for name in ("units", "num_layers"):
        assert few[name] < more[name] == many[name]
    assert few["stack"] > more["stack"] == many["stack"]


def test_a_training_that_begins_with_a_recognizer_has_its_network(
    recognizer, spoken, tmp_path
):
    found = defaults.by_size(28, str(recognizer))
    assert [found[name] for name in defaults.NETWORK] == [32, 1, 3]
    assert found["epochs"] == defaults.by_size(28)["epochs"]
    config = speech.Config(data=str(spoken), rate=8000, begin_with=str(recognizer))
    data = speech.load(config, tmp_path / "data")
    assert data.by_size(config)["units"] == 32
    with pytest.raises(InputError, match="no such folder either"):
        defaults.by_size(28, "nothing")


def test_the_number_of_utterances_decides_every_open_setting_and_no_other():
    config = speech.Config()
    assert set(open_fields(config)) == set(defaults.by_size(100))
    chosen = filled(dataclasses.replace(config, noise=0.7), defaults.by_size(100))
    assert not open_fields(chosen)
    assert (chosen.noise, chosen.batch_size) == (0.7, defaults.by_size(100)["batch_size"])


def test_prepared_data_have_what_was_chosen(spoken, tmp_path):
    settings = {"epochs": 1, "units": 4, "num_layers": 1, "average": 1}
    config = speech.Config(data=str(spoken), rate=8000, **settings)
    data = speech.load(config, tmp_path / "data")
    assert data.batch_size == defaults.by_size(data.sizes()["train"])["batch_size"]
    assert data.changes.noise == defaults.by_size(data.sizes()["train"])["noise"]
