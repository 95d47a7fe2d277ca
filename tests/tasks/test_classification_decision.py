"""A threshold of two classes: chosen on validation, stored, and used wherever a label is given."""

import json
import random
import shutil

import numpy as np
import pytest

import seqzoo
from seqzoo import InputError
from seqzoo.__main__ import main
from seqzoo.recipes import sentiment
from seqzoo.system.files import sha256, write_json
from seqzoo.tasks.classification.decision import Decision, chosen
from seqzoo.training.command import run_recipe
from tests.conftest import OPINIONS, WORDS, train
from tests.support.command_line import failure


@pytest.fixture(scope="module")
def rare(tmp_path_factory):
    """A TSV of 300 texts: one in six is good, and a third of these sound bad."""
    generator = random.Random(1)
    path = tmp_path_factory.mktemp("rare") / "rare.tsv"
    with path.open("w") as file:
        for number in range(300):
            label = "bad" if number % 6 else "good"
            sound = "bad" if generator.random() < 1 / 3 else label
            words = generator.choices(WORDS, k=6) + generator.choices(OPINIONS[sound], k=1)
            file.write(f"{label}\t{' '.join(words)} {number}\n")
    return path


@pytest.fixture(scope="module")
def model(tmp_path_factory, rare):
    """The folder of a trained model."""
    said = "--units 4 --embedding-dim 8 --epochs 2 --learning-rate 0.05 --token-dropout 0 --threshold f1"
    return train("sentiment", ["--data", str(rare), *said.split()], tmp_path_factory)


def f1(predicted, gold):
    return 2 * (predicted & gold).sum() / (predicted.sum() + gold.sum())


def test_no_threshold_of_the_rarer_class_has_a_better_f1():
    generator = np.random.default_rng(0)
    shares = generator.random(200)
    labels = (generator.random(200) < shares * 0.5).astype(int)
    both = np.stack([1 - shares, shares], axis=1)
    decision = Decision.fit(both, labels, np.array([0, 0, 1]))
    assert decision.label == 1
    found = f1(chosen(both, decision) == 1, labels == 1)
    assert found >= max(f1(shares >= least, labels == 1) for least in shares) - 1e-12
    turned = Decision.fit(both[:, ::-1], 1 - labels, np.array([0, 1, 1]))
    assert turned == (0, decision.least)
    assert Decision.fit(both, labels, np.array([0, 1])).label == 1


def test_without_a_decision_the_most_probable_class_is_the_answer():
    shares = np.array([[0.7, 0.3], [0.2, 0.8]])
    assert chosen(shares, None).tolist() == [0, 1]
    assert chosen(shares, Decision(1, 0.3)).tolist() == [1, 1]
    assert chosen(shares, Decision(0, 0.8)).tolist() == [1, 1]


def test_it_is_stored_and_stands_in_figures_and_card(model, rare, capfd):
    said = json.loads((model / "config.json").read_text())["text"]["decision"]
    assert said["label"] == "good" and 0 < said["least"] < 1
    about = json.loads((model / "metrics.json").read_text())["test"]["decision"]
    assert about.startswith("good from the probability")
    assert f"The answer: {about}." in (model / "README.md").read_text()

    rows = [line.split("\t") for line in rare.read_text().splitlines()]
    answers = seqzoo.load(model).predict([text for _, text in rows])
    for answer in answers:
        is_good = answer["probabilities"]["good"] >= said["least"]
        assert answer["label"] == ("good" if is_good else "bad")
    capfd.readouterr()
    assert main(["evaluate", "--json", str(model), "--data", str(rare)]) == 0
    measured = json.loads(capfd.readouterr().out)
    right = [a["label"] == label for a, (label, _) in zip(answers, rows, strict=True)]
    assert measured["accuracy"] == pytest.approx(np.mean(right))


@pytest.mark.parametrize("kind", ["onnx", "saved_model"])
def test_exports_choose_as_it_does(kind, model, rare, tmp_path, few):
    from seqzoo.export import export

    texts = [line.split("\t")[1] for line in rare.read_text().splitlines()[:60]]
    report = export(seqzoo.load(model), kind, tmp_path / kind, texts=texts)
    assert report["difference"] < 1e-4


def test_a_decision_that_is_none_is_refused(model, tmp_path):
    for bad in ({"label": "x", "least": 0.5}, {"label": "good", "least": 1}, "f1"):
        copy = shutil.copytree(
            model, tmp_path / "m", ignore=shutil.ignore_patterns("state")
        )
        config = json.loads((copy / "config.json").read_text())
        config["text"]["decision"] = bad
        write_json(copy / "config.json", config)
        manifest = json.loads((copy / "manifest.json").read_text())
        manifest["sha256"]["config.json"] = sha256(copy / "config.json")
        write_json(copy / "manifest.json", manifest)
        with pytest.raises(InputError, match='"decision": expected a "label"'):
            seqzoo.load(copy)
        shutil.rmtree(copy)


def test_more_classes_than_two_or_several_labels_are_refused(tmp_path, capfd):
    path = tmp_path / "three.tsv"
    lines = [f"{label}\tthe film number {n} {label}" for n in range(20) for label in "abc"]
    path.write_text("\n".join(lines) + "\n")
    flags = ["--data", str(path), "--threshold", "f1", "--baseline", "none"]
    output = ["--output", str(tmp_path / "m")]
    error = failure(capfd, run_recipe(sentiment, [*flags, *output]))
    assert "--threshold f1: expected two classes; the training part has 3" in error
    error = failure(capfd, run_recipe(sentiment, [*flags, *output, "--multi-label", "|"]))
    assert "--threshold: it is for texts of one label" in error
