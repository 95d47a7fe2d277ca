"""Language models read and write text."""

import json

import keras
import numpy as np
import pytest
import tensorflow as tf

import seqzoo
from seqzoo import InputError, decoding
from seqzoo.__main__ import main

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


@pytest.mark.parametrize(
    "temperature", [decoding.LEAST_TEMPERATURE, decoding.MOST_TEMPERATURE]
)
@pytest.mark.parametrize("more", [{}, {"top_k": 1000}, {"top_p": 1.0}], ids=str)
def test_at_the_bounds_no_banned_token_is_written(model, temperature, more):
    pieces = list(model.generate(length=300, temperature=temperature, seed=1, **more))
    assert len(pieces) == 300
    assert not any(mark in piece for piece in pieces for mark in ("<pad>", "<s>", "<unk>"))


def test_the_share_of_unknown_tokens_stands_beside_the_perplexity(
    language_model, tmp_path, capfd
):
    path = tmp_path / "a.txt"
    for text, share in (("the old cat sleeps .\n", 0.0), ("the OLD cat Sleeps .\n", 2 / 6)):
        path.write_text(text, "utf-8")
        assert main(["evaluate", "--json", str(language_model), "--data", str(path)]) == 0
        out, err = capfd.readouterr()
        assert json.loads(out)["unknown_share"] == pytest.approx(share)
        assert ("warning: 33.3% of the tokens are unknown" in err) == bool(share)
