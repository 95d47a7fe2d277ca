"""Characters with their components, and characters held out whose components were seen."""

import importlib.metadata
from collections import Counter

import numpy as np
import pytest

from seqzoo import InputError
from seqzoo.datasets.strokes import kanjivg
from seqzoo.datasets.strokes.drawing import Drawing
from seqzoo.datasets.strokes.reading import read_one
from seqzoo.datasets.strokes.unseen import split_unseen

# In the form of KanjiVG's files, drawn for this test.
FILE = """<!DOCTYPE svg [<!ATTLIST g kvg:element CDATA #IMPLIED>]>
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 109 109" xmlns:kvg="https://kanjivg.tagaini.net/">
<g id="kvg:StrokePaths_060f3"><g id="kvg:060f3" kvg:element="想">
 <g kvg:element="相" kvg:position="top">
  <g kvg:element="木" kvg:position="left"><path kvg:type="㇐" d="M10,10h30"/></g>
  <g kvg:element="目" kvg:position="right" kvg:part="1"><path d="M50,10v30"/></g>
  <path kvg:type="㇑a" d="M54.5,54.5l1,0"/><path d="M60,60l1,0"/></g>
 <g kvg:element="心" kvg:position="bottom"><path d="M20,80c5,5,10,5,20,0"/></g>
</g></g>
<g id="kvg:StrokeNumbers_060f3"><text>1</text></g></svg>"""


def character(folder, content=FILE, name="060f3.svg"):
    path = folder / name
    path.write_text(content, "utf-8")
    return path


def test_a_character_has_strokes_from_the_box_s_middle_and_components(tmp_path):
    drawing = kanjivg.read_character(character(tmp_path))
    assert drawing.name == "想"
    expected = "top left 木 right 目/1 ㇑ stroke ) bottom 心"
    assert " ".join(drawing.text) == expected
    assert len(drawing.strokes) == 5 == drawing.points[:, 2].sum()
    np.testing.assert_allclose(drawing.points[0], [-44.5, -44.5, 0])
    np.testing.assert_array_equal(read_one(character(tmp_path), 1.0).points, drawing.points)


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        (FILE, "moon.svg", r"moon\.svg: expected a code point in hexadecimal as the name"),
        (FILE, "fffffff.svg", r"fffffff\.svg: expected a code point"),
        (
            "<svg/>",
            "060f3.svg",
            r"060f3\.svg: expected an element g with an id kvg:StrokePaths",
        ),
    ],
)
def test_files_of_another_form_are_refused(content, name, message, tmp_path):
    with pytest.raises(InputError, match=message):
        kanjivg.read_character(character(tmp_path, content, name))


def test_without_the_package_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setattr(kanjivg, "PACKAGE", "kanjivg-that-is-not-there")
    with pytest.raises(InputError, match=r'pip install "seqzoo\[strokes\]"$'):
        next(kanjivg.characters())


def drawings(count=400):
    """Names of one to three of thirty tokens, some of them rare."""
    random = np.random.default_rng(0)
    shares = 1 / np.arange(1, 31)
    shares /= shares.sum()
    points = np.zeros((1, 3), np.float32)
    for number in range(count):
        text = random.choice(30, random.integers(1, 4), p=shares)
        yield Drawing(points, "x", tuple(f"t{t}" for t in text), f"n{number}")


def test_what_is_held_out_has_only_tokens_that_are_kept():
    every = list(drawings())
    parts = split_unseen(every, 0.1, 0.1, seed=1)
    assert [len(part) for part in parts] == [320, 40, 40]
    assert {d.name for part in parts for d in part} == {d.name for d in every}
    kept = Counter(token for d in parts.train for token in set(d.text))
    for drawing in parts.validation + parts.test:
        assert len(drawing.text) > 1 and min(kept[t] for t in drawing.text) >= 3
    again = split_unseen(every, 0.1, 0.1, seed=1)
    assert [d.name for d in again.test] == [d.name for d in parts.test]
    other = split_unseen(every, 0.1, 0.1, seed=2)
    assert [d.name for d in other.test] != [d.name for d in parts.test]


def test_shares_that_leave_nothing_are_refused():
    every = list(drawings(50))
    for shares in ((0.0, 0.1), (0.6, 0.5)):
        with pytest.raises(InputError, match=r"^validation, test: expected shares above 0"):
            split_unseen(every, *shares, seed=0)
    with pytest.raises(
        InputError, match=r"^test: none of 2 drawings has only tokens that 3"
    ):
        split_unseen(every[:2], 0.4, 0.4, seed=0)


def installed():
    try:
        return importlib.metadata.version("kanjivg")
    except importlib.metadata.PackageNotFoundError:
        return None


@pytest.mark.slow  # reads all 6,703 files
@pytest.mark.skipif(installed() is None, reason="needs the extra strokes")
def test_every_character_of_the_package_is_read():
    found = list(kanjivg.characters())
    assert len(found) == 6703 == len({each.name for each in found})
    assert all(each.text for each in found)
    by_name = {each.name: each for each in found}
    assert by_name["江"].text == ("left", "氵", "right", "工")
    assert by_name["江"].points[:, 2].sum() == 6 and "习" not in by_name
