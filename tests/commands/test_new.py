"""`seqzoo new`: what it writes is a package that works as written."""

import json
import subprocess
import sysconfig
import venv
from pathlib import Path

import pytest

import seqzoo
from seqzoo.__main__ import main
from seqzoo.commands import new


@pytest.mark.parametrize("kind", new.KINDS)
def test_a_package_is_written_whole(kind, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["new", kind, "my_own"]) == 0
    folder = tmp_path / "seqzoo-my-own"
    assert "pip install -e . && python -m pytest" in capsys.readouterr().out
    written = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert {"setup.cfg", "pyproject.toml", "README.md", "tests/test_my_own.py"} <= written
    assert "seqzoo_my_own/__init__.py" in written
    for path in folder.rglob("*"):
        if path.is_file():
            text = path.read_text("utf-8")
            assert not any(word in text for word in ("@name@", "@package@", "@Class@", "@distribution@"))
            if path.suffix == ".py":
                compile(text, path, "exec")
    assert f"seqzoo.{'cells' if kind == 'cell' else f'{kind}s'} =" in (folder / "setup.cfg").read_text(
        "utf-8"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["taks", "mine"], "invalid choice: 'taks'"),
        (["task", "My-Task"], "expected small letters, digits and _, a letter first; got 'My-Task'"),
        (["cell", "class"], "got 'class'"),
        (["cell", "lstm"], "there is a cell lstm"),
        (["recipe", "sentiment"], "there is a recipe sentiment"),
        (["task", "classification"], "there is a task classification"),
    ],
)
def test_a_name_that_cannot_be_is_refused(arguments, message, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["new", *arguments]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_an_existing_folder_is_left_alone(tmp_path, capsys):
    assert main(["new", "cell", "mine", "--output", str(tmp_path)]) == 2
    assert "exists already; expected a new folder" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_packages_are_installed_found_and_used(tmp_path):
    """In a fresh environment, which has this one's packages by a path file: nothing comes from afar."""
    venv.create(tmp_path / "venv", with_pip=True)
    python = tmp_path / "venv" / "bin" / "python"
    (site,) = (tmp_path / "venv" / "lib").glob("python*/site-packages")
    beside = [sysconfig.get_paths()["purelib"], str(Path(seqzoo.__file__).parents[1])]
    (site / "beside.pth").write_text("\n".join(beside) + "\n")

    def run(*command, **options):
        done = subprocess.run(
            [str(python), "-m", *command], cwd=tmp_path, capture_output=True, text=True, **options
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    for kind in new.KINDS:
        run("seqzoo", "new", kind, f"my_{kind}")
        run("pip", "install", "-q", "--no-build-isolation", "--no-deps", f"./seqzoo-my-{kind}")
        run("pytest", "-q", "-p", "no:cacheprovider", f"seqzoo-my-{kind}/tests")
    listed = run("seqzoo", "list")
    for line in ("my_task:", "my_recipe: python -m seqzoo_my_recipe.recipe", "my_cell:"):
        assert f"\n  {line}" in listed
    run("seqzoo_my_task.recipe", "--epochs", "1", "--cell", "my_cell", "--output", "model")
    answers = run("seqzoo", "predict", "model", input="seven of 9\n")
    assert json.loads(answers)["text"] == "seven of 9"
    run("seqzoo", "pack", "model", "small")
    assert "seqzoo predict small" in (tmp_path / "small" / "README.md").read_text("utf-8")
