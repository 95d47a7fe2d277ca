"""Texts with numbers, from files and made up."""

import gzip

import pytest

from seqzoo import InputError
from seqzoo.datasets.reading.settings import Form
from seqzoo.tasks.regression import corpora


def value(text):
    """What a sum in words comes to, reckoned anew."""
    names = dict(zip(corpora.ONES, range(20), strict=True))
    names |= {name: 10 * tens for tens, name in enumerate(corpora.TENS, 2)}
    total, term, sign = 0, 0, 1
    for word in text.split():
        if word in ("plus", "minus"):
            total, term, sign = total + sign * term, 0, 1 if word == "plus" else -1
        else:
            term = 100 * term if word == "hundred" else term + names[word]
    return total + sign * term


def test_numbers_in_words():
    assert [corpora.in_words(n) for n in (0, 43, 100, 319)] == [
        "zero", "forty three", "one hundred", "three hundred nineteen",
    ]  # fmt: skip
    assert all(value(corpora.in_words(n)) == n for n in range(1000))


def test_made_sums_are_right_and_the_same_every_time():
    made = list(corpora.sums())
    assert made == list(corpora.sums())
    assert len(made) == corpora.SUMS
    assert all(value(each.text) == each.number for each in made)
    assert "made by a program" in corpora.number_words().description


def form(columns):
    """Where texts and numbers stand, by names or places."""
    return Form(places=dict(zip(("text", "number"), columns or (), strict=False)))


def test_columns_by_name_and_by_place(tmp_path):
    for name, header in (("a.tsv", "n\tt\n"), ("b.csv", "n,t\n"), ("c.tsv", "")):
        between = "," if name.endswith("csv") else "\t"
        (tmp_path / name).write_text(f"{header}1{between}a b\n\n2{between}c\n")
    (tmp_path / "d.jsonl").write_text('{"n": 1, "t": "a b"}\n{"t": "c", "n": "2"}\n')
    with gzip.open(tmp_path / "e.tsv.gz", "wt") as file:
        file.write("1\ta b\n2\tc\n")
    for name, columns in (
        ("a.tsv", ("t", "n")), ("a.tsv", ("T", "1")), ("b.csv", ("t", "n")), ("c.tsv", ("2", "1")),
        ("d.jsonl", ("t", "n")), ("e.tsv.gz", ("2", "1")),
    ):  # fmt: skip
        found = [
            (each.text, each.number)
            for each in corpora.read_numbers(tmp_path / name, form(columns))
        ]
        assert found == [("a b", 1), ("c", 2)], (name, columns)


@pytest.mark.parametrize(
    ("name", "content", "columns", "message"),
    [
        ("a.tsv", "text\tnumber\nfine\t1\nbad\tmuch\n", None, "a.tsv:3: .* got 'much'"),
        ("a.tsv", "text\tnumber\nfine\tnan\n", None, "a.tsv:2: expected a finite"),
        ("a.tsv", "text\tnumber\nfine\t1e999\n", None, "a.tsv:2: .*finite"),
        ("a.tsv", "text\tnumber\nfine\t1_0\n", None, "a.tsv:2: .*got '1_0'"),
        ("a.tsv", "text\tnumber\n \t1\n", None, "a.tsv:2: expected a text; it is blank"),
        ("a.tsv", "text\tmuch\nfine\t1\n", None, "a.tsv:1: .*'number'; it is not in text, much"),
        ("a.tsv", "text\tnumber\tnumber\n", None, "a.tsv:1: .*it is twice in"),
        ("a.tsv", "text\tnumber\nfine\n", None, "a.tsv:2: expected 2 columns; got 1"),
        ("a.tsv", "fine\t1\n", ("1", "3"), "a.tsv:1: expected a column 3; the row has 2"),
        ("a.tsv", "text\tnumber\nfine\t1\n", ("1", "2"), "a.tsv:1: .* got 'number'"),
        ("a.tsv", "fine\t1\n", ("0", "1"), "a.tsv:1: expected a column 0"),
        ("a.csv", 'text,number\n"a\nb",1\n"c"d,2\n', None, "a.csv:4: not CSV"),
        ("a.jsonl", '{"text": "a"}\n', None, "a.jsonl:1: expected a key 'number'; the keys are text"),
        ("a.jsonl", '{"text": "a", "number": true}\n', None, "a.jsonl:1: .*got 'True'"),
        ("a.jsonl", '{"text": "a", "number": 1' + "0" * 400 + "}\n", None, "a.jsonl:1: .*finite"),
        ("a.jsonl", '{"text": 7, "number": 1}\n', None, "a.jsonl:1: expected a text; got 7"),
        ("a.jsonl", '{"text": "\\ud800", "number": 1}\n', None, "a.jsonl:1: .*lone surrogate"),
        ("a.jsonl", "1\n", None, "a.jsonl:1: expected a JSON object; got int"),
        ("a.txt", "fine\t1\n", None, "a.txt: expected a file ending in"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_named_by_file_and_line(
    tmp_path, name, content, columns, message
):
    (tmp_path / name).write_text(content)
    with pytest.raises(InputError, match=message):
        list(corpora.read_numbers(tmp_path / name, form(columns)))
