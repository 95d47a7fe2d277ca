"""Bytes and strings that nobody expected, drawn by hypothesis; `tests/faults/fuzz.py` looks for more."""

import json
import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import seqzoo
from tests.faults import properties
from tests.faults.command_line import CommandLine

LINES = st.lists(st.text(max_size=12), max_size=6).map("\n".join)
ODD = "中文１a'’1., \t\n\r\u3000\u200d👍🏽é\u0301<br>\x85\u2028B-MESIO"
TEXT = st.one_of(LINES, st.text(ODD, max_size=60))
BYTES = st.one_of(st.binary(max_size=80), TEXT.map(str.encode))
EXAMPLES = int(os.environ.get("SEQZOO_EXAMPLES", "150"))  # more of them for a longer look
FEW = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@FEW
@given(st.integers(0, 255), BYTES)
def test_readers(which, data):
    properties.readers(bytes([which]) + data)


@FEW
@given(BYTES)
def test_vocabulary_and_tokens_go_round(data):
    properties.vocabulary(data)


@FEW
@given(BYTES)
def test_tags_are_mended(data):
    properties.tags(data)


@pytest.fixture(scope="module")
def segmentation(segmenter):
    return properties.Segmentation(seqzoo.load(segmenter))


@FEW
@given(data=BYTES)
def test_words_joined_are_the_text(segmentation, data):
    segmentation(data)


@pytest.fixture(scope="module")
def manifest():
    return properties.Manifest()


@FEW
@given(data=st.one_of(BYTES, st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
        ["format", "sha256", "model", "builder", "arguments", "units", "text", "task"]), inner, max_size=4),
).map(lambda value: b"@" + json.dumps(value).encode())))  # fmt: skip
def test_whatever_a_manifest_or_a_configuration_says(manifest, data):
    manifest(data)


@pytest.fixture(scope="module")
def command_line():
    command_line = CommandLine()
    yield command_line
    command_line.close()


FLAGS = st.lists(st.integers(0, 255), max_size=8).map(
    lambda words: b" ".join(bytes([n]) for n in words)
)


@FEW
@given(data=st.binary(max_size=30) | FLAGS)
def test_every_command_line_ends_with_0_or_one_line(command_line, data):
    command_line(data)
