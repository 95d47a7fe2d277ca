"""A word tagger cuts raw text as the tokens of its file were cut."""

import pytest

import seqzoo
from seqzoo.system.files import read_json
from seqzoo.tasks.tagging.cuts import word_pattern
from seqzoo.tasks.tagging.joins import learnt
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
    assert all(pattern.findall(token) == [token] for tokens in FILE for token in tokens)


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
