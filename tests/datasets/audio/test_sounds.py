"""Sounds of files: every form of WAV, other formats, and what is no sound."""

import io
import struct
import sys
import wave

import numpy as np
import pytest

from seqzoo.datasets.audio import sounds
from seqzoo.datasets.audio.sounds import Sound, read_sound, resampled, write_wav
from seqzoo.errors import InputError

RATE = 16000
TONE = 0.5 * np.sin(2 * np.pi * 440 * np.arange(RATE // 10) / RATE)
GUID = bytes.fromhex("000000001000800000aa00389b71")


def coded(samples, coding: int, bits: int) -> bytes:
    """Samples (frames, channels) as WAV files have them."""
    if coding == 3:
        return samples.astype(f"<f{bits // 8}").tobytes()
    whole = np.round(samples * 2 ** (bits - 1)).astype(np.int64)
    if bits == 8:
        return (whole + 128).astype(np.uint8).tobytes()
    return b"".join(int(v).to_bytes(bits // 8, "little", signed=True) for v in whole.flat)


def wav(
    samples=TONE,
    coding=1,
    bits=16,
    rate=RATE,
    *,
    extensible=False,
    size=None,
    before=b"",
    after=b"",
) -> bytes:
    samples = np.asarray(samples)
    samples = samples[:, None] if samples.ndim == 1 else samples
    channels = samples.shape[1]
    block = channels * bits // 8
    head = struct.pack("<HHIIHH", coding, channels, rate, rate * block, block, bits)
    if extensible:
        head = struct.pack("<H", 0xFFFE) + head[2:]
        head += struct.pack("<HHIH", 22, bits, 0, coding) + GUID
    data = coded(samples, coding, bits)
    size = len(data) if size is None else size
    chunks = b"fmt " + struct.pack("<I", len(head)) + head + before
    chunks += b"data" + struct.pack("<I", size) + data + after
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


@pytest.mark.parametrize("extensible", [False, True])
@pytest.mark.parametrize(
    ("coding", "bits", "tolerance"),
    [
        (1, 8, 2**-7),
        (1, 16, 2**-15),
        (1, 24, 1e-6),
        (1, 32, 1e-7),
        (3, 32, 1e-7),
        (3, 64, 1e-7),
    ],
)
def test_every_form_of_wav_is_read(coding, bits, tolerance, extensible):
    sound = read_sound(wav(TONE, coding, bits, extensible=extensible))
    assert sound.rate == RATE
    assert sound.samples.dtype == np.float32
    np.testing.assert_allclose(sound.samples, TONE, atol=tolerance)


def test_integers_are_scaled_by_their_range():
    extremes = np.array([-1, 0, 0.5, 127 / 128] * 200)
    for bits in (8, 16, 24, 32):
        np.testing.assert_array_equal(
            read_sound(wav(extremes, bits=bits)).samples, extremes
        )


def test_a_file_is_read_as_the_standard_library_writes_it(tmp_path):
    path = tmp_path / "tone.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(8000)
        values = np.round(TONE * 32767).astype("<i2")
        file.writeframes(np.stack([values, 0 * values], axis=1).tobytes())
    sound = read_sound(path)
    assert (sound.rate, sound.where) == (8000, str(path))
    assert sound.seconds == len(TONE) / 8000
    np.testing.assert_array_equal(sound.samples, values / 65536)  # the channels' mean


def test_other_chunks_are_passed_over():
    odd = b"LIST" + struct.pack("<I", 3) + b"abc\0"  # filled up to an even byte
    content = wav(before=odd, after=odd)
    np.testing.assert_allclose(read_sound(content).samples, TONE, atol=2**-15)


@pytest.mark.parametrize("size", [0, 0xFFFFFFFF, 0x7FFFFFFF, 0xFFFFFFFF - 36])
def test_a_size_left_open_means_the_end_of_the_file(size):
    np.testing.assert_allclose(read_sound(wav(size=size)).samples, TONE, atol=2**-15)
    half_a_sample = wav(size=size, after=b"\1")
    np.testing.assert_allclose(read_sound(half_a_sample).samples, TONE, atol=2**-15)


def test_floats_are_clipped():
    sound = read_sound(wav(TONE * 3, 3, 32))
    np.testing.assert_allclose(sound.samples, np.clip(TONE * 3, -1, 1), atol=1e-6)


NAN = np.where(np.arange(len(TONE)) == 7, np.nan, TONE)
BROKEN = {
    "": "expected a sound; the file is empty",
    wav([]): "expected a sound; it has no samples",
    wav()[:-10]: "the file ends early: expected 3,200 bytes of samples; got 3,190",
    wav()[:30]: "expected a chunk 'fmt ' of 16 bytes or more; got 10",
    wav()[:36]: "expected a WAV file with a chunk 'data'; it has none",
    wav()[:12]: "expected a WAV file with a chunk 'fmt '; it has none",
    wav()[:12] + wav()[36:]: "expected the chunk 'fmt ' before 'data'",
    wav(0 * TONE): "it is silent: all samples are equal",
    wav(TONE[:409]): "expected at least 0.026 seconds; got 0.026",
    wav(TONE[:100]): "expected at least 0.026 seconds; got 0.006",
    wav(rate=4000): "expected a rate from 8000 to 48000 hertz; got 4000",
    wav(rate=96000): "expected a rate from 8000 to 48000 hertz; got 96000",
    wav(np.stack([TONE] * 3, 1)): "expected one channel, or two; got 3",
    wav(NAN, 3, 32): "expected finite samples; it has NaN or infinity",
    wav(TONE * 32768, 3, 32): "expected samples from -1 to 1; got up to 16",
    wav(bits=16)[:34] + b"\x0c" + wav()[35:]: "expected samples of 8, 16, 24 or 32 bits",
    b"no sound at all, but a text": r"expected audio \(WAV, FLAC, OGG, MP3, ...\)",
}


@pytest.mark.parametrize(("content", "message"), BROKEN.items(), ids=BROKEN.values())
def test_what_is_no_sound_is_refused_by_name(content, message, tmp_path):
    if "FLAC" in message:
        pytest.importorskip("soundfile")
    content = content or b""
    path = tmp_path / "a.wav"
    path.write_bytes(content)
    with pytest.raises(InputError, match=f"^{path}: .*{message}"):
        read_sound(path)
    with pytest.raises(InputError, match=f"^upload: .*{message}"):
        read_sound(content, where="upload")


def test_a_missing_file_and_a_folder_are_named(tmp_path):
    with pytest.raises(InputError, match=r"none.wav: cannot be read: No such file"):
        read_sound(tmp_path / "none.wav")
    with pytest.raises(InputError, match="cannot be read: Is a directory"):
        read_sound(str(tmp_path))


def test_a_long_sound_is_refused_before_it_is_decoded(monkeypatch):
    monkeypatch.setattr(sounds, "samples_of", lambda *_: pytest.fail("decoded"))
    with pytest.raises(
        InputError, match=r"expected at most 0.05 seconds of sound; got 0.100$"
    ):
        read_sound(wav(), most_seconds=0.05)


@pytest.mark.parametrize("form", ["FLAC", "OGG", "MP3", "AIFF"])
def test_other_formats_are_read_by_soundfile(form, tmp_path):
    soundfile = pytest.importorskip("soundfile")
    path = tmp_path / f"tone.{form.lower()}"
    long = np.tile(TONE, 10)
    soundfile.write(path, long, RATE, format=form)
    for source in (path, path.read_bytes()):
        sound = read_sound(source)
        assert sound.rate == RATE
        middle = sound.samples[4000:12000]
        frequencies = np.fft.rfftfreq(8000, 1 / RATE)
        assert frequencies[np.abs(np.fft.rfft(middle)).argmax()] == 440
        assert abs(np.std(middle) - 0.5 / 2**0.5) < 0.02
    with pytest.raises(InputError, match=r"expected at most 0.5 seconds of sound; got 1"):
        read_sound(path, most_seconds=0.5)


def test_compressed_wav_files_are_read_by_soundfile(tmp_path):
    soundfile = pytest.importorskip("soundfile")
    soundfile.write(tmp_path / "a.wav", TONE, RATE, subtype="ULAW")
    np.testing.assert_allclose(read_sound(tmp_path / "a.wav").samples, TONE, atol=0.02)


def test_a_cut_flac_file_is_refused():
    soundfile = pytest.importorskip("soundfile")
    stream = io.BytesIO()
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, RATE * 2)
    soundfile.write(stream, noise, RATE, format="FLAC")
    with pytest.raises(InputError, match=r"^sound: "):
        read_sound(stream.getvalue()[:20000])


def test_a_cut_mp3_file_is_refused():
    soundfile = pytest.importorskip("soundfile")
    stream = io.BytesIO()
    soundfile.write(stream, np.tile(TONE, 20), RATE, format="MP3")
    content = stream.getvalue()
    with pytest.raises(InputError, match=r"the file ends early: expected 32,000 samples"):
        read_sound(content[: len(content) // 2])


def test_a_flac_file_that_a_pipe_wrote_is_refused():
    soundfile = pytest.importorskip("soundfile")
    stream = io.BytesIO()
    soundfile.write(stream, TONE, RATE, format="FLAC")
    content = bytearray(stream.getvalue())
    content[21] &= 0xF0  # the count of samples: 36 bits
    content[22:26] = bytes(4)
    with pytest.raises(InputError, match="expected a file that says how long it is"):
        read_sound(bytes(content))


def test_without_soundfile_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "soundfile", None)
    with pytest.raises(InputError, match=r'pip install "seqzoo\[audio\]"'):
        read_sound(b"fLaC of some kind")
    assert len(read_sound(wav()).samples) == len(TONE)


@pytest.mark.parametrize("rate", [8000, 11025, 44100])
def test_resampling_keeps_a_tone(rate):
    sound = Sound(np.tile(TONE, 10).astype(np.float32), RATE, "tone")
    other = resampled(sound, rate)
    assert (other.rate, other.where, len(other.samples)) == (rate, "tone", rate)
    assert other.samples.dtype == np.float32
    expected = 0.5 * np.sin(2 * np.pi * 440 * np.arange(rate) / rate)
    inside = slice(rate // 10, -rate // 10)
    np.testing.assert_allclose(other.samples[inside], expected[inside], atol=2e-3)
    assert resampled(sound, RATE) is sound


def test_resampling_folds_nothing_down():
    high = 0.5 * np.sin(2 * np.pi * 7000 * np.arange(RATE) / RATE)
    low = resampled(Sound(high.astype(np.float32), RATE, "high"), 8000)
    assert np.abs(low.samples[800:-800]).max() < 0.01


def test_what_is_written_is_read_again(tmp_path):
    path = tmp_path / "tone.wav"
    write_wav(path, np.append(TONE, [1.0, -1.0]), RATE)
    sound = read_sound(path)
    np.testing.assert_allclose(sound.samples[:-2], TONE, atol=2**-16)
    np.testing.assert_array_equal(sound.samples[-2:], [32767 / 32768, -1])
    assert [file.name for file in tmp_path.iterdir()] == ["tone.wav"]


@pytest.mark.parametrize("samples", [TONE * 4, np.zeros(9, int), TONE[:, None], NAN])
def test_other_samples_are_not_written(samples, tmp_path):
    with pytest.raises(ValueError, match=r"expected floats \(samples,\) from -1 to 1"):
        write_wav(tmp_path / "a.wav", samples, RATE)
    assert not list(tmp_path.iterdir())
