"""Names of the first release: they still work, and say where to find what they stood for."""

import importlib
import os
import subprocess
import sys

import pytest

import seqzoo

OLD = (
    ("classification", "evaluate"),
    ("classification", "TextClasses"),
    ("tagging", "word_scores"),
    ("translation", "scores"),
    ("translator", "Search"),
    ("language_modelling", "Settings"),
    ("predict", "load"),
    ("predictors", "Classifier"),
    ("predictors", "CHUNK"),
    ("input_pipeline", "plan"),
    ("stream", "Stream"),
    ("vocabulary", "Vocabulary"),
    ("train", "train"),
    ("cli", "run_recipe"),
    ("heap", "keep_freed_memory"),
)


@pytest.fixture(autouse=True)
def _forget():
    yield
    for module, _ in OLD:
        sys.modules.pop(f"seqzoo.{module}", None)
        vars(seqzoo).pop(module, None)


@pytest.mark.parametrize(("module", "name"), OLD)
def test_an_old_name_is_found_with_a_warning(module, name):
    with pytest.warns(
        DeprecationWarning, match=f"seqzoo.{module} has moved; .* seqzoo.* now"
    ):
        found = importlib.import_module(f"seqzoo.{module}")
    assert getattr(found, name).__name__ if name != "CHUNK" else found.CHUNK
    assert getattr(getattr(seqzoo, module), name) is getattr(found, name)


def test_what_an_old_name_gives_is_the_new_object():
    from seqzoo.tasks.classification.training import evaluate

    with pytest.warns(DeprecationWarning):
        assert seqzoo.classification.evaluate is evaluate


SCRIPTS = (
    ("import seqzoo\nseqzoo.vocabulary.Vocabulary", "seqzoo.text.vocabulary"),
    ("from seqzoo import vocabulary", "seqzoo.text.vocabulary"),
    ("import seqzoo.vocabulary", "seqzoo.text.vocabulary"),
    ("from seqzoo.vocabulary import Vocabulary", "seqzoo.text.vocabulary"),
    ("import importlib; importlib.import_module('seqzoo.vocabulary')", "seqzoo.text.vocabulary"),
    ("import seqzoo\nseqzoo.tagging.word_scores", "seqzoo.tasks.tagging.measure.word_scores"),
    ("from seqzoo.tagging import word_scores", "seqzoo.tasks.tagging.measure.word_scores"),
    ("from seqzoo import tagging\ntagging.build", "seqzoo.tasks.tagging.training.build"),
)  # fmt: skip


@pytest.mark.parametrize(("script", "place"), SCRIPTS)
def test_a_script_is_told_the_new_place_without_a_flag_of_python_s(script, place, tmp_path):
    path = tmp_path / "script.py"
    path.write_text(f"{script}\n")
    environment = {n: v for n, v in os.environ.items() if n != "PYTHONWARNINGS"}
    done = subprocess.run(
        [sys.executable, str(path)], capture_output=True, text=True, env=environment
    )
    assert done.returncode == 0, done.stderr
    told = [
        line for line in done.stderr.splitlines() if "DeprecationWarning: seqzoo" in line
    ]
    assert all(line.startswith(f"{path}:") for line in told)
    assert any(f" {place} now" in line for line in told), done.stderr


def test_a_module_in_several_places_names_all_of_them():
    with pytest.warns(DeprecationWarning) as warned:
        seqzoo.tagging  # noqa: B018
    (message,) = (str(each.message) for each in warned)
    for part in ("training", "data", "measure"):
        assert f"seqzoo.tasks.tagging.{part}" in message


def test_an_unknown_name_is_none():
    with pytest.raises(AttributeError, match="has no attribute 'clasification'"):
        seqzoo.clasification  # noqa: B018
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("seqzoo.clasification")
    with (
        pytest.warns(DeprecationWarning),
        pytest.raises(AttributeError, match="has no attribute 'none'"),
    ):
        seqzoo.classification.none  # noqa: B018


@pytest.mark.parametrize("old", ["seqzoo.beam", "seqzoo.recipes.long_memory"])
def test_an_old_command_still_runs(old):
    done = subprocess.run(
        [sys.executable, "-m", old, "--help"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "usage: python -m seqzoo." in done.stdout
