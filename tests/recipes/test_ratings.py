"""What a training of a regressor refuses."""

import pytest

from seqzoo.recipes import ratings
from seqzoo.training.command import run_recipe


@pytest.mark.parametrize(
    ("content", "more", "message"),
    [
        (
            "text\tnumber\n" + "a\t1\n" * 9,
            "",
            "all of the one number 1; expected at least two",
        ),
        ("text\tnumber\na\t1\n", "--text-column number", "both are 'number'"),
        (None, "--text-column t", "--text-column: it is for --data"),
        ("text\tnumber\na\t1\n", "--dataset nothing", "nothing"),
        ("", "", "no training example"),
    ],
)
def test_settings_that_cannot_be_are_refused_in_a_line(
    tmp_path, capfd, content, more, message
):
    flags = more.split()
    if content is not None:
        (tmp_path / "train.tsv").write_text(content)
        (tmp_path / "test.tsv").write_text(content)
        (tmp_path / "validation.tsv").write_text(content)
        flags += ["--data", str(tmp_path)]
    assert run_recipe(ratings, [*flags, "--output", str(tmp_path / "m")]) == 2
    error = capfd.readouterr().err.strip().splitlines()[-1]
    assert message in error
    assert "Traceback" not in error
