"""`generate`, and `evaluate` of language models, on the command line."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from seqzoo.__main__ import main
from tests.support.flags import changed

LINE = "the old cat sleeps ."


def test_a_temperature_out_of_bounds_ends_the_command_with_a_line(language_model, capsys):
    below, above = "at least 0.001", "at most 100.0"
    wrong = {"1e-320": below, "0": below, "nan": below, "inf": above, "101": above}
    for given, bound in wrong.items():
        asked = ["generate", str(language_model), "--temperature", given, "--length", "2"]
        assert main(asked) == 2
        said = capsys.readouterr()
        assert said.err == f"error: temperature: expected {bound}; got {float(given)}\n"
        assert not said.out


def test_the_commands(language_model, verses_file, capsys, tmp_path):
    name = str(language_model)
    assert (
        main(["generate", name, "--prompt", "the old", "--length", "8", "--seed", "1"]) == 0
    )
    assert capsys.readouterr().out.startswith("the old ")
    assert main(["generate", name, "--prompt", "the Old zebra", "--length", "2"]) == 0
    assert "--prompt: read as <unk>: Old, zebra" in capsys.readouterr().err
    data = tmp_path / "t.txt"
    data.write_text(f"{LINE}\nthe zebra swims .\n")
    assert main(["evaluate", "--json", name, "--data", str(data)]) == 0
    plain = json.loads(capsys.readouterr().out)
    assert (plain["tokens"], plain["unknown"]) == (11, 1)
    assert main(["evaluate", "--json", name, "--data", str(data), "--per-token"]) == 0
    printed = capsys.readouterr()
    rows = [line.split("\t") for line in printed.out.splitlines()]
    assert [token for token, _ in rows] == [
        *LINE.split(),
        "</s>",
        "the",
        "<unk>",
        "swims",
        ".",
        "</s>",
    ]
    assert json.loads(printed.err)["loss"] == plain["loss"]
    assert sum(float(bits) for _, bits in rows) == pytest.approx(
        11 * plain["loss"] / np.log(2), abs=1e-2
    )
    for flags in (
        ["--cache", "5", "--cache-weight", "0.2"],
        ["--dynamic", "0.5", "--dynamic-decay", "0.01"],
    ):
        assert main(["evaluate", "--json", name, "--data", str(data), *flags]) == 0
        assert json.loads(capsys.readouterr().out)["loss"] != plain["loss"]


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--cache-weight", "0.2"], "--cache-weight: expected --cache too"),
        (["--dynamic-decay", "0.2"], "expected --dynamic too"),
        (["--cache", "0"], "cache: expected at least 1"),
        (["--cache", "5", "--dynamic", "1"], "expected one of them"),
        (["--dynamic", "-1"], "expected a number above 0"),
        (["--words", "x"], "--words: it is for segmentation"),
        (["--data", "/dev/null"], "/dev/null: expected text; there is none"),
    ],
    ids=str,
)
def test_wrong_flags_are_refused(language_model, verses_file, flags, message, capsys):
    given = changed(["--data", str(verses_file)], *flags)
    assert main(["evaluate", "--json", str(language_model), *given]) == 2
    assert message in capsys.readouterr().err


def test_a_model_that_is_none_of_language_does_not_write(trained, capsys):
    assert main(["generate", str(trained)]) == 2
    assert (
        "expected a model that writes; it is one of classification"
        in capsys.readouterr().err
    )
    assert main(["evaluate", "--json", str(trained), "--data", "x", "--per-token"]) == 2
    assert "--per-token: it is for language" in capsys.readouterr().err


def test_every_command_prints_utf_8_whatever_the_surroundings_say(tmp_path):
    (tmp_path / "t.txt").write_text("ünïcode text\n", "utf-8")
    commands = (
        [
            "generate",
            "characters-python",
            "--prompt",
            "é def",
            "--length",
            "3",
            "--seed",
            "1",
        ],
        [
            "evaluate",
            "--json",
            "lm-ptb-small",
            "--data",
            str(tmp_path / "t.txt"),
            "--per-token",
        ],
        ["predict", "characters-python", str(tmp_path / "t.txt")],
    )
    for command in commands:
        done = subprocess.run(
            [sys.executable, "-m", "seqzoo", *command],
            capture_output=True,
            env={**os.environ, "PYTHONIOENCODING": "ascii"},
            timeout=100,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        done.stdout.decode("utf-8")
    assert "ünïcode" in done.stdout.decode("utf-8")


def test_a_perplexity_of_many_unknown_tokens_is_told_with_a_warning(tmp_path, capsys):
    (tmp_path / "t.txt").write_text("THE COMPANY SAID the\n")
    assert (
        main(["evaluate", "--json", "lm-ptb-small", "--data", str(tmp_path / "t.txt")]) == 0
    )
    printed = capsys.readouterr()
    assert json.loads(printed.out)["unknown_share"] == 0.6
    assert "60.0% of the tokens are unknown to the model" in printed.err
    (tmp_path / "t.txt").write_text("the company said\n")
    assert (
        main(["evaluate", "--json", "lm-ptb-small", "--data", str(tmp_path / "t.txt")]) == 0
    )
    assert capsys.readouterr().err == ""
