"""The model card."""

import json

from seqzoo.reports.card import card
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
