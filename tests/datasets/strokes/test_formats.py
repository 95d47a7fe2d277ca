"""Arrays, IAM-OnDB's lines, InkML, and how a file's format is known."""

import numpy as np
import pytest

from seqzoo import InputError
from seqzoo.datasets.strokes.drawing import Drawing, from_strokes
from seqzoo.datasets.strokes.offsets import read_npz, write_npz
from seqzoo.datasets.strokes.reading import read, read_one

ROWS = np.array([[0, 0, 0], [1, 2, 1], [3, -1, 0], [0, 1, 1]], np.float32)


def test_arrays_are_written_and_read_again(tmp_path):
    path = tmp_path / "a.npz"
    drawings = [Drawing(ROWS, "x", ("a", "b")), Drawing(ROWS[:2], "y")]
    write_npz(path, {"train": drawings, "validation": drawings[:1], "test": []})
    found = read_npz(path)
    assert [len(found[part]) for part in ("train", "validation", "test")] == [2, 1, 0]
    for ours, theirs in zip(found["train"], drawings, strict=True):
        np.testing.assert_array_equal(ours.points, theirs.points)
        assert ours.text == theirs.text
    assert found["train"][1].where == f"{path}: train[1]"


def test_a_file_of_one_drawing_has_points(tmp_path):
    np.savez(tmp_path / "a.npz", points=ROWS.astype(np.int16))
    np.testing.assert_array_equal(read_one(tmp_path / "a.npz").points, ROWS)


class Trap:
    """What unpickling would run."""

    def __reduce__(self):
        return (pytest.fail, ("it was unpickled",))


def objects(*rows):
    array = np.empty(len(rows), object)
    array[:] = rows
    return array


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        (
            {"train": objects(Trap(), Trap())},
            r"array train: made of Python objects, which are never",
        ),
        ({"train": ROWS}, r"train: expected an array train_lengths beside it$"),
        (
            {"train": ROWS, "train_lengths": [3]},
            r"train_lengths: expected whole numbers .*add up to 4",
        ),
        (
            {"train": ROWS, "train_lengths": [4, 0]},
            r"train_lengths: expected whole numbers above 0",
        ),
        (
            {"train": ROWS, "train_lengths": [2.0, 2.0]},
            r"train_lengths: expected whole numbers",
        ),
        (
            {"train": ROWS[:, :2], "train_lengths": [4]},
            r"train\[0\]: expected numbers \(points, 3\)",
        ),
        (
            {"train": ROWS * 2, "train_lengths": [2, 2]},
            r"train\[0\]: point 1: .* pen of 0 or 1",
        ),
        (
            {"train": ROWS, "train_lengths": [2, 2], "train_texts": ["a"]},
            r"train_texts: expected strings \(2,\); got <U1 \(1,\)$",
        ),
        ({"points": ROWS, "labels": [1]}, r"array labels: expected one of points, test"),
        ({}, r"expected an array train, valid, test or points; got none$"),
    ],
)
def test_other_arrays_are_refused_by_name(arrays, message, tmp_path):
    np.savez(tmp_path / "a.npz", **arrays)
    with pytest.raises(InputError, match=rf"a\.npz: {message}"):
        read_npz(tmp_path / "a.npz")


def test_what_is_no_archive_or_too_large_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "a.npz"
    path.write_bytes(b"no archive")
    with pytest.raises(InputError, match=r"a\.npz: expected a \.npz file of arrays: "):
        read_npz(path)
    np.savez(path, points=ROWS)
    damaged = bytearray(path.read_bytes())
    damaged[100] ^= 255
    path.write_bytes(damaged)
    with pytest.raises(InputError, match=r"a\.npz: expected a \.npz file of arrays: "):
        read_npz(path)
    np.savez(path, points=ROWS)
    monkeypatch.setattr("seqzoo.datasets.strokes.offsets.MOST_BYTES", 10)
    with pytest.raises(InputError, match=r"a\.npz: expected at most 10 bytes of arrays"):
        read_npz(path)


LINE = """<?xml version="1.0" encoding="ISO-8859-1"?>
<WhiteboardCaptureSession>
<WhiteboardDescription><DiagonallyOppositeCoords x="6512" y="1376"/></WhiteboardDescription>
<StrokeSet>
<Stroke colour="black"><Point x="10" y="20" time="0.1"/>
<Point x="14" y="23" time="0.2"/></Stroke>
<Stroke><Point x="30" y="20"/></Stroke>
</StrokeSet></WhiteboardCaptureSession>"""


def iam(folder, line=LINE, text="OCR:\n\nx\n\nCSR:\n\nA move to stop\nnominating\n"):
    path = folder / "lineStrokes/a01/a01-000/a01-000u-02.xml"
    path.parent.mkdir(parents=True)
    path.write_text(line, "latin-1")
    if text is not None:
        file = folder / "ascii/a01/a01-000/a01-000u.txt"
        file.parent.mkdir(parents=True)
        file.write_text(text)
    return path


def test_a_line_of_iam_has_strokes_and_transcript(tmp_path):
    path = iam(tmp_path)
    drawing = read_one(path)
    expected = [[0, 0, 0], [4, 3, 1], [16, -3, 1]]
    np.testing.assert_array_equal(drawing.points, expected)
    assert "".join(drawing.text) == "nominating" and drawing.where == str(path)
    (again,) = read(tmp_path)["train"]  # the whole database, transcripts beside
    np.testing.assert_array_equal(again.points, expected)


def test_without_transcripts_a_line_has_no_text(tmp_path):
    assert read_one(iam(tmp_path, text=None)).text == ()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"line": "<ink/>"}, r"-02\.xml:1: expected an element WhiteboardCaptureSession"),
        (
            {"line": LINE.replace('y="23"', "")},
            r"-02\.xml:6: Point: expected numbers x and y",
        ),
        (
            {"line": LINE.replace("StrokeSet", "Set")},
            r"-02\.xml: expected one element StrokeSet",
        ),
        ({"text": "CSR:\n\none\n"}, r"a01-000u\.txt: expected a line 02; got 1 lines$"),
        ({"text": "one\n"}, r"a01-000u\.txt: expected a line CSR:; got none$"),
    ],
)
def test_other_lines_are_refused(given, message, tmp_path):
    with pytest.raises(InputError, match=message):
        read_one(iam(tmp_path, **given))


def ink(folder, *traces, before=""):
    path = folder / "a.inkml"
    each = "\n".join(f"<trace>{trace}</trace>" for trace in traces)
    head = '<ink xmlns="http://www.w3.org/2003/InkML">'
    path.write_text(f"{head}{before}<traceGroup>\n{each}</traceGroup></ink>")
    return path


def test_ink_has_traces_and_its_truth(tmp_path):
    truth = '<annotation type="truth"> $x$ </annotation>'
    drawing = read_one(ink(tmp_path, "10 0, 9 14,8 28", "5.5 1e1", before=truth))
    expected = [[(0, 0), (-1, 14), (-2, 28)], [(-4.5, 10)]]
    assert [list(map(tuple, s.tolist())) for s in drawing.strokes] == expected
    assert "".join(drawing.text) == "$x$"


def test_differences_of_ink_are_added_up(tmp_path):
    """The specification's own example, 3.2.1, worked out by hand."""
    trace = "1125 18432,'23'43,\"7\"-8,3-5,7 -3,6 2,6 8,3 6 ,* 4"
    drawing = read_one(ink(tmp_path, trace))
    x = np.cumsum([1125, 23, 30, 33, 40, 46, 52, 55])
    y = np.cumsum([18432, 43, 35, 30, 27, 29, 37, 43])
    (stroke,) = drawing.strokes
    np.testing.assert_allclose(stroke[:8, 0], x - 1125)
    np.testing.assert_allclose(stroke[:8, 1], y - 18432)
    assert stroke[8, 0] == stroke[7, 0]  # `*`: as before


def test_channels_say_where_x_and_y_stand(tmp_path):
    channels = '<traceFormat><channel name="T"/><channel name="Y"/><channel name="X"/></traceFormat>'
    drawing = read_one(ink(tmp_path, "0 1 2, 9 5 4", before=channels))
    np.testing.assert_array_equal(drawing.strokes[0], [[0, 0], [2, 4]])


@pytest.mark.parametrize(
    ("traces", "before", "message"),
    [
        (["1 2, a b"], "", r"a\.inkml:2: trace: expected numbers, with .*got 'a b'$"),
        (["1 2", "1 2, 3"], "", r"a\.inkml:3: trace: point 1: expected 2 values; got 1$"),
        (["1, 2"], "", r"a\.inkml:2: trace: expected 2 values a point, or more$"),
        ([], "", r"a\.inkml: expected a stroke; got none$"),
        (
            ["1 2"],
            '<traceFormat><channel name="X"/></traceFormat>',
            r"a\.inkml:1: traceFormat: expected one order of channels with X and Y; got X$",
        ),
    ],
)
def test_other_ink_is_refused_with_its_line(traces, before, message, tmp_path):
    with pytest.raises(InputError, match=message):
        read_one(ink(tmp_path, *traces, before=before))


def test_other_endings_and_places_are_refused(tmp_path):
    (tmp_path / "a.txt").write_text("x")
    with pytest.raises(InputError, match=r"a\.txt: ending: expected one of \.inkml, \.npz"):
        read(tmp_path / "a.txt")
    with pytest.raises(InputError, match=r"none: no such file or folder$"):
        read(tmp_path / "none")
    with pytest.raises(InputError, match=r"expected files \*\.svg, \*\.inkml, \*\.xml"):
        read(tmp_path)
    write_npz(tmp_path / "a.npz", {"train": [from_strokes([ROWS[:, :2]], "x")] * 2})
    with pytest.raises(InputError, match=r"a\.npz: expected one drawing; got 2$"):
        read_one(tmp_path / "a.npz")
