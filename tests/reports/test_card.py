"""The model card."""

import json
from pathlib import Path

import seqzoo
from seqzoo.reports.card import card, shown
from seqzoo.tasks import task_of


def test_a_card_says_what_loading_needs(trained):
    config, metrics = (
        json.loads((trained / name).read_text()) for name in ("config.json", "metrics.json")
    )
    task = task_of(config["task"])
    assert "loads in plain Keras" in card("m", config, metrics, task)
    config["config"]["cell"] = "mgu"
    assert "loads in Keras, after `import seqzoo.layers`" in card(
        "m", config, metrics, task
    )


def test_a_card_names_a_place_that_predict_finds(trained, tmp_path, monkeypatch):
    about = (trained / "README.md").read_text()
    assert "seqzoo predict path/to/model texts.txt" in about
    assert 'seqzoo.load("path/to/model")' in about
    assert str(trained.parent) not in about, "where a model lies is nobody else's matter"
    for given, expected in (("tickets", "./tickets"), ("runs/tickets", "runs/tickets")):
        assert shown(Path(given)) == expected
    monkeypatch.chdir(trained.parent)
    assert seqzoo.load(shown(Path(trained.name))).predict(["great film"])
