"""`seqzoo train` and the help of recipes."""

import pytest

from seqzoo import recipes
from seqzoo.__main__ import main
from seqzoo.recipes.__main__ import main as list_recipes
from tests.support.command_line import failure
from tests.support.flags import changed

BOOLEAN = ("--bidirectional", "--lowercase")


def help_of(name, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["train", name, "--help"])
    assert ended.value.code == 0
    return capsys.readouterr().out


def test_it_trains_what_the_module_trains(tiny_flags, tmp_path, capsys):
    folder = tmp_path / "m"
    flags = changed(tiny_flags, "--epochs", "1", "--output", str(folder))
    assert main(["train", "sentiment", *flags]) == 0
    assert (folder / "model.keras").exists()
    assert "test: score" in capsys.readouterr().out


@pytest.mark.parametrize("name", recipes.names())
def test_the_help_of_a_recipe_groups_its_flags_and_ends_with_an_example(name, capsys):
    text = help_of(name, capsys)
    assert text.startswith(f"usage: seqzoo train {name} [flags]")
    places = [text.index(f"\n{group}:\n") for group in ("data", "network", "training")]
    assert places == sorted(places)
    assert places[0] < text.index("  --data PATH") < places[1]
    kind = {"stories": "sentences", "trees": "composition"}.get(name, "cell")
    assert places[1] < text.index(f"  --{kind} NAME") < places[2]
    assert places[2] < text.index("  --learning-rate FLOAT")
    assert places[2] < text.index("  --seed INT")
    assert f"example: seqzoo train {name} --data" in " ".join(text.split())
    assert text.count("mogrifier_lstm") == (name != "trees")  # the list of cells, once
    assert " X " not in text  # each value has its type


def test_a_misspelt_recipe_is_told_which_was_meant(capfd):
    assert "did you mean 'sentiment'?" in failure(capfd, main(["train", "sentimnt"]))
    assert "did you mean 'sentiment'?" in failure(capfd, list_recipes(["sentimnt"]))


def test_without_a_recipe_it_names_them(capfd):
    error = failure(capfd, main(["train"]))
    assert all(name in error for name in recipes.names())


def test_the_module_of_recipes_lists_them(capsys):
    assert list_recipes([]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(recipes.names())
    for line, name in zip(lines, recipes.names(), strict=True):
        assert line.startswith(f"seqzoo train {name}: "), name
        assert "`" not in line
