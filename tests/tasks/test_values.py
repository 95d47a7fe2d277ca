"""Values that Python hands to a model, and files that are not what they claim."""

import io
import struct

import numpy as np
import pytest
from PIL import Image

from seqzoo import InputError
from seqzoo.tasks import values
from seqzoo.tasks.inputs import KINDS, Audio
from tests.tasks.outside import made

SAMPLES = np.zeros((4, 2), np.float32)
PICTURE = np.zeros((2, 3, 1), np.uint8)


@pytest.mark.parametrize(
    "kind, value",
    [
        ("text", "a"),
        ("json", {"a": [1]}),
        ("audio", Audio(SAMPLES, 8000)),
        ("image", PICTURE),
    ],
)
def test_what_is_of_a_kind_stays_as_it_is(kind, value):
    assert values.checked(value, (kind,), "x") is value


def test_lists_of_numbers_become_arrays():
    table = values.checked([[1, 2], [3, 4]], ("table",), "x")
    assert (table.dtype, table.shape) == (np.float32, (2, 2))
    strokes = values.checked([[[0, 1], [2, 3]], np.ones((3, 2))], ("strokes",), "x")
    assert [stroke.shape for stroke in strokes] == [(2, 2), (3, 2)]


@pytest.mark.parametrize(
    "reads, value, message",
    [
        (("audio",), SAMPLES, "expected audio, an Audio; got ndarray"),
        (("audio",), Audio([0.5], 8000), "expected audio, an Audio"),
        (("audio",), Audio(SAMPLES[:, 0], 8000), r"float32 \(samples, channels\); got float32 \(4,\)"),
        (("audio",), Audio(SAMPLES.astype(int), 8000), "got int64"),
        (("audio",), Audio(SAMPLES[:0], 8000), "got float32"),
        (("audio",), Audio(SAMPLES, 0), "a rate above 0; got 0"),
        (("image",), PICTURE[0], r"uint8 \(height, width, channels\); got uint8 \(3, 1\)"),
        (("image",), PICTURE.astype(float), "got float64"),
        (("image", "audio"), "a", "expected image, .*; got str; give .*; or .*expected audio, .*; got str"),
        (("table",), "a", "expected a list of rows of numbers"),
        (("strokes",), PICTURE, "expected a list of strokes"),
        (("text",), b"a", "expected a string; got bytes"),
    ],
)  # fmt: skip
def test_what_is_of_another_kind_is_refused_with_its_place(reads, value, message):
    with pytest.raises(InputError, match=rf"^inputs\[2\]: .*{message}"):
        values.checked(value, reads, "inputs[2]")


def test_a_path_stands_for_what_is_in_the_file(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("1,2\n")
    assert values.opened(path, ("table",)).tolist() == [[1, 2]]
    assert values.opened("a.csv", ("text",)) == "a.csv"
    with pytest.raises(InputError, match=r"a\.csv: expected audio \(\.wav, .*, \.jsonl\)"):
        values.opened(path, ("audio",))
    with pytest.raises(InputError, match=r"a\.csv: expected a file of one input"):
        values.opened(path, ("text",))


@pytest.mark.parametrize(
    "at, form, value, message",
    [
        (
            40,
            "<I",
            2**30,
            "the file ends early: expected 1,073,741,824 bytes of samples; got 160",
        ),
        (
            34,
            "<H",
            64,
            "expected samples of 8, 16, 24 or 32 bits, or floats of 32 or 64; got 64 bits",
        ),
        (24, "<I", 0, "expected a rate from 8000 to 48000 hertz; got 0"),
        (22, "<H", 0, "expected samples of 8, 16, .*; got 16 bits, 0 channels"),
        (20, "<H", 3, "expected samples of 8, .* or floats of 32 or 64; got 16 bits"),
        (22, "<H", 3, "expected samples of .*; got 16 bits, 3 channels"),
    ],
)
def test_a_wav_header_that_cannot_be_meant_is_refused(at, form, value, message):
    content = bytearray(made.wav(0.01))
    struct.pack_into(form, content, at, value)
    with pytest.raises(InputError, match=f"^a.wav: {message}"):
        KINDS["audio"].from_bytes(bytes(content), "a.wav")


def test_a_wav_file_that_was_cut_off_is_refused():
    content = made.wav(0.01)
    with pytest.raises(
        InputError, match="the file ends early: expected 160 bytes of samples; got 150"
    ):
        KINDS["audio"].from_bytes(content[:-10], "a.wav")


def test_pictures_of_16_bits_keep_their_greys():
    greys = np.array([[0, 256, 32768, 65535]], np.uint16)
    content = io.BytesIO()
    Image.fromarray(greys).save(content, "PNG")
    found = KINDS["image"].from_bytes(content.getvalue(), "a.png")
    assert found[:, :, 0].tolist() == [[0, 1, 128, 255]]
