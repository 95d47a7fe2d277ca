"""Fields as flags."""

import argparse

import pytest

from seqzoo.config import GROUPS, add_flags, from_flags, from_text, given_flags
from seqzoo.errors import InputError
from tests.config.test_fields import Config


@pytest.fixture
def parser():
    found = argparse.ArgumentParser(exit_on_error=False)
    add_flags(found, Config)
    return found


def test_what_is_parsed_is_what_was_given(parser):
    parsed = parser.parse_args(["--units", "16", "--rate", "auto"])
    assert given_flags(Config, parsed) == {"units": 16, "rate": None}
    assert from_flags(Config, parsed, {"units": 4, "dropout": 0.5}) == Config(
        units=16, dropout=0.5
    )


def test_flags_stand_in_their_groups_with_their_types(parser):
    text = parser.format_help()
    places = [text.index(f"\n{group}:\n") for group in GROUPS if f"\n{group}:\n" in text]
    assert places == sorted(places)
    for shown in ("--data PATH", "--dataset NAME", "--units INT", "--rate FLOAT"):
        assert shown in text
    assert "default auto: by the corpus" in text


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [("units", "3", 3), ("rate", "auto", None), ("data", "none", None)],
)
def test_a_text_stands_for_a_value(name, text, value):
    assert from_text(Config, name, text) == value


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("units", "x", "--units: expected a whole number; got 'x'"),
        ("unit", "3", "did you mean 'units'"),
    ],
)
def test_a_text_that_stands_for_none_is_refused(name, text, message):
    with pytest.raises(InputError, match=message):
        from_text(Config, name, text)
