"""Flickr8k's layout, COCO's JSON, tables of captions: what they hold, and errors that name the line."""

import json

import pytest
from PIL import Image

from seqzoo import InputError
from seqzoo.datasets.pictures.reading import alone, read

COLOURS = {"a.png": (255, 0, 0), "b.png": (0, 255, 0), "c.jpg": (0, 0, 255)}


def save(folder):
    folder.mkdir(parents=True, exist_ok=True)
    for name, colour in COLOURS.items():
        Image.new("RGB", (4, 3), colour).save(folder / name)
    return folder


def said(pictures):
    return [each.captions for each in pictures]


def test_rows_of_one_path_are_captions_of_one_picture(tmp_path):
    save(tmp_path / "images")
    (tmp_path / "t.tsv").write_text(
        "caption\tpath\nred  thing\ta.png\nleaf\tb.png\nfire\ta.png\n"
    )
    (first, second) = read(tmp_path / "t.tsv")["train"]
    assert said([first, second]) == [("red thing", "fire"), ("leaf",)]
    assert first.read()[0, 0].tolist() == [255, 0, 0]
    assert first.where.startswith(f"{tmp_path / 't.tsv'}:2: ")


def test_two_columns_alone_need_no_header(tmp_path):
    save(tmp_path)
    (tmp_path / "t.tsv").write_text("a.png\tred\nb.png\tgreen\n")
    assert said(read(tmp_path / "t.tsv")["train"]) == [("red",), ("green",)]


def test_a_folder_has_a_table_a_part(tmp_path):
    save(tmp_path)
    (tmp_path / "train.tsv").write_text("path\tcaption\na.png\tred\n")
    (tmp_path / "test.csv").write_text("path,caption\nb.png,green\n")
    found = read(tmp_path)
    assert {part: said(each) for part, each in found.items()} == {
        "train": [("red",)],
        "test": [("green",)],
    }


def test_flickr_as_it_was_published(tmp_path):
    save(tmp_path / "Flicker8k_Dataset")
    (tmp_path / "Flickr8k.token.txt").write_text(
        "a.png#0\tA red thing .\na.png#1\tRed .\nb.png#0\tGreen .\nc.jpg#0\tBlue .\n"
    )
    (tmp_path / "Flickr8k.lemma.token.txt").write_text("a.png#0\tno\n")
    for part, name in (("train", "a.png"), ("dev", "b.png"), ("test", "c.jpg")):
        (tmp_path / f"Flickr_8k.{part}Images.txt").write_text(f"{name}\n")
    found = read(tmp_path)
    assert {part: said(each) for part, each in found.items()} == {
        "train": [("A red thing .", "Red .")],
        "validation": [("Green .",)],
        "test": [("Blue .",)],
    }
    assert found["test"][0].read()[0, 0, 2] > 200


def test_flickr_as_others_pass_it_on(tmp_path):
    save(tmp_path / "Images")
    (tmp_path / "captions.txt").write_text(
        'image,caption\na.png,"A red, flat thing ."\na.png,Red , flat\nb.png,Green\n'
    )
    (first, second) = read(tmp_path)["train"]
    assert said([first, second]) == [("A red, flat thing .", "Red , flat"), ("Green",)]


def coco(captions, ids=None):
    images = [{"id": n, "file_name": name} for n, name in enumerate(COLOURS, 7)]
    annotations = [
        {"image_id": (ids or {}).get(n, 7 + n % 3), "caption": text}
        for n, text in enumerate(captions)
    ]
    return json.dumps({"images": images, "annotations": annotations})


def test_coco(tmp_path):
    save(tmp_path / "train2017")
    save(tmp_path / "val2017")
    notes = tmp_path / "annotations"
    notes.mkdir()
    (notes / "captions_train2017.json").write_text(coco(["red", "green", "blue", "fire"]))
    (notes / "captions_val2017.json").write_text(coco(["red"]))
    found = read(tmp_path)
    assert said(found["train"]) == [("red", "fire"), ("green",), ("blue",)]
    assert said(found["validation"]) == [("red",)]
    one = read(notes / "captions_val2017.json")["train"]
    assert said(one) == [("red",)] and one[0].read().shape == (3, 4, 3)


def test_pictures_alone_have_no_captions(tmp_path):
    save(tmp_path / "deep" / "er")
    assert said(alone(tmp_path)) == [(), (), ()]
    assert said(alone(tmp_path / "deep" / "er" / "a.png")) == [()]
    (tmp_path / "x.txt").write_text("x")
    assert alone(tmp_path / "x.txt") == []


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("t.tsv", "", r"t\.tsv: .*empty"),
        ("t.tsv", "path\tcaption\n", r"t\.tsv: expected rows below the header"),
        ("t.tsv", "path\tcaption\na.png\t \n", r"t\.tsv:2: expected a caption; it is blank"),
        ("t.tsv", "path\tcaption\nz.png\tx\n", r"t\.tsv:2: expected a file z\.png in .*not there"),
        ("t.tsv", "path\timage\tcaption\n1\t2\t3\n", r"t\.tsv: expected one column of path"),
        ("t.tsv", "one\ttwo\tthree\n1\t2\t3\n", r"t\.tsv: expected a header with path and caption"),
        ("t.json", "[]", r't\.json: expected COCO.*a list "images"'),
        ("t.json", "{", r"t\.json: expected COCO's JSON of captions: "),
        ("t.json", coco(["x"], {0: 99}), r"annotations\[0\]: image_id 99: no such image"),
        ("t.json", coco([" "]), r"annotations\[0\]: expected a caption; it is blank"),
        ("t.json", coco([3]), r"annotations\[0\]: expected image_id and caption"),
        ("t.json", '{"images": [{"id": 1}], "annotations": []}', r"images\[0\]: expected id and file_name"),
        ("t.json", '{"images": [], "annotations": []}', r"expected captions; there is none"),
        ("t.txt", "x", r"t\.txt: expected a TSV or CSV file .*got a file ending in '\.txt'"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place(name, text, message, tmp_path):
    save(tmp_path)
    (tmp_path / name).write_text(text)
    with pytest.raises(InputError, match=message):
        read(tmp_path / name)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.token.txt", "a.png\tx\n", r"a\.token\.txt:1: expected NAME#NUMBER"),
        ("a.token.txt", "a.png#0\t \n", r"a\.token\.txt:1: expected a name and a caption"),
        ("a.token.txt", "z.png#0\tx\n", r"a\.token\.txt:1: expected a file z\.png"),
        ("captions.txt", "image,caption\na.png\n", r"captions\.txt:2: expected a name, a comma"),
        ("other.txt", "x", r"expected a TSV or CSV file .*nothing to train on in it"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_folder_is_told(name, text, message, tmp_path):
    save(tmp_path)
    (tmp_path / name).write_text(text)
    with pytest.raises(InputError, match=message):
        read(tmp_path)


def test_a_list_names_pictures_with_captions(tmp_path):
    save(tmp_path)
    (tmp_path / "a.token.txt").write_text("a.png#0\tx\n")
    (tmp_path / "trainImages.txt").write_text("a.png\nb.png\n")
    with pytest.raises(InputError, match=r"trainImages\.txt:2: b\.png: expected a picture"):
        read(tmp_path)


def test_a_damaged_picture_is_told_with_its_line(tmp_path):
    (tmp_path / "a.png").write_bytes(b"no")
    (tmp_path / "t.tsv").write_text("a.png\tx\n")
    (picture,) = read(tmp_path / "t.tsv")["train"]
    with pytest.raises(
        InputError, match=r"t\.tsv:1: .*a\.png: expected a PNG or JPEG file"
    ):
        picture.read()
