"""The naive answer beside a tagger's scores: the commonest tag of each token."""

import json
import random
from collections import Counter

import pytest

import seqzoo
from seqzoo import InputError
from seqzoo.__main__ import main
from seqzoo.datasets import Tagged
from seqzoo.tasks.tagging.naive import FILE, Commonest
from seqzoo.text import schemes


def sequences(count=200):
    """Random tags of a dozen tokens, legal in BIO."""
    generator = random.Random(0)
    names = schemes.tags_of(["a", "b"], "BIO")
    for _ in range(count):
        tokens = generator.choices("abcdefghijkl", k=generator.randint(1, 9))
        tags = schemes.repair(generator.choices(names, k=len(tokens)), "BIO")
        yield Tagged(tuple(tokens), tuple(tags), "", ())


def test_each_token_has_the_tag_that_counting_finds(tmp_path):
    pairs = [p for e in sequences() for p in zip(e.tokens, e.tags, strict=True)]
    fitted = Commonest.fit(sequences(), "BIO")
    every = Counter(tag for _, tag in pairs)
    assert every[fitted.rest] == max(every.values())
    for token in "abcdefghijkl":
        counts = Counter(tag for each, tag in pairs if each == token)
        assert counts[fitted.tokens.get(token, fitted.rest)] == max(counts.values())
    assert fitted.rest not in fitted.tokens.values(), "they are not stored"
    fitted.save(tmp_path / FILE)
    again = Commonest.load(tmp_path / FILE, schemes.tags_of(["a", "b"], "BIO"), "BIO")
    assert (again.tokens, again.rest) == (fitted.tokens, fitted.rest)
    tags = again(["a", "never seen", "b"])
    assert tags == schemes.repair(tags, "BIO")


def test_of_too_many_tokens_the_rare_are_left_out_and_counted(monkeypatch):
    monkeypatch.setattr("seqzoo.tasks.tagging.naive.MOST", 2)
    seen = [Tagged(("x",) * n, ("B-a",) * n, "", ()) for n in (1,)]
    seen += [
        Tagged((t,) * n, ("B-a",) * n, "", ()) for t, n in (("p", 3), ("q", 2), ("r", 1))
    ]
    seen += [Tagged(("o",) * 20, ("O",) * 20, "", ())]
    fitted = Commonest.fit(seen, "BIO")
    assert list(fitted.tokens) == ["p", "q"]
    assert "2 tokens (2 rarer ones left out)" in fitted.about


@pytest.mark.parametrize(
    ("made", "data"), [("segmenter", "words_file"), ("entity_tagger", "names_file")]
)
def test_scores_stand_beside_the_network_s(made, data, request, capfd):
    folder, path = map(request.getfixturevalue, (made, data))
    metrics = json.loads((folder / "metrics.json").read_text())
    size = (folder / FILE).stat().st_size
    for part in ("validation", "test"):
        found = metrics[part]
        assert 0.3 < found["commonest_f1"] <= 1
        assert f"{size / 1024:,.1f} KB in the artifact" in found["commonest"]
    below = metrics["test"]["commonest_f1"] > metrics["test"]["f1"]
    assert ("below" in metrics) == below
    card = (folder / "README.md").read_text()
    assert "commonest_f1" in card
    assert "each token has the tag that it had most often in training" in card
    capfd.readouterr()
    assert main(["evaluate", "--json", str(folder), "--data", str(path)]) == 0
    measured = json.loads(capfd.readouterr().out)
    scores = {measured["commonest_precision"], measured["commonest_f1"]}
    assert all(0.3 < score <= 1 for score in scores)
    assert measured["examples"] > 200


def test_a_finished_model_without_the_file_says_so(words_file, capfd):
    model = "segmentation-peoples-daily"
    assert main(["evaluate", "--json", model, "--data", str(words_file)]) == 0
    assert json.loads(capfd.readouterr().out)["commonest"] == "the artifact holds none"


def test_a_file_of_somebody_who_means_harm_is_refused(tmp_path, entity_tagger):
    tags = seqzoo.load(entity_tagger).tagging.names
    for bad in ([], {"rest": "O"}, {"rest": "B-x", "left_out": 0, "tokens": {}},
                {"rest": "O", "left_out": 0, "tokens": {"O": [1]}},
                {"rest": "O", "left_out": "", "tokens": {}}):  # fmt: skip
        (tmp_path / FILE).write_text(json.dumps(bad))
        with pytest.raises(InputError, match=r"commonest.json: expected tags"):
            Commonest.load(tmp_path / FILE, tags, "BIO")
