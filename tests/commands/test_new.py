"""`seqzoo new`: what it writes, and what it refuses."""

import configparser
import os
import re
import subprocess
import sys
import sysconfig
import urllib.request
from pathlib import Path

import pytest

import seqzoo
from seqzoo.__main__ import main
from seqzoo.commands import new

FILES = {  # beside those that all have
    "task": [
        "__init__",
        "corpora",
        "data",
        "settings",
        "training",
        "inference",
        "predictor",
        "measure",
        "export",
        "reader",
        "recipe",
    ],
    "recipe": ["__init__", "corpus", "recipe"],
    "cell": ["__init__", "cell"],
}


def refusal(capfd, arguments) -> str:
    assert main(["new", *arguments]) == 2
    lines = capfd.readouterr().err.splitlines()
    return next(line for line in lines if line.startswith("error: "))


@pytest.mark.parametrize("kind", new.KINDS)
def test_a_package_has_its_files(kind, tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    assert main(["new", kind, "ab_c1"]) == 0
    assert "cd seqzoo-ab-c1 && pip install -e ." in capfd.readouterr().out
    folder = tmp_path / "seqzoo-ab-c1"
    modules = {f"seqzoo_ab_c1/{name}.py" for name in FILES[kind]}
    expected = modules | {"setup.cfg", "pyproject.toml", "README.md", "tests/test_ab_c1.py"}
    if kind == "task":
        expected |= {"seqzoo_ab_c1/view.js", "seqzoo_ab_c1/card.md"}
    assert {
        p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()
    } == expected


@pytest.mark.parametrize("kind", new.KINDS)
def test_no_placeholder_is_left_and_python_compiles(kind, tmp_path):
    new.write(kind, "mine", tmp_path / "package")
    for path in (tmp_path / "package").rglob("*"):
        if path.is_file():
            text = path.read_text("utf-8")
            assert not re.search(r"@\w+@", text), path
            assert text.strip() and text.endswith("\n"), path
            if path.suffix == ".py":
                compile(text, str(path), "exec")


@pytest.mark.parametrize("kind", new.KINDS)
def test_what_a_package_declares_is_there(kind, tmp_path):
    folder = tmp_path / "package"
    new.write(kind, "mine", folder)
    config = configparser.ConfigParser()
    config.read(folder / "setup.cfg", "utf-8")
    assert config["metadata"]["name"] == "seqzoo-mine"
    groups = config["options.entry_points"]
    assert f"seqzoo.{kind}s" in groups
    for lines in groups.values():
        for line in lines.strip().splitlines():
            module, _, attribute = line.partition("=")[2].strip().partition(":")
            place = folder / module.replace(".", "/")
            path = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
            assert attribute in path.read_text("utf-8")
    if kind == "task":
        for name in config["options.package_data"]["seqzoo_mine"].split():
            assert (folder / "seqzoo_mine" / name).exists()


@pytest.mark.parametrize(
    "name", ["", "Big", "1st", "a-b", "a b", "_a", "a_", "a__b", "class", "ä", "../up"]
)
def test_a_name_that_no_module_can_have_is_refused(name, capfd, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert "expected small letters, digits and _" in refusal(capfd, ["task", name])
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "kind, name, expected",
    [
        ("task", "language", "a task language"),
        ("task", "sentiment", "a recipe sentiment"),  # which comes with a task
        ("recipe", "sentiment", "a recipe sentiment"),
        ("recipe", "imdb", "a dataset classification.imdb"),
        ("cell", "lstm", "a cell lstm"),
        *((kind, "json", "a module json (") for kind in new.KINDS),
        *((kind, "numpy", "a module numpy (") for kind in new.KINDS),
        *((kind, "seqzoo", "a module seqzoo (") for kind in new.KINDS),
        *((kind, "sys", "a module sys (built-in)") for kind in new.KINDS),
    ],
)
def test_a_name_that_is_taken_is_refused(
    kind, name, expected, capfd, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    assert f"NAME: there is {expected}" in refusal(capfd, [kind, name])
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("kind", new.KINDS)
def test_the_name_of_an_installed_package_is_refused(kind, capfd, tmp_path, monkeypatch):
    """Its module and its distribution would take the place of the other's."""
    (tmp_path / "seqzoo_mine.py").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    assert "there is a module seqzoo_mine (" in refusal(capfd, [kind, "mine"])


def test_a_folder_of_the_name_is_no_module(tmp_path, monkeypatch):
    (tmp_path / "mine").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    assert main(["new", "cell", "mine"]) == 0


def test_a_folder_that_exists_is_left_alone(capfd, tmp_path):
    (tmp_path / "kept").write_text("kept")
    assert "exists already" in refusal(capfd, ["task", "mine", "--output", str(tmp_path)])
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


def test_an_unknown_kind_is_refused(capfd):
    assert "invalid choice: 'room'" in refusal(capfd, ["room", "mine"])


def test_nothing_is_left_of_a_package_that_could_not_be_written(tmp_path, monkeypatch):
    monkeypatch.setattr(
        Path, "write_text", lambda *_: (_ for _ in ()).throw(OSError("no space"))
    )
    with pytest.raises(OSError, match="no space"):
        new.write("cell", "mine", tmp_path / "package")
    assert not list(tmp_path.iterdir())


BROKEN = """\
[metadata]
name = seqzoo-broken
version = 0.1.0

[options]
py_modules = seqzoo_broken

[options.entry_points]
seqzoo.tasks =
    broken = seqzoo_broken.missing
seqzoo.recipes =
    broken = seqzoo_broken
seqzoo.datasets =
    classification.broken = seqzoo_broken:corpus
seqzoo.cells =
    broken = seqzoo_broken:KIND
"""


class Environment:
    """A fresh virtual environment that sees the running interpreter's packages; commands run beside it."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.python = folder / "venv" / ("Scripts" if os.name == "nt" else "bin") / "python"
        subprocess.run([sys.executable, "-m", "venv", str(folder / "venv")], check=True)
        purelib = "import sysconfig; print(sysconfig.get_paths()['purelib'])"
        outer = Path(self.run("-c", purelib).stdout.strip()) / "outer.pth"
        seen = [str(Path(seqzoo.__file__).parent.parent), sysconfig.get_paths()["purelib"]]
        outer.write_text("\n".join(seen) + "\n")

    def run(self, *arguments, **settings) -> subprocess.CompletedProcess:
        settings = {"cwd": self.folder, "check": True, **settings}
        environment = {
            name: value for name, value in os.environ.items() if name != "PYTHONPATH"
        }
        command = [str(self.python), *map(str, arguments)]
        return subprocess.run(
            command, capture_output=True, text=True, env=environment, **settings
        )

    def install(self, *folders) -> None:
        self.run(
            "-m", "pip", "install", "--quiet", "--no-build-isolation", "--no-deps", *folders
        )

    def seqzoo(self, *arguments, **settings) -> subprocess.CompletedProcess:
        return self.run("-m", "seqzoo", *arguments, **settings)


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """An environment with a package of each kind installed, as `seqzoo new` writes them."""
    found = Environment(tmp_path_factory.mktemp("environment"))
    for kind, name in (("task", "digits"), ("recipe", "opinions"), ("cell", "one_gate")):
        found.seqzoo("new", kind, name)
    found.install("./seqzoo-digits", "./seqzoo-opinions", "./seqzoo-one-gate")
    return found


@pytest.mark.slow
@pytest.mark.parametrize("name", ["digits", "opinions", "one-gate"])
def test_a_package_passes_its_own_tests(environment, name):
    environment.run("-m", "pytest", "-q", cwd=environment.folder / f"seqzoo-{name}")


@pytest.mark.slow
def test_a_package_is_listed_trained_asked_and_searched(environment):
    listed = environment.seqzoo("list").stdout
    for line in (
        "  digits: whether a text has a digit",
        "  digits (seqzoo_digits.recipe)",
        "  opinions (seqzoo_opinions.recipe)",
        "  digits: made",
        "  one_gate: h = (1 - u) h + u g, u a gate",
    ):
        assert line in listed.splitlines()
    assert "movie-sentences, opinions, " in listed
    environment.run("-m", "seqzoo_digits.recipe", "--epochs", "1", "--cell", "one_gate")
    answer = environment.seqzoo("predict", "runs/digits", input="room 101\n").stdout
    assert '"text": "room 101"' in answer
    assert "is: " not in environment.seqzoo("doctor", "runs/digits").stderr
    environment.seqzoo("pack", "runs/digits", "packed")
    assert (
        "Keras, after `import seqzoo_one_gate.cell`"
        in (environment.folder / "packed/README.md").read_text()
    )
    swept = environment.seqzoo("sweep", "opinions", "--trials", "1", "--epochs", "1").stdout
    assert "report: runs/sweep-opinions/report.html" in swept
    assert "seqzoo train opinions" in (
        environment.folder / "runs/sweep-opinions/report.html"
    ).read_text("utf-8")


@pytest.mark.slow
def test_the_view_of_a_package_is_served(environment):
    environment.run(
        "-m", "seqzoo_digits.recipe", "--epochs", "1", "--output", "runs/served"
    )
    command = [
        str(environment.python),
        "-m",
        "seqzoo",
        "serve",
        "runs/served",
        "--port",
        "0",
    ]
    server = subprocess.Popen(command, cwd=environment.folder, stdout=subprocess.PIPE, text=True,
                              stderr=subprocess.STDOUT)  # fmt: skip
    try:
        line = next(line for line in server.stdout if line.startswith("serving "))
        address = line.split()[-1]
        with urllib.request.urlopen(
            f"{address}/views/digits/view.js", timeout=30
        ) as response:
            assert b'"digits": { hint' in response.read()
    finally:
        server.terminate()
        server.wait(30)
        server.stdout.close()


@pytest.mark.slow
def test_a_broken_package_is_named_and_stops_nothing(environment):
    folder = environment.folder / "broken"
    folder.mkdir()
    (folder / "setup.cfg").write_text(BROKEN)
    (folder / "pyproject.toml").write_text(
        (new.TEMPLATES / "pyproject.toml.txt").read_text()
    )
    (folder / "seqzoo_broken.py").write_text('raise RuntimeError("out of\\nluck")\n')
    environment.install("./broken")
    try:
        run = environment.seqzoo("list")
        for group, name in (("tasks", "broken"), ("recipes", "broken"), ("cells", "broken"),
                            ("datasets", "classification.broken")):  # fmt: skip
            start = f"seqzoo.{group}: {name} of seqzoo-broken is left out: RuntimeError: out of luck"
            assert run.stderr.splitlines().count(start) == 1, run.stderr
        assert "broken" not in run.stdout
        assert "opinions (seqzoo_opinions.recipe)" in run.stdout
        asked = environment.seqzoo(
            "predict", "sentiment-imdb", "--plain", input="A wonderful film.\n"
        )
        assert asked.stdout == "positive\n"
        refused = environment.seqzoo("sweep", "broken", check=False)
        assert refused.returncode == 2
        assert (
            "error: recipe broken: seqzoo_broken: RuntimeError: out of luck"
            in refused.stderr
        )
    finally:
        environment.run("-m", "pip", "uninstall", "--quiet", "--yes", "seqzoo-broken")
