"""What the command of a training refuses: one line and exit 2."""

import pytest

from seqzoo.recipes import sentiment
from seqzoo.training.command import run_recipe
from tests.support.command_line import failure
from tests.support.flags import changed


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (
            ["--cell", "lsmt"],
            "got 'lsmt'; did you mean 'lstm'",
        ),
        (["--cel", "gru"], "unrecognized arguments: --cel gru"),
        (["--epochs", "many"], "--epochs: expected a whole number; got 'many'"),
        (
            ["--units", "8,x"],
            "--units: expected a whole number, or several with commas between",
        ),
        (["--epochs", "0"], "--epochs: expected at least 1; got 0"),
        (["--learning-rate", "-1"], "--learning-rate: expected a number above 0; got -1.0"),
        (["--dropout", "1.5"], "--dropout: expected less than 1; got 1.5"),
        (["--token-dropout", "nan"], "--token-dropout: expected at least 0; got nan"),
        (["--seed", "4294967296"], "--seed: expected less than 4294967296"),
        (["--data", "/nowhere.tsv"], "/nowhere.tsv: no such file or folder"),
        (["--output", "/dev/null/x"], "/dev/null/x: cannot be written: Not a directory"),
    ],
)
def test_training_refuses_before_it_starts(flags, message, tiny_flags, tmp_path, capfd):
    status = run_recipe(
        sentiment, changed(tiny_flags, "--output", str(tmp_path / "m"), *flags)
    )
    assert message in failure(capfd, status)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "no training example"),
        (b"x\ta\nx\tb\nx\tc\n" * 3, "all of the one class 'x'"),
        (b"x\ta\n" * 9, "all 9 texts are equal: 'a'"),
        (b"only texts\nand no labels\n", "data.tsv:1: expected a label, a tab and a text"),
        (b"x\ta\ny\t\xff\n", "data.tsv:2: invalid UTF-8 at byte 3"),
    ],
)
def test_training_refuses_unusable_files(data, message, tmp_path, capfd):
    (tmp_path / "data.tsv").write_bytes(data)
    flags = ["--data", str(tmp_path / "data.tsv"), "--output", str(tmp_path / "m")]
    assert message in failure(capfd, run_recipe(sentiment, flags))


def test_a_folder_without_permission_is_refused(tmp_path, tiny_flags, capfd, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("os.open", refuse)  # root may write anywhere: make the refusal
    status = run_recipe(sentiment, [*tiny_flags, "--output", str(tmp_path / "m")])
    monkeypatch.undo()
    assert "cannot be written: Permission denied" in failure(capfd, status)
