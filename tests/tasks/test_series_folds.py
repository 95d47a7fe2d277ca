"""Cross-validation of a classifier of series on its own training part."""

import json
from types import SimpleNamespace

import keras
import numpy as np
import pytest

from seqzoo import InputError
from seqzoo.datasets import stratified
from seqzoo.recipes import series
from seqzoo.sweep import trials
from seqzoo.training.command import run_recipe
from seqzoo.training.run import train
from tests.support.command_line import failure

COLUMNS = {"label": "kind", "series_id": "id", "time": "date"}
SMALL = {"units": 4, "convolve": "none", "pooling": "mean", "epochs": 3, "average": 2}


def settings(path, **more):
    return series.Config(data=str(path), folds=3, **COLUMNS, **SMALL, **more)


@pytest.fixture(scope="module")
def finished(kinds_file, tmp_path_factory):
    """The folder of a run with three folds."""
    output = tmp_path_factory.mktemp("folds") / "run"
    train(series, settings(kinds_file), output)
    return output


def test_each_example_is_held_out_once_and_every_class_is_in_every_fold():
    labels = np.array([0] * 7 + [1] * 5 + [2], np.int32)
    keys = np.arange(13).astype(np.uint64)
    fold = stratified.folds(keys, labels, 3, seed=1)
    assert fold[-1] == -1, "the only one of its class is never held out"
    assert np.bincount(fold[:-1]).tolist() == [4, 4, 4]
    for label in (0, 1):
        counts = np.bincount(fold[labels == label], minlength=3)
        assert counts.min() >= 1 and counts.max() - counts.min() <= 1
    again = stratified.folds(keys[::-1], labels[::-1], 3, seed=1)
    np.testing.assert_array_equal(again[::-1], fold)
    assert (stratified.folds(keys, labels, 3, seed=2) != fold).any()


def test_equal_examples_are_held_out_together():
    keys = np.array([5, 5, 7, 7, 8, 9], np.uint64)
    fold = stratified.folds(keys, np.zeros(6, np.int32), 2, seed=0)
    assert fold[0] == fold[1] and fold[2] == fold[3]
    with pytest.raises(InputError, match="--folds 5: expected at most 4"):
        stratified.folds(keys, np.zeros(6, np.int32), 5, seed=0)


def test_folds_are_scaled_by_what_they_train_on_and_have_no_test_part(kinds_file, tmp_path):
    data = series.load(settings(kinds_file), tmp_path / "data")
    folds = data.folds()
    assert [each.sizes()["validation"] for each in folds] == [16, 16, 16]
    held = []
    for each in folds:
        assert set(each.encoded) == {"train", "validation"}
        assert each.labels == data.labels
        values = np.concatenate(each.series("train"))
        np.testing.assert_allclose(values.mean(axis=0), 0, atol=0.01)
        held += [own.shape for own in each.series("validation")]
        assert np.bincount(each.gold("validation")).min() >= 5
    every = [own.shape for own in data.series("train")]
    assert sorted(held) == sorted(every)


def test_the_kept_network_trains_for_the_epochs_that_the_folds_chose(finished):
    metrics = json.loads((finished / "metrics.json").read_text())
    found = metrics["cross_validation"]
    assert metrics["best_epoch"] == metrics["epochs"] == found["epoch"]
    accuracies = [each["accuracy"] for each in found["each"]]
    assert found["folds"] == len(accuracies) == 3
    assert found["mean"]["accuracy"] == pytest.approx(np.mean(accuracies))
    assert found["deviation"]["accuracy"] == pytest.approx(np.std(accuracies, ddof=1))
    assert metrics["examples"]["train"] == 48, "nothing is held out for validation"
    card = (finished / "README.md").read_text()
    assert f"accuracy {found['mean']['accuracy']:.4f} ± " in card


def test_an_interrupted_run_ends_as_one_that_ran_through(finished, kinds_file, tmp_path):
    left = SimpleNamespace(calls=5)  # evaluations: the second of the second fold

    def stopping(model, data, part):
        left.calls -= 1
        if not left.calls:
            raise KeyboardInterrupt
        return series.evaluate(model, data, part)

    names = ("TASK", "Config", "load", "build", "loss")
    own = {name: getattr(series, name) for name in names}
    stopped = SimpleNamespace(
        **own, evaluate=stopping, __name__=series.__name__, __file__=series.__file__
    )
    output = tmp_path / "run"
    with pytest.raises(KeyboardInterrupt):
        train(stopped, settings(kinds_file), output)
    assert (output / "state" / "fold-2.npz").exists()
    assert not (output / "state" / "folds.json").exists()
    train(series, settings(kinds_file), output)
    for name in ("cross_validation", "test"):
        one, other = (
            json.loads((folder / "metrics.json").read_text())[name]
            for folder in (finished, output)
        )
        assert one == other
    weights = (
        keras.saving.load_model(folder / "model.keras").get_weights()
        for folder in (finished, output)
    )
    for one, other in zip(*weights, strict=True):
        np.testing.assert_array_equal(one, other)


def test_the_test_part_plays_no_role_in_the_choice(kinds_file, tmp_path):
    lines = kinds_file.read_text().splitlines()
    seen = []
    for name, count in (("few", 3), ("many", 12)):
        folder = tmp_path / name
        folder.mkdir()
        rows = {"train": lines[1:400], "test": lines[400 : 400 + 10 * count]}
        for part, own in rows.items():
            (folder / f"{part}.csv").write_text("\n".join([lines[0], *own]) + "\n")
        metrics = train(series, settings(folder), tmp_path / f"run-{name}")
        seen.append(metrics["cross_validation"])
    assert seen[0] == seen[1]


def test_folds_that_cannot_be_are_told(kinds_file, in_parts, tmp_path, capfd):
    out = ["--output", str(tmp_path / "run")]
    columns = "--label kind --series-id id --time date"
    table = f"--data {kinds_file} {columns}"
    for flags, message in (
        (f"{table} --folds 1", "--folds 1: expected 2 at least, or 0 for none"),
        (f"{table} --folds -1", "--folds: expected at least 0; got -1"),
        (
            f"{table} --folds 3 --validation 0.2",
            "--validation 0.2: with --folds 3 it plays no part",
        ),
        (f"{table} --folds 60", "--folds 60: expected at most 48"),
        (
            f"--data {in_parts} {columns} --folds 3",
            "--folds 3: the data come with a validation part",
        ),
    ):
        assert message in failure(capfd, run_recipe(series, [*flags.split(), *out])), flags


@pytest.fixture
def in_parts(kinds_file, tmp_path):
    """A folder with a table for each part."""
    lines = kinds_file.read_text().splitlines()
    for number, part in enumerate(("train", "validation", "test")):
        rows = [line for line in lines[1:] if int(line.split(",")[0][1:]) // 20 == number]
        (tmp_path / f"{part}.csv").write_text("\n".join([lines[0], *rows]) + "\n")
    return tmp_path


def test_a_sweep_refuses_folds(kinds_file, tmp_path):
    with pytest.raises(InputError, match="--folds: a sweep chooses by the validation part"):
        trials.prepare(tmp_path, "series", settings(kinds_file), tmp_path)
