"""`pack` on the command line."""

import json
import sys

import pytest

from seqzoo.__main__ import main
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
