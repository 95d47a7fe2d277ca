"""Demands on what language models and translators write, against every text of a few tokens."""

import itertools
import re

import numpy as np
import pytest

import seqzoo
from seqzoo import InputError
from seqzoo.__main__ import main
from seqzoo.text.vocabulary import EOS, SPECIAL

FIRST = len(SPECIAL)


@pytest.fixture(scope="module")
def model(translator):
    return seqzoo.load(translator)


@pytest.fixture(scope="module")
def writer(language_model):
    return seqzoo.load(language_model)


WAYS = {
    "greedy": {"beam_size": 1},
    "beam": {"beam_size": 4, "n_best": 3},
    "groups": {"beam_size": 4, "groups": 2, "n_best": 3},
    "drawn": {"seed": 1, "temperature": 3.0, "n_best": 5},
    "top-k": {"seed": 1, "temperature": 3.0, "top_k": 3, "n_best": 5},
    "top-p": {"seed": 1, "temperature": 3.0, "top_p": 0.5, "n_best": 5},
}
DEMANDS = {
    "keyword": ({"keyword": "zwei"}, lambda s: "zwei" in s),
    "forbid": ({"forbid": "eins| zw"}, lambda s: "eins" not in s and "zw" not in s),
    "pattern": (
        {"pattern": r"\w+ (\w+) eins\."},
        lambda s: re.fullmatch(r"\w+ (\w+) eins\.", s) is not None,
    ),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", DEMANDS)
def test_translations_meet_the_demands_however_they_are_found(model, way, name):
    demands, meets = DEMANDS[name]
    texts = ["one two.", "three one four two one.", "two."]
    together = model.predict(texts, **WAYS[way], **demands)
    for answer in together:
        found = answer.get("translations", [answer])
        assert found and all(meets(each["translation"]) for each in found)
    # A batch gives what its rows give.
    for text, answer in zip(texts, together, strict=True):
        alone = model.predict(text, **WAYS[way], **demands)
        assert alone["translation"] == answer["translation"]


def test_a_wide_beam_finds_the_likeliest_translations_that_meet_them(model):
    source, least = "one two.", 2
    asked = {"keyword": "drei", "forbid": "vier"}
    limits = {"min_length": least, "max_length": 2, "length_penalty": 0.0}
    found = model.predict(source, **asked, **limits, beam_size=900, n_best=4)
    translating = model.translating
    texts, ids = translating.target.texts(), translating.encode(source)
    every = [
        pair
        for pair in itertools.product(range(FIRST, len(texts)), repeat=least)
        if None not in (shown := [texts[id] for id in pair])
        and "drei" in (whole := "".join(shown))
        and "vier" not in whole
        and not re.search("  | $", whole)
    ]
    scores = translating.scores([(ids, pair) for pair in every])
    ranked = sorted(
        ((float(each.sum(dtype=np.float64)), pair) for (each, _), pair in zip(scores, every, strict=True)),
        reverse=True,
    )[:4]  # fmt: skip
    for (log_prob, pair), answer in zip(ranked, found["translations"], strict=True):
        assert answer["translation"] == translating.target.decode(pair)
        assert answer["log_prob"] == pytest.approx(log_prob, rel=1e-4)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"keyword": ""}, "keyword: expected a text"),
        ({"pattern": "("}, r"pattern: '\('"),
        ({"keyword": "☃"}, "keyword ☃: cannot be met"),
        ({"keyword": "eins", "forbid": "ein"}, "keyword eins, forbid ein: cannot be met"),
        ({"keyword": "eins", "no_repeat_ngram": 2}, "no_repeat_ngram: expected 0 beside"),
    ],
)
def test_demands_that_cannot_be_met_are_refused(model, asked, message):
    with pytest.raises(InputError, match=message):
        model.predict("one two.", **asked)


def test_what_is_exported_knows_no_demands(model, tmp_path):
    with pytest.raises(InputError, match="what is exported knows none"):
        model.export(tmp_path / "search", keyword="eins")


def test_second_models_rank_what_meets_the_demands(model, translator):
    found = model.predict(
        "one two.", reverse_model=str(translator), candidates=4, n_best=4, forbid="eins"
    )["translations"]
    assert all("eins" not in each["translation"] for each in found)
    assert [e["score"] for e in found] == sorted((e["score"] for e in found), reverse=True)


@pytest.mark.parametrize("draws", [{}, {"top_k": 2}, {"top_p": 0.4}, {"temperature": 4.0}])
def test_a_language_model_writes_what_is_demanded(writer, draws):
    """Of words the demands are on the tokens with a space between."""
    asked = {"keyword": "cat", "forbid": "old", "pattern": "the .* .*"}

    def written(seed):
        pieces = writer.generate(length=8, seed=seed, **asked, **draws)
        return " ".join(piece.strip() for piece in pieces)

    for seed in range(20):
        found = written(seed)
        assert re.fullmatch("the .* .*", found) and "cat" in found and "old" not in found
    assert written(3) == written(3)


def test_a_beam_finds_the_likeliest_continuation(writer):
    words = writer.vocabulary.tokens
    prompt = "the old"

    def best(meets):
        every = [
            pair
            for count in range(3)
            for pair in itertools.product(range(FIRST, len(words)), repeat=count)
            if meets(" ".join(words[id] for id in pair))
        ]
        start = writer.vocabulary.encode(prompt.split())
        rows = [np.array([*start, *pair, EOS], np.int32) for pair in every]
        losses = [each[len(start) :].sum() for each in writer.reading.texts(rows)]
        return every[int(np.argmin(losses))]

    for asked, meets in (
        ({}, lambda s: True),
        ({"keyword": "fish|the"}, lambda s: "fish" in s and "the" in s),
        ({"pattern": "[^c]*", "forbid": "s"}, lambda s: not set("cs") & set(s)),
    ):
        found = list(writer.generate(prompt, length=2, beam=200, **asked))
        shown = [words[id] for id in best(meets)]
        assert [each.strip() for each in found] == shown


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"keyword": ""}, "keyword: expected a text"),
        ({"keyword": "zebra"}, "keyword zebra: cannot be met, in 200 tokens"),
        ({"keyword": "cat", "unknown": True}, "unknown: expected no demands beside it"),
        ({"beam": 2, "seed": 1}, "seed: beside beam it plays no part"),
        ({"beam": 2, "temperature": 0.5}, "temperature: beside beam it plays no part"),
    ],
)
def test_what_plays_no_part_or_cannot_be_is_refused(writer, asked, message):
    with pytest.raises(InputError, match=message):
        list(writer.generate(**asked))


def test_steps_are_for_demands(writer, model):
    for asked in ({"demand_steps": 5000}, {"demand_steps": 999, "forbid": "a"}):
        with pytest.raises(InputError, match=r"^demand_steps: expected"):
            model.predict("one two.", **asked)
    with pytest.raises(InputError, match="at most 1,000 steps"):
        model.predict("one two.", keyword=9 * "eins zwei drei ", demand_steps=1000)
    with pytest.raises(InputError, match="at most 1,000 steps"):
        list(writer.generate(keyword=9 * "the old cat ", demand_steps=1000))


def test_the_commands_take_demands(translator, language_model, tmp_path, capfd):
    (tmp_path / "texts.txt").write_text("one two.\n", "utf-8")
    flags = ["--keyword", "drei", "--plain"]
    assert main(["predict", str(translator), str(tmp_path / "texts.txt"), *flags]) == 0
    assert "drei" in capfd.readouterr().out
    flags = ["--pattern", "the .*", "--forbid", "old", "--seed", "1", "--length", "9"]
    assert main(["generate", str(language_model), *flags]) == 0
    written = capfd.readouterr().out
    assert written.startswith("the ") and "old" not in written
    few = ["--keyword", 9 * "the old cat ", "--demand-steps", "1000"]
    assert main(["generate", str(language_model), *few]) == 2
    assert "the old cat : expected at most 1,000 steps" in capfd.readouterr().err
    assert main(["generate", str(language_model), "--keyword", "zebra"]) == 2
    assert "keyword zebra: cannot be met" in capfd.readouterr().err
