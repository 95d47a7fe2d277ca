"""What a training of a regressor refuses."""

import pytest

from seqzoo.recipes import ratings
from seqzoo.training.command import run_recipe


@pytest.mark.parametrize(
    ("content", "more", "message"),
    [
        (
            "text\tnumber\n" + "".join(f"TEXT {i}\t1\n" for i in range(9)),
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
        for part in ("train", "test", "validation"):
            # Texts of other parts are left out of training.
            (tmp_path / f"{part}.tsv").write_text(content.replace("TEXT", part))
        flags += ["--data", str(tmp_path)]
    assert run_recipe(ratings, [*flags, "--output", str(tmp_path / "m")]) == 2
    error = capfd.readouterr().err.strip().splitlines()[-1]
    assert message in error
    assert "Traceback" not in error
