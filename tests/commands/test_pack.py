"""`pack` on the command line."""

import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from seqzoo.__main__ import main
from seqzoo.artifact import Artifact
from seqzoo.system.files import read_json, sha256, write_json
from tests.support.command_line import Input, failure


def test_pack_keeps_the_answers(trained, tmp_path, capfd, monkeypatch):
    assert main(["pack", str(trained), str(tmp_path / "small")]) == 0
    assert "packed into" in capfd.readouterr().out
    assert not (tmp_path / "small" / "state").exists()
    assert (tmp_path / "small" / "README.md").read_text().startswith("# small\n")
    answers = []
    for folder in (trained, tmp_path / "small"):
        monkeypatch.setattr(sys, "stdin", Input(b"great film\nawful plot"))
        assert main(["predict", str(folder)]) == 0
        answers.append([json.loads(line) for line in capfd.readouterr().out.splitlines()])
    for before, after in zip(*answers, strict=True):
        assert before["label"] == after["label"]
        assert after["probabilities"] == pytest.approx(before["probabilities"], abs=1e-3)
    assert "exists already" in failure(
        capfd, main(["pack", str(trained), str(tmp_path / "small")])
    )


def test_pack_of_a_model_with_graphs_needs_no_keras(tmp_path):
    code = """
import sys
from seqzoo.__main__ import main
status = main(["pack", "sentiment-imdb", sys.argv[1]])
heavy = {"tensorflow", "keras", "numba", "matplotlib", "pandas"} & sys.modules.keys()
sys.exit(status or (f"imported {heavy}" if heavy else 0))
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "small")],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr


def test_a_model_of_an_earlier_format_says_how_it_gets_fast(trained, tmp_path):
    old = earlier(trained, tmp_path / "old")
    answers, said = {}, {}
    for folder in (old, trained):
        done = subprocess.run(
            [sys.executable, "-m", "seqzoo", "predict", str(folder)],
            input="great film\n",
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        )
        answers[folder] = json.loads(done.stdout)["probabilities"]
        said[folder] = done.stderr.splitlines()
    assert said[trained] == []
    (line,) = said[old]
    assert f"seqzoo pack {old} NEW" in line
    assert answers[old] == pytest.approx(answers[trained], abs=1e-5)


def test_a_packed_model_of_an_earlier_format_runs_on_the_engine(trained, tmp_path):
    old = earlier(trained, tmp_path / "old")
    assert main(["pack", str(old), str(tmp_path / "new")]) == 0
    assert Artifact(tmp_path / "new").graphs == ["model"]


def compress(path: Path) -> None:
    """Deflate what is in an archive, as `pack` once did."""
    with zipfile.ZipFile(path) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)


def earlier(trained: Path, folder: Path) -> Path:
    """The model as format 2 had it: without graphs."""
    shutil.copytree(trained, folder, ignore=shutil.ignore_patterns("state"))
    (folder / "model.onnx").unlink()
    compress(folder / "model.keras")
    config = read_json(folder / "config.json")
    write_json(folder / "config.json", config | {"format": 2})
    manifest = read_json(folder / "manifest.json")
    names = manifest["sha256"].keys() - {"model.onnx"}
    hashes = {name: sha256(folder / name) for name in names}
    write_json(folder / "manifest.json", {"format": 2, "sha256": hashes})
    return folder
