"""Language models from the shell to text: training, measuring, writing."""

import json
import os
import signal
import subprocess
import sys
import time

import keras
import numpy as np
import pytest
import tensorflow as tf

import seqzoo
from seqzoo import InputError, artifact, decoding
from seqzoo.__main__ import main
from seqzoo.recipes import characters, language_model
from seqzoo.training.command import run_recipe

LINE = "the old cat sleeps ."


@pytest.fixture(scope="module")
def model(language_model):
    return seqzoo.load(language_model)


def test_it_learns_the_grammar(language_model, model):
    metrics = json.loads((language_model / "metrics.json").read_text())["test"]
    assert (
        1.4 < metrics["perplexity"] < 2.0
    )  # six tokens, of which one is one of two, one of four
    assert (
        metrics["score"]
        == -metrics["loss"]
        == pytest.approx(-np.log(metrics["perplexity"]))
    )
    surprisals = model.predict([LINE])[0]["surprisals"]
    assert surprisals[1] == pytest.approx(1, abs=0.5) and surprisals[2] == pytest.approx(
        2, abs=0.7
    )
    assert max(surprisals[3:]) < 0.5


def test_answers_fit_together_and_do_not_depend_on_neighbours(model):
    texts = [LINE, "the fish", "zebra", LINE.upper()]
    together = model.predict(texts)
    for text, answer in zip(texts, together, strict=True):
        (alone,) = model.predict([text])
        np.testing.assert_allclose(alone["surprisals"], answer["surprisals"], atol=1e-3)
        assert answer["tokens"][-1] == "</s>"
        assert answer["log_prob"] == pytest.approx(
            -np.log(2) * sum(answer["surprisals"]), abs=1e-2
        )
        count = len(answer["tokens"])
        assert answer["perplexity"] == pytest.approx(
            np.exp(-answer["log_prob"] / count), rel=1e-5
        )
    assert together[2]["tokens"][0] == "<unk>"
    with pytest.raises(InputError, match=r"texts\[0\]: the text is blank"):
        model.predict([" "])


def test_a_text_longer_than_what_is_read_at_once(model):
    short, long = model.predict([LINE, f"{LINE} " * 60])
    assert len(long["surprisals"]) == 301
    np.testing.assert_allclose(long["surprisals"][:5], short["surprisals"][:5], atol=1e-3)
    ids = model.encode(f"{LINE} " * 60, "")
    losses = np.concatenate(list(model.losses(ids)))
    np.testing.assert_allclose(long["surprisals"], losses / np.log(2), atol=1e-3)


def test_the_saved_model_is_plain_keras(language_model, model):
    plain = keras.saving.load_model(language_model / "model.keras", safe_mode=True)
    assert not any(type(layer).__module__.startswith("seqzoo") for layer in plain.layers)
    ids = tf.constant(model.encode(LINE, "")[None])
    states = {name: tf.zeros((1, 16)) for name in ("state_1", "state_2")}
    ours = model.model({"tokens": ids, **states}, training=False)
    theirs = plain({"tokens": ids, **states}, training=False)
    for name in ours:
        np.testing.assert_allclose(theirs[name], ours[name], atol=1e-5)


def test_the_same_seed_writes_the_same(model):
    first, again, other = (
        "".join(model.generate(length=60, seed=seed)) for seed in (1, 1, 2)
    )
    assert first == again != other
    assert "the old cat sleeps." in "".join(model.generate(length=600, seed=3))
    assert "".join(model.generate("the old dog", length=2, top_k=1)) == " barks."
    assert (
        "".join(
            model.generate("the old cat sleeps .\nthe small bird", length=1, top_p=0.01)
        )
        == " sings"
    )
    assert len(list(model.generate(length=17))) == 17
    cold = "".join(model.generate("the small", length=50, temperature=0.001, seed=1))
    assert cold == "".join(model.generate("the small", length=50, top_k=1))


def test_a_long_prompt_is_read_to_its_end(model):
    prompt = f"{LINE}\n" * 100 + "the old fish"
    assert next(iter(model.generate(prompt, length=1, top_k=1))) == " swims"


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"length": 0}, "length: expected a whole number"),
        ({"temperature": 0.0}, r"temperature: expected 0\.001 to 100; got 0\.0"),
        ({"temperature": 1e-320}, "temperature: expected"),
        ({"temperature": 0.00099}, "temperature: expected"),
        ({"temperature": 100.1}, "temperature: expected"),
        ({"temperature": float("nan")}, "temperature: expected"),
        ({"temperature": float("inf")}, "temperature: expected"),
        ({"top_k": 0}, "top_k"),
        ({"top_k": 1.5}, "top_k: expected a whole number"),
        ({"seed": -1}, "seed: expected a whole number, at least 0; got -1"),
        ({"length": True}, "length: expected a whole number"),
        ({"temperature": "a"}, "temperature: expected a number"),
        ({"top_p": 1.5}, "top_p"),
        ({"prompt": "a\0"}, "prompt: expected text"),
        ({"prompt": "a\udcff"}, "prompt: expected text"),
    ],
    ids=str,
)
def test_wrong_settings_of_writing_are_refused(model, settings, message):
    with pytest.raises(InputError, match=message):
        model.generate(**settings)


def test_a_temperature_out_of_bounds_ends_the_command_with_a_line(language_model, capsys):
    for given in ("1e-320", "0", "nan", "inf", "101"):
        assert (
            main(["generate", str(language_model), "--temperature", given, "--length", "2"])
            == 2
        )
        said = capsys.readouterr()
        assert (
            said.err == f"error: temperature: expected 0.001 to 100; got {float(given)}\n"
        )
        assert not said.out


@pytest.mark.parametrize(
    "temperature", [decoding.LEAST_TEMPERATURE, decoding.MOST_TEMPERATURE]
)
@pytest.mark.parametrize("more", [{}, {"top_k": 1000}, {"top_p": 1.0}], ids=str)
def test_at_the_bounds_no_banned_token_is_written(model, temperature, more):
    pieces = list(model.generate(length=300, temperature=temperature, seed=1, **more))
    assert len(pieces) == 300
    assert not any(mark in piece for piece in pieces for mark in ("<pad>", "<s>", "<unk>"))


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
    assert main(["evaluate", name, "--data", str(data)]) == 0
    plain = json.loads(capsys.readouterr().out)
    assert (plain["tokens"], plain["unknown"]) == (11, 1)
    assert main(["evaluate", name, "--data", str(data), "--per-token"]) == 0
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
        assert main(["evaluate", name, "--data", str(data), *flags]) == 0
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
    assert main(["evaluate", str(language_model), "--data", str(verses_file), *flags]) == 2
    assert message in capsys.readouterr().err


def test_a_model_that_is_none_of_language_does_not_write(trained, capsys):
    assert main(["generate", str(trained)]) == 2
    assert (
        "expected a model that writes; it is one of classification"
        in capsys.readouterr().err
    )
    assert main(["evaluate", str(trained), "--data", "x", "--per-token"]) == 2
    assert "--per-token: it is for language" in capsys.readouterr().err


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
    assert train(["--data", str(verses_file), *flags], tmp_path / "m") == 2
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


def test_penalties_on_activations_are_in_the_gradient_alone():
    class Data:
        vocabulary, rows = range(9), range(2)

    tokens = tf.constant(np.arange(8).reshape(2, 4) % 9, tf.int32)
    keras.utils.set_random_seed(0)
    for steps in (4, 1):
        found = []
        for penalties in ((0.0, 0.0), (2.0, 0.0), (0.0, 1.0)):
            config = language_model.Config(
                units=3,
                batch_size=2,
                dropout=0.0,
                activation=penalties[0],
                temporal=penalties[1],
            )
            model = language_model.build(config, Data)
            model.set_weights([np.full(w.shape, 0.1) for w in model.get_weights()])
            with tf.GradientTape() as tape:
                total, _ = language_model.loss(
                    config, model, (tokens[:, :steps], tokens[:, -steps:], 1)
                )
            kernel = next(
                v for v in model.trainable_variables if v.path.endswith("/kernel")
            )
            found.append((float(total), tape.gradient(total, kernel).numpy()))
        totals, gradients = zip(*found, strict=True)
        assert len(set(totals)) == 1
        assert np.abs(gradients[1] - gradients[0]).max() > 1e-5
        assert (np.abs(gradients[2] - gradients[0]).max() > 1e-7) == (steps > 1)


def test_presets_are_settings_and_can_be_built():
    class Data:
        vocabulary, rows = range(50), range(20)

    for name, preset in language_model.PRESETS.items():
        config = language_model.Config(**preset)
        if name in ("ptb-small", "awd-lstm"):
            assert language_model.build(config, Data).count_params() > 600_000
        assert language_model.optimizer(config, 10)


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
