"""Translators from files to answers."""

import json
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest

import seqzoo
from seqzoo import InputError
from seqzoo.__main__ import main
from seqzoo.recipes import translation as recipe
from seqzoo.system.files import read_json
from seqzoo.tasks.translation.inference import Search
from seqzoo.tasks.translation.training import TranslationTexts
from seqzoo.text.vocabulary import SPECIAL
from tests.conftest import NUMBERS


@pytest.fixture(scope="module")
def model(translator):
    return seqzoo.load(translator)


def test_it_learns_and_its_artifact_translates_as_it_did_at_the_end_of_training(
    translator, model
):
    metrics = read_json(translator / "metrics.json")
    assert metrics["test"]["bleu"] > 60
    assert metrics["test"]["decoding"] == "beam 5"
    assert metrics["validation"]["decoding"] == "greedy"
    assert "tok:13a" in metrics["test"]["signature"]
    assert "case:mixed" in metrics["test"]["signature"]
    data = TranslationTexts(translator / "state" / "data", 200, 0, 12)
    again = recipe.evaluate(model.model, data, "test")
    assert again.items() <= metrics["test"].items()
    card = (translator / "README.md").read_text("utf-8")
    assert "encoder.keras" in card
    assert "| bleu | chrf |" in card
    assert f"test: beam 5. Scores by sacrebleu, `{metrics['test']['signature']}`" in card


def test_a_vocabulary_without_a_word_of_letters_has_samples(model):
    class Numbers:
        """Stands in the place of subwords."""

        def __len__(self):
            return len(SPECIAL) + 3

        def pieces(self, ids):
            return ["\u25811", "2", "\u2581"]

    place = SimpleNamespace(
        translating=SimpleNamespace(source=Numbers()), config={"text": {"unit": "word"}}
    )
    samples = type(model).samples(place, 20, 8)
    assert len(samples) == 20
    assert all(text.strip() for text in samples)


def test_in_a_new_process_the_same_translations(translator, model, tmp_path):
    texts = ["one two three.", "five four.", "ten ten nine one.", "six."]
    (tmp_path / "texts").write_text("\n".join(texts) + "\n", "utf-8")
    command = [
        sys.executable,
        "-m",
        "seqzoo",
        "predict",
        str(translator),
        str(tmp_path / "texts"),
        "--plain",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [a["translation"] for a in model.predict(texts)]
    assert done.stdout.splitlines()[1] == "vier fünf."


def test_a_batch_gives_what_its_rows_give(model):
    texts = ["one two three.", "five four.", "ten ten nine one two.", "six."]
    for search in ({"beam_size": 1}, {"beam_size": 4, "length_penalty": 1.0}, {"seed": 3}):
        together = model.translating(
            [(t, model.encode(t, "")) for t in texts], Search(**search)
        )
        alone = [
            model.translating([(t, model.encode(t, ""))], Search(**search))[0]
            for t in texts
        ]
        assert [b[0].tokens for b in together] == [b[0].tokens for b in alone]
        for a, b in zip(together, alone, strict=True):
            assert a[0].log_prob == pytest.approx(b[0].log_prob, abs=1e-4)


def test_n_best_alignments_and_a_given_translation(model):
    (answer,) = model.predict(["one two three."], n_best=3, alignments=True)
    scores = [t["score"] for t in answer["translations"]]
    assert len(scores) == 3
    assert scores == sorted(scores, reverse=True)
    assert answer["translation"] == answer["translations"][0]["translation"]
    assert answer["source_pieces"] == ["▁one", "▁two", "▁three", "▁￭.", "</s>"]
    shares = np.array(answer["alignments"])
    assert shares.shape == (len(answer["target_pieces"]), 5)
    np.testing.assert_allclose(shares.sum(1), 1, atol=1e-3)
    for t in answer["translations"]:
        assert model.score("one two three.", t["translation"]) == pytest.approx(
            t["log_prob"], abs=1e-4
        )
    assert model.translate("one two three.") == answer["translation"]
    assert "translations" not in model.predict(["one two three."])[0]
    assert len(model.predict(["one."], n_best=9)[0]["translations"]) == 9  # of a wider beam


def test_settings_of_the_search(model):
    long = model.translate("one.", min_length=6)
    assert len(model.translating.target.encode(long)) >= 6
    assert (
        len(
            model.translating.target.encode(model.translate("one two three.", max_length=2))
        )
        <= 2
    )
    drawn = {
        model.translate("one two three.", seed=seed, temperature=3.0) for seed in range(5)
    }
    assert len(drawn) > 1
    assert model.translate("one two.", seed=1, top_k=1) == model.translate(
        "one two.", beam_size=1
    )
    for settings, message in (
        ({"beam": 3}, "option: expected one of"),
        ({"n_best": 3}, "translate gives a string"),
        ({"beam_size": 0}, "beam_size: expected at least 1; got 0"),
        ({"beam_size": 2.5}, "beam_size: expected a whole number"),
        ({"length_penalty": -1}, "length_penalty"),
        ({"top_p": 0.5}, "top_p: expected a seed too"),
        ({"seed": 1, "temperature": 0}, "temperature"),
        ({"min_length": 5, "max_length": 2}, "max_length"),
    ):
        with pytest.raises(InputError, match=message):
            model.translate("one.", **settings)
    with pytest.raises(InputError, match="n_best: expected at most beam_size, 5; got 9"):
        model.predict(["one."], n_best=9, beam_size=5)
    with pytest.raises(InputError, match="text: expected a string; got list"):
        model.translate(["one."])


def test_what_cannot_be_translated(model):
    for text, message in (
        ("", r"texts\[0\]: the text is empty"),
        (" \t", r"texts\[0\]: the text is blank"),
        ("☃☃", r"texts\[0\]: none of its characters is known"),
        ("one " * 10_000, r"texts\[0\]: 10,001 tokens; at most 1,000 expected"),
    ):
        with pytest.raises(InputError, match=message):
            model.predict([text])
    assert model.translate("one ☃ two.")  # a character never seen among known ones


def test_an_unknown_word_is_taken_over_from_the_source(model):
    """Where `<unk>` stands comes the source's piece that it attends to most, known or not."""
    text = "one ☃ two."
    source = model.encode(text, "")
    pieces = model.translating.source.surfaces(text)
    assert "☃" in pieces
    for place in range(2):
        target = model.translating.target.encode("zwei eins.").tolist()
        target[place] = 1
        found = model.translating._sources(text, source, target)
        _, alignments = model.translating.score(source, target)
        assert found == [pieces[int(alignments[place, :-1].argmax())]]


def test_plain_keras_alone_translates(translator, model):
    """Greedy search by hand, as the model card tells it."""
    import keras

    encoder = keras.saving.load_model(translator / "encoder.keras")
    step = keras.saving.load_model(translator / "step.keras")
    for text in ("one two three.", "ten nine."):
        fixed = encoder(keras.ops.convert_to_tensor(model.encode(text, "")[None]))
        token, tokens = 2, []
        while token != 3 and len(tokens) < 20:
            out = step({"token": keras.ops.convert_to_tensor([[token]]), **fixed})
            token = int(np.argmax(out["log_probs"]))
            tokens.append(token)
            fixed = fixed | {
                name: value for name, value in out.items() if name.startswith("state_")
            }
        assert model.translating.target.decode(tokens) == model.translate(text, beam_size=1)


def test_exported_whole_it_searches_without_seqzoo(model, tmp_path):
    searches = {
        "greedy": {"beam_size": 1},
        "beam": {"beam_size": 4, "n_best": 2, "length_penalty": 1.0},
    }
    for name, search in searches.items():
        model.export(tmp_path / name, **search)
    with pytest.raises(InputError, match="exists"):
        model.export(tmp_path / "beam")

    texts = ["one two three.", "five four.", "ten ten nine one two.", "six."]
    rows = [model.encode(text, "").tolist() for text in texts]
    rows = [ids + [0] * (max(map(len, rows)) - len(ids)) for ids in rows]
    program = f"""
import json, sys, tensorflow as tf
for name in {list(searches)}:
    found = tf.saved_model.load({str(tmp_path)!r} + "/" + name).signatures["serving_default"](
        source=tf.constant({rows}), max_length=tf.constant([20] * {len(rows)}))
    print(json.dumps({{k: v.numpy().tolist() for k, v in found.items()}}))
assert "seqzoo" not in sys.modules
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    items = [(text, model.encode(text, "")) for text in texts]
    for line, search in zip(done.stdout.splitlines(), searches.values(), strict=True):
        found = json.loads(line)
        expected = model.translating(items, model.search(model.options(**search)))
        for row, best in enumerate(expected):
            for n, hypothesis in enumerate(best):
                length = found["lengths"][row][n]
                assert tuple(found["tokens"][row][n][: length - 1]) == hypothesis.tokens
                assert found["scores"][row][n] == pytest.approx(hypothesis.score, abs=1e-4)


def test_on_the_command_line(translator, tmp_path, capsys):
    (tmp_path / "t").write_text("one two.\n", "utf-8")
    arguments = ["predict", str(translator), str(tmp_path / "t")]
    assert (
        main(
            [*arguments, "--n-best", "2", "--alignments", "--plot", str(tmp_path / "a.png")]
        )
        == 0
    )
    answer = json.loads(capsys.readouterr().out)
    assert len(answer["translations"]) == 2
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    assert main([*arguments, "--n-best", "2", "--plain", "--length-penalty", "1.5"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2
    assert main([*arguments, "--plain", "--alignments"]) == 2
    assert "expected no --plain" in capsys.readouterr().err
    assert main([*arguments, "--plot", str(tmp_path / "no" / "a.png")]) == 2
    assert "no such folder" in capsys.readouterr().err
    pairs = tmp_path / "p.tsv"
    pairs.write_text("one two.\tzwei eins.\nthree.\tdrei.\n", "utf-8")
    assert main(["evaluate", "--json", str(translator), "--data", str(pairs)]) == 0
    measured = json.loads(capsys.readouterr().out)
    assert (measured["examples"], measured["decoding"]) == (2, "beam 5")
    assert (
        main(
            [
                "evaluate",
                "--json",
                str(translator),
                "--data",
                str(pairs),
                "--beam-size",
                "1",
            ]
        )
        == 0
    )
    assert json.loads(capsys.readouterr().out)["decoding"] == "greedy"
    assert (
        main(
            [
                "evaluate",
                "--json",
                str(translator),
                "--data",
                str(pairs),
                "--known-words",
                str(pairs),
            ]
        )
        == 2
    )
    assert "for segmentation" in capsys.readouterr().err
    (tmp_path / "s").write_text("one two.\nthree.\n", "utf-8")
    (tmp_path / "r").write_text("zwei eins.\ndrei.\n", "utf-8")
    files = ["--data", str(tmp_path / "s"), "--references", str(tmp_path / "r")]
    assert main(["evaluate", "--json", str(translator), *files]) == 0
    assert json.loads(capsys.readouterr().out) == measured


def test_packed_it_translates_the_same(translator, model, tmp_path, capsys):
    assert main(["pack", str(translator), str(tmp_path / "small")]) == 0
    small = seqzoo.load(tmp_path / "small")
    texts = [f"{a} {b}." for a in NUMBERS for b in list(NUMBERS)[:3]]
    same = [a["translation"] == b["translation"]
            for a, b in zip(small.predict(texts), model.predict(texts), strict=True)]  # fmt: skip
    assert sum(same) >= len(same) - 1  # half precision

    def size(folder):
        return sum(
            (folder / f"{name}.keras").stat().st_size for name in ("encoder", "step")
        )

    assert size(tmp_path / "small") < 0.7 * size(translator)
