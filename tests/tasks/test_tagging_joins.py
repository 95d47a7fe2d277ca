"""A word tagger cuts raw text as its file was cut, takes ready tokens, and tells where the two differ."""

import pytest

import seqzoo
from seqzoo.errors import InputError
from seqzoo.system.files import read_json
from seqzoo.tasks.tagging.cuts import WORD, word_pattern
from seqzoo.tasks.tagging.joins import learnt, pattern_of
from seqzoo.tasks.tagging.raw import lines
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
    assert not [*lines(FILE, pattern)]
    (line,) = lines(FILE, WORD)
    assert line.startswith("warning: ")
    assert "35.3% of the training tokens" in line
    assert "O'Neil" in line


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
    assert (
        "raw_text_f1" not in read_json(tagger / "metrics.json")["test"]
    )  # nothing is cut otherwise


def test_what_joins_is_checked_where_a_model_is_read():
    for text in ({"joins": 1}, {"joins": "(x"}, {"whole": "Dr."}, {"whole": ["(a+)+$."]}):
        with pytest.raises(InputError, match="expected a usable"):
            pattern_of(text)
    with pytest.raises(InputError, match="whole"):
        pattern_of({"whole": ["Dr."] * 1001})
    assert pattern_of({}).pattern == WORD.pattern
