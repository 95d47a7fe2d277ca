"""The naive answers beside a language model's perplexity."""

import json
import math
import shutil

import numpy as np
import pytest

import seqzoo
from seqzoo.__main__ import main
from seqzoo.decoding import kneser_ney
from seqzoo.errors import InputError
from seqzoo.pipeline.stream import Stream
from seqzoo.system.files import read_json
from seqzoo.tasks.language import naive
from seqzoo.text.vocabulary import EOS

SIZE = 9


@pytest.fixture
def stream(tmp_path):
    ids = np.random.default_rng(0).integers(3, SIZE, 400)
    ids[::5] = EOS
    return Stream.write(tmp_path / "train.ids", [np.array([EOS]), ids])


@pytest.mark.parametrize(("unit", "order"), [("word", 3), ("space", 3), ("character", 6)])
def test_what_is_counted_is_scored_kept_and_read_again(stream, unit, order, tmp_path):
    single, several = naive.count(stream, SIZE, unit)
    assert (single.model.order, several.model.order) == (1, order)
    other = np.random.default_rng(1).integers(3, SIZE, 50)
    found = naive.answers([single, several], other, unit, {})
    assert [each.name for each in found] == ["unigram", "ngram"]
    ids = stream.read(1, 401)
    for answer, counted in zip(found, (1, order), strict=True):
        model = kneser_ney.fit([ids], SIZE, counted, begin=EOS)
        loss = model.losses(other, EOS).mean()
        assert answer.figures["score"] == pytest.approx(-loss)
        assert answer.figures["perplexity"] == pytest.approx(math.exp(loss))
        assert ("bits_per_character" in answer.figures) == (unit == "character")
    for each in (single, several):
        each.save(tmp_path / "kept")
        again = naive.Counted.load(each.name, tmp_path / "kept", SIZE)
        assert again.about == each.about
        ours, theirs = (m.scores(other, unit).figures["score"] for m in (each, again))
        assert theirs == pytest.approx(ours, rel=1e-6)


def test_many_n_grams_are_not_kept_and_a_long_corpus_is_not_counted_whole(
    stream, monkeypatch, capsys
):
    monkeypatch.setattr(naive, "MOST_KEPT", 20)
    monkeypatch.setattr(naive, "MANY_TOKENS", 100)
    monkeypatch.setattr(naive, "MOST_TOKENS", 200)
    single, several = naive.count(stream, SIZE, "word")
    assert single.is_kept and not several.is_kept
    assert "the first 200 of 400 training tokens" in several.about
    assert several.about.endswith("n-grams, not kept in the artifact")
    assert "--baseline none" in capsys.readouterr().out


DAMAGE = [
    (lambda b: b[:-1], "expected .* bytes behind the first line"),
    (lambda b: b"[]\n" + b, "expected a first line of JSON"),
    (lambda b: b"\xff" + b, "expected a first line of JSON"),
    (lambda b: b.replace(b'"format": 1', b'"format": 2'), "of format 1"),
    (
        lambda b: b.replace(b'"lengths": [9', b'"lengths": [8'),
        "expected n-grams of 9 tokens",
    ),
    (lambda b: b.replace(b'"about"', b'"abuot"'), "expected n-grams of 9 tokens"),
    (lambda b: b[:-4] + np.float32(np.nan).tobytes(), "expected logarithms"),
    (lambda b: _swapped(b), "expected .* among them|in order"),
]


def _swapped(content):
    """The first and the last key in each other's place."""
    head, body = content.split(b"\n", 1)
    count = sum(json.loads(head)["lengths"]) - SIZE
    keys = np.frombuffer(body, "<i8", count).copy()
    keys[[0, -1]] = keys[[-1, 0]]
    return head + b"\n" + keys.tobytes() + body[8 * count :]


@pytest.mark.parametrize(("damage", "message"), DAMAGE)
def test_a_damaged_file_is_refused(stream, tmp_path, damage, message):
    path = tmp_path / "ngrams.bin"
    naive.count(stream, SIZE, "word")[1].save(path)
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(InputError, match=message):
        naive.Counted.load("ngram", path, SIZE)


def test_they_stand_beside_every_score(language_model, verses_file, tmp_path, capfd):
    """In metrics.json, in the card and in what `evaluate` prints."""
    test = read_json(language_model / "metrics.json")["test"]
    assert test["perplexity"] < test["ngram_perplexity"] * 2
    assert test["ngram_perplexity"] < test["unigram_perplexity"]
    card = (language_model / "README.md").read_text("utf-8")
    assert "| unigram_perplexity | ngram_perplexity |" in card
    assert (
        main(["evaluate", "--json", str(language_model), "--data", str(verses_file)]) == 0
    )
    found = json.loads(capfd.readouterr().out)
    ids = seqzoo.load(language_model).ids(
        seqzoo.datasets.running.read(verses_file), str(verses_file)
    )
    for each in seqzoo.load(language_model).baselines:
        expected = math.exp(each.model.losses(ids, EOS).mean())
        assert found[f"{each.name}_perplexity"] == pytest.approx(expected)
    older = shutil.copytree(language_model, tmp_path / "older")
    manifest = read_json(older / "manifest.json")
    for name in naive.FILES.values():
        (older / name).unlink()
        del manifest["sha256"][name]
    (older / "manifest.json").write_text(json.dumps(manifest))
    assert main(["evaluate", "--json", str(older), "--data", str(verses_file)]) == 0
    found = json.loads(capfd.readouterr().out)
    for name in naive.FILES:
        told = f"{naive.NONE_KEPT}; on its own test part the perplexity was "
        assert found[name] == f"{told}{test[f'{name}_perplexity']:.4f}"
