"""Sweeps: the four ways of searching, trials that fail, going on, the report."""

import json
import os
import subprocess
import sys
from pathlib import Path

import keras_tuner
import pytest

from seqzoo.recipes import sentiment
from seqzoo.sweep import HyperModel, report, space, trials
from seqzoo.tasks.classification.defaults import by_size
from tests.support.flags import changed
from tests.sweep.files import names, rows, written


@pytest.fixture(scope="module")
def sweep_flags(corpus):
    """A sweep whose trials take a second or two."""
    flags = "--embedding-dim 8 --epochs 2 --minimum-count 1 --token-dropout 0 --num-layers 1 --dropout 0.1"
    flags += " --embedding-dropout 0 --pooling max --batch-size 32 --cell gru"
    return ["sentiment", "--data", str(corpus), *flags.split()]


def seqzoo(*arguments, **keywords):
    command = [sys.executable, "-m", "seqzoo", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, **keywords)


@pytest.fixture(scope="module")
def swept(tmp_path_factory, sweep_flags):
    """A sweep of three trials, one of which fails, and its folder and flags."""
    folder = tmp_path_factory.mktemp("sweep")
    path = written(folder, "units = [4, 8, '4,0']\nlearning_rate = 0.05\n")
    flags = [*sweep_flags, "--tuner", "grid", "--space", path, "--output", folder / "out"]
    done = seqzoo("sweep", *flags, "--retrain")
    assert done.returncode == 0, done.stderr
    return done, folder / "out", flags


def test_a_sweep_finds_the_best_and_records_what_failed(swept):
    done, folder, _ = swept
    table = rows(folder)
    assert [row["units"] for row in table] == ["4", "8", "4,0"]
    assert [row["status"] for row in table] == ["completed", "completed", "failed"]
    assert "units" in table[2]["error"]
    assert sum(path.is_dir() for path in (folder / "data").iterdir()) == 1
    best = max(table[:2], key=lambda row: float(row["score"]))
    command = report.command("sentiment", sentiment.Config(), _config(folder, best))
    page = (folder / "report.html").read_text()
    assert command.split(" --")[0] in page
    for picture in ("coordinates", "settings", "costs"):
        assert (folder / f"{picture}.png").read_bytes().startswith(b"\x89PNG")
    metrics = json.loads((folder / "best" / "metrics.json").read_text())
    assert metrics["validation"]["score"] == pytest.approx(float(best["score"]), abs=1e-6)
    assert not list(folder.glob("trials/*/training.npz"))
    assert "the sweep itself adds" in done.stdout


def _config(folder, row):
    result = json.loads((folder / "trials" / row["trial"] / "result.json").read_text())
    return sentiment.Config(**result["config"])


@pytest.mark.slow
def test_a_finished_sweep_runs_nothing_again_and_refuses_another_space(swept, tmp_path):
    _, folder, flags = swept
    before = {path: path.read_bytes() for path in folder.glob("trials/*/result.json")}
    again = seqzoo("sweep", *flags)
    assert again.returncode == 0
    assert {
        path: path.read_bytes() for path in folder.glob("trials/*/result.json")
    } == before
    other = written(tmp_path, "units = [4, 16]\nlearning_rate = 0.05\n")
    refused = seqzoo("sweep", *changed(map(str, flags), "--space", str(other)))
    assert refused.returncode == 2
    assert "units was one of 4, 8, 4,0, now one of 4, 16" in refused.stderr
    refused = seqzoo("sweep", *flags, "--clip-norm", "2")
    assert "clip_norm was 1.0, now 2.0" in refused.stderr


@pytest.mark.slow
def test_data_that_cannot_be_read_fail_no_trial(sweep_flags, tmp_path):
    flags = changed(
        sweep_flags, "--data", str(tmp_path / "none.tsv"), "--output", str(tmp_path / "out")
    )
    done = seqzoo("sweep", *flags)
    assert done.returncode == 2
    assert "none.tsv" in done.stderr
    assert not (tmp_path / "out" / "trials").exists()


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--tuner", "rando"], "did you mean 'random'"),
        (["--tuner", "hyperband", "--trials", "3"], "follows from --epochs"),
        (["--trials", "0"], "expected at least 1"),
        (["--chief", "nowhere"], "expected HOST:PORT"),
        (["--worker", "one"], "expected --chief"),
        (["--chief", "localhost:1", "--worker", "mischief"], "'chief' in it"),
    ],
)
def test_wrong_flags_are_refused(sweep_flags, tmp_path, capsys, flags, message):
    from seqzoo.__main__ import main

    assert main(["sweep", *sweep_flags, *flags, "--output", str(tmp_path / "out")]) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("name", ["", "sentimental", "long_memory"])
def test_what_is_no_recipe_is_refused(capsys, name):
    from seqzoo.__main__ import main

    assert main(["sweep", *filter(None, [name])]) == 2
    assert "recipe" in capsys.readouterr().err


@pytest.mark.filterwarnings("ignore")
def test_a_recipe_in_a_tuner_of_one_s_own(corpus, tmp_path):
    base = sentiment.Config(
        data=str(corpus),
        epochs=2,
        minimum_count=1,
        embedding_dim=8,
        batch_size=16,
        learning_rate=0.05,
    )
    path = written(tmp_path, "units = [4, 8]\ncell = 'gru'\n")
    fixed = [
        n for n in names(space(sentiment, base, fixed=())) if n not in ("units", "cell")
    ]
    hypermodel = HyperModel(
        "sentiment", base, folder=tmp_path / "data", space=path, fixed=fixed
    )
    tuner = keras_tuner.RandomSearch(
        hypermodel,
        objective=hypermodel.objective,
        max_trials=2,
        seed=1,
        directory=tmp_path / "tuner",
    )
    tuner.search()
    best = tuner.oracle.get_best_trials(1)[0]
    assert best.score > 0.8
    data = sentiment.load(base, trials.data_folder(tmp_path / "data", base))
    model = tuner.get_best_models(1)[0]
    assert sentiment.evaluate(model, data, "validation")["score"] == pytest.approx(
        best.score
    )


@pytest.mark.slow
def test_tune_in_python_with_a_recipe_of_one_s_own(corpus, tmp_path):
    """A module outside the package, called from a script."""
    module = tmp_path / "mine.py"
    module.write_text(
        "from seqzoo.recipes.sentiment import Config, TASK, build, evaluate, load, loss\n"
        "def search_space(hp):\n    hp.Choice('units', [4, 8])\n    hp.Float('dropout', 0.1, 0.9)\n"
    )
    script = tmp_path / "script.py"
    script.write_text(
        "from seqzoo.recipes.sentiment import Config\nfrom seqzoo.sweep import tune\n"
        "if __name__ == '__main__':\n"
        f"    base = Config(data={str(corpus)!r}, epochs=1, minimum_count=1, embedding_dim=8)\n"
        "    found = tune('package.mine', base, output='out', trials=1)\n"
        "    print(found.config.dropout, len(found.trials))\n"
    )
    (tmp_path / "package").mkdir()
    module.rename(tmp_path / "package" / "mine.py")
    path = os.pathsep.join([str(tmp_path), str(Path(__file__).parents[2])])
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": path}, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    suited = by_size(texts=160, tokens=2_000, epochs=1)["dropout"]
    last = done.stdout.splitlines()[-1]
    assert last == f"{suited} 1", "the first trial has what suits the size of the corpus"
    prepared = [path for path in (tmp_path / "out" / "data").iterdir() if path.is_dir()]
    assert len(prepared) == 1, "a trial reads what was read to know the size"
    assert "python -m package.mine" in (tmp_path / "out" / "report.html").read_text()


def test_settings_that_exclude_each_other_are_reported(tmp_path):
    hp = keras_tuner.HyperParameters()
    hp.Choice("cell", ["gru", "lstm"])
    hp.Float("dropout", 0.1, 0.5, parent_name="cell", parent_values=["lstm"])
    shared = {
        "status": "completed",
        "best_epoch": 1,
        "epochs": 1,
        "seconds": 2.0,
        "wall_seconds": 3.0,
    }
    records = [
        {
            "trial": "0",
            "score": 0.5,
            "parameters": 10,
            **shared,
            "cell": "gru",
            "error": None,
        },
        {
            "trial": "1",
            "score": 0.7,
            "parameters": 20,
            **shared,
            "cell": "lstm",
            "dropout": 0.2,
            "error": None,
        },
    ]
    page = report.write(
        tmp_path, "sentiment", sentiment.Config(), sentiment.Config(), records, hp
    )
    assert "0.2" in page.read_text()
    assert [row["dropout"] for row in rows(tmp_path)] == ["", "0.2"]
    assert [record["trial"] for record in report.pareto(records)] == ["0", "1"]
    assert report.pareto([{**records[1], "parameters": 5}, records[0]])[0]["trial"] == "1"
