"""Settings that are left to the size of the corpus."""

import argparse
from dataclasses import dataclass
from types import SimpleNamespace

import pytest

from seqzoo import config as configs
from seqzoo.errors import InputError
from seqzoo.training.by_size import filled, in_words, left_open, open_fields, settled


@dataclass(frozen=True)
class Fixed:
    epochs: int = configs.option(3, "passes", least=1)
    units: int | tuple[int, ...] = configs.option(8, "sizes")
    name: str | None = configs.option(None, "a name")


@dataclass(frozen=True)
class Open(Fixed):
    epochs: int = left_open(Fixed, "epochs")
    units: int | tuple[int, ...] = left_open(Fixed, "units")


def data(**chosen):
    return SimpleNamespace(
        by_size=lambda config: chosen, sizes=lambda: {"train": 6920}, counted="texts"
    )


def parsed(*flags):
    parser = argparse.ArgumentParser()
    configs.add_flags(parser, Open)
    return configs.from_flags(Open, parser.parse_args(flags))


def test_what_nobody_has_set_is_open():
    assert open_fields(Open()) == ["epochs", "units"]
    assert open_fields(Open(epochs=5)) == ["units"]
    assert not open_fields(Fixed()), "a field that is none is no open one"


def test_a_value_of_the_user_wins():
    found = settled(Open(epochs=5), data(epochs=7, units=16, other=1))
    assert (found.epochs, found.units, found.name) == (5, 16, None)
    assert settled(found, data(epochs=1, units=1)) == found


def test_data_that_choose_nothing_leave_nothing_open():
    assert settled(Fixed(), data()) == Fixed()
    with pytest.raises(InputError, match="--units: expected a value"):
        settled(Open(), data(epochs=7))


def test_recorded_lists_become_tuples():
    assert filled(Open(), {"units": [8, 4]}).units == (8, 4)


def test_auto_is_what_no_flag_is():
    assert parsed("--epochs", "auto", "--units", "8,4") == Open(units=(8, 4))
    assert configs.from_text(Open, "epochs", "auto") is None
    with pytest.raises(InputError, match="--epochs: expected at least 1"):
        parsed("--epochs", "0")


@pytest.mark.parametrize("kind", [Fixed, Open])
def test_only_open_fields_know_auto_and_help_says_so(kind):
    field = kind.__dataclass_fields__["epochs"]
    assert ("auto: by the corpus" in configs.help_of(field)) == (kind is Open)
    if kind is Fixed:
        with pytest.raises(InputError, match="expected a whole number; got 'auto'"):
            configs.from_text(kind, "epochs", "auto")


def test_what_was_chosen_is_told_in_a_line():
    before, chosen = Open(units=4), data(epochs=7, units=16)
    after = settled(before, chosen)
    assert in_words(before, after, chosen) == "chosen for 6,920 texts: --epochs 7"
    assert in_words(after, after, chosen) is None
