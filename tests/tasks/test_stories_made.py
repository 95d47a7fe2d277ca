"""How many made questions there are, of which kinds."""

import pytest

from seqzoo.__main__ import main
from seqzoo.recipes import stories as recipe
from seqzoo.tasks.stories import corpora


def test_made_questions_are_as_many_as_is_said():
    config = recipe.Config(questions=50, tasks="1,15")
    read = corpora.load(config)
    assert sum(map(len, read.parts.values())) == 100
    assert {story.task for part in read.parts.values() for story in part} == {"qa1", "qa15"}
    assert read.description.startswith("100 questions of 2 kinds")


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        ("--questions 50 --data x.txt", "--questions 50"),
        ("--questions 5", "questions: expected at least 20"),
        ("--tasks 4", "made stories: task: expected one of qa1"),
    ],
)
def test_what_plays_no_part_is_refused(flags, message, tmp_path, capfd):
    (tmp_path / "x.txt").write_text("1 A.\n2 B?\tc\n")
    given = flags.replace("x.txt", str(tmp_path / "x.txt")).split()
    assert main(["train", "stories", *given, "--output", str(tmp_path / "run")]) == 2
    assert message in capfd.readouterr().err
