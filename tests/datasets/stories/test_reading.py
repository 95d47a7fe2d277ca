"""Files of stories: the format of bAbI, JSON lines, folders of tasks; what is wrong is named."""

import gzip
import json

import pytest

from seqzoo.datasets.stories.reading import read
from seqzoo.errors import InputError

TEXT = """1 Mary moved to the bathroom.
2 John went to the hallway.
3 Where is Mary? \tbathroom\t1
4 Mary went home.
5 Where is Mary?\thome\t4
1 Lily is a swan.
2 What colour is Lily?\twhite,grey
"""


def test_numbered_lines_are_stories_up_to_each_question(tmp_path):
    path = tmp_path / "stories.txt"
    path.write_text(TEXT, "utf-8")
    one, two, three = read(path)["train"]
    assert one.sentences == ("Mary moved to the bathroom.", "John went to the hallway.")
    assert (one.question, one.answer) == ("Where is Mary?", "bathroom")
    assert one.where == f"{path}:3"
    assert two.sentences == (*one.sentences, "Mary went home.")
    assert three.sentences == ("Lily is a swan.",) and three.answer == "white,grey"
    # Questions about one story fall into the same part.
    assert one.text == two.text != three.text


def test_a_folder_of_tasks_is_read_in_their_order(tmp_path):
    for name in ("qa10_late_train", "qa2_early_train", "qa2_early_test"):
        with gzip.open(tmp_path / f"{name}.txt.gz", "wt") as file:
            file.write(TEXT)
    found = read(tmp_path)
    assert [story.task for story in found["train"]] == ["qa2"] * 3 + ["qa10"] * 3
    assert [story.task for story in found["test"]] == ["qa2"] * 3
    assert len(read(tmp_path, ["qa10"])["train"]) == 3
    with pytest.raises(InputError, match="task qa3: expected one of qa2, qa10"):
        read(tmp_path, ["qa3"])
    (tmp_path / "notes.txt").write_text("x", "utf-8")
    with pytest.raises(InputError, match=r"notes.txt: no part of the data"):
        read(tmp_path)


def test_objects_have_a_story_a_question_and_an_answer(tmp_path):
    record = {"story": ["A is in B."], "question": "Where is A?", "answer": "B"}
    (tmp_path / "train.jsonl").write_text(json.dumps(record) + "\n", "utf-8")
    (tmp_path / "test.jsonl").write_text(json.dumps(record | {"task": "t"}) + "\n", "utf-8")
    found = read(tmp_path)
    assert found["train"][0].sentences == ("A is in B.",)
    assert found["test"][0].task == "t"


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("Mary went home.\n", 1, "expected a number, a space and a sentence"),
        ("1 A.\n3 B?\tc\n", 2, "expected number 2, or 1, which begins a story; got 3"),
        ("2 A.\n", 1, "expected number 1, or 1"),
        ("1 A.\n2 B.\n1 C.\n2 D?\te\n", 1, "the story that begins here has no question"),
        ("1 A.\n2 B?\tc\n1 D.\n", 3, "the story that begins here has no question"),
        ("1 Where?\there\n", 1, "expected a sentence before the question"),
        ("1 A.\n2 Where?\t\n", 2, "expected a question, a tab and its answer"),
    ],
)
def test_what_is_no_story_is_named_with_its_line(text, line, message, tmp_path):
    path = tmp_path / "stories.txt"
    path.write_text(text, "utf-8")
    with pytest.raises(InputError) as error:
        read(path)
    assert str(error.value).startswith(f"{path}:{line}: ")
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ([], "expected an object with story, question, answer"),
        ({"story": ["A."], "question": "B?"}, "expected 'answer'"),
        (
            {"story": "A.", "question": "B?", "answer": "c"},
            "story: expected a list of sentences",
        ),
        ({"story": [], "question": "B?", "answer": "c"}, "expected a sentence before"),
        (
            {"story": ["A.", " "], "question": "B?", "answer": "c"},
            r"story\[1\]: expected a sentence",
        ),
        (
            {"story": ["A."], "question": 3, "answer": "c"},
            "question: expected a text; got 3",
        ),
        ({"story": ["A."], "question": "B?", "answer": " "}, "answer: expected a text"),
        (
            {"story": ["A."], "question": "B?", "answer": "c", "answr": 1},
            "answr: expected story",
        ),
    ],
)
def test_an_object_that_is_no_story_is_refused(record, message, tmp_path):
    path = tmp_path / "train.jsonl"
    path.write_text(json.dumps(record) + "\n", "utf-8")
    with pytest.raises(InputError, match=message) as error:
        read(path)
    assert str(error.value).startswith(f"{path}:1: ")


def test_a_file_without_stories_and_no_file_are_refused(tmp_path):
    path = tmp_path / "stories.txt"
    path.write_text("\n", "utf-8")
    with pytest.raises(
        InputError, match="expected stories with questions; the file has none"
    ):
        read(path)
    with pytest.raises(InputError, match="no such file or folder"):
        read(tmp_path / "none.txt")
