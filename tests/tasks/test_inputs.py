"""The kinds of inputs: files, JSON, and what is none of the kind that was expected."""

import base64
import io
import struct
import sys
import wave

import numpy as np
import pytest
from PIL import Image

from seqzoo import InputError
from seqzoo.errors import TooLongError
from seqzoo.tasks import inputs, reading


def wav(samples, width: int, channels: int = 1, rate: int = 8000) -> bytes:
    """Whole numbers as a WAV file."""
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate)
        file.writeframes(b"".join(struct.pack("<q", s)[:width] for s in samples))
    return content.getvalue()


@pytest.mark.parametrize(
    ("width", "samples"), [(1, [128, 255, 0]), (2, [0, 32767, -32768]), (3, [0, 2**23 - 1, -(2**23)]),
                           (4, [0, 2**31 - 1, -(2**31)])],
)  # fmt: skip
def test_sound_of_every_width_lies_between_minus_1_and_1(width, samples):
    found = inputs.KINDS["audio"].from_bytes(wav(samples, width), "a.wav")
    assert found.rate == 8000
    assert found.samples.shape == (3, 1)
    np.testing.assert_allclose(found.samples[:, 0], [0, 1, -1], atol=1 / 128)


def test_channels_stay_apart():
    found = inputs.KINDS["audio"].from_bytes(
        wav([1000, -2000, 3000, -4000], 2, channels=2), "a.wav"
    )
    np.testing.assert_allclose(found.samples * 32768, [[1000, -2000], [3000, -4000]])


@pytest.mark.parametrize(
    ("mode", "channels"), [("L", 1), ("RGB", 3), ("RGBA", 3), ("P", 3), ("1", 1)]
)
def test_pictures_are_grey_or_coloured(mode, channels):
    content = io.BytesIO()
    Image.new(mode, (5, 4)).save(content, "PNG")
    found = inputs.KINDS["image"].from_bytes(content.getvalue(), "a.png")
    assert (found.shape, found.dtype) == ((4, 5, channels), np.uint8)
    coded = base64.b64encode(content.getvalue()).decode()
    np.testing.assert_array_equal(inputs.from_json(coded, ("image",), "inputs[0]"), found)


@pytest.mark.parametrize("text", ["1,2\n3,4\n", "a;b\n1;2\n3;4\n", "1\t2\n\n3\t4"])
def test_tables_with_and_without_a_header(text):
    found = inputs.KINDS["table"].from_bytes(text.encode(), "a.csv")
    assert found.tolist() == [[1, 2], [3, 4]]
    assert found.dtype == np.float32


@pytest.mark.parametrize(
    ("kind", "value", "message"),
    [
        ("text", 3, "expected a string; got int"),
        ("text", "a\0", "a NUL character at 2"),
        ("table", [[1, 2], [3]], "rows of numbers"),
        ("table", [1, 2], r"got an array \[2\]"),
        ("table", [[float("nan")]], "finite"),
        ("audio", "not base64!", "not base64"),
        ("audio", base64.b64encode(b"RIFF").decode(), r"expected audio \(WAV, FLAC, "),
        ("audio", {"a": 1}, "bytes in base64"),
        ("image", base64.b64encode(b"GIF89a").decode(), "expected a PNG or JPEG file"),
        ("strokes", [], "a list of strokes"),
        ("strokes", [[[1, 2, 3, 4]]], "a list of strokes"),
        ("strokes", [[["x", 2]]], "a list of strokes"),
    ],
)
def test_what_is_no_such_input_is_refused_with_its_place(kind, value, message):
    with pytest.raises(InputError, match=rf"inputs\[3\].*{message}"):
        inputs.from_json(value, (kind,), "inputs[3]")


def test_strokes_have_two_or_three_numbers_a_point():
    found = inputs.from_json([[[0, 1], [2, 3]], [[4, 5]]], ("strokes",), "x")
    assert [stroke.shape for stroke in found] == [(2, 2), (1, 2)]


def test_files_are_told_by_their_ending(tmp_path):
    assert reading.kind_of_file(tmp_path / "a.WAV", ("audio",)).name == "audio"
    assert reading.kind_of_file(tmp_path / "a.jsonl", ("audio",)) is None
    assert reading.kind_of_file(tmp_path / "a.csv", ("text",)) is None  # a text a row
    for name, reads, message in (
        ("a.wav", ("text",), r"expected text \(\.jsonl\); got audio, by its ending"),
        (
            "a.txt",
            ("audio",),
            r"expected audio \(\.wav, \.flac, .*, \.jsonl\); got 'a.txt'",
        ),
        ("a.wav", ("image", "strokes"), "expected image or strokes"),
    ):
        with pytest.raises(InputError, match=message):
            reading.kind_of_file(tmp_path / name, reads)


def test_a_missing_or_huge_file_is_refused(tmp_path, monkeypatch):
    with pytest.raises(InputError, match="cannot be read"):
        reading.read_file(tmp_path / "a.wav", inputs.KINDS["audio"])
    monkeypatch.setattr(reading, "LARGEST", 3)
    (tmp_path / "b.wav").write_bytes(b"1234")
    with pytest.raises(InputError, match="4 bytes; expected 3 at most"):
        reading.read_file(tmp_path / "b.wav", inputs.KINDS["audio"])


def test_sound_of_floats_and_other_formats_is_read():
    soundfile = pytest.importorskip("soundfile")
    tone = 0.5 * np.sin(np.arange(4410) / 20)
    both = np.stack([tone, -tone], axis=1)
    for form, subtype in (("WAV", "FLOAT"), ("FLAC", None), ("OGG", None), ("MP3", None)):
        content = io.BytesIO()
        soundfile.write(content, both, 44100, format=form, subtype=subtype)
        coded = base64.b64encode(content.getvalue()).decode()
        found = inputs.from_json(coded, ("audio",), "inputs[0]")
        assert (found.rate, found.samples.shape[1]) == (44100, 2)
        np.testing.assert_allclose(found.samples[:4410].std(axis=0), tone.std(), rtol=0.1)


def test_without_soundfile_the_extra_is_named_and_wav_files_are_read(monkeypatch):
    monkeypatch.setitem(sys.modules, "soundfile", None)
    with pytest.raises(
        InputError, match=r'^a.flac: expected audio.*install "seqzoo\[audio\]"'
    ):
        inputs.KINDS["audio"].from_bytes(b"fLaC of some kind", "a.flac")
    assert inputs.KINDS["audio"].from_bytes(wav([1, 2], 2), "a.wav").samples.shape == (2, 1)


def test_sound_that_would_fill_the_memory_is_refused_before_it_is_decoded(monkeypatch):
    soundfile = pytest.importorskip("soundfile")
    content = io.BytesIO()
    soundfile.write(content, np.zeros((8000 * 30, 2)), 8000, format="FLAC")
    assert len(content.getvalue()) < 20_000
    monkeypatch.setattr(soundfile.SoundFile, "read", None)
    for data in (content.getvalue(), wav([1] * 8000 * 30, 2)):
        with (
            inputs.sounds_within(20),
            pytest.raises(TooLongError, match=r"at most 20 seconds.*got 30\."),
        ):
            inputs.KINDS["audio"].from_bytes(data, "a")
    with pytest.raises(InputError, match="not callable"):  # outside of it it is decoded
        inputs.KINDS["audio"].from_bytes(content.getvalue(), "a")
