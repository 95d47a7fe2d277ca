"""Without times, too, `seqzoo evaluate` measures nothing that was trained on."""

import json

import numpy as np
import pytest

import seqzoo
from seqzoo import InputError
from seqzoo.__main__ import main
from seqzoo.recipes import forecasting
from seqzoo.tasks.series.forecasting import seen
from seqzoo.training.command import run_recipe

FLAGS = ["--look-back", "12", "--horizon", "4", "--units", "4", "--epochs", "1"]


def written(path, columns):
    rows = [",".join(map(str, row)) for row in zip(*columns.values(), strict=True)]
    path.write_text("\n".join([",".join(columns), *rows]) + "\n")
    return path


def waves(count, seed):
    draw = np.random.default_rng(seed)
    values = np.sin(np.arange(count) / 3) + draw.normal(0, 0.2, count)
    return [f"{value:.4f}" for value in values]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("seen")
    path = written(folder / "waves.csv", {"load": waves(300, 0)})
    told = ["--data", str(path), *FLAGS, "--output", str(folder / "model")]
    assert run_recipe(forecasting, told) == 0
    return folder


def evaluated(folder, path, capsys):
    assert main(["evaluate", str(folder), "--json", "--data", str(path)]) == 0
    return json.loads(capsys.readouterr().out)


def test_of_the_trainings_own_file_the_test_part_is_measured(place, capsys):
    with pytest.warns(UserWarning, match="the training ends at step 240; what follows"):
        found = evaluated(place / "model", place / "waves.csv", capsys)
    test = json.loads((place / "model" / "metrics.json").read_text())["test"]
    for name in ("mse", "mae", "mase", "linear_mse"):
        assert found[name] == pytest.approx(test[name], rel=1e-4), name


def test_a_file_that_begins_elsewhere_is_measured_behind_the_training(place, capsys):
    path = written(place / "later.csv", {"load": waves(300, 0)[200:]})
    with pytest.warns(UserWarning, match="the training ends at step 40;"):
        assert evaluated(place / "model", path, capsys)["windows"] == 60 - 3


def test_a_file_with_nothing_behind_the_training_is_refused(place, capsys):
    path = written(place / "trained.csv", {"load": waves(300, 0)[:242]})
    assert main(["evaluate", str(place / "model"), "--data", str(path)]) == 2
    told = capsys.readouterr().err
    assert "overlaps the training, which ends at step 240; expected 4 steps behind" in told


def test_other_steps_are_measured_whole(place, capsys):
    path = written(place / "other.csv", {"load": waves(100, 5)})
    assert evaluated(place / "model", path, capsys)["windows"] == 100 - 12 - 3


def test_each_of_several_series_ends_where_it_did(tmp_path, capsys):
    columns = {"id": ["a"] * 200 + ["b"] * 150, "load": waves(200, 1) + waves(150, 2)}
    path = written(tmp_path / "two.csv", columns)
    told = ["--data", str(path), "--series-id", "id", *FLAGS]
    assert run_recipe(forecasting, [*told, "--output", str(tmp_path / "model")]) == 0
    capsys.readouterr()
    with pytest.warns(UserWarning, match="the training ends at step 120;"):
        assert evaluated(tmp_path / "model", path, capsys)["windows"] == 37 + 27


def test_of_several_places_nothing_is_left_in_that_was_trained_on():
    values = np.tile(np.arange(20, dtype=np.float32), 5)[:, np.newaxis]
    end = seen.End(40, seen.hashed(values[:40]))
    assert seen.end_in(values, end) == 40, "the same file"
    assert seen.end_in(values[5:], end) == 95, "another beginning"
    assert seen.end_in(values[:39], end) == 20
    assert seen.end_in(values + 0.5, end) == seen.end_in(values[:9], end) == 0


def test_a_damaged_file_is_told(place, tmp_path):
    class Folder:
        names = (seen.FILE,)

        def path(self, name):
            return tmp_path / name

    assert seen.load(seqzoo.load(place / "model").artifact).keys() == {""}
    for content in ([], {"": 3}, {"": {"step": 1.5, "hashed": "x"}}, {"": {"step": 1}}):
        (tmp_path / seen.FILE).write_text(json.dumps(content))
        with pytest.raises(InputError, match="damaged: expected a step and a hash"):
            seen.load(Folder())
