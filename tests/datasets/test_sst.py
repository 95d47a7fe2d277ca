"""The reader of the Stanford Sentiment Treebank, on trees made for this."""

import argparse
import gzip

import pytest

from seqzoo import config as configs
from seqzoo.datasets import sst
from seqzoo.errors import InputError
from seqzoo.tasks.classification import corpora
from seqzoo.tasks.classification.settings import Settings

TRAIN = (
    "(3 (2 It) (4 (2 's) (4 lovely)))",
    "(1 (2 -LRB-) (0 (0 dull) (2 -RRB-)))",
    "(2 (2 It) (2 (2 is) (2 blue)))",
    "(4 (2 8\N{NO-BREAK SPACE}1\\/2) (4 lovely))",
)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "train.txt").write_text("\n".join(TRAIN) + "\n", "utf-8")
    (tmp_path / "dev.txt").write_text("(0 (0 dull) (2 .))\n(2 (2 so) (2 .))\n", "utf-8")
    with gzip.open(tmp_path / "test.txt.gz", "wt", encoding="utf-8") as file:
        file.write("(4 (4 fine) (2 .))\n")
    return tmp_path


def texts(corpus, part):
    return [(example.text, example.label) for example in corpus.parts[part]()]


def test_the_nodes_of_a_tree_are_the_spans_of_its_words():
    words, nodes = sst.read_tree(TRAIN[0], "here")
    spans = [(node.judgement, " ".join(words[node.first : node.last])) for node in nodes]
    expected = [
        (3, "It 's lovely"),
        (2, "It"),
        (4, "'s lovely"),
        (2, "'s"),
        (4, "lovely"),
    ]
    assert spans == expected


def test_sentences_of_five_classes(folder):
    assert texts(sst.corpus(folder, 5), "train") == [
        ("It 's lovely", "positive"),
        ("( dull )", "negative"),
        ("It is blue", "neutral"),
        ("8\N{NO-BREAK SPACE}1\\/2 lovely", "very positive"),
    ]


def test_neutral_ones_have_no_class_of_two(folder):
    corpus = sst.corpus(folder, 2)
    assert [label for _, label in texts(corpus, "train")] == [
        "positive",
        "negative",
        "positive",
    ]
    assert texts(corpus, "validation") == [("dull .", "negative")]
    assert texts(corpus, "test") == [("fine .", "positive")]


def test_phrases_come_once_and_only_in_training(folder):
    corpus = sst.corpus(folder, 2, phrases=True)
    assert texts(corpus, "train") == [
        ("It 's lovely", "positive"),
        ("'s lovely", "positive"),
        ("lovely", "positive"),
        ("( dull )", "negative"),
        ("dull )", "negative"),
        ("dull", "negative"),
        ("8\N{NO-BREAK SPACE}1\\/2 lovely", "positive"),
    ]
    assert texts(corpus, "validation") == [("dull .", "negative")]


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("fine", 1),
        ("(5 fine)", 1),
        ("(3fine)", 1),
        ("(3 fine) (3 fine)", 10),
        ("(3 fine))", 9),
        ("(3 (2 fine) (2 ))", 18),
        ("(3 (2 fine)", 12),
    ],
)
def test_what_is_no_tree_is_told_where_it_stands(folder, line, column):
    (folder / "dev.txt").write_text(f"{TRAIN[0]}\n{line}\n")
    with pytest.raises(
        InputError, match=rf"dev\.txt:2: character {column}: expected a tree"
    ):
        texts(sst.corpus(folder, 2), "validation")


@pytest.mark.parametrize("name", corpora.FROM_FOLDER)
def test_each_form_is_a_corpus_beside_its_folder(folder, name):
    splits = corpora.load(Settings(dataset=name, data=str(folder)))
    assert [example.text for example in splits.test()] == ["fine ."]
    assert f"{name[4]} classes" in splits.description
    with pytest.raises(InputError, match=f"--dataset {name}: expected --data FOLDER, too"):
        corpora.load(Settings(dataset=name))


def test_a_missing_file_is_named(folder):
    (folder / "dev.txt").unlink()
    with pytest.raises(InputError, match=r"dev\.txt: no such file, nor one with \.gz"):
        corpora.load(Settings(dataset="sst-2", data=str(folder)))


@pytest.mark.parametrize("name", ["imdb", *corpora.FROM_FOLDER])
def test_a_corpus_may_be_named_beside_its_folder_on_the_command_line(folder, name):
    parser = argparse.ArgumentParser()
    configs.add_flags(parser, Settings)
    flags = parser.parse_args(["--dataset", name, "--data", str(folder)])
    assert configs.from_flags(Settings, flags).dataset == name
    flags.dataset = "movie-reviews"
    with pytest.raises(InputError, match="expected one of them"):
        configs.from_flags(Settings, flags)
