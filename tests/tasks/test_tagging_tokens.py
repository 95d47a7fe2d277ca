"""A word tagger cuts raw text as its file was cut, takes ready tokens, and tells where the two differ."""

import json

import pytest

import seqzoo
from seqzoo.__main__ import main
from seqzoo.datasets.tagged import Tagged
from seqzoo.errors import InputError
from seqzoo.system.files import read_json
from seqzoo.tasks.tagging.cuts import WORD, word_pattern
from seqzoo.tasks.tagging.measure import entity_scores
from seqzoo.tasks.tagging.tokens import learnt, message, others
from tests.conftest import train

FILE = [
    ["O'Neil", "moved", "to", "St.", "Gallen", "in", "1,000", "cars", "."],
    ["Dr.", "Smith-Jones", "met", "J.", "D'Arcy", "at", "AT&T", "."],
]
CASES = [
    ("Dr. O'Neil moved to St. Gallen.", "Dr. O'Neil moved to St. Gallen ."),
    ("St.Gallen and Dr.", "St . Gallen and Dr."),
    ("AT&T in U.S. cars.", "AT&T in U.S. cars ."),
]


def test_what_joins_in_the_file_joins_in_raw_text():
    found = learnt(FILE)
    assert found.joins == "'&" and set(found.whole) == {"St.", "Dr.", "J."}
    pattern = word_pattern(*found)
    for text, expected in CASES:
        assert pattern.findall(text) == expected.split()
    assert others(FILE, pattern)[0] == 0
    wrong, count, shown = others(FILE, WORD)
    assert (wrong, count) == (6, 17) and shown[0] == "O'Neil"
    assert "6 of 17 training tokens (35.3%)" in message(wrong, count, shown)


def test_marks_that_part_in_the_file_part_in_raw_text():
    found = learnt(
        [["Anna", "'s", "car", "and", "Bob", "'s"], ["O'Neil", "and", "/", "or"]]
    )
    assert found.joins == ""
    assert word_pattern(*found).findall("Anna's") == ["Anna", "'s"]


@pytest.fixture(scope="module")
def tagger(tmp_path_factory):
    """A tagger of words whose file has tokens that raw text is usually cut into others than."""
    path = tmp_path_factory.mktemp("tokens") / "names.bio"
    rows = []
    for number in range(120):
        person = ("O'Neil", "Dr.", "D'Arcy")[number % 3]
        rows += [f"{person} B-PER", "saw O", "St. B-LOC", f"{number} O", ". O", ""]
    path.write_text("\n".join(rows), "utf-8")
    flags = [
        "--unit",
        "word",
        "--units",
        "4",
        "--embedding-dim",
        "4",
        "--bigrams",
        "0",
        "--epochs",
        "2",
        "--batch-size",
        "4",
    ]
    return train("entities", ["--data", str(path), *flags], tmp_path_factory)


def test_a_trained_tagger_reads_raw_text_as_its_file(tagger):
    text = read_json(tagger / "config.json")["text"]
    assert text["joins"] == "'" and set(text["whole"]) == {"Dr.", "St."}
    model = seqzoo.load(tagger)
    (sequence,) = model.encode("Dr. O'Neil saw St.", "")
    assert list(sequence[0]) == ["Dr.", "O'Neil", "saw", "St."]
    test = read_json(tagger / "metrics.json")["test"]
    assert test["raw_f1"] == test["f1"]


def test_tokens_between_white_space_are_taken_as_they_are(tagger, tmp_path, capfd):
    model = seqzoo.load(tagger)
    text = "D'Arcy? saw  St.x"
    seen = []
    numbers = model.tagging.numbers
    model.tagging.numbers = lambda given, *rest: seen.extend(given) or numbers(given, *rest)
    model.predict([text, "", " "], tokens=True)
    assert [list(tokens) for tokens in seen] == [["D'Arcy?", "saw", "St.x"]]
    path = tmp_path / "texts.txt"
    path.write_text("O'Neil saw St. 5 .\n", "utf-8")
    assert main(["predict", str(tagger), str(path), "--tokens"]) == 0
    assert json.loads(capfd.readouterr().out)["text"] == "O'Neil saw St. 5 ."
    with pytest.raises(InputError, match="expected a tagger of words"):
        seqzoo.load("entities-peoples-daily", tokens=True)


def test_the_raw_score_falls_where_tokens_are_cut_otherwise():
    """A tagger that calls every token of a list a name: cut otherwise, it is not there."""

    class Listed:
        def __call__(self, sequences):
            return [
                ["S-a" if t == "O'Neil" else "O" for t in tokens] for tokens in sequences
            ]

    example = Tagged(("O'Neil", "came"), ("S-a", "O"), "here")
    assert entity_scores(Listed(), [example], word_pattern("'"))["raw_f1"] == 1
    scores = entity_scores(Listed(), [example], WORD)
    assert scores["f1"] == 1 and scores["raw_f1"] == 0
