"""A classifier that learns another's answers to texts without labels."""

import itertools
import json
from collections import Counter

import keras
import numpy as np
import pytest
import tensorflow as tf

import seqzoo
from seqzoo import models
from seqzoo.pipeline.encoded import Encoded
from seqzoo.recipes import sentiment
from seqzoo.tasks.classification import losses, teacher, training
from seqzoo.tasks.classification.pieces import Unlabelled
from seqzoo.tasks.classification.settings import Settings
from seqzoo.text.vocabulary import Vocabulary
from seqzoo.training.command import run_recipe
from tests.support.command_line import failure
from tests.support.flags import changed

TOKENS = tf.constant([[4, 5, 6, 7], [8, 9, 0, 0], [5, 5, 5, 0]])
LABELS = tf.constant([0, 1, 1])
ANSWERS = np.array([[0.2, 0.8], [0.55, 0.45], [1, 0]], "float32")
OF_A_TEACHER = {"teacher": "there", "unlabelled": "more.txt"}


def network():
    keras.utils.set_random_seed(0)
    return models.classifier(10, 2, units=3, embedding_dim=4, pooling="mean", dropout=0.0)


@pytest.mark.parametrize("loss", ["cross_entropy", "square"])
def test_the_loss_is_that_of_labels_and_answers_each_text_alike(loss):
    model = network()
    given = (TOKENS, LABELS, TOKENS[::-1], tf.constant(ANSWERS))
    found, weight = training.loss(Settings(loss=loss, **OF_A_TEACHER), model, given)
    expected = 0.0
    for tokens, goals in ((TOKENS, np.eye(2)[LABELS]), (TOKENS[::-1], ANSWERS)):
        logs = np.log(np.asarray(model(tokens)).astype("float64"))
        if loss == "square":
            apart = logs - goals
            expected += 0.5 * ((apart - apart.mean(1, keepdims=True)) ** 2).sum()
        else:
            expected -= (goals * logs).sum()
    assert float(weight) == 6
    assert float(found) == pytest.approx(expected, rel=1e-5)


def test_the_square_loss_is_least_at_the_answers():
    """Where the logits, about their mean, are the answers about theirs."""
    for answer in ANSWERS:
        found = tf.nn.softmax(tf.constant(answer[None]))
        value = losses.of_taught(Settings(loss="square"), tf.constant(answer[None]), found)
        assert float(value[0]) == pytest.approx(0, abs=1e-9)


@pytest.fixture
def rows(tmp_path):
    """Forty texts of 1 to 40 tokens, whose answers tell which one it is."""
    made = (
        {
            "tokens": np.full(1 + place, place, np.int32),
            teacher.ANSWERS: np.array([place, -place, 7], np.float32),
        }
        for place in range(40)
    )
    return Encoded.write(tmp_path / "taught", made)


def drawn(rows, planned, times):
    made = tf.data.Dataset.from_tensor_slices([len(rows) for rows in planned])
    made = made.map(lambda size: (size,))
    return list(teacher.beside(made, rows, planned, 3, times).as_numpy_iterator())


def test_texts_stand_beside_each_batch_with_their_answers(rows):
    planned = [np.arange(4), np.arange(4, 10), np.arange(10, 11)]
    for own, (size, tokens, answers) in zip(planned, drawn(rows, planned, 2), strict=True):
        assert size == len(own)
        assert len(tokens) == len(answers) == 2 * len(own)
        assert answers.shape[1] == 3
        for text, (place, minus, seven) in zip(tokens, answers, strict=True):
            assert (minus, seven) == (-place, 7)
            assert np.count_nonzero(text == place) >= (1 + place if place else 1)
    # A run that goes on from the second batch draws the same.
    for one, other in zip(
        drawn(rows, planned, 2)[1:], drawn(rows, planned[1:], 2), strict=True
    ):
        for a, b in zip(one, other, strict=True):
            np.testing.assert_array_equal(a, b)


def test_every_text_is_as_likely_and_a_batch_has_alike_lengths():
    generator = np.random.default_rng(0)
    drawn = [teacher._alike(generator, 200, 5) for _ in range(8000)]
    counts = np.bincount(np.concatenate(drawn), minlength=200)
    # 200 a text are expected, with a deviation of some 14 to 15.
    assert counts.min() > 130
    assert counts.max() < 270
    near = [np.ptp(places) < teacher.SPREAD * 5 for places in drawn]
    assert np.mean(near) > 0.75  # the others go over the end


@pytest.fixture
def unlabelled(tmp_path):
    texts = [
        f"{' '.join(pair)} film"
        for pair in itertools.product(["great", "awful", "dull"], repeat=2)
    ]
    path = tmp_path / "more.txt"
    path.write_text("\n".join(texts) + "\n", "utf-8")
    return path, texts


def test_a_training_learns_the_answers_of_another_model(
    tiny_flags, averaged, unlabelled, tmp_path, capfd
):
    path, texts = unlabelled
    flags = changed(
        tiny_flags, "--teacher", str(averaged), "--taught", "2", "--epochs", "1"
    )
    flags += ["--unlabelled", str(path), "--output", str(tmp_path / "m")]
    assert run_recipe(sentiment, flags) == 0
    told = f"taught the answers of {averaged.name} to 9 texts without labels"
    assert told in capfd.readouterr().out
    config = json.loads((tmp_path / "m" / "config.json").read_text())
    assert told in config["description"]
    assert len(seqzoo.load(tmp_path / "m").predict(texts)) == 9


class Texts(Unlabelled):
    """Texts without a corpus beside them."""

    def __init__(self, path):
        self.path, self._tokenize, self._held = path, str.split, set()
        self.count = sum(1 for _ in self)


def test_what_is_learnt_are_the_answers_of_predict(averaged, unlabelled, tmp_path):
    path, texts = unlabelled
    labels, known = ["bad", "good"], Vocabulary.of_counts(Counter(" ".join(texts).split()))
    model = teacher.opened(str(averaged), labels)
    teacher.write(tmp_path, Texts(path), model, labels, known, 2)
    found = Encoded(tmp_path / teacher.FOLDER).rows(np.arange(9), 1)
    expected = [
        [answer["probabilities"][label] for label in labels]
        for answer in model.predict(texts)
    ]
    np.testing.assert_allclose(found[teacher.ANSWERS], expected, rtol=1e-6)
    ids = np.array([known.encode(text.split()) for text in texts])
    np.testing.assert_array_equal(
        found["tokens"], ids[:, [1, 2]]
    )  # both ends of two tokens


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (["--teacher", "MODEL"], "--teacher: expected --unlabelled FILE"),
        (
            ["--teacher", "MODEL", "--unlabelled", "FILE", "--multi-label", "|"],
            "--teacher: it is for texts of one label",
        ),
        (
            ["--teacher", "sentiment-imdb", "--unlabelled", "FILE"],
            "expected the corpus's labels, bad, good; got negative, positive",
        ),
        (
            ["--teacher", "segmentation-peoples-daily", "--unlabelled", "FILE"],
            "expected a classifier of one label a text",
        ),
        (["--taught", "2"], "--taught 2: with --teacher none it plays no part"),
        (["--teacher", "nowhere", "--unlabelled", "FILE"], "--teacher nowhere: "),
    ],
)
def test_what_cannot_teach_is_refused(
    given, message, tiny_flags, averaged, unlabelled, tmp_path, capfd
):
    places = {"MODEL": str(averaged), "FILE": str(unlabelled[0])}
    flags = [*tiny_flags, *(places.get(each, each) for each in given)]
    refused = run_recipe(sentiment, [*flags, "--output", str(tmp_path / "m")])
    assert message in failure(capfd, refused)
