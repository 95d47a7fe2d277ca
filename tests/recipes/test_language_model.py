"""Trainings of language models, by words and by characters."""

import json
import os
import signal
import subprocess
import sys
import time

import keras
import numpy as np
import pytest

import seqzoo
from seqzoo import artifact
from seqzoo.recipes import characters, language_model
from seqzoo.training.command import run_recipe
from tests.support.flags import changed

LINE = "the old cat sleeps ."


def train(flags, output, recipe=language_model):
    return run_recipe(recipe, [*flags, "--output", str(output)])


def test_presets_set_what_flags_do_not(verses_file, tmp_path, capsys):
    flags = [
        "--preset",
        "ptb-small",
        "--data",
        str(verses_file),
        "--units",
        "4",
        "--epochs",
        "1",
    ]
    flags += ["--batch-size", "2"]
    assert train(flags, tmp_path / "m") == 0
    config = artifact.Artifact(tmp_path / "m").config["config"]
    assert (config["units"], config["steps"], config["clip_norm"], config["unit"]) == (
        4,
        20,
        0.25,
        "space",
    )
    assert train(["--preset", "ptb-huge"], tmp_path / "n") == 2
    assert "ptb-huge" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--cutoffs", "6"], "expected --no-tie-embeddings too"),
        (["--units", "0"], "units: expected a whole number of at least 1; got 0"),
        (["--units", "4,4", "--num-layers", "3"], "units: 2 given for num_layers=3"),
        (["--vary-steps"], "--vary-steps: expected --optimizer sgd or asgd; got adam"),
        (["--pattern", "*.c"], r"--pattern *.c: expected a folder as --data"),
        (["--batch-size", "5000"], "expected more than batch_size, 5000"),
        (["--data", "/dev/null"], "train: expected text; there is none"),
    ],
    ids=str,
)
def test_wrong_settings_are_refused(verses_file, tmp_path, flags, message, capsys):
    given = changed(["--data", str(verses_file)], *flags)
    assert train(given, tmp_path / "m") == 2
    assert message in capsys.readouterr().err


def test_a_limit_is_one_of_the_vocabulary_too(verses_file, tmp_path):
    flags = [
        "--data",
        str(verses_file),
        "--limit",
        "60",
        "--minimum-count",
        "1",
        "--batch-size",
        "2",
    ]
    assert (
        train([*flags, "--units", "4", "--steps", "5", "--epochs", "1"], tmp_path / "m")
        == 0
    )
    sizes = json.loads((tmp_path / "m" / "metrics.json").read_text())["examples"]
    known = set("\n".join(verses_file.read_text().splitlines()[:10]).split())
    assert (sizes["train"], sizes["vocabulary"]) == (60, 4 + len(known))


def test_presets_are_settings_and_can_be_built():
    class Data:
        vocabulary, rows = range(50), range(20)

    for name, preset in language_model.PRESETS.items():
        config = language_model.Config(**preset)
        if name in ("ptb-small", "awd-lstm"):
            assert language_model.build(config, Data).count_params() > 600_000
        assert language_model.optimizer(config, 10)


@pytest.mark.slow
def test_the_regularised_recipe_trains(verses_file, tmp_path):
    flags = "--preset awd-lstm --units 12,12 --epochs 8 --steps 12 --batch-size 4"
    assert train(["--data", str(verses_file), *flags.split()], tmp_path / "m") == 0
    history = (tmp_path / "m" / "history.csv").read_text().splitlines()
    assert len(history) == 9
    metrics = json.loads((tmp_path / "m" / "metrics.json").read_text())
    assert metrics["test"]["perplexity"] < 6


def test_an_adaptive_softmax_and_gru_train_and_read(verses_file, tmp_path):
    flags = "--cutoffs 6,9 --no-tie-embeddings --cell gru --units 12 --epochs 2 --steps 10 --batch-size 4"
    flags += " --learning-rate 0.02 --dropout 0"
    assert train(["--data", str(verses_file), *flags.split()], tmp_path / "m") == 0
    assert seqzoo.load(tmp_path / "m").predict([LINE])[0]["perplexity"] < 4


def test_characters(verses_file, tmp_path):
    flags = "--units 24 --epochs 2 --steps 20 --batch-size 8 --learning-rate 0.02 --minimum-count 1"
    assert (
        train(["--data", str(verses_file), *flags.split()], tmp_path / "m", characters) == 0
    )
    metrics = json.loads((tmp_path / "m" / "metrics.json").read_text())["test"]
    assert (
        metrics["bits_per_character"] == pytest.approx(metrics["loss"] / np.log(2))
        and metrics["loss"] < 1
    )
    model = seqzoo.load(tmp_path / "m")
    assert "".join(model.generate("the old cat sl", length=6, top_k=1)) == "eeps ."
    text = "".join(model.generate("the old", length=300, seed=0))
    assert "\n" in text and "\\n" not in text
    answer = model.predict(["the dog"])[0]
    assert answer["tokens"] == list("the dog")


@pytest.mark.slow
def test_killed_in_mid_epoch_it_ends_like_one_never_killed(verses_file, tmp_path):
    """The carried states are part of what is saved: SIGKILL between two batches of an epoch."""
    flags = "--units 12 --num-layers 1 --epochs 2 --dropout 0.2 --batch-size 2 --steps 20 --save-seconds 0"
    flags = ["--data", str(verses_file), *flags.split()]
    assert train(flags, tmp_path / "whole") == 0
    output = tmp_path / "killed"
    command = [
        sys.executable,
        "-m",
        "seqzoo.recipes.language_model",
        *flags,
        "--output",
        str(output),
    ]
    state = output / "state" / "training.npz"
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    seen, last = 0, 0
    while process.poll() is None and seen < 25:  # of 121 batches an epoch
        time.sleep(0.001)
        now = state.stat().st_mtime_ns if state.exists() else 0
        seen, last = seen + (now != last), now
    assert process.poll() is None, "it ended before it was killed"
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    with np.load(state) as archive:
        progress = json.loads(str(archive["progress"]))
        carried = [
            a for n, a in archive.items() if n.startswith("model/") and a.shape == (2, 12)
        ]
    assert progress["batch"] > 0, "in mid-epoch"
    assert len(carried) == 2 and all(a.any() for a in carried)
    assert train(flags, output) == 0
    for a, b in zip(
        *(
            keras.saving.load_model(tmp_path / n / "model.keras").get_weights()
            for n in ("whole", "killed")
        ),
        strict=True,
    ):
        np.testing.assert_array_equal(a, b)
