import gzip
import json

import pytest

from seqzoo import InputError
from seqzoo.datasets import chinese_reviews, imdb, movie_reviews, read_examples
from seqzoo.datasets.splits import between, first
from seqzoo.tasks.classification import corpora
from seqzoo.tasks.classification.training import Settings


def write(path, data):
    data = data.encode() if isinstance(data, str) else data
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def pairs(path):
    return [(e.label, e.text) for e in read_examples(path)]


def test_tsv_without_and_with_header(tmp_path):
    assert pairs(write(tmp_path / "a.tsv", "x\tone\ny\ttwo\n")) == [
        ("x", "one"),
        ("y", "two"),
    ]
    assert pairs(write(tmp_path / "b.tsv", "Text\tid\tLabel\none\t7\tx\n\n")) == [
        ("x", "one")
    ]


def test_csv_with_quotes_and_line_breaks(tmp_path):
    path = write(tmp_path / "a.csv", 'label,text\nx,"one, ""two""\nthree"\n')
    assert pairs(path) == [("x", 'one, "two"\nthree')]


def test_json_lines_gzipped(tmp_path):
    lines = [json.dumps({"text": "好", "label": 1}), '{"text": "b", "label": "y"}']
    assert pairs(write(tmp_path / "a.jsonl.gz", "\n".join(lines))) == [
        ("1", "好"),
        ("y", "b"),
    ]


def test_bom_and_crlf_are_dropped(tmp_path):
    path = write(tmp_path / "a.tsv", b"\xef\xbb\xbfx\tone\r\ny\ttwo\r\n")
    assert pairs(path) == [("x", "one"), ("y", "two")]


def test_a_line_of_one_megabyte_is_read(tmp_path):
    text = "word " * 200_000 + "end"
    assert pairs(write(tmp_path / "a.tsv", f"x\t{text}\n")) == [("x", text)]
    assert pairs(write(tmp_path / "a.csv", f"label,text\nx,{text}\n")) == [("x", text)]


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.tsv", b"x\tfine\nx\tbad \xff\n", r"a\.tsv:2: invalid UTF-8 at byte 7 .*0xff"),
        ("a.tsv", b"x\tfine\nx\tb\0d\n", r"a\.tsv:2: a NUL byte at byte 4"),
        ("a.tsv", "x\tfine\nno label here\n", r"a\.tsv:2: expected 2 columns; got 1"),
        ("a.tsv", "x\t   \n", r"a\.tsv:1: expected a text; it is blank"),
        ("a.tsv", "\tone\n", r"a\.tsv:1: expected a label; it is blank"),
        ("a.csv", "a,b\n1,2\n", r"a\.csv:1: expected a header"),
        ("a.csv", "label,text\nx\n", r"a\.csv:2: expected 2 columns; got 1"),
        ("a.csv", 'label,text\nx,"open\n', r"a\.csv:.* not CSV"),
        (
            "a.jsonl",
            '{"text": "a", "label": "x"}\n{"text"\n',
            r"a\.jsonl:2: not a JSON object",
        ),
        (
            "a.jsonl",
            '{"label": "x"}\n',
            r"a\.jsonl:1: expected a key 'text'; the keys are label",
        ),
        ("a.jsonl", '{"text": "a"}\n', r"a\.jsonl:1: expected a key 'label'; .*are text"),
        (
            "a.jsonl",
            '{"text": "a \\ud83d", "label": "x"}\n',
            r"a\.jsonl:1: a lone surrogate",
        ),
        (
            "a.jsonl",
            '{"text": "a", "label": "x\u2028y"}\n',
            r"a\.jsonl:1: expected a label of one line",
        ),
        ("a.tsv", "x\tone\ttwo\n", r"a\.tsv:1: expected a header .*x, one, two"),
        ("a.txt", "x\tone\n", r"expected a file ending in \.tsv"),
        ("a.tsv.gz", None, r"cannot be read to its end"),
    ],
)
def test_unusable_files_are_named_with_their_line(tmp_path, name, data, message):
    path = tmp_path / name
    path.write_bytes(
        b"no gzip" if data is None else data if isinstance(data, bytes) else data.encode()
    )
    with pytest.raises(InputError, match=message):
        list(read_examples(path))


def test_a_truncated_gzip_is_refused(tmp_path):
    whole = gzip.compress(b"x\tone\n" * 1000)
    (tmp_path / "a.tsv.gz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match="cannot be read to its end"):
        list(read_examples(tmp_path / "a.tsv.gz"))


def parts_of(**settings):
    return corpora.load(Settings(**settings))


def test_parts_are_disjoint_complete_and_follow_the_seed(corpus):
    everything = {e.text for e in read_examples(corpus)}
    parts = {}
    for seed in (0, 0, 1):
        splits = parts_of(data=str(corpus), seed=seed)
        new = [
            {e.text for e in getattr(splits, p)()} for p in ("train", "validation", "test")
        ]
        assert parts.setdefault(seed, new) == new
        assert set.union(*new) == everything
        assert sum(map(len, new)) == len(everything)
    assert parts[0] != parts[1]


def test_equal_texts_land_in_the_same_part(tmp_path):
    path = write(tmp_path / "a.tsv", "".join(f"x\ttext {i % 50}\n" for i in range(500)))
    halves = [
        between(lambda: read_examples(path), *r, seed=0) for r in ((0, 0.5), (0.5, 1))
    ]
    texts = [{e.text for e in half()} for half in halves]
    assert texts[0]
    assert texts[1]
    assert not texts[0] & texts[1]


def test_limit_takes_both_classes_of_a_sorted_file(tmp_path):
    path = write(
        tmp_path / "a.tsv", "".join(f"{'xy'[i >= 500]}\tt{i}\n" for i in range(1000))
    )
    examples = list(first(lambda: read_examples(path), 100, seed=0)())
    assert len(examples) == 100
    assert 30 < sum(e.label == "x" for e in examples) < 70
    few = {e.text for e in first(lambda: read_examples(path), 10, seed=0)()}
    assert few < {e.text for e in examples}, "a smaller limit is a part of a larger one"


def test_a_folder_with_its_own_parts(tmp_path):
    write(tmp_path / "train.tsv", "".join(f"x\ta{i}\ny\tb{i}\n" for i in range(50)))
    write(tmp_path / "test.jsonl", '{"text": "t", "label": "x"}\n')
    splits = parts_of(data=str(tmp_path))
    assert [e.text for e in splits.test()] == ["t"]
    assert 0 < len(list(splits.validation())) < 50


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"dataset": "imbd"},
            r"chinese-reviews, imdb, movie-reviews, .*; got 'imbd'; did you mean 'imdb'",
        ),
        ({"dataset": "imdb", "data": "/nowhere"}, "/nowhere: no such file or folder"),
        ({"validation": 0.5, "test": 0.5}, "sum below 1"),
    ],
)
def test_unusable_requests(arguments, message):
    with pytest.raises(InputError, match=message):
        parts_of(**arguments)


def test_imdb_as_folder_and_as_tsv_pair(tmp_path):
    for part in ("train", "test"):
        for folder, text in (("neg", "poor<br />film"), ("pos", "fine")):
            path = tmp_path / "aclImdb" / part / folder
            path.mkdir(parents=True)
            (path / "0_1.txt").write_text(text)
        write(tmp_path / f"imdb_{part}.tsv.gz", "0\t1\t0\tpoor\n1\t9\t1\tfine\n")
    assert [e.label for e in imdb.corpus(tmp_path / "aclImdb").parts["test"]()] == [
        "negative",
        "positive",
    ]
    assert [e.text for e in imdb.corpus(tmp_path).parts["train"]()] == ["poor", "fine"]
    write(tmp_path / "imdb_test.tsv.gz", "2\t1\t0\tpoor\n")
    with pytest.raises(InputError, match=r"imdb_test\.tsv\.gz:1: expected label 0 or 1"):
        list(imdb.corpus(tmp_path).parts["test"]())


def test_imdb_through_tensorflow_datasets(monkeypatch):
    import tensorflow_datasets as tfds

    monkeypatch.setattr(
        imdb, "_download", lambda builder: None
    )  # made-up reviews need no network
    with tfds.testing.mock_data(num_examples=5):
        corpus_of = imdb.corpus()
        parts, description = corpus_of.parts, corpus_of.description
        examples = list(parts["test"]())
    assert "tensorflow-datasets" in description
    assert len(examples) == 5
    assert {e.label for e in examples} <= set(imdb.LABELS)
    assert examples[4].source == "imdb_reviews/test:5"


def test_imdb_without_network_says_what_to_do(monkeypatch, tmp_path):
    def unreachable(*_, **__):
        raise OSError("Network is unreachable")

    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path))
    monkeypatch.setattr("socket.create_connection", unreachable)
    with pytest.raises(InputError, match=r"cannot be reached .*--dataset movie-reviews"):
        imdb.corpus()


def test_the_package_movie_reviews_has_reviews_and_sentences():
    examples = list(movie_reviews.corpus().parts["train"]())
    assert len(examples) == 25_000
    assert sum(e.label == "positive" for e in examples) == 12_500
    sentences = list(movie_reviews.sentences().parts["train"]())
    assert len(sentences) == 8_530
    assert sum(e.label == "positive" for e in sentences) == 4_265


def test_chinese_reviews_are_distinct_and_have_one_label():
    examples = list(chinese_reviews.corpus().parts["train"]())
    assert len({e.text for e in examples}) == len(examples) == 8_379 + 9_078 - 2 * 47
