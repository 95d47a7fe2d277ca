"""Every recipe, tiny, end to end, as a user starts it."""

import dataclasses
import importlib
import subprocess
import sys
from collections import Counter
from typing import Any

import pytest
import tensorflow as tf

from seqzoo import InputError, config, recipes
from seqzoo.__main__ import main
from seqzoo.datasets.reading import source
from seqzoo.recipes import translation
from seqzoo.training.command import run_recipe
from tests.support.command_line import failure


@pytest.mark.parametrize("name", recipes.names())
def test_a_recipe_has_what_the_loop_asks_for(name):
    recipe = importlib.import_module(f"seqzoo.recipes.{name}")
    for attribute in (
        "Config",
        "TASK",
        "load",
        "build",
        "loss",
        "evaluate",
        "search_space",
    ):
        assert hasattr(recipe, attribute)
    assert recipe.__doc__
    config.check(recipe.Config())
    for field in dataclasses.fields(recipe.Config):
        assert field.metadata["help"], field.name


def test_sentiment_from_the_shell_to_an_answer(tiny_flags, tmp_path):
    command = [sys.executable, "-m", "seqzoo.recipes.sentiment", *tiny_flags]
    run = subprocess.run(
        [*command, "--output", str(tmp_path / "m")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "epoch 2" in run.stdout
    assert "test: " in run.stdout
    predict = [sys.executable, "-m", "seqzoo", "predict", str(tmp_path / "m"), "--plain"]
    answer = subprocess.run(
        predict, input="a great film\n", capture_output=True, text=True, check=True
    )
    assert answer.stdout == "good\n"


TRAINED = [
    name
    for name in recipes.names()
    if hasattr(importlib.import_module(f"seqzoo.recipes.{name}"), "load")
]


@pytest.mark.parametrize("name", recipes.names())
def test_a_dataset_beside_a_file_is_refused(name, tmp_path):
    """One of them would play no part."""
    recipe = importlib.import_module(f"seqzoo.recipes.{name}")
    corpora = [
        corpus for corpus in recipe.TASK.corpus_names() if corpus != recipe.Config().dataset
    ]
    path = tmp_path / "data.tsv"
    path.write_text("a\tb c\n", "utf-8")
    for corpus in corpora:
        settings = recipe.Config(dataset=corpus, data=str(path))
        with pytest.raises(
            InputError, match=f"--dataset {corpus} and --data .*: expected one of them"
        ):
            recipe.load(settings, tmp_path / "prepared")


@pytest.mark.parametrize("name", recipes.names())
def test_the_default_dataset_is_refused_beside_a_file_if_somebody_names_it(
    name, tmp_path, capfd
):
    recipe = importlib.import_module(f"seqzoo.recipes.{name}")
    dataset, path = recipe.Config().dataset, str(tmp_path / "data.tsv")
    flags = ["--dataset", dataset, "--data", path, "--output", str(tmp_path / "run")]
    expected = f"--dataset {dataset} and --data {path}: expected one of them"
    assert expected in failure(capfd, run_recipe(recipe, flags))
    assert expected in failure(capfd, main(["sweep", name, *flags]))
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("flag", ["--dataset bible", "--data pairs.tsv"])
def test_a_source_of_pairs_beside_training_files_is_refused(flag, tmp_path, capfd):
    flags = [*flag.split(), "--train-source", "a", "--train-target", "b"]
    flags += ["--output", str(tmp_path / "run")]
    expected = f"{flag} and --train-source a: expected one of them"
    assert expected in failure(capfd, run_recipe(translation, flags))


@pytest.mark.parametrize("name", recipes.names())
def test_validation_is_compiled_once(name, request, tmp_path, monkeypatch):
    """Each epoch evaluates the same model: its inference is not traced anew."""
    made: list[Any] = []
    compiled = tf.function

    def recorded(*arguments, **settings):
        made.append(compiled(*arguments, **settings))
        return made[-1]

    monkeypatch.setattr(tf, "function", recorded)
    recipe, flags = importlib.import_module(f"seqzoo.recipes.{name}"), FILES[name]
    settings = dict(flags.get("settings", {}))
    if "data" in flags:
        settings["data"] = str(request.getfixturevalue(flags["data"]))
    if hasattr(recipe.Config, "units"):
        settings["units"] = 4
    config = recipe.Config(**settings)
    data = recipe.load(config, tmp_path / "prepared")
    model = recipe.build(config, data)
    first = recipe.evaluate(model, data, "validation")
    inference = data.inference(model)
    traced = traces(made)
    assert any(traced)
    assert recipe.evaluate(model, data, "validation") == first
    assert data.inference(model) is inference
    assert traces(made) == traced


FILES = {
    "verse": {"data": "poems_file"},
    "captions": {
        "data": "pictures_folder",
        "settings": {"image_size": 16, "channels": (4, 8), "residual_blocks": 0},
    },
    "trees": {"data": "trees_folder", "settings": {"embedding_dim": 4}},
    "stories": {"data": "stories_file", "settings": {"hops": 2}},
    "handwriting": {"data": "drawings_file", "settings": {"mixtures": 2, "window": 2}},
    "speech": {
        "data": "spoken",
        "settings": {"rate": 8000, "filters": 20, "num_layers": 1},
    },
    "forecasting": {
        "data": "loads_file",
        "settings": {"time": "date", "target": ("load",), "look_back": 24, "horizon": 6},
    },
    "series": {
        "data": "kinds_file",
        "settings": {"label": "kind", "series_id": "id", "time": "date"},
    },
    "ratings": {"settings": {"limit": 300}},
    "sentiment": {"data": "corpus"},
    "segmentation": {"data": "words_file"},
    "entities": {"data": "names_file", "settings": {"scheme": "BIO", "unit": "word"}},
    "translation": {
        "data": "pairs_file",
        "settings": {"unit": "word", "vocabulary": 40, "validation": 0.1},
    },
    "dialogue": {"data": "dialogues_file", "settings": {"unit": "word", "vocabulary": 60}},
    "language_model": {"data": "verses_file", "settings": {"batch_size": 4, "steps": 10}},
    "characters": {
        "data": "verses_file",
        "settings": {"batch_size": 4, "steps": 10, "minimum_count": 1, "embedding_dim": 4},
    },
}


def traces(functions) -> list[int]:
    """How often each compiled function has been traced."""
    counters = (getattr(each, "experimental_get_tracing_count", None) for each in functions)
    return [counter() for counter in counters if counter is not None]


@pytest.mark.parametrize(
    "name, fixture", [("segmentation", "words_file"), ("sentiment", "corpus")]
)
def test_the_corpus_is_not_read_again_in_each_epoch(
    name, fixture, request, tmp_path, monkeypatch
):
    reads = Counter()
    open_bytes = source.open_bytes

    def counted(path):
        reads[epochs] += 1
        return open_bytes(path)

    monkeypatch.setattr(source, "open_bytes", counted)
    recipe = importlib.import_module(f"seqzoo.recipes.{name}")
    path = str(request.getfixturevalue(fixture))
    flags = ["--data", path, "--units", "4", "--embedding-dim", "4"]
    for epochs in (1, 3):
        output = str(tmp_path / f"{epochs}")
        assert (
            run_recipe(recipe, [*flags, "--epochs", str(epochs), "--output", output]) == 0
        )
    assert reads[1] == reads[3] > 0
