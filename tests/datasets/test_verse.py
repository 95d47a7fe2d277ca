"""Chinese verse from every kind of file, and in parts that share no line."""

import gzip
import json
import sys
import types

import pytest

from seqzoo.datasets.verse import parts, reading, simplified
from seqzoo.datasets.verse.poem import Poem, lines_of
from seqzoo.errors import InputError

LINES = ("床前明月光", "疑是地上霜", "举头望明月", "低头思故乡")
TEXT = "床前明月光，疑是地上霜。举头望明月，低头思故乡。"


def poems(path, content, **given):
    path.write_text(content, "utf-8")
    return list(reading.read(path, **given))


def test_the_collection_is_read_with_its_dynasty(tmp_path):
    entries = [
        {"title": "静夜思", "author": "李白", "paragraphs": [TEXT[:12], TEXT[12:]]},
        {
            "rhythmic": "如梦令",
            "author": "某",
            "paragraphs": ["常记溪亭日暮，沉醉不知归路。"],
        },
        {"title": "阙", "author": "某", "paragraphs": ["□□明月光，疑是地上霜。"]},
    ]
    found = poems(tmp_path / "poet.tang.0.json", json.dumps(entries))
    assert found[0] == Poem(
        LINES, "静夜思", "李白", "Tang", f"{tmp_path}/poet.tang.0.json:1"
    )
    assert found[0].form == "4x5"
    assert found[1].title == "如梦令" and found[1].form == "2x6"
    assert len(found) == 2  # a gap is no character


def test_json_lines_of_both_kinds_are_read(tmp_path):
    ours = {
        "dynasty": "Tang",
        "author": "李白",
        "title": "静夜思",
        "form": "4x5",
        "lines": LINES,
    }
    ccpc = {"dynasty": "song", "author": "某", "content": "|".join(LINES), "title": "其一"}
    path = tmp_path / "two.jsonl.gz"
    text = "\n".join(json.dumps(each, ensure_ascii=False) for each in (ours, ccpc))
    path.write_bytes(gzip.compress(text.encode()))
    first, second = reading.read(path)
    assert first.lines == second.lines == LINES
    assert (first.dynasty, second.dynasty) == ("Tang", "Song")
    assert second.source == f"{path}:2"


def test_fortunes_lose_their_colours(tmp_path):
    content = "\x1b[32m《静夜思・其一》\x1b[m\n\x1b[33m作者：李白（701-762）\x1b[m\n"
    content += f"{TEXT[:12]}\n{TEXT[12:]}\n%\n"
    content += "\x1b[32m《古》二首\x1b[m\n\x1b[33m作者:某\x1b[m\n明月光，地上霜。\n%\n"
    first, second = poems(tmp_path / "tang300", content)
    assert (first.lines, first.title, first.author) == (LINES, "静夜思・其一", "李白")
    assert first.dynasty == "Tang"
    assert (second.title, second.form) == ("古 二首", "2x3")


def test_plain_text_has_a_poem_a_line(tmp_path):
    content = f"静夜思:{TEXT}\n\n{TEXT}\nno verse at all\n"
    first, second = poems(tmp_path / "tangshi.txt", content)
    assert (first.title, first.lines) == ("静夜思", LINES)
    assert (second.title, second.lines) == ("", LINES)


def test_remarks_and_quotation_marks_are_left_out():
    assert lines_of(["“床前明月光（一作看月光），疑是地上霜”。"]) == LINES[:2]
    assert lines_of(["床前明月光，ABC"]) == ()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[1, 2", "expected a JSON array of poems"),
        ("[1]", "entry 1: expected an object with lines or paragraphs or content"),
        ('{"lines": 1}', "line 1: lines: expected text, or a list of texts"),
        ('{"lines": ["a"]}\n{"lines"', ":2: expected a JSON object"),
    ],
)
def test_what_is_no_verse_is_refused_with_its_place(tmp_path, content, message):
    with pytest.raises(InputError, match=message):
        poems(tmp_path / "bad.json", content)


def made(number):
    """A quatrain that no other number has a line of."""
    return [
        chr(0x4E00 + number) + line
        for line in ("前明月光", "是地上霜", "头望明月", "头思故乡")
    ]


def write(path, every):
    rows = [
        json.dumps({"lines": lines, "title": "题"}, ensure_ascii=False) for lines in every
    ]
    path.write_text("\n".join(rows), "utf-8")


def test_parts_follow_names_and_no_line_is_shared(tmp_path, capsys):
    shared = [*made(3)[:3], "一二三四五"]
    write(tmp_path / "tang.jsonl", [made(1), made(2), made(2), shared])
    write(tmp_path / "song.jsonl", [made(7)])
    write(tmp_path / "ccpc_valid_v1.json", [made(3), ["一二三", "四五六"]])
    write(tmp_path / "ccpc_test_v1.json", [made(4)])
    splits = parts.opened(tmp_path, parts.Asked(pattern="tang*"))
    assert [list(poem.lines) for poem in splits.train()] == [made(1), made(2)]
    assert [list(poem.lines) for poem in splits.validation()] == [made(3)]
    assert [list(poem.lines) for poem in splits.test()] == [made(4)]
    said = capsys.readouterr().out
    assert "1 poems share a line with a held-out one" in said
    assert "train: 3 poems; left out: 0 of other forms, 1 repeats" in said
    assert "validation: 1 poems; left out: 1 of other forms" in said


def test_a_single_file_is_dealt_out(tmp_path):
    write(tmp_path / "all.jsonl", [made(number) for number in range(200)])
    asked = parts.Asked(validation=0.2, test=0.1)
    splits = parts.opened(tmp_path / "all.jsonl", asked)
    every = [
        [poem.text for poem in part()]
        for part in (splits.train, splits.validation, splits.test)
    ]
    assert sum(map(len, every)) == len({text for part in every for text in part}) == 200
    assert 120 < len(every[0]) < 160 and 20 < len(every[1]) < 60


def test_files_without_a_poem_are_refused(tmp_path):
    (tmp_path / "x.txt").write_text("nothing\n", "utf-8")
    with pytest.raises(
        InputError, match="expected poems of 4x5, 4x7, 8x5, 8x7; there is none"
    ):
        list(parts.opened(tmp_path / "x.txt", parts.Asked()).train())
    with pytest.raises(InputError, match="expected files like 'y\\*' to train on"):
        parts.opened(tmp_path, parts.Asked(pattern="y*"))
    with pytest.raises(InputError, match="no such file or folder"):
        parts.opened(tmp_path / "none", parts.Asked())


def test_a_converter_is_used_where_it_is_installed(monkeypatch, tmp_path):
    package = types.ModuleType("zhconv")
    package.convert = lambda text, to: text.replace("舉", "举").replace("頭", "头")
    monkeypatch.setitem(sys.modules, "zhconv", package)
    write(tmp_path / "a.jsonl", [["床前明月光", "疑是地上霜", "舉頭望明月", "低頭思故乡"]])
    asked = parts.Asked(simplified="zhconv", validation=0, test=0)
    (poem,) = parts.opened(tmp_path / "a.jsonl", asked).train()
    assert poem.lines == LINES
    monkeypatch.setitem(sys.modules, "opencc", None)
    with pytest.raises(InputError, match=r"pip install .opencc-python-reimplemented"):
        simplified.converter("opencc")
