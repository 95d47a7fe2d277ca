"""Pretraining on texts alone: the loss against a count by hand, the pieces, an interrupted run."""

import gzip
import json
import random

import keras
import numpy as np
import pytest
import tensorflow as tf

from seqzoo.datasets import Splits
from seqzoo.datasets.files import Example
from seqzoo.pipeline.encoded import Encoded
from seqzoo.recipes import sentiment
from seqzoo.tasks.classification import pieces, pretraining
from seqzoo.tasks.classification.pretraining import FREQUENT, NEAR, NOISE
from seqzoo.text.tokenizer import Tokenizer
from seqzoo.text.vocabulary import Vocabulary
from seqzoo.training.command import run_recipe

BATCH, TIME, UNITS, SAMPLES = 3, 11, 4, 6


def made(directions):
    """Tokens, states, near words and noise, as `near_loss` takes them."""
    generator = np.random.default_rng(0)
    tokens = generator.integers(FREQUENT - 20, FREQUENT + 40, (BATCH, TIME))
    tokens[1, 7:] = 0
    tokens[2, 3:] = 0

    def draw(*shape):
        return generator.normal(size=shape)

    return (
        tokens,
        draw(BATCH, TIME, directions * UNITS),
        draw(BATCH, TIME, directions * (UNITS + 1)),
        draw(1, SAMPLES, directions * (UNITS + 1)),
    )


def counted(tokens, states, near, drawn, directions):
    """The loss by loops over texts, tokens, near words and words drawn, in float64."""
    total, count = 0.0, 0
    for row, place, direction in np.ndindex(len(tokens), tokens.shape[1], directions):
        size, half = states.shape[2] // directions, near.shape[2] // directions
        state = states[row, place, direction * size : (direction + 1) * size]

        def score(vector, state=state, direction=direction, half=half):
            own = vector[direction * half : (direction + 1) * half]
            return state @ own[:-1] + own[-1]

        against = sum(np.log1p(np.exp(score(vector))) for vector in drawn[0])
        for distance in range(1, NEAR + 1):
            other = place + distance if direction == 0 else place - distance
            if not 0 <= other < tokens.shape[1] or not tokens[row, place]:
                continue
            if tokens[row, other] < FREQUENT:
                continue
            total += np.log1p(np.exp(-score(near[row, other])))
            total += against * NOISE / len(drawn[0])
            count += 1
    return total, count


@pytest.mark.parametrize("directions", [1, 2])
def test_the_loss_is_that_counted_word_by_word(directions):
    arrays = made(directions)
    total, count = pretraining.near_loss(
        arrays[0], *(tf.constant(a) for a in arrays[1:]), directions
    )
    expected, number = counted(*arrays, directions)
    assert float(count) == number > 20
    assert float(total) == pytest.approx(expected, rel=1e-12)


def test_more_padding_changes_no_loss():
    tokens, states, near, drawn = made(2)
    wide = [
        np.pad(a, [(0, 0), (0, 5), (0, 0)], constant_values=9.0) for a in (states, near)
    ]
    padded = np.pad(tokens, [(0, 0), (0, 5)])
    one = pretraining.near_loss(tokens, *map(tf.constant, (states, near, drawn)), 2)
    other = pretraining.near_loss(padded, *map(tf.constant, (*wide, drawn)), 2)
    assert np.allclose(one, other, rtol=1e-12)


def splits_of(**texts):
    def part(name):
        return lambda: (Example(text, "x", f"{name}:1") for text in texts[name])

    return Splits(part("train"), part("validation"), part("test"), "made")


def test_pieces_are_all_of_the_texts_but_those_that_are_measured_on(tmp_path):
    long = " ".join(f"word{i % 7}" for i in range(230))
    splits = splits_of(
        train=[long, "one two"], validation=["Held, out!"], test=["the test"]
    )
    (tmp_path / "u.txt").write_text("held out\nThe TEST.\nthree four\n\n")
    tokenize = Tokenizer("word", True)
    more = pieces.Unlabelled(tmp_path / "u.txt", splits, tokenize)
    vocabulary = Vocabulary.build(map(tokenize, [long, "one two three four held out"]))
    pieces.write(tmp_path, splits, more, tokenize, vocabulary)
    found = Encoded(tmp_path / pieces.TEXTS)
    assert found.lengths.tolist() == [100, 100, 30, 2, 2]
    assert (
        more.about() == "1 texts without labels (2 more, of validation and test, left out)"
    )
    last = found.rows(np.array([4]), multiple=1)["tokens"][0]
    assert [vocabulary.tokens[i] for i in last] == ["three", "four"]
    assert len(Encoded(tmp_path / pieces.HELD_OUT)) == 1


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.txt", "one\ntwo\n", ["one", "two"]),
        ("a.txt.gz", "one\ntwo\n", ["one", "two"]),
        ("a.csv", 'id,text\n1,"one, two"\n', ["one, two"]),
        ("a.tsv", "text\tid\none\t1\n", ["one"]),
        ("a.jsonl", '{"text": "one"}\n', ["one"]),
        ("imdb_unsup.tsv.gz", "7\tone\n8\ttwo\n", ["one", "two"]),
    ],
)
def test_texts_are_read_from_every_kind_of_file(tmp_path, name, content, expected):
    path = tmp_path / name
    opened = gzip.open if name.endswith(".gz") else open
    with opened(path, "wt", encoding="utf-8") as file:
        file.write(content)
    assert list(pieces.texts_of(path)) == expected


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """A made corpus: one of six words in thirty decides, and has a constant neighbour in unlabelled texts."""
    folder = tmp_path_factory.mktemp("made")
    generator = random.Random(0)
    words = [f"w{i}" for i in range(200)]

    def text(*more):
        chosen = [*generator.choices(words, k=20), *more]
        generator.shuffle(chosen)
        return " ".join(chosen)

    with open(folder / "t.tsv", "w") as file:
        for i in range(120):
            file.write(f"{'yes' if i % 2 else 'no'}\t{text('good' if i % 2 else 'bad')}\n")
    (folder / "u.txt").write_text("\n".join(text() for _ in range(200)))
    return folder


def flags(corpus, *more):
    tiny = "--units 8 --embedding-dim 8 --batch-size 16 --epochs 1 --baseline none"
    data = ["--data", str(corpus / "t.tsv"), "--unlabelled", str(corpus / "u.txt")]
    return [*data, *tiny.split(), *more]


def run(*arguments):
    return run_recipe(sentiment, [*map(str, arguments)])


@pytest.fixture(scope="module")
def whole(corpus, tmp_path_factory):
    """The folder of an uninterrupted run."""
    folder = tmp_path_factory.mktemp("whole") / "model"
    assert run(*flags(corpus, "--pretrain", "2"), "--output", folder) == 0
    return folder


@pytest.mark.parametrize(("method", "calls"), [("evaluate", 1), ("give", 0)])
def test_an_interrupted_pretraining_ends_in_the_same_weights(
    corpus, whole, tmp_path, monkeypatch, method, calls
):
    done = []
    original = getattr(pretraining.Pretraining, method)

    def stopping(*given):
        if len(done) == calls:
            raise SystemExit(143)
        done.append(1)
        return original(*given)

    arguments = [*flags(corpus, "--pretrain", "2"), "--output", tmp_path / "parts"]
    with monkeypatch.context() as patched:
        patched.setattr(pretraining.Pretraining, method, stopping)
        with pytest.raises(SystemExit):
            run(*arguments)
    assert run(*arguments) == 0
    one, other = (
        keras.saving.load_model(folder / "model.keras").get_weights()
        for folder in (whole, tmp_path / "parts")
    )
    assert all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def test_the_history_of_pretraining_stands_among_the_metrics(whole):
    metrics = json.loads((whole / "metrics.json").read_text())
    assert [record["epoch"] for record in metrics["pretraining"]] == [1, 2]
    losses = [record["validation_loss"] for record in metrics["pretraining"]]
    assert losses[1] < losses[0] < 1  # 1: nothing told


def test_the_classifier_begins_with_what_was_pretrained(corpus, tmp_path, monkeypatch):
    """At a learning rate of almost 0 it ends with it, too."""
    given = []
    give = pretraining.Pretraining.give

    def watched(self, pretrained, model):
        given.append(pretrained.get_layer("embedding").get_weights()[0])
        give(self, pretrained, model)

    monkeypatch.setattr(pretraining.Pretraining, "give", watched)
    slow = ["--pretrain", "1", "--pretrain-rate", "0.1", "--learning-rate", "1e-9"]
    assert run(*flags(corpus, *slow), "--output", tmp_path / "m") == 0
    model = keras.saving.load_model(tmp_path / "m" / "model.keras")
    found = model.get_layer("embedding").get_weights()[0]
    assert np.abs(found - given[0]).max() < 1e-5
    assert np.abs(given[0]).max() > 0.06  # it has moved from where an embedding begins


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--unlabelled", "u.txt"], "--unlabelled: plays no part without --pretrain"),
        (["--unlabelled", "none.txt", "--pretrain", "1"], "none.txt: expected a file"),
        (["--unlabelled", "empty.txt", "--pretrain", "1"], "there is none"),
    ],
)
def test_what_plays_no_part_or_is_not_there_is_refused(
    corpus, tmp_path, monkeypatch, capsys, more, message
):
    monkeypatch.chdir(corpus)
    (corpus / "empty.txt").write_text("\n")
    command = ["--data", "t.tsv", "--baseline", "none", *more]
    assert run(*command, "--output", tmp_path / "m") == 2
    assert message in capsys.readouterr().err
