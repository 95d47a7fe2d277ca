"""The finished models, found by name."""

import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

import seqzoo
from seqzoo import InputError, zoo
from seqzoo.artifact import finished
from seqzoo.datasets.audio.sounds import read_sound
from seqzoo.zoo import pretrained


def test_unknown_models_are_refused():
    with pytest.raises(InputError, match=r"no such folder either.*got 'sentimnt'"):
        seqzoo.load("sentimnt")


ZOO = {  # name -> MB at most, a text, a part of its answer
    "sentiment-imdb": (12, "A wonderful, moving film with superb acting.", ("label", "positive")),
    "sentiment-zh": (2, "质量很好，物流很快。", ("label", "positive")),
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
    "verse-tang": (6, "春江花月", ("tokens", list("春江花月"))),
    "lm-ptb-small": (10, "the company said", ("tokens", ["the", "company", "said", "</s>"])),
    "translation-en-de": (
        8, "A man is riding a horse.", ("translation", "Ein Mann reitet auf einem Pferd.")
    ),
    "translation-bible": (
        10, "I am the light of the world.", ("translation", "我は世の光なり。")
    ),
}  # fmt: skip


SHARED = Path(__file__).parents[2] / "shared/data"
SOUNDS = {"speech-an4": 6, "speech-an4-streaming": 6}  # name -> MB at most
DRAWINGS = {"handwriting-kanji": 6, "structure-hanzi": 5}


def test_the_zoo_works_as_it_comes():
    assert set(pretrained()) == set(ZOO) | set(SOUNDS) | set(DRAWINGS)
    for name, (size, text, (key, expected)) in ZOO.items():
        folder = pretrained()[name]
        assert sum(path.stat().st_size for path in folder.iterdir()) < size * 1e6
        assert seqzoo.load(name).predict([text])[0][key] == expected
    dull = seqzoo.load("sentiment-imdb").predict(
        ["Dull, badly written and a waste of time."]
    )
    assert dull[0]["label"] == "negative"


def test_the_models_of_sounds_work_as_they_come():
    for name, size in SOUNDS.items():
        folder = pretrained()[name]
        assert sum(path.stat().st_size for path in folder.iterdir()) < size * 1e6
        assert (folder / "LICENSE").exists()
        model = seqzoo.load(name)
        (answer,) = model.predict(model.samples(1, 40))
        assert set(answer) == {"transcript", "words"}


def test_the_models_of_drawings_work_as_they_come():
    for name, size in DRAWINGS.items():
        folder = pretrained()[name]
        assert sum(path.stat().st_size for path in folder.iterdir()) < size * 1e6
        assert "CC BY-SA" in (folder / "LICENSE").read_text("utf-8")
        assert "CC BY-SA" in (folder / "README.md").read_text("utf-8")


def box(left, top, right, bottom):
    return [
        (left, top, right, top),
        (left, top, left, bottom),
        (right, top, right, bottom),
        (left, bottom, right, bottom),
    ]


def tree(left, top, right, bottom):
    middle, bar = (left + right) // 2, top + (bottom - top) // 3
    branches = [(middle, bar, side, bottom - 8) for side in (left, right)]
    return [(left, bar, right, bar), (middle, top, middle, bottom), *branches]


def test_the_model_of_structures_cuts_characters_that_it_is_shown():
    model = seqzoo.load("structure-hanzi")
    drawings = {
        "⿱口口": box(35, 15, 75, 48) + box(28, 60, 82, 95),
        "⿰木木": tree(12, 15, 50, 95) + tree(58, 15, 98, 95),
        "⿴囗木": box(20, 15, 88, 95) + tree(32, 28, 76, 88),
    }
    for expected, lines in drawings.items():
        image = Image.new("RGB", (109, 109), "white")
        for line in lines:
            ImageDraw.Draw(image).line(line, fill="black", width=3)
        (answer,) = model.predict([np.asarray(image)], alignments=True)
        assert answer["caption"] == expected
        assert len(answer["tokens"]) == len(answer["alignments"]) == 4


def test_the_model_of_characters_draws_strokes_as_they_are_written():
    model = seqzoo.load("handwriting-kanji")
    learning, three = (model.write(text, seed=1, bias=2.0) for text in ("学", "三"))
    assert (len(learning.strokes), len(three.strokes)) == (8, 3)
    for stroke in three.strokes:
        across, down = np.abs(stroke[-1] - stroke[0])
        assert across > 2 * down  # level strokes
    with pytest.raises(
        InputError, match="text: '习': expected one of the 6,703 characters"
    ):
        model.write("学习")


@pytest.mark.skipif(not (SHARED / "an4").exists(), reason="AN4 is not here")
def test_the_recognizer_hears_what_was_said():
    sound = SHARED / "an4" / "wav" / "an104-mrcb-b.wav"
    answer = seqzoo.load("speech-an4").predict(sound)
    assert answer["transcript"] == "start"
    (word,) = answer["words"]
    assert word["confidence"] > 0.8 and 0 <= word["start"] < word["end"] < 1


@pytest.mark.skipif(not (SHARED / "an4").exists(), reason="AN4 is not here")
def test_the_streaming_recognizer_hears_it_piece_by_piece():
    sound = read_sound(SHARED / "an4" / "wav" / "an104-mrcb-b.wav")
    stream = seqzoo.load("speech-an4-streaming").stream()
    for piece in np.split(sound.samples, range(1600, len(sound.samples), 1600)):
        stream.feed(piece)
    assert stream.finish()["transcript"] == "start"


PACKAGE = Path(seqzoo.__file__).parents[1] / "packages" / "models" / "seqzoo_models"


@pytest.fixture
def more_models(trained, tmp_path, monkeypatch):
    """The folder of an installed `seqzoo-models` with one model, `tiny`."""
    package = tmp_path / "seqzoo_models"
    shutil.copytree(trained, package / "pretrained" / "tiny")
    shutil.copyfile(PACKAGE / "__init__.py", package / "__init__.py")
    monkeypatch.syspath_prepend(str(tmp_path))
    return package / "pretrained"


def test_models_of_another_package_are_found_without_importing_it(more_models):
    assert pretrained()["tiny"] == more_models / "tiny"
    assert list(pretrained()) == sorted({*ZOO, *SOUNDS, *DRAWINGS, "tiny"})
    assert seqzoo.load("tiny").predict(["a great film"])[0]["label"] == "good"
    assert "seqzoo_models" not in sys.modules


def test_a_model_of_both_packages_is_seqzoos_own(more_models):
    (more_models / "tiny").rename(more_models / "sentiment-imdb")
    assert zoo.find("sentiment-imdb") == zoo.PRETRAINED / "sentiment-imdb"


def test_a_model_whose_package_is_missing_names_the_line_for_pip(monkeypatch):
    monkeypatch.setattr(finished, "IN_SEQZOO_MODELS", ("large",))
    with pytest.raises(InputError, match=r"model large: .*: pip install seqzoo-models$"):
        seqzoo.load("large")


def test_a_folder_that_only_has_the_packages_name_is_none(tmp_path, monkeypatch):
    (tmp_path / "seqzoo_models").mkdir()
    monkeypatch.syspath_prepend(str(tmp_path))
    assert set(pretrained()) == set(ZOO) | set(SOUNDS) | set(DRAWINGS)


def test_the_list_of_models_elsewhere_is_what_lies_there():
    there = {path.name for path in (PACKAGE / "pretrained").iterdir() if path.is_dir()}
    assert there == set(zoo.IN_SEQZOO_MODELS)
    assert not there & {path.name for path in zoo.PRETRAINED.iterdir()}
