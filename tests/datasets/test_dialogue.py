"""Readers of dialogues: every layout gives the same turns, and pairs stay inside a dialogue."""

import gzip
import json

import pytest

from seqzoo import InputError
from seqzoo.datasets import dialogue
from seqzoo.text.turns import TURN, joined, last, of_line

TALKS = [["Hi .", "Hello !", "How are you ?"], ["你好", "你好！"]]


def written(folder, name, content):
    path = folder / name
    if name.endswith(".gz"):
        path.write_bytes(gzip.compress(content.encode()))
    else:
        path.write_text(content, "utf-8")
    return path


TABS = "".join("\t".join(turns) + "\n" for turns in TALKS)
LAYOUTS = {
    "a.txt": TABS,
    "a.txt.gz": TABS,
    "a.tsv": TABS,
    "dialogues_train.txt": "".join(" __eou__ ".join([*t, ""]) + "\n" for t in TALKS),
    "a.jsonl": "".join(json.dumps({"turns": t, "topic": 1}) + "\n" for t in TALKS),
    "a.yml": "categories: [x]\nconversations:\n"
    + "".join("- " + json.dumps(t, ensure_ascii=False) + "\n" for t in TALKS),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_every_layout_has_the_same_turns(name, tmp_path):
    if name.endswith(".yml"):
        pytest.importorskip("yaml")
    path = written(tmp_path, name, LAYOUTS[name])
    assert [list(each.turns) for each in dialogue.read(path)] == TALKS
    first = next(iter(dialogue.read(path)))
    assert first.where.startswith(str(path))
    folder = tmp_path / "part"
    folder.mkdir()
    path.rename(folder / name)
    assert [list(each.turns) for each in dialogue.read(folder)] == TALKS


WRONG = {
    "a.txt": [
        ("a\tb\nalone\n", r"a\.txt:2: expected at least two turns \(tabs between turns\); got 1"),
        ("a\t\tb\n", r"a\.txt:1: turn 2 is blank"),
        ("\n\n", r"a\.txt: expected dialogues; the file has none"),
    ],
    "a.jsonl": [
        ('{"turns": ["a", "b"]}\n{"turn": []}\n', r'a\.jsonl:2: expected a dialogue: a list "turns"'),
        ('{"turns": ["a", 3]}\n', r"a\.jsonl:1: expected a dialogue"),
        ("{\n", r"a\.jsonl:1: expected JSON"),
    ],
    "a.yml": [
        ("conversations: 3\n", r"a\.yml: expected a list of conversations"),
        ("conversations: [[a], [b, c]]\n", r"a\.yml: conversation 1: expected at least two"),
        ("a: [\n", r"a\.yml: expected YAML"),
        ("conversations: !!python/object/apply:os.getcwd []\n", r"a\.yml: expected YAML"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_errors_name_file_and_line(name, tmp_path):
    if name.endswith(".yml"):
        pytest.importorskip("yaml")
    for content, message in WRONG[name]:
        path = written(tmp_path, name, content)
        with pytest.raises(InputError, match=message):
            list(dialogue.read(path))


def test_an_entry_of_yaml_that_is_a_text_is_left_out_with_a_warning(tmp_path):
    pytest.importorskip("yaml")
    path = written(tmp_path, "a.yml", "conversations: [[a, b], 'c - d', [e, f]]\n")
    with pytest.warns(
        UserWarning, match="conversation 2: left out: a text, no list of turns"
    ):
        found = [each.turns for each in dialogue.read(path)]
    assert found == [("a", "b"), ("e", "f")]


def test_pairs_have_so_many_turns_and_never_cross_dialogues(tmp_path):
    turns = [[f"{name}{n}" for n in range(count)] for name, count in (("a", 5), ("b", 2))]
    path = written(tmp_path, "a.txt", "".join("\t".join(each) + "\n" for each in turns))
    for context in (1, 2, 3, 9):
        found = list(dialogue.replies(dialogue.read(path), context))
        expected = [
            (f" {TURN} ".join(each[max(0, n - context) : n]), each[n], n == len(each) - 1)
            for each in turns
            for n in range(1, len(each))
        ]
        assert [(each.source, each.target, each.last) for each in found] == expected
    assert {each.text for each in found} == {
        "a0",
        "b0",
    }  # a split is drawn by how they begin


def test_repeats_are_reported_case_and_punctuation_aside(tmp_path):
    def of(content):
        return list(dialogue.read(written(tmp_path, "a.txt", content)))

    train = of("Hi .\tYes !\nhi\tyes\nBye .\tNo .\n")
    test = of("BYE\tno\nWell\tno\n")
    assert list(dialogue.repeats({"train": train, "test": test})) == [
        "note: 1 of 3 train dialogues repeat another",
        "note: 1 of 2 test dialogues stand in train, too",
    ]
    assert [each.turns for each in dialogue.different(train)] == [
        ("Hi .", "Yes !"),
        ("Bye .", "No ."),
    ]
    assert [each.turns for each in dialogue.without(test, train)] == [("Well", "no")]


def test_turns_as_one_text():
    assert joined(["a", "b", "c"], 2) == f"b {TURN} c"
    assert joined([f"a {TURN} b", " ", "c"], 3) == f"a b {TURN} c"
    assert of_line("a\tb\n c ", 2) == f"b {TURN} c"
    assert of_line(f"a {TURN} b", 2) == f"a {TURN} b"  # of a text of turns it is that text
    assert of_line(f"a {TURN} b\tc", 2) == f"b {TURN} c"
    assert last(f"a {TURN} b") == "b"
    assert last("a b") == "a b"


def test_chatterbots_corpus_is_found_in_its_package(monkeypatch, tmp_path):
    pytest.importorskip("yaml")
    content = "conversations: [[Hi, Hello], [hi!, hello.], [What, Well]]\n"
    path = written(tmp_path, "a.yml", content)
    monkeypatch.setattr(dialogue, "package_files", lambda *_: [path])
    assert [each.turns for each in dialogue.chatterbot("english")] == [
        ("Hi", "Hello"),
        ("What", "Well"),
    ]


def test_a_missing_package_says_how_to_get_it():
    with pytest.raises(
        InputError, match=r"inside the package nothing-of-this: pip install x"
    ):
        dialogue.package_files("nothing-of-this", "data", ".yml", "x")
