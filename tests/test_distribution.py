"""What pip gets: seqzoo's own wheel, and that of the models beside it. They are built in a copy."""

import shutil
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

import seqzoo
from seqzoo.zoo import PRETRAINED

pytestmark = pytest.mark.slow

ROOT = Path(seqzoo.__file__).parents[1]
MOST = 95_000_000  # bytes of seqzoo's wheel


def wheel_of(source: Path, target: Path) -> Path:
    """Build a folder's wheel with the setuptools that are there."""
    command = [sys.executable, "-m", "pip", "wheel", str(source), "--no-deps", "--quiet"]
    command += ["--no-build-isolation", "--wheel-dir", str(target)]
    subprocess.run(command, check=True)
    (path,) = target.glob("*.whl")
    return path


def python_of(folder: Path) -> Path:
    """The Python of a fresh environment, which has the packages of this one behind its own."""
    venv.create(folder, with_pip=False)
    python = folder / "bin" / "python"
    places = "\n".join(path for path in sys.path if path.endswith("site-packages"))
    (site,) = folder.glob("lib/python*/site-packages")
    (site / "behind.pth").write_text(places + "\n")
    return python


def installed(wheel: Path, folder: Path) -> None:
    """Unpack a wheel into an environment's packages, as pip does."""
    (site,) = folder.glob("lib/python*/site-packages")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*command, "--target", str(site), str(wheel)], check=True)


@pytest.fixture(scope="module")
def seqzoo_wheel(tmp_path_factory):
    """seqzoo's wheel, built of a copy of the tree."""
    copy = tmp_path_factory.mktemp("copy") / "seqzoo"
    ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
    shutil.copytree(ROOT / "seqzoo", copy / "seqzoo", ignore=ignored)
    shutil.copytree(ROOT / "packages", copy / "packages", ignore=ignored)
    for name in ("setup.cfg", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copyfile(ROOT / name, copy / name)
    return wheel_of(copy, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def source_archive(tmp_path_factory):
    """The archive of seqzoo's sources, built of a copy of what git has."""
    copy = tmp_path_factory.mktemp("sources") / "seqzoo"
    ignored = shutil.ignore_patterns("__pycache__", "*.egg-info", ".git", "runs", "build")
    shutil.copytree(ROOT, copy, ignore=ignored)
    folder = tmp_path_factory.mktemp("archive")
    program = (
        "import sys; from setuptools import build_meta; build_meta.build_sdist(sys.argv[1])"
    )
    subprocess.run([sys.executable, "-c", program, str(folder)], check=True, cwd=copy)
    (path,) = folder.glob("*.tar.gz")
    return path


def test_what_is_uploaded_passes_the_check_of_twine(seqzoo_wheel, source_archive):
    files = [str(seqzoo_wheel), str(source_archive)]
    command = [sys.executable, "-m", "twine", "check", "--strict", *files]
    ran = subprocess.run(command, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_the_archive_has_the_package_and_not_the_tests(source_archive):
    with tarfile.open(source_archive) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    package = {
        f"seqzoo/{path.relative_to(ROOT / 'seqzoo')}" for path in PRETRAINED.glob("*/*")
    }
    assert package | {"CHANGELOG.md", "LICENSE", "seqzoo/py.typed", "setup.cfg"} <= names
    assert not [name for name in names if name.startswith(("tests/", "docs/", "tools/"))]
    assert f"seqzoo-{seqzoo.__version__}.tar.gz" == source_archive.name


def test_the_wheel_is_small_enough(seqzoo_wheel):
    assert seqzoo_wheel.stat().st_size <= MOST


def test_the_wheel_has_the_finished_models_with_their_graphs(seqzoo_wheel):
    with zipfile.ZipFile(seqzoo_wheel) as file:
        names = set(file.namelist())
    expected = {
        f"seqzoo/pretrained/{path.relative_to(PRETRAINED)}"
        for path in PRETRAINED.glob("*/*")
    }
    assert expected <= names
    weights = {name for name in names if name.startswith("seqzoo/pretrained/")}
    weights = {name for name in weights if name.endswith(".keras")}
    assert weights
    assert {name.replace(".keras", ".onnx") for name in weights} <= names
    assert {"seqzoo/py.typed", "seqzoo/export/LICENSE"} <= names
    assert not [name for name in names if name.startswith(("packages", "seqzoo_models"))]


def test_a_model_of_the_second_wheel_is_found_once_it_is_installed(
    seqzoo_wheel, trained, tmp_path
):
    copy = tmp_path / "models"
    shutil.copytree(ROOT / "packages" / "models", copy)
    model = copy / "seqzoo_models" / "pretrained" / "tiny"
    shutil.copytree(trained, model, ignore=shutil.ignore_patterns("state"))
    (tmp_path / "wheel").mkdir()
    second = wheel_of(copy, tmp_path / "wheel")

    python = python_of(tmp_path / "environment")
    program = (
        "import seqzoo; print(seqzoo.__file__, seqzoo.load('tiny').predict(['great'])[0])"
    )
    installed(seqzoo_wheel, tmp_path / "environment")

    def asked() -> subprocess.CompletedProcess:
        command = [str(python), "-c", program]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env={})

    assert "no such folder either" in asked().stderr
    installed(second, tmp_path / "environment")
    done = asked()
    assert f"{tmp_path}/environment" in done.stdout, done.stderr
    assert "'label': 'good'" in done.stdout
