import csv
import importlib.metadata
import json
import os
import signal
import subprocess
import sys
import time
from types import SimpleNamespace

import keras
import numpy as np
import pytest

from seqzoo import InputError, artifact
from seqzoo.recipes import sentiment
from seqzoo.training.command import run_recipe
from seqzoo.training.run import train
from tests.support.flags import changed


def run(flags, output):
    return run_recipe(sentiment, changed(flags, "--output", str(output)))


def test_the_folder_is_complete_and_learnt_something(trained):
    files = "README.md config.json confusion_matrix.png curves.png history.csv labels.txt"
    files += " manifest.json metrics.json model.keras vocabulary.txt"
    assert set(files.split()) <= {path.name for path in trained.iterdir()}
    metrics = json.loads((trained / "metrics.json").read_text())
    assert metrics["test"]["accuracy"] > 0.8
    assert metrics["examples"]["train"] + metrics["examples"]["test"] > 150
    assert metrics["versions"]["keras"] == importlib.metadata.version("keras")
    with (trained / "history.csv").open() as file:
        assert [row["epoch"] for row in csv.DictReader(file)] == ["1", "2"]
    card = (trained / "README.md").read_text()
    assert f"{metrics['test']['accuracy']:.4f}" in card


def test_equal_seeds_give_equal_weights_and_others_do_not(trained, tiny_flags, tmp_path):
    weights = keras.saving.load_model(trained / "model.keras").get_weights()
    for seed, equal in ((0, True), (1, False)):
        assert run([*tiny_flags, "--seed", str(seed)], tmp_path / f"{seed}") == 0
        again = keras.saving.load_model(tmp_path / f"{seed}" / "model.keras").get_weights()
        shapes = [w.shape for w in weights] == [w.shape for w in again]
        same = shapes and all(
            np.array_equal(a, b) for a, b in zip(weights, again, strict=True)
        )
        assert same == equal


def test_a_finished_folder_says_so_and_more_epochs_go_on(tiny_flags, tmp_path, capsys):
    flags = [*tiny_flags, "--patience", "9"]
    assert run(flags, tmp_path / "m") == 0
    assert run(flags, tmp_path / "m") == 0
    assert "is finished" in capsys.readouterr().out
    assert run([*flags, "--epochs", "3"], tmp_path / "m") == 0
    assert "resuming at epoch 3, batch 1" in capsys.readouterr().out
    assert len((tmp_path / "m" / "history.csv").read_text().splitlines()) == 4


def test_other_settings_are_refused_by_name(tiny_flags, tmp_path, capsys):
    assert run(tiny_flags, tmp_path / "m") == 0
    assert run([*tiny_flags, "--units", "5", "--seed", "3"], tmp_path / "m") == 2
    error = capsys.readouterr().err
    assert "--units was 4, now 5" in error
    assert "--seed was 0, now 3" in error


def test_a_folder_with_other_files_is_left_alone(tiny_flags, tmp_path, capsys):
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "precious").write_text("mine")
    assert run(tiny_flags, tmp_path) == 2
    assert "other files" in capsys.readouterr().err
    assert [p.name for p in tmp_path.rglob("*")] == ["state", "precious"]


def test_a_refused_training_leaves_no_folder(tiny_flags, tmp_path, capsys):
    bad = tmp_path / "bad.tsv"
    bad.write_text("nothing of use\n")
    flags = [*tiny_flags, "--data", str(bad)]
    assert run(flags, tmp_path / "runs" / "m") == 2
    assert "bad.tsv" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["bad.tsv"]


def test_another_worker_may_be_there_before_the_chief(tiny_flags, tmp_path):
    (tmp_path / "m" / "worker-1").mkdir(parents=True)
    assert run([*tiny_flags, "--epochs", "1"], tmp_path / "m") == 0


def test_a_setting_that_is_younger_than_the_folder_has_its_default(
    tiny_flags, tmp_path, capsys
):
    assert run([*tiny_flags, "--epochs", "1"], tmp_path / "m") == 0
    path = tmp_path / "m" / "state" / "config.json"
    settings = json.loads(path.read_text())
    del settings["adversarial"]
    path.write_text(json.dumps(settings))
    assert run([*tiny_flags, "--epochs", "1"], tmp_path / "m") == 0
    assert run([*tiny_flags, "--epochs", "1", "--adversarial", "0.1"], tmp_path / "m") == 2


def test_a_commit_cut_off_is_finished_by_the_next_run(tiny_flags, tmp_path, capsys):
    folder = tmp_path / "m"
    assert run([*tiny_flags, "--epochs", "1"], folder) == 0
    (folder / ".commit").mkdir()
    for name in (
        "metrics.json",
        "model.keras",
    ):  # as if killed before these two were moved up
        (folder / name).rename(folder / ".commit" / name)
    artifact.Artifact(folder)
    assert run([*tiny_flags, "--epochs", "1"], folder) == 0
    assert "is finished" in capsys.readouterr().out
    assert not (folder / ".commit").exists()


def test_a_wrong_setting_can_be_corrected_in_the_same_folder(tiny_flags, tmp_path):
    assert run([*tiny_flags, "--units", "0"], tmp_path / "m") == 2
    assert run([*tiny_flags, "--epochs", "1"], tmp_path / "m") == 0


def test_early_stopping_restores_the_best_weights(tiny_flags, tmp_path, monkeypatch):
    scores = iter([0.3, 0.9, 0.5, 0.4, 0.0, 0.0])
    seen = []

    def evaluate(model, data, part):
        seen.append(model.get_weights())
        return {"score": next(scores), "loss": 1.0}

    monkeypatch.setattr(sentiment, "evaluate", evaluate)
    # Calibration would change the output layer.
    monkeypatch.setattr(sentiment, "finish", lambda config, model, data: {})
    assert run([*tiny_flags, "--epochs", "9", "--patience", "2"], tmp_path / "m") == 0
    assert len(seen) == 4 + 2, "stopped two epochs after the best; then validation and test"
    final_weights = keras.saving.load_model(tmp_path / "m" / "model.keras").get_weights()
    for best, final in zip(seen[1], final_weights, strict=True):
        np.testing.assert_array_equal(best, final)


def test_a_loss_that_is_not_finite_stops_at_its_step(
    tiny_flags, tmp_path, monkeypatch, capsys
):
    calls, loss = [], sentiment.loss

    def broken(config, model, batch):
        import tensorflow as tf

        total, weight = loss(config, model, batch)
        calls.append(1)
        late = tf.greater(tf.cast(steps.assign_add(1), tf.int32), 8)
        return tf.where(late, float("nan"), total), weight

    import tensorflow as tf

    steps = tf.Variable(0)
    monkeypatch.setattr(sentiment, "loss", broken)
    assert run(tiny_flags, tmp_path / "m") == 2
    error = capsys.readouterr().err
    assert "step 9 (epoch 2, batch" in error
    assert "nan" in error
    monkeypatch.setattr(sentiment, "loss", loss)
    assert run(tiny_flags, tmp_path / "m") == 0, "the last good state is kept and goes on"
    weights = keras.saving.load_model(tmp_path / "m" / "model.keras").get_weights()
    assert all(np.isfinite(w).all() for w in weights)


def start(flags, output):
    command = [
        sys.executable,
        "-m",
        "seqzoo.recipes.sentiment",
        *flags,
        "--output",
        str(output),
    ]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True)


def wait_for(path):
    deadline = time.monotonic() + 120
    while not path.exists():
        assert time.monotonic() < deadline, f"{path} does not come"
        time.sleep(0.01)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_save_and_a_second_run_is_refused(tiny_flags, tmp_path, number, capsys):
    flags = changed(tiny_flags, "--epochs", "500", "--patience", "500")
    output = tmp_path / "a folder 目录"
    process = start(flags, output)
    wait_for(output / "state" / "config.json")
    assert run(flags, output) == 2
    assert f"in use by process {process.pid}" in capsys.readouterr().err
    os.kill(process.pid, number)
    _, error = process.communicate(timeout=60)
    assert process.returncode == 128 + number
    assert "goes on from here" in error
    assert "Traceback" not in error


def test_tensorboard_logs_are_written(tiny_flags, tmp_path):
    assert run([*tiny_flags, "--epochs", "1", "--tensorboard"], tmp_path / "m") == 0
    assert list((tmp_path / "m" / "logs").glob("events*"))


def test_limit_and_characters(tiny_flags, tmp_path):
    flags = [*tiny_flags, "--epochs", "1", "--limit", "50", "--unit", "character"]
    assert run([*flags, "--cell", "gru", "--units", "4,3"], tmp_path / "m") == 0
    metrics = json.loads((tmp_path / "m" / "metrics.json").read_text())
    assert metrics["examples"]["train"] == 50


def test_adversarial_training_ends_in_a_model_too(tiny_flags, tmp_path):
    assert run([*tiny_flags, "--adversarial", "0.05"], tmp_path / "m") == 0
    assert keras.saving.load_model(tmp_path / "m" / "model.keras").get_layer("embedding")


def scored(monkeypatch, scores):
    """Let validation give these scores, one an epoch."""
    given, evaluate = iter(scores), sentiment.evaluate

    def evaluated(model, data, part):
        found = evaluate(model, data, part)
        return found | {"score": next(given)} if part == "validation" else found

    monkeypatch.setattr(sentiment, "evaluate", evaluated)


def test_a_validation_score_that_is_no_number_is_never_the_best(
    corpus, tmp_path, monkeypatch
):
    scored(monkeypatch, [float("nan"), 0.4, 0.3, 0.4])  # the last: of the best weights
    config = sentiment.Config(
        data=str(corpus), units=2, embedding_dim=2, epochs=3, patience=5
    )
    assert train(sentiment, config, tmp_path / "m")["best_epoch"] == 2


def test_of_epochs_without_an_error_the_last_is_the_best_and_patience_counts_from_the_first(
    corpus, tmp_path, monkeypatch
):
    for patience, scores, best in ((5, [0.5, 1.0, 1.0, 0.9], 3), (2, [1.0, 1.0, 1.0], 3),
                                   (5, [0.5, 0.5, 0.4, 0.3], 1)):  # fmt: skip
        settings = {"units": 2, "embedding_dim": 2, "epochs": 4, "patience": patience}
        config = sentiment.Config(data=str(corpus), **settings)
        with monkeypatch.context() as patch:
            scored(patch, [*scores, 0.0])
            found = train(sentiment, config, tmp_path / f"{patience}{best}{scores[0]}")
        assert (found["best_epoch"], found["epochs"]) == (best, len(scores))


def test_without_any_validation_score_the_training_ends_with_an_error(
    corpus, tmp_path, monkeypatch
):
    scored(monkeypatch, [float("nan")] * 3)
    config = sentiment.Config(
        data=str(corpus), units=2, embedding_dim=2, epochs=2, patience=5
    )
    with pytest.raises(
        InputError, match="no epoch had a validation score that is a number"
    ):
        train(sentiment, config, tmp_path / "m")


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"loss": None, "evaluate": None}, "mine: no recipe: expected loss, evaluate, too"),
        (
            {"TASK": "classification"},
            "mine: TASK: expected a seqzoo.tasks.Task; got 'classification'",
        ),
        ({"build": 3}, "mine: build: expected a function"),
    ],
)
def test_what_is_no_recipe_is_refused_before_anything_is_read(changed, message, tmp_path):
    names = ("TASK", "Config", "load", "build", "loss", "evaluate")
    recipe = SimpleNamespace(
        __name__="mine", **{name: getattr(sentiment, name) for name in names}
    )
    for name, value in changed.items():
        if value is None:
            delattr(recipe, name)
        else:
            setattr(recipe, name, value)
    with pytest.raises(InputError, match=message):
        train(recipe, sentiment.Config(data="/nowhere"), tmp_path / "m")
    assert not (tmp_path / "m").exists()
