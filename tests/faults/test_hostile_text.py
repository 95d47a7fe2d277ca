"""Bytes and strings that nobody expected, drawn by hypothesis; `tests/faults/fuzz.py` looks for more."""

import json
import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import seqzoo
from seqzoo import InputError
from seqzoo.system import files
from seqzoo.text.vocabulary import Vocabulary
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


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"<pad>\n<unk>\n<s>\n</s>\na", "line 5 has no line feed"),
        (b"<pad>\n<unk>\n<s>\n</s>\n\xff\n", "cannot be read"),
        (b"<pad>\n<unk>\n<s>\n</s>\na\na\n", "'a' comes twice"),
        (b"<pad>\n<unk>\n<s>\n</s>\n\n", "line 5: not a token"),
        (b"a\n", "expected to start with"),
    ],
)
def test_a_vocabulary_that_is_none_is_named(tmp_path, content, message):
    path = tmp_path / "vocabulary.txt"
    path.write_bytes(content)
    with pytest.raises(InputError, match=rf"vocabulary.txt: .*{message}"):
        Vocabulary.load(path)


def test_a_token_that_no_file_can_hold_is_refused():
    for token in ("\ud800", "a\nb", "\r", ""):
        with pytest.raises(InputError, match="not a token"):
            Vocabulary([token])


def test_lines_are_as_many_as_the_model_has(tmp_path):
    (tmp_path / "labels.txt").write_text("a\nb\n")
    assert files.read_lines(tmp_path / "labels.txt", 2) == ["a", "b"]
    with pytest.raises(InputError, match=r"labels.txt: 2 lines; the model has 3"):
        files.read_lines(tmp_path / "labels.txt", 3)


def test_json_nested_too_deep_is_no_json(tmp_path):
    (tmp_path / "config.json").write_text("[" * 100_000)
    with pytest.raises(InputError, match=r"config.json: cannot be read"):
        files.read_json(tmp_path / "config.json")
