"""The notebooks of `examples/` run from the first cell to the last, and come without outputs."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

HOME = Path(__file__).parent.parent
NOTEBOOKS = sorted((HOME / "examples").glob("*.ipynb"))
# What a notebook leaves, and what its last cells know.
CHECKS = {
    "csv_to_forecast": """
from pathlib import Path

assert Path("forecast.png").read_bytes().startswith(b"\\x89PNG")
assert before["times"] == answer["times"]
assert np.allclose(before["forecast"]["load"], answer["forecast"]["load"], rtol=1e-5)
assert after["times"][0] == answer["times"][1]
assert test["mae"] < test["last_mae"] and error < 3
""",
    "dialogues_to_answers": """
assert answer["answer"] == "You asked for a coffee ."
assert len(set(drawn)) > 1 and len(groups) > 1 and len(ranked["answers"]) == 2
assert 1 < metrics["perplexity"] < 3
""",
    "pictures_to_captions": """
assert answer["caption"] == caption and len(others) == 3
assert Path("looks.png").read_bytes().startswith(b"\\x89PNG")
assert metrics["exact"] > 0.7 and metrics["shuffled_minus_loss"] > 0.5
""",
    "verse": """
assert [line[0] for line in poem.lines] == list("春江花月")
assert record["characters"][1][-1]["rhyme"] == record["rhyme"] == "唐平"
assert [first.lines[0], *first.lines[2:]] == [second.lines[0], *second.lines[2:]]
""",
}
# What it prints.
SAID = {
    "csv_to_forecast": "the linear model",
    "dialogues_to_answers": "three turns: You asked for a coffee .",
    "pictures_to_captions": "it says: a small black disc",
    "verse": "acrostic 春江花月, forbid 春",
}


def code_of(notebook: Path) -> list[str]:
    cells = json.loads(notebook.read_text("utf-8"))["cells"]
    return ["".join(each["source"]) for each in cells if each["cell_type"] == "code"]


def test_every_notebook_is_checked():
    assert [notebook.stem for notebook in NOTEBOOKS] == sorted(CHECKS)


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_comes_without_outputs(notebook):
    content = json.loads(notebook.read_text("utf-8"))
    assert (content["nbformat"], content["metadata"]["language_info"]["name"]) == (
        4,
        "python",
    )
    for cell in content["cells"]:
        assert cell["source"], cell["id"]
        if cell["cell_type"] == "code":
            assert cell["outputs"] == [] and cell["execution_count"] is None


LONG = ("pictures_to_captions",)  # a minute and a half of processor time


@pytest.mark.parametrize(
    "notebook",
    [
        pytest.param(path, marks=pytest.mark.slow if path.stem in LONG else ())
        for path in NOTEBOOKS
    ],
    ids=lambda path: path.stem,
)
def test_a_notebook_runs(notebook, tmp_path):
    program = tmp_path / "cells.py"
    program.write_text("\n\n".join([*code_of(notebook), CHECKS[notebook.stem]]), "utf-8")
    result = subprocess.run(
        [sys.executable, program], cwd=tmp_path, capture_output=True, text=True, timeout=900
    )
    assert result.returncode == 0, result.stderr[-2000:]
    assert SAID[notebook.stem] in result.stdout
