"""Readers of tagged texts, and what a training makes of files that cannot be used."""

import dataclasses
import gzip

import pytest

from seqzoo import InputError
from seqzoo.datasets import Corpus, conll, packages, peoples_daily, tagged
from seqzoo.datasets.reading.settings import Form
from seqzoo.datasets.sequences import opened
from seqzoo.recipes import entities, segmentation
from seqzoo.tasks.tagging import corpora
from seqzoo.tasks.tagging.cuts import runs
from seqzoo.tasks.tagging.training import WordSettings
from seqzoo.text import schemes
from seqzoo.training.command import run_recipe


def write(path, data):
    data = data if isinstance(data, bytes) else data.encode("utf-8")
    path.write_bytes(gzip.compress(data) if path.name.endswith(".gz") else data)
    return path


def read(path, unit=None, words=False, **said):
    """All sequences of a file; the first that cannot be used is raised."""
    form = Form.of(said)
    file = (
        opened.open_words(path, form)
        if words
        else opened.open_tagged(path, form, unit, runs)
    )
    examples = list(file)
    for example in examples:
        if isinstance(example, InputError):
            raise example
    return examples


def test_columns(tmp_path):
    text = "\ufeff-DOCSTART- -X- O\r\n\r\nU.N. NNP B-org\r\nofficial NN O\r\n\r\n\r\n他 x O"
    examples = read(write(tmp_path / "a.conll.gz", text))
    assert [e.tokens for e in examples] == [("U.N.", "official"), ("他",)]
    assert examples[0].tags == ("B-org", "O")
    assert [e.source.rpartition(":")[2] for e in examples] == ["3", "7"]


def test_words_between_spaces(tmp_path):
    path = write(tmp_path / "a.utf8", "中国  人民\u3000的\r\n\r\n😀 １９９８年\r\n")
    examples = read(path, words=True)
    assert [e.text for e in examples] == ["中国人民的", "😀１９９８年"]
    assert "".join(examples[0].tags) == "BEBES"
    path = write(tmp_path / "a.bmes", "中\tB\n国\tE\n\n的\tS\n")
    assert ["".join(e.tags) for e in read(path, words=True)] == ["BE", "S"]


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.conll", "他 O\n她\n", r"a\.conll:2: expected a token and a tag; got '她'"),
        ("a.conll", "他 O\n她 x O\n", r"a\.conll:2: expected 2 columns as before; got 3"),
        ("a.conll", "他 Q\n", r"a\.conll:1: expected a tag: .*got 'Q'"),
        ("a.conll", "他 B-\n", r"a\.conll:1: expected a tag: "),
        ("a.conll", "", r"a\.conll: expected tokens with tags; the file has none"),
        ("a.conll", "\n\n", r"a\.conll: expected tokens with tags"),
        ("a.conll", b"\xff O\n", r"a\.conll:1: invalid UTF-8 at byte 1"),
        ("a.conll", "他们 O\n", r"a\.conll:1: expected a character a line .*got '他们'"),
    ],
)
def test_unusable_columns(tmp_path, name, data, message):
    with pytest.raises(InputError, match=message):
        read(write(tmp_path / name, data), "character")


@pytest.mark.parametrize(
    ("recipe", "name", "data", "message"),
    [
        (
            segmentation,
            "a.txt",
            "",
            "a.txt: expected words between spaces; the file has none",
        ),
        (
            segmentation,
            "a.bmes",
            "中 S\n国 S-n\n",
            "a.bmes:1: tag 2: expected one of B, M, E, S; got 'S-n'",
        ),
        (segmentation, "a.bmes", "中 S\n国 O\n", "expected one of B, M, E, S; got 'O'"),
        (entities, "a.bioes", "中 B\n国\n", "a.bioes:2: expected a token and a tag"),
        (
            entities,
            "a.bioes",
            "".join(f"中 O\n{chr(0x5000 + n)} O\n\n" for n in range(99)),
            "all are outside",
        ),
        (segmentation, "a.txt", "中国 人民\n", "one sequence of 4 tokens"),
    ],
)
def test_training_refuses_in_one_line(recipe, name, data, message, tmp_path, capfd):
    path = write(tmp_path / name, data)
    assert run_recipe(recipe, ["--data", str(path), "--output", str(tmp_path / "m")]) == 2
    error = capfd.readouterr().err
    assert message in error
    assert error.count("\n") == 1


def test_peoples_daily_words():
    examples = list(peoples_daily.words().parts["train"]())
    assert len(examples) == 19_484
    assert sum(tag in "BS" for e in examples for tag in e.tags) == 1_121_447
    assert examples[1].text.startswith("中共中央总书记")
    assert all(len(e.tokens) == len(e.auxiliary) for e in examples)


def test_peoples_daily_entities_join_surname_and_given_name():
    examples = {
        e.source.rpartition(":")[2]: e for e in peoples_daily.entities().parts["train"]()
    }
    second = examples["2"]
    found = [
        ("".join(second.tokens[a:b]), label)
        for a, b, label in schemes.tags_to_spans(second.tags)
    ]
    assert found == [("中共中央", "organisation"), ("江泽民", "person")]
    kinds = {
        label for e in examples.values() for _, _, label in schemes.tags_to_spans(e.tags)
    }
    assert kinds == {"person", "place", "organisation"}


def test_training_texts_of_the_test_file_are_left_out(tmp_path):
    own = write(tmp_path / "a.txt", "".join(f"中国 第{n}\n" for n in range(100)))
    test = write(tmp_path / "test.txt", "中国 第 ７\n中国 第8\n")
    config = WordSettings(data=str(own), test_data=str(test))
    splits = corpora.load_words(config)
    texts = {e.text for part in (splits.train, splits.validation) for e in part()}
    assert len(texts) == 98
    assert not {"中国第7", "中国第8"} & texts
    assert [e.text for e in splits.test()] == ["中国第７", "中国第8"]


def test_conll_and_wikiann_through_tensorflow_datasets(monkeypatch):
    import tensorflow_datasets as tfds

    monkeypatch.setattr(
        packages, "_download", lambda *_: None
    )  # made-up sentences need no network
    with tfds.testing.mock_data(num_examples=5):
        for corpus in (conll.conll2003(), conll.wikiann("zh")):
            for part in ("train", "validation", "test"):
                for example in corpus.parts[part]():
                    schemes.check(example.tags, "BIO")
                    assert example.tokens  # the made-up tags are not as many
    with pytest.raises(InputError, match="wikiann/klingon: not in tensorflow-datasets"):
        conll.wikiann("klingon")


def test_conll_without_network_says_what_to_do(monkeypatch, tmp_path):
    def unreachable(*_, **__):
        raise OSError("Network is unreachable")

    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path))
    monkeypatch.setattr("socket.create_connection", unreachable)
    with pytest.raises(InputError, match=r"cannot be reached .*--data"):
        conll.conll2003()


def test_the_scheme_of_a_corpus_is_changed_to_the_asked_one(names_file, tmp_path):
    config = entities.Config(data=str(names_file), scheme="BIO", unit="word")
    assert entities.load(config, tmp_path / "a").tags == [
        "O",
        "B-person",
        "I-person",
        "B-place",
        "I-place",
    ]
    with pytest.raises(
        InputError, match="--dataset conll2003: expected --unit word; got character"
    ):
        config = entities.Config(dataset="conll2003", unit="character")
        entities.load(config, tmp_path / "b")


def test_any_corpus_of_characters_is_taken(tmp_path, monkeypatch):
    """No name of a corpus stands for its unit: the corpus says it."""

    def examples():
        for number in range(200):
            text = f"{number:03}A"
            tags = ("O", "O", "O", "S-letter")
            yield tagged.Tagged(tuple(text), tags, f"made[{number}]")

    corpus = Corpus({"train": examples}, "made", "character")
    monkeypatch.setitem(corpora.ENTITIES, "mine", lambda: corpus)
    config = entities.Config(dataset="mine", unit="character")
    assert "S-letter" in entities.load(config, tmp_path / "a").tags
    with pytest.raises(InputError, match="--dataset mine: expected --unit character"):
        entities.load(dataclasses.replace(config, unit="word"), tmp_path / "b")


def test_what_a_corpus_loses_to_the_file_to_measure_on_is_told(tmp_path, capsys):
    def examples():
        return (tagged.words_tagged(["中国", f"第{n}"], f"made[{n}]") for n in range(50))

    test = write(tmp_path / "test.txt", "中国 第7\n中国 第8\n她 好\n")
    config = WordSettings(dataset="peoples-daily", test_data=str(test))
    splits = corpora.load(
        config, Corpus({"train": examples}, "made", "character"), opened.open_words
    )
    parts = [list(part()) for part in (splits.train, splits.validation, splits.test)]
    assert sum(map(len, parts[:2])) == 48 and len(parts[2]) == 3
    told = capsys.readouterr().out
    assert (
        told.count(
            "note: left out 2 train examples whose texts also stand in the test part"
        )
        == 1
    )
