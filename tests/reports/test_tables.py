"""Figures as a person reads them."""

import json

import pytest

from seqzoo.__main__ import main
from seqzoo.reports import tables

FIGURES = {
    "examples": 1200,
    "score": 0.9,
    "interval": {"of": "accuracy", "low": 0.88, "high": 0.92, "about": "95% of draws"},
    "accuracy": 0.9,
    "classes": {
        "负面": {"precision": 1.0, "recall": 0.5, "f1": 2 / 3, "support": 2},
        "good": {"precision": 0.5, "recall": 1.0, "f1": 2 / 3, "support": 1000},
    },
    "reliability": [{"lower": 0.0}] * 3,
    "confusion_matrix": {
        "gold 负面": {"predicted 负面": 1, "predicted good": 1},
        "gold good": {"predicted 负面": 0, "predicted good": 1000},
    },
    "majority_accuracy": 0.5,
    "majority": "always 'good'",
    "below": ["The network is below the majority."],
}


def test_columns_stand_below_each_other_in_any_script():
    lines = tables.lines_of(FIGURES, "m on f")
    assert lines[0] == "m on f"
    start = lines.index("classes  precision  recall      f1  support")
    rows = lines[start : start + 3]
    assert len({tables.width(row) for row in rows}) == 1
    assert rows[1].split() == ["负面", "1.0000", "0.5000", "0.6667", "2"]
    assert rows[2].endswith("1,000")
    (matrix,) = [place for place, line in enumerate(lines) if "gold \\ predicted" in line]
    assert lines[matrix + 2].split() == ["good", "0", "1,000"]
    (accuracy,) = [line for line in lines if line.startswith("accuracy")]
    assert accuracy.endswith("0.9000  0.8800 to 0.9200 (95% of draws)")
    assert "reliability: 3 rows, in --json" in lines
    assert any(line.split()[:2] == ["majority", "0.5000"] for line in lines)
    assert lines[-1] == "The network is below the majority."


def test_of_many_classes_the_commonest_mistakes_are_shown():
    names = [f"c{n}" for n in range(30)]
    matrix = {
        f"gold {gold}": {f"predicted {other}": n + m for m, other in enumerate(names)}
        for n, gold in enumerate(names)
    }
    lines = tables.lines_of({"accuracy": 0.1, "confusion_matrix": matrix}, "m")
    place = lines.index("the commonest mistakes; all of 30 classes are in --json")
    rows = lines[place + 1 :]
    assert len(rows) == 1 + tables.MISTAKES
    assert rows[1].split() == ["c28", "c29", "57"]
    assert max(map(tables.width, lines)) < 80


def test_evaluate_prints_a_table_or_json(trained, averaged, corpus, capfd):
    command = ["evaluate", str(averaged), "--data", str(corpus)]
    capfd.readouterr()
    assert main([*command, "--json"]) == 0
    figures = json.loads(capfd.readouterr().out)
    assert main(command) == 0
    out = capfd.readouterr().out
    assert out.splitlines()[0] == f"{averaged} on {corpus}"
    for name in ("majority", "bag", "network"):
        (row,) = [line.split() for line in out.splitlines() if line.startswith(f"{name} ")]
        assert row[1] == f"{figures[f'{name}_accuracy']:.4f}"
    assert "gold \\ predicted" in out
    interval = figures["interval"]
    assert f"{interval['low']:.4f} to {interval['high']:.4f} (95% of" in out

    assert main(["evaluate", str(trained), str(averaged), "--data", str(corpus)]) == 0
    out = capfd.readouterr().out
    assert "on the same 200 texts." in out
    assert out.splitlines()[0].split() == ["model", "accuracy", "interval"]


@pytest.mark.parametrize(
    ("text", "columns"), [("abc", 3), ("中文", 4), ("e\u0301", 1), ("한글", 4), ("", 0)]
)
def test_width_counts_columns_of_a_terminal(text, columns):
    assert tables.width(text) == columns
