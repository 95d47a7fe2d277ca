"""Files of many inputs: what is one of them, by the ending of the file's name."""

import pytest

from seqzoo.datasets.reading.source import of_bytes
from seqzoo.errors import InputError
from seqzoo.tasks import reading

JSON_LINES = b'"a \\u00e9"\n\n{"text": "b, c", "label": "x"}\r\n  \n'
FILES = {
    "a.txt": (b"\xef\xbb\xbfa\nb\r\n", ["a", "b"]),
    "a": (b"text,label\na,b", ["text,label", "a,b"]),
    "a.jsonl": (JSON_LINES, ["a \u00e9", "b, c"]),
    "a.JSON": (JSON_LINES, ["a \u00e9", "b, c"]),
    "a.jsonl.gz": (JSON_LINES, ["a \u00e9", "b, c"]),  # the lines have been unpacked
    "a.csv": (b'label,Text\nx,"a, ""b""\nc"\n\ny,d\n', ['a, "b"\nc', "d"]),
    "a.tsv": (b'text\tlabel\na "b\tx\nc,d\ty\n', ['a "b', "c,d"]),
    "empty.csv": (b"", []),
}


def records(name: str, content: bytes, reads: tuple = ("text",)) -> list[reading.Record]:
    return list(reading.open_inputs(of_bytes(content, name), reads).records)


@pytest.mark.parametrize("name", FILES)
def test_the_ending_says_what_is_a_text(name):
    content, texts = FILES[name]
    assert [record.value for record in records(name, content)] == texts


@pytest.mark.parametrize("reads", [("json",), ("table",), ("text", "json")])
def test_what_is_no_text_is_json(reads):
    (record,) = records("a.jsonl", b"[[1, 2]]\n", reads)
    assert list(record.value[0]) == [1, 2]


def test_an_object_is_itself_where_objects_are_read():
    for reads in (("json",), ("text", "json")):
        (record,) = records("a.jsonl", b'{"text": "a"}\n', reads)
        assert record.value == {"text": "a"}


@pytest.mark.parametrize(
    "name, content, message",
    [
        (
            "a.jsonl",
            b'"a"\n{"body": "b", "id": 1}\n',
            "a.jsonl:2: expected a key 'text'; the keys are body, id",
        ),
        ("a.jsonl", b'"a"\n{}\n', "a.jsonl:2: .*the keys are none"),
        (
            "a.jsonl",
            b'"a"\n{"text": 3}\n',
            "a.jsonl:2: expected a string; got int",
        ),
        ("a.jsonl", b'"a"\n3\n', "a.jsonl:2: expected a string, or an object; got int"),
        ("a.jsonl", b'"a"\nb\n', "a.jsonl:2: not JSON"),
        ("a.jsonl", b'"a"\n"\xff"\n', "a.jsonl:2: invalid UTF-8"),
        ("a.tsv", b"text\tlabel\na\tb\nc\n", "a.tsv:3: expected 2 columns; got 1"),
        ("a.tsv", b"text\tlabel\na\tb\n\xff\tb\n", "a.tsv:3: invalid UTF-8"),
        ("a.csv", b"text,label\na,b\nc\n", "a.csv:3: expected 2 columns; got 1"),
        ("a.txt", b"a\n\xff\n", "a.txt:2: invalid UTF-8"),
        ("a.csv", b"text,label\na,b\n\xff,b\n", "a.csv:3: invalid UTF-8"),
    ],
)
def test_what_cannot_be_used_stands_in_its_place(name, content, message):
    first, second, third = records(name, content + content.splitlines()[-2] + b"\n")
    assert first.value == third.value == "a"
    with pytest.raises(InputError, match=message):
        raise second.value


@pytest.mark.parametrize(
    "name, content, message",
    [
        ("a.csv", b"body,label\na,b\n", "a.csv:1: .*'text'; it is not in body, label"),
        ("a.tsv", b"good\ta film\n", "a.tsv:1: .*'text'; it is not in good, a film"),
        ("a.csv", b"text,text\na,b\n", "a.csv:1: .*'text'; it is twice"),
        ("a.csv", b'text\n"a', "a.csv:2: not CSV"),
        ("a.tsv", b"\xff\n", "a.tsv:1: invalid UTF-8"),
    ],
)
def test_a_file_without_its_column_ends_there(name, content, message):
    with pytest.raises(InputError, match=message):
        records(name, content)
