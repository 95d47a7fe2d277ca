"""The naive answers beside a translator's scores."""

import json
import math
import shutil
from itertools import product

import numpy as np
import pytest

import seqzoo
from seqzoo import metrics
from seqzoo.__main__ import main
from seqzoo.errors import InputError
from seqzoo.pipeline.encoded import Encoded
from seqzoo.system.files import read_json
from seqzoo.tasks.translation import naive
from seqzoo.text.vocabulary import EOS


def by_definition(pairs, rounds):
    """Model 1 of IBM by dictionaries: (source, target) -> probability; source 0 is none."""
    likely = {
        (s, t): 1.0 for source, target in pairs for s, t in product([0, *source], target)
    }
    for _ in range(rounds):
        counts = dict.fromkeys(likely, 0.0)
        for source, target in pairs:
            for t in target:
                total = math.fsum(likely[s, t] for s in [0, *source])
                for s in [0, *source]:
                    counts[s, t] += likely[s, t] / total
        sums = {
            s: math.fsum(c for (a, _), c in counts.items() if a == s) for s, _ in counts
        }
        likely = {(s, t): c / sums[s] for (s, t), c in counts.items()}
    return likely


@pytest.mark.parametrize("chunk", [3, 4096])
def test_the_likeliest_piece_is_that_of_the_definition(tmp_path, monkeypatch, chunk):
    monkeypatch.setattr(naive, "CHUNK", chunk)
    random = np.random.default_rng(0)
    pairs = [
        tuple(
            random.integers(4, 12, random.integers(0 if side else 1, 6)) for side in (0, 1)
        )
        for _ in range(40)
    ]
    sides = tuple(
        Encoded.write(
            tmp_path / name,
            ({"tokens": np.append(p[n], EOS).astype(np.int32)} for p in pairs),
        )
        for n, name in enumerate(("source", "target"))
    )
    found = naive.WordForWord.fit(sides, 1, (14, 14))
    likely = by_definition([(s.tolist(), t.tolist()) for s, t in pairs], naive.ROUNDS)
    for source in range(4, 14):
        own = {t: p for (s, t), p in likely.items() if s == source}
        if not own:
            assert found.pieces[source] == 0
            continue
        assert likely[source, found.pieces[source]] == pytest.approx(max(own.values()))
    assert not found.pieces[:4].any()


def test_many_pairs_are_counted_in_part(tmp_path, monkeypatch):
    monkeypatch.setattr(naive, "MOST_CELLS", 60)
    rows = [{"tokens": np.array([4, 5, EOS], np.int32)} for _ in range(30)]
    sides = tuple(Encoded.write(tmp_path / name, rows) for name in ("a", "b"))
    assert "on 10 training pairs" in naive.WordForWord.fit(sides, 1, (9, 9)).about


def test_they_stand_beside_every_score(translator, pairs_file, tmp_path, capfd):
    """In metrics.json, in the card and in what `evaluate` prints."""
    test = read_json(translator / "metrics.json")["test"]
    assert test["copy_bleu"] < test["word_for_word_bleu"] < test["bleu"]
    assert "word_for_word_bleu" in (translator / "README.md").read_text("utf-8")
    data = tmp_path / "few.tsv"
    data.write_text("".join(pairs_file.read_text("utf-8").splitlines(True)[:20]), "utf-8")
    assert main(["evaluate", "--json", str(translator), "--data", str(data)]) == 0
    found = json.loads(capfd.readouterr().out)
    sources, targets = zip(
        *(line.split("\t") for line in data.read_text("utf-8").splitlines()), strict=True
    )
    assert found["copy_bleu"] == metrics.translation_scores(sources, targets, "13a")["bleu"]
    translating = seqzoo.load(translator).translating
    words = naive.WordForWord.load(
        translator / naive.FILE, (len(translating.source), len(translating.target))
    )
    texts = [words(each, translating.source, translating.target) for each in sources]
    scores = metrics.translation_scores(texts, targets, "13a")
    assert found["word_for_word_bleu"] == scores["bleu"]
    assert words("one four.", translating.source, translating.target) == "eins vier."
    assert "Zzz" in words("one Zzz.", translating.source, translating.target)
    older = shutil.copytree(translator, tmp_path / "older")
    (older / naive.FILE).unlink()
    manifest = read_json(older / "manifest.json")
    del manifest["sha256"][naive.FILE]
    (older / "manifest.json").write_text(json.dumps(manifest))
    assert main(["evaluate", "--json", str(older), "--data", str(data)]) == 0
    assert json.loads(capfd.readouterr().out)["word_for_word"] == naive.NONE_KEPT


@pytest.mark.parametrize(
    "content",
    ["[]", '{"about": "x"}', '{"about": "x", "pieces": [0, 1]}', '{"about": "x", "pieces": [0, 1, 9]}',
     '{"about": "x", "pieces": [0, 1, true]}', '{"about": 3, "pieces": [0, 1, 2]}'],
)  # fmt: skip
def test_a_damaged_file_is_refused(tmp_path, content):
    (tmp_path / "w.json").write_text(content)
    with pytest.raises(InputError, match=r"expected a target piece for each of 3|about"):
        naive.WordForWord.load(tmp_path / "w.json", (3, 9))
