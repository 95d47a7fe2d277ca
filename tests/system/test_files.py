"""Files of lines and of JSON that cannot be read are named; a folder that was held in vain is gone."""

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


def test_a_folder_that_was_made_to_fail_is_gone(tmp_path):
    folder = tmp_path / "a" / "b"
    with (
        pytest.raises(InputError, match="bad data"),
        files.locked(folder),
        files.preparing(folder / "state" / "data") as partial,
    ):
        (partial / "begun").write_text("x")
        raise InputError("bad data")
    assert not any(tmp_path.iterdir())


def test_a_folder_that_was_there_or_holds_files_stays(tmp_path):
    (tmp_path / "old").mkdir()
    with pytest.raises(InputError, match="bad"), files.locked(tmp_path / "old"):
        raise InputError("bad")
    assert (tmp_path / "old").is_dir()
    with pytest.raises(KeyboardInterrupt), files.locked(tmp_path / "new"):
        (tmp_path / "new" / "state").mkdir()
        (tmp_path / "new" / "state" / "kept").write_text("x")
        raise KeyboardInterrupt
    assert (tmp_path / "new" / "state" / "kept").exists()


def test_who_finds_a_folder_held_takes_nothing_away(tmp_path):
    with files.locked(tmp_path / "m"):
        with (
            pytest.raises(InputError, match="m: in use by process"),
            files.locked(tmp_path / "m"),
        ):
            pass
        assert (tmp_path / "m" / files.LOCK).exists()
