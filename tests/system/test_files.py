"""Files of lines and of JSON that cannot be read are named."""

import pytest

from seqzoo import InputError
from seqzoo.system import files


def test_lines_are_as_many_as_the_model_has(tmp_path):
    (tmp_path / "labels.txt").write_text("a\nb\n")
    assert files.read_lines(tmp_path / "labels.txt", 2) == ["a", "b"]
    with pytest.raises(InputError, match=r"labels.txt: 2 lines; the model has 3"):
        files.read_lines(tmp_path / "labels.txt", 3)


def test_json_nested_too_deep_is_no_json(tmp_path):
    (tmp_path / "config.json").write_text("[" * 100_000)
    with pytest.raises(InputError, match=r"config.json: cannot be read"):
        files.read_json(tmp_path / "config.json")
