"""The finished models, found by name."""

import pytest

import seqzoo
from seqzoo import InputError
from seqzoo.zoo import pretrained


def test_unknown_models_are_refused():
    with pytest.raises(InputError, match=r"no such folder either.*got 'sentimnt'"):
        seqzoo.load("sentimnt")


ZOO = {  # name -> MB at most, a text, a part of its answer
    "sentiment-imdb": (12, "A wonderful, moving film with superb acting.", ("label", "positive")),
    "segmentation-peoples-daily": (
        40, "记者在莫斯科报道。", ("words", ["记者", "在", "莫斯科", "报道", "。"])
    ),
    "entities-peoples-daily": (
        12,
        "记者李明在莫斯科报道",
        ("entities", [
            {"start": 2, "end": 4, "label": "person", "text": "李明"},
            {"start": 5, "end": 8, "label": "place", "text": "莫斯科"},
        ]),
    ),
    "characters-python": (4, "def f():", ("tokens", list("def f():"))),
    "lm-ptb-small": (10, "the company said", ("tokens", ["the", "company", "said", "</s>"])),
    "translation-en-de": (
        8, "A man is riding a horse.", ("translation", "Ein Mann reitet auf einem Pferd.")
    ),
    "translation-bible": (
        10, "I am the light of the world.", ("translation", "我は世の光なり。")
    ),
}  # fmt: skip


def test_the_zoo_works_as_it_comes():
    assert set(pretrained()) == set(ZOO)
    for name, (size, text, (key, expected)) in ZOO.items():
        folder = pretrained()[name]
        assert sum(path.stat().st_size for path in folder.iterdir()) < size * 1e6
        assert seqzoo.load(name).predict([text])[0][key] == expected
    dull = seqzoo.load("sentiment-imdb").predict(
        ["Dull, badly written and a waste of time."]
    )
    assert dull[0]["label"] == "negative"
