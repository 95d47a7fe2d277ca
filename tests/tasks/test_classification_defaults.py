"""What the size of a corpus chooses for a classifier."""

import json
from pathlib import Path

import pytest

from seqzoo import config as configs
from seqzoo.recipes import sentiment
from seqzoo.tasks.classification import defaults
from seqzoo.training.by_size import filled, open_fields
from seqzoo.training.command import run_recipe

SIZES = [(n, n * length) for n in (1, 1_000, 7_000, 70_000, 10**6) for length in (10, 250)]


@pytest.mark.parametrize(("texts", "tokens"), SIZES)
def test_every_open_setting_gets_a_value_that_is_accepted(texts, tokens):
    config = sentiment.Config()
    # The script decides the unit, and the bag that was fitted the average.
    others = {"unit": "word", "average_with_bag": True}
    chosen = defaults.by_size(texts, tokens) | others
    assert sorted(chosen) == sorted(open_fields(config))
    settled = filled(config, chosen)
    assert not open_fields(settled)
    configs.check(settled)


def test_less_data_are_read_more_often_and_their_rare_words_are_learned():
    sizes = [defaults.by_size(n, 20 * n) for n in (1_000, 7_000, 10**6)]
    epochs = [size["epochs"] for size in sizes]
    assert epochs == sorted(epochs, reverse=True)
    counts = [size["minimum_count"] for size in sizes]
    assert counts == sorted(counts)


def test_a_short_training_has_the_settings_of_short_ones():
    small, large = defaults.SIZES[0], defaults.SIZES[-1]
    for epochs, row in (
        (None, small),
        (small.epochs, small),
        (20, small),
        (small.epochs - 1, large),
    ):
        chosen = defaults.by_size(100, 1_000, epochs)
        assert chosen["adversarial"] == row.adversarial
        assert chosen["average"] == row.average


@pytest.mark.parametrize("epochs", [None, 5, 20])
def test_patience_stops_no_run_whose_rate_still_falls(epochs):
    for size in (1_000, 7_000, 10**6):
        chosen = defaults.by_size(size, size, epochs)
        assert chosen["patience"] == (epochs or chosen["epochs"])


@pytest.mark.parametrize(
    "page, up_to, more",
    [("sizes.md", "up to {:,}", "more"), ("sizes.zh.md", "{:,} 以下", "更多")],
)
def test_the_table_in_the_documents_is_the_one_in_the_code(page, up_to, more):
    text = (Path(__file__).parents[2] / "docs" / "guide" / page).read_text("utf-8")
    for size in (*defaults.SIZES, *defaults.WORDS):
        most, *rest = size
        first = up_to.format(most) if most else more
        cells = [f"{n:,}" if isinstance(n, int) else str(n) for n in rest]
        assert f"| {first} | {' | '.join(cells)} |" in text


def test_a_training_tells_what_it_chose_and_records_it(corpus, tmp_path, capsys):
    flags = ["--data", str(corpus), "--units", "4", "--embedding-dim", "8"]
    flags += ["--epochs", "1", "--output", str(tmp_path / "m")]
    assert run_recipe(sentiment, flags) == 0
    expected = defaults.by_size(160, 1_000, epochs=1)
    line = next(s for s in capsys.readouterr().out.splitlines() if "chosen for" in s)
    assert f"--learning-rate {expected['learning_rate']}" in line
    assert "--epochs" not in line, "what the user gave was not chosen"
    recorded = json.loads((tmp_path / "m" / "config.json").read_text())["config"]
    assert recorded == recorded | expected | {"epochs": 1}

    # The same command finds it finished; what was recorded holds for what is left open.
    assert run_recipe(sentiment, flags) == 0
    assert "is finished" in capsys.readouterr().out
    assert run_recipe(sentiment, [*flags, "--learning-rate", "0.5"]) == 2
    said = capsys.readouterr().err
    assert f"--learning-rate was {expected['learning_rate']}, now 0.5" in said
    flags[flags.index("--epochs") + 1] = "2"
    assert run_recipe(sentiment, flags) == 0, "a run whose choices were recorded goes on"
    assert "resuming at epoch 2, batch 1" in capsys.readouterr().out
