"""Every recipe, tiny, end to end, as a user starts it."""

import dataclasses
import importlib
import subprocess
import sys

import pytest

from seqzoo import config, recipes


@pytest.mark.parametrize("name", recipes.names())
def test_a_recipe_has_what_the_loop_asks_for(name):
    recipe = importlib.import_module(f"seqzoo.recipes.{name}")
    asked = ("load", "build", "loss", "evaluate") if recipe.TASK != "laboratory" else ("trials", "main")
    for attribute in ("Config", *asked):
        assert hasattr(recipe, attribute)
    assert recipe.__doc__
    config.check(recipe.Config())
    for field in dataclasses.fields(recipe.Config):
        assert field.metadata["help"], field.name


def test_sentiment_from_the_shell_to_an_answer(tiny_flags, tmp_path):
    command = [sys.executable, "-m", "seqzoo.recipes.sentiment", *tiny_flags]
    run = subprocess.run(
        [*command, "--output", str(tmp_path / "m")], capture_output=True, text=True, check=True
    )
    assert "epoch 2" in run.stdout
    assert "test: " in run.stdout
    predict = [sys.executable, "-m", "seqzoo", "predict", str(tmp_path / "m"), "--plain"]
    answer = subprocess.run(predict, input="a great film\n", capture_output=True, text=True, check=True)
    assert answer.stdout == "good\n"
