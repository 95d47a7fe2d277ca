"""What the fields of a `Config` accept, and which go together."""

from dataclasses import dataclass

import pytest

from seqzoo import config as configs
from seqzoo.config import ON, check, check_idle, check_needed, data_option, option
from seqzoo.errors import InputError


@dataclass(frozen=True)
class Config:
    """Settings of a training that is not there."""

    data: str | None = data_option(None, "a file", path=True)
    dataset: str = data_option("one", "the corpus", ("one", "two"), idle_beside=["data"])
    units: int = option(8, "state size", least=1)
    dropout: float = option(0.0, "share dropped", least=0, below=1)
    pairs: int = option(2, "rarer pairs are unknown", least=0)
    pair_dim: int = option(4, "size of a pair's vector", needs={"pairs": ON})
    rate: float = option(None, "the first", above=0, by_size=True)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"units": 0}, "--units: expected at least 1; got 0"),
        ({"dropout": 1.0}, "--dropout: expected less than 1; got 1.0"),
        ({"rate": 0.0}, "--rate: expected a number above 0; got 0.0"),
        ({"units": True}, "--units: expected a number; got True"),
        ({"dataset": "tow"}, "did you mean 'two'"),
        ({"data": 3}, "--data: expected a path; got int"),
    ],
)
def test_a_value_out_of_its_range_is_named(given, message):
    with pytest.raises(InputError, match=message):
        check(Config(**given))


def test_a_field_that_is_left_open_is_not_checked():
    check(Config())
    assert [*configs.preparing(Config())] == ["data", "dataset"]


def test_fields_that_play_no_part_are_refused():
    with pytest.raises(
        InputError, match="--dataset two and --data x: expected one of them"
    ):
        check_idle(Config(data="x", dataset="two"))
    check_needed(Config(pairs=0), [])
    with pytest.raises(InputError, match="--pair-dim 8: with --pairs 0 it plays no part"):
        check_needed(Config(pairs=0, pair_dim=8), ["pair_dim"])


def test_differences_are_told_as_flags_and_younger_fields_had_their_default():
    old = configs.to_json(Config(units=16))
    del old["pair_dim"]
    assert configs.differences(old, Config()) == ["--units was 16, now 8"]
    assert not configs.differences(old, Config(), ignore=["units"])
