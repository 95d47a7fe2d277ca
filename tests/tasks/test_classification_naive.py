"""The naive answers beside a classifier's scores: in output, metrics, card and `evaluate`."""

import json
import shutil

import keras
import numpy as np
import pytest

import seqzoo
from seqzoo.__main__ import main
from seqzoo.recipes import sentiment
from seqzoo.system.files import sha256, write_json
from seqzoo.tasks.classification import naive
from seqzoo.tasks.classification.data import TextClasses
from seqzoo.tasks.classification.reader_bag import FILE
from seqzoo.training.command import run_recipe
from seqzoo.training.loop import Trainer
from seqzoo.training.run import train
from tests.support.command_line import failure
from tests.support.flags import changed


def run(flags, output):
    return run_recipe(sentiment, [*flags, "--output", str(output)])


def figures(folder):
    return json.loads((folder / "metrics.json").read_text())


def evaluated(folder, path, capfd):
    capfd.readouterr()
    assert main(["evaluate", "--json", str(folder), "--data", str(path)]) == 0
    return json.loads(capfd.readouterr().out)


@pytest.fixture
def copy(trained, tmp_path):
    return shutil.copytree(
        trained, tmp_path / "copy", ignore=shutil.ignore_patterns("state")
    )


def sealed(folder):
    """The manifest made to fit the files."""
    names = sorted(
        path.name
        for path in folder.iterdir()
        if path.name not in ("manifest.json", ".lock")
    )
    hashes = {name: sha256(folder / name) for name in names}
    write_json(folder / "manifest.json", {"format": 3, "sha256": hashes})


def test_metrics_and_card_have_them_beside_the_network_s(trained):
    metrics = figures(trained)
    for part in ("validation", "test"):
        assert metrics[part]["bag_accuracy"] > 0.9
        assert 0.2 <= metrics[part]["majority_accuracy"] <= 0.8
        assert "C " in metrics[part]["bag"]
    card = (trained / "README.md").read_text()
    assert "| majority_accuracy | majority_macro_f1 | bag_accuracy | bag_macro_f1 |" in card
    assert f"| {metrics['test']['bag_macro_f1']:.4f} |" in card
    assert "always the most frequent label" in card
    assert "bag" not in (trained / "history.csv").read_text()


def test_a_network_below_the_bag_is_told_so(tiny_flags, corpus, tmp_path, capfd):
    folder = tmp_path / "untrained"
    flags = changed(tiny_flags, "--learning-rate", "1e-9", "--no-average-with-bag")
    assert run(changed(flags, "--epochs", "1"), folder) == 0
    said = capfd.readouterr().out
    metrics = figures(folder)
    assert metrics["test"]["accuracy"] < metrics["test"]["bag_accuracy"]
    sentence = metrics["below"][-1]
    assert sentence.startswith("The network is below the bag of n-grams on the test part:")
    assert f"{metrics['test']['accuracy']:.4f}" in sentence
    assert sentence in said.split("\n")
    lines = [line for line in said.split("\n") if line.startswith("the most frequent")]
    assert lines == [
        f"the most frequent label: test accuracy {metrics['test']['majority_accuracy']:.4f}, "
        f"macro_f1 {metrics['test']['majority_macro_f1']:.4f} ({metrics['test']['majority']})"
    ]
    assert (
        f"the bag of n-grams: test accuracy {metrics['test']['bag_accuracy']:.4f}" in said
    )
    assert sentence in (folder / "README.md").read_text().split("\n")

    measured = evaluated(folder, corpus, capfd)
    assert "The network is below the bag of n-grams on these texts" in measured["below"][-1]

    assert main(["pack", str(folder), str(tmp_path / "packed")]) == 0
    assert sentence in (tmp_path / "packed" / "README.md").read_text()
    again = evaluated(tmp_path / "packed", corpus, capfd)
    assert again["bag_accuracy"] == measured["bag_accuracy"]


def test_a_network_that_is_not_below_is_left_in_peace(trained, corpus, capfd):
    metrics = figures(trained)
    assert metrics["test"]["accuracy"] >= metrics["test"]["majority_accuracy"]
    below = metrics["test"]["accuracy"] < metrics["test"]["bag_accuracy"]
    assert ("below" in metrics) == below


def test_evaluate_shows_the_bag_on_new_texts(trained, tmp_path, capfd):
    path = tmp_path / "new.tsv"
    path.write_text("good\ta great lovely film\nbad\tdull and poor\nbad\ta boring plot\n")
    measured = evaluated(trained, path, capfd)
    assert measured["bag_accuracy"] == 1
    majority = seqzoo.load(trained).bag.majority
    label = seqzoo.load(trained).labels[majority]
    assert measured["majority_accuracy"] == pytest.approx(1 / 3 if majority else 2 / 3)
    about = f"always '{label}', the most frequent label of the training part"
    assert measured["majority"] == about


def test_evaluate_says_of_an_artifact_without_a_bag_whose_majority_it_is(
    copy, tmp_path, capfd
):
    (copy / FILE).unlink()
    sealed(copy)
    path = tmp_path / "new.tsv"
    path.write_text("good\ta great film\nbad\tdull\nbad\tboring\nbad\tpoor plot\n")
    measured = evaluated(copy, path, capfd)
    assert not [name for name in measured if name.startswith("bag")]
    assert measured["majority_accuracy"] == 0.75
    about = "always 'bad', the most frequent label of these texts"
    assert measured["majority"] == f"{about} (the artifact holds no bag of n-grams)"


def test_a_bag_of_somebody_who_means_harm_is_refused(copy, corpus, capfd):
    whole = (copy / FILE).read_bytes()
    (copy / FILE).write_bytes(whole[:1000])
    sealed(copy)
    capfd.readouterr()
    error = failure(capfd, main(["evaluate", "--json", str(copy), "--data", str(corpus)]))
    assert f"{copy / FILE}: expected 524,288 bytes" in error
    assert seqzoo.load(copy).predict(["a great film"]), "answers need no bag"


def test_the_weights_are_the_same_without_a_bag(trained, tiny_flags, tmp_path, capfd):
    assert run([*tiny_flags, "--baseline", "none"], tmp_path / "m") == 0
    ours, theirs = (
        keras.saving.load_model(each / "model.keras").get_weights()
        for each in (trained, tmp_path / "m")
    )
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(a, b)
    assert not (tmp_path / "m" / FILE).exists()
    metrics = figures(tmp_path / "m")
    assert not [name for name in metrics["test"] if name.startswith("bag")]
    assert metrics["test"]["accuracy"] == figures(trained)["test"]["accuracy"]
    assert metrics["test"]["majority_accuracy"] > 0
    assert "the bag of n-grams" not in capfd.readouterr().out


class Cut(Exception):
    """A training that ends at once."""


def test_a_training_that_was_cut_off_has_the_same_figures(trained, tmp_path, monkeypatch):
    settings = json.loads((trained / "config.json").read_text())["config"]
    config = sentiment.Config(**settings)
    save, saves = Trainer.save, []

    def cut(self):
        save(self)
        saves.append(1)
        if len(saves) == 4:
            raise Cut

    monkeypatch.setattr(Trainer, "save", cut)
    with pytest.raises(Cut):
        train(sentiment, config, tmp_path / "m", save_seconds=0)
    monkeypatch.setattr(Trainer, "save", save)
    train(sentiment, config, tmp_path / "m")
    ours, theirs = figures(trained), figures(tmp_path / "m")
    assert [ours[part] for part in ("validation", "test")] == [
        theirs[part] for part in ("validation", "test")
    ]
    assert sha256(trained / FILE) == sha256(tmp_path / "m" / FILE)


def test_a_corpus_too_large_for_a_bag_is_told_so(tiny_flags, tmp_path, monkeypatch, capfd):
    monkeypatch.setattr(naive, "MOST_TOKENS", 100)
    assert run(changed(tiny_flags, "--epochs", "1"), tmp_path / "m") == 0
    said = capfd.readouterr().out
    assert "the bag of n-grams: not fitted: " in said
    assert "training tokens are more than 100" in said
    assert "more than 100" in figures(tmp_path / "m")["test"]["bag"]
    assert not (tmp_path / "m" / FILE).exists()


def test_data_of_an_earlier_version_have_no_bag_and_say_so(trained, tmp_path):
    folder = shutil.copytree(trained / "state" / "data", tmp_path / "data")
    (folder / FILE).unlink()
    about = json.loads((folder / "about.json").read_text())
    del about["no_bag"]
    write_json(folder / "about.json", about)
    majority, bag = TextClasses(folder, 8, 0).naive_answers("test")
    assert majority.figures["accuracy"] > 0
    assert bag.about == "not fitted: an earlier version of seqzoo prepared these data"
    assert not bag.figures


def test_unknown_baselines_are_refused(tiny_flags, tmp_path, capfd):
    error = failure(capfd, run([*tiny_flags, "--baseline", "svm"], tmp_path / "m"))
    assert "--baseline: expected one of bag, none" in error
