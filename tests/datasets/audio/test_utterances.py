"""Utterances on disk: every form, what is wrong with them, their features, and speakers held out."""

import re
import struct
import warnings
from pathlib import Path

import numpy as np
import pytest

from seqzoo.datasets import packages
from seqzoo.datasets.audio.front_end import FrontEnd
from seqzoo.datasets.audio.sounds import Sound, read_sound, resampled, write_wav
from seqzoo.datasets.audio.utterances import (
    Utterance,
    features,
    read_utterances,
    split_speakers,
    spoken_digits,
    yes_no,
)
from seqzoo.errors import InputError

SHARED = Path(__file__).parents[4] / "shared/data"
NOISE = np.random.default_rng(0).uniform(-0.5, 0.5, 8000).astype(np.float32)


def write(folder: Path, files: dict[str, str | None]) -> Path:
    """Files with their texts; None: a sound."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if text is None:
            write_wav(path, NOISE, 16000)
        else:
            path.write_text(text, "utf-8")
    return folder


def short(parts: dict[str, list[Utterance]], folder: Path) -> dict[str, list[tuple]]:
    return {
        part: [
            (u.source.relative_to(folder).as_posix(), u.transcript, u.speaker)
            for u in found
        ]
        for part, found in parts.items()
    }


FORMS = {
    "pairs": (
        {"a/1.wav": None, "a/1.txt": " one\n two ", "b.WAV": None, "b.txt": "three", "README.txt": "-"},
        {"all": [("a/1.wav", "one two", None), ("b.WAV", "three", None)]},
    ),
    "a header": (
        {"transcripts.tsv": "speaker\tpath\ttranscript\ns\tx.wav\tone\n\ty.wav\ttwo\n",
         "x.wav": None, "y.wav": None},
        {"all": [("x.wav", "one", "s"), ("y.wav", "two", None)]},
    ),
    "two columns": (
        {"train.csv": 'x.wav,"one, two"\n', "x.wav": None},
        {"train": [("x.wav", "one, two", None)]},
    ),
    "ids and splits": (
        {
            "transcripts.tsv": "id\tsplit\ttranscript\nx\ttrain\tone\ny\tdev\ttwo\n",
            "wav/x.wav": None,
            "wav/y.wav": None,
        },
        {"train": [("wav/x.wav", "one", None)], "validation": [("wav/y.wav", "two", None)]},
    ),
    "AN4": (
        {
            "train.tsv": "id\tspeaker\ttranscript\nx\ts\tone\n",
            "test.tsv": "id\tspeaker\ttranscript\ny\tt\ttwo\n",
            "train/x.mfc": "",
            "test/y.mfc": "",
            "wav/x.wav": None,
        },
        {"train": [("train/x.mfc", "one", "s")], "test": [("test/y.mfc", "two", "t")]},
    ),
    "Common Voice": (
        {"train.tsv": "client_id\tpath\tsentence\ns\tx.wav\tOne.\n", "clips/x.wav": None},
        {"train": [("clips/x.wav", "One.", "s")]},
    ),
    "AudioFolder": (
        {"metadata.csv": "file_name,transcription\nd/x.wav,one\n", "d/x.wav": None},
        {"all": [("d/x.wav", "one", None)]},
    ),
    "Kaldi": (
        {"wav.scp": "b w/x.wav\na w/y.wav\n", "text": "a one two\nb two\n", "utt2spk": "a s\nb t\n",
         "w/x.wav": None, "w/y.wav": None},
        {"all": [("w/y.wav", "one two", "s"), ("w/x.wav", "two", "t")]},
    ),
    "folders of parts": (
        {"train/x.wav": None, "train/x.txt": "one", "test/wav.scp": "y y.wav", "test/text": "y two",
         "test/y.wav": None, "LICENSE": "-"},
        {"train": [("train/x.wav", "one", None)], "test": [("test/y.wav", "two", None)]},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("files", "expected"), FORMS.values(), ids=FORMS)
def test_every_form_is_recognised(files, expected, tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        parts = read_utterances(write(tmp_path, files))
    assert short(parts, tmp_path) == expected
    assert list(parts) == list(expected)


def test_where_names_the_line(tmp_path):
    files = {"a.tsv": "path\ttranscript\nx.wav\tone\n", "x.wav": None}
    path = write(tmp_path, files) / "a.tsv"
    (utterance,) = read_utterances(str(path))["all"]
    assert utterance.where == f"{path}:2"


def test_kaldis_segments_cut_recordings(tmp_path):
    files = {
        "wav.scp": "r x.wav",
        "segments": "b r 0.25 0.5\na r 0 0.25\n",
        "text": "a one\nb two\n",
        "x.wav": None,
    }
    first, second = read_utterances(write(tmp_path, files))["all"]
    assert (first.begin, first.end, second.begin, second.end) == (0, 0.25, 0.25, 0.5)
    samples = read_sound(tmp_path / "x.wav").samples
    front_end = FrontEnd()
    np.testing.assert_array_equal(features(second, front_end), front_end(samples[4000:]))
    write_wav(tmp_path / "x.wav", NOISE[::-1].copy(), 16000)  # not from memory
    assert not np.array_equal(features(second, front_end), front_end(samples[4000:]))


WRONG = {
    "expected its transcript in x.txt; it is not there": {"x.wav": None},
    "expected its sound, x.wav; it is not there": {
        "x.txt": "one",
        "y.wav": None,
        "y.txt": "-",
    },
    "x.txt: expected a transcript; it is blank": {"x.txt": " ", "x.wav": None},
    "expected one sound of .*x.txt": {"x.txt": "one", "x.wav": None, "x.flac": ""},
    "expected a TSV or CSV file with .* found no sounds": {"a/readme.txt": "-"},
    "to read one of these tables, name it: a.tsv": {"a.tsv": "x.wav\tone", "x.wav": None},
    "train.tsv:2: expected a file x.wav in .*; it is not there": {
        "train.tsv": "path\ttranscript\nx.wav\tone"
    },
    "train.tsv:2: expected a transcript; it is blank": {
        "train.tsv": "path\ttranscript\nx\t "
    },
    "train.tsv:3: expected 2 columns; got 3": {
        "train.tsv": "path\ttranscript\nx.wav\tone\nx.wav\ta\tb\n",
        "x.wav": None,
    },
    "expected a header with path .*; got a, b, c": {"train.tsv": "a\tb\tc\nd\te\tf\n"},
    "expected one column of path; got wav, file": {"train.tsv": "wav\tfile\ttext\n"},
    "expected rows below the header": {"train.tsv": "path\ttext\n"},
    "train.tsv: expected rows of paths and transcripts; it is empty": {"train.tsv": ""},
    r"expected a split \(train; .*; got 'half'": {
        "transcripts.tsv": "id\tsplit\ttext\nx\thalf\tone",
        "x.wav": None,
    },
    "transcripts.tsv:2: expected a file x.wav": {"transcripts.tsv": "id\ttext\nx\tone"},
    "expected one file of x; got .*x.flac, .*x.wav": {
        "transcripts.tsv": "id\ttext\nx\tone",
        "wav/x.wav": None,
        "wav/x.flac": "",
    },
    "train.tsv: the train part by its name; expected no parts in it; got test": {
        "train.tsv": "path\tsplit\ttext\nx.wav\ttest\tone",
        "x.wav": None,
    },
    "expected one validation part; there are two": {
        "dev.tsv": "x.wav\tone",
        "valid.tsv": "x.wav\tone",
        "x.wav": None,
    },
    r"wav.scp:1: expected the path of a sound; got a command.*: sph2pipe x \|": {
        "wav.scp": "x sph2pipe x |",
        "text": "x one",
    },
    "wav.scp:1: expected a file x.wav": {"wav.scp": "x x.wav", "text": "x one"},
    "text:1: expected a sound of y": {
        "wav.scp": "x x.wav",
        "text": "y one\nx two",
        "x.wav": None,
    },
    "text: expected a transcript of x": {
        "wav.scp": "x x.wav\ny x.wav",
        "text": "y one",
        "x.wav": None,
    },
    "text:1: expected an id and what belongs to it; got 'x'": {
        "wav.scp": "x x.wav",
        "text": "x",
    },
    "text:2: x stands twice; first in": {"wav.scp": "x x.wav", "text": "x one\nx two"},
    "utt2spk: expected a speaker of x": {
        "wav.scp": "x x.wav",
        "text": "x one",
        "utt2spk": "y s",
        "x.wav": None,
    },
    "segments:1: expected a recording of wav.scp; got q": {
        "wav.scp": "x x.wav",
        "text": "s one",
        "segments": "s q 0 1",
    },
    "segments:1: expected utterance, recording, begin and end": {
        "wav.scp": "x x.wav",
        "text": "s one",
        "segments": "s x 0",
    },
    "segments:1: expected begin before end; got 2 and 1": {
        "wav.scp": "x x.wav",
        "text": "s one",
        "segments": "s x 2 1",
    },
}


@pytest.mark.parametrize(("message", "files"), WRONG.items(), ids=WRONG)
def test_what_is_wrong_is_named(message, files, tmp_path):
    with pytest.raises(InputError, match=message) as caught:
        read_utterances(write(tmp_path, files))
    assert "\n" not in str(caught.value)


def test_another_file_and_none_are_refused(tmp_path):
    (tmp_path / "a.pdf").write_bytes(b"")
    with pytest.raises(
        InputError, match=r"expected a TSV or CSV file .*; got a file ending in '.pdf'"
    ):
        read_utterances(tmp_path / "a.pdf")
    with pytest.raises(InputError, match="none: no such file or folder; expected a TSV"):
        read_utterances(tmp_path / "none")


def test_nothing_is_left_out_without_a_word(tmp_path):
    files = {
        "train.tsv": "path\tage\tsentence\tvotes\nx.wav\t9\tone\t2\n",
        "other.tsv": "x.wav\tone\n",
        "x.wav": None,
    }
    lines: list[str] = []
    read_utterances(write(tmp_path, files), lines.append)
    assert lines == [
        f"{tmp_path / 'other.tsv'}: not read beside train.tsv",
        f"{tmp_path / 'train.tsv'}: columns that play no part: age, votes",
    ]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        read_utterances(tmp_path)
    assert [str(warning.message) for warning in caught] == lines


@pytest.mark.skipif(not SHARED.is_dir(), reason="no ../shared/data")
def test_an4_and_yesno_are_read_in_their_splits():
    an4 = read_utterances(SHARED / "an4")
    assert {part: len(found) for part, found in an4.items()} == {"train": 948, "test": 130}
    assert len({u.speaker for u in an4["train"]}) == 74
    assert features(an4["train"][0], FrontEnd()).shape[1] == 39
    yesno = read_utterances(SHARED / "yesno")
    assert {part: len(found) for part, found in yesno.items()} == {"train": 31, "test": 29}
    assert features(yesno["test"][0], FrontEnd(rate=8000)).shape[1] == 39


def mfc(base: np.ndarray, order: str = ">") -> bytes:
    return struct.pack(f"{order}i", base.size) + base.astype(f"{order}f4").tobytes()


def test_sounds_and_base_features_give_the_same(tmp_path):
    front_end = FrontEnd()
    sound = Sound(NOISE, 16000, "noise")
    base = front_end.base(NOISE)
    (tmp_path / "a.mfc").write_bytes(mfc(base))
    (tmp_path / "b.MFC").write_bytes(mfc(base, "<"))
    np.save(tmp_path / "c.npy", base.astype(np.float64))
    paths = [tmp_path / name for name in ("a.mfc", "b.MFC", "c.npy")]
    expected = front_end(NOISE)
    for source in (sound, NOISE, base, *paths):
        found = features(Utterance(source, "noise"), front_end)
        assert found.dtype == np.float32
        np.testing.assert_array_equal(found, expected)


def test_sounds_are_brought_to_the_front_ends_rate():
    sound = Sound(NOISE, 16000, "noise")
    front_end = FrontEnd(rate=8000)
    expected = front_end(resampled(sound, 8000).samples)
    np.testing.assert_array_equal(features(Utterance(sound, "noise"), front_end), expected)


ROWS = np.ones((5, 13), np.float32)
BAD = {
    "expected a count of numbers": b"\0\0\0\7" + bytes(28),
    "a .mfc file has 13 cepstra a frame; the front end makes 40 of kind log_mel": mfc(ROWS),
    "a .mfc file has 13 cepstra a frame; the front end makes 12": mfc(ROWS),
    "expected finite features of one frame or more": mfc(ROWS[:0]),
    "expected finite features": mfc(ROWS * np.nan),
}


@pytest.mark.parametrize(("message", "content"), BAD.items(), ids=BAD)
def test_wrong_files_of_features_are_refused(message, content, tmp_path):
    front_end = FrontEnd(
        kind="log_mel" if "log_mel" in message else "cepstra",
        coefficients=12 if "makes 12" in message else 13,
    )
    (tmp_path / "a.mfc").write_bytes(content)
    with pytest.raises(InputError, match=f"^a.tsv:2: .*{re.escape(message)}"):
        features(Utterance(tmp_path / "a.mfc", "one", where="a.tsv:2"), front_end)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (
            np.ones((5, 12)),
            r"features: expected floats \(frames, 13\); got float64 \(5, 12\)",
        ),
        (np.ones((5, 13), np.int32), "features: expected floats"),
        (NOISE[:100], "expected a frame of 0.026 seconds or more; got 0.006"),
        (np.ones(5000, np.int16), r"samples: expected floats \(samples,\)"),
        (Sound(NOISE, 16000, "x"), "expected at most 0.4 seconds; got 0.5"),
        (np.ones((50, 13)), "expected at most 0.4 seconds; got 0.5"),
    ],
)
def test_wrong_sources_in_memory_are_refused(source, message):
    with pytest.raises(InputError, match=f"^here: {message}"):
        features(Utterance(source, "one", where="here"), FrontEnd(), most_seconds=0.4)


@pytest.mark.parametrize(
    ("source", "begin", "end", "message"),
    [
        (NOISE, 0.4, 0.6, "expected a piece of here, 0 to 0.50 seconds; got 0.4 to 0.6"),
        (NOISE, 0.4, 0.2, "expected a piece"),
        (ROWS, 0.1, None, "begin and end cut sounds; got features"),
    ],
)
def test_a_piece_must_lie_in_the_sound(source, begin, end, message):
    utterance = Utterance(source, "one", None, "here", begin, end)
    with pytest.raises(InputError, match=f"^here: {message}"):
        features(utterance, FrontEnd())


def test_an_array_file_of_another_kind_is_refused(tmp_path):
    np.save(tmp_path / "a.npy", np.ones(13))
    with pytest.raises(InputError, match=r"expected an array of floats \(frames, 13\)"):
        features(Utterance(tmp_path / "a.npy", "one"), FrontEnd())
    (tmp_path / "a.npy").write_bytes(b"none")
    with pytest.raises(InputError):
        features(Utterance(tmp_path / "a.npy", "one"), FrontEnd())
    with pytest.raises(InputError, match=r"b.npy: cannot be read"):
        features(Utterance(tmp_path / "b.npy", "one"), FrontEnd())


def spoken(*speakers: str | None) -> list[Utterance]:
    return [Utterance(NOISE, str(place), s) for place, s in enumerate(speakers)]


def test_whole_speakers_are_held_out():
    utterances = spoken(*(f"s{n % 20}" for n in range(200)))
    seen = set()
    for seed in range(5):
        halves = split_speakers(utterances, 0.2, seed)
        assert halves.by_speakers
        kept, held_out = halves
        assert not {u.speaker for u in kept} & {u.speaker for u in held_out}
        assert len(held_out) == 40
        assert sorted([*kept, *held_out], key=utterances.index) == utterances
        assert split_speakers(utterances, 0.2, seed) == halves
        seen.add(frozenset(u.speaker for u in held_out))
    assert len(seen) > 1


def test_shares_of_uneven_speakers_are_met_about():
    utterances = spoken(*(f"s{n}" for n in range(1, 21) for _ in range(n)))
    for seed in range(20):
        kept, held_out = split_speakers(utterances, 0.1, seed)
        assert kept
        assert 0.05 < len(held_out) / len(utterances) < 0.15


@pytest.mark.parametrize("speakers", [("a",) * 10, (None,) * 10, ("a", None) * 5])
def test_without_speakers_utterances_are_held_out_and_it_shows(speakers):
    halves = split_speakers(spoken(*speakers), 0.3, 0)
    assert not halves.by_speakers
    assert len(halves.held_out) == 3


@pytest.mark.parametrize("share", [0.01, 0.99])
def test_neither_half_is_empty(share):
    for speakers in (("a", "b"), ("a", "a"), ("a",) * 50 + ("b",)):
        kept, held_out = split_speakers(spoken(*speakers), share, 0)
        assert kept
        assert held_out


def test_shares_out_of_range_are_refused():
    for share in (0, 1, 1.5, float("nan")):
        with pytest.raises(InputError, match="share: expected more than 0 and less than 1"):
            split_speakers(spoken("a", "b"), share, 0)
    with pytest.raises(InputError, match="expected two utterances or more; got 1"):
        split_speakers(spoken("a"), 0.5, 0)


def test_spoken_digits_through_tensorflow_datasets(monkeypatch):
    import tensorflow_datasets as tfds

    from seqzoo.datasets.audio import digits

    def dataset(self, *_, **__):
        import tensorflow as tf

        names = [b"0_jackson_0.wav", b"7_theo_12.wav"]
        audio = tf.ragged.constant([[0, 16384, -32768], [1, 2]], dtype=tf.int64)
        columns = {"audio": audio, "audio/filename": names, "label": [0, 7]}
        return tf.data.Dataset.from_tensor_slices(columns)

    monkeypatch.setattr(digits, "downloaded", lambda name, *_: tfds.builder(name))
    with tfds.testing.mock_data(as_dataset_fn=dataset):
        (utterances,) = spoken_digits().values()
    assert [(u.transcript, u.speaker) for u in utterances] == [
        ("zero", "jackson"),
        ("seven", "theo"),
    ]
    sound = utterances[0].source
    assert sound.rate == 8000
    np.testing.assert_array_equal(sound.samples, np.array([0, 0.5, -1], np.float32))


def test_yes_and_no_through_tensorflow_datasets(monkeypatch):
    import tensorflow_datasets as tfds

    from seqzoo.datasets.audio import yes_no as module

    def dataset(self, *_, **__):
        import tensorflow as tf

        columns = {
            "audio": tf.ragged.constant([[0, 16384], [1, 2], [3, 4]], dtype=tf.int64),
            "audio/filename": [b"0_1.wav", b"1_1.wav", b"0_0.wav"],
            "label": [[0, 1], [1, 1], [0, 0]],
        }
        return tf.data.Dataset.from_tensor_slices(columns)

    monkeypatch.setattr(module, "downloaded", lambda name, *_: tfds.builder(name))
    with tfds.testing.mock_data(as_dataset_fn=dataset):
        found = yes_no()
    said = {part: [u.transcript for u in each] for part, each in found.items()}
    assert said == {"train": ["no yes", "no no"], "test": ["yes yes"]}
    assert found["train"][0].source.rate == 8000
    np.testing.assert_array_equal(found["train"][0].source.samples, np.float32([0, 0.5]))


@pytest.mark.parametrize("read", [spoken_digits, yes_no])
def test_corpora_to_download_name_the_flag_offline(read, monkeypatch, tmp_path):
    def refuse(*_, **__):
        raise OSError("no network")

    monkeypatch.setattr(packages.socket, "create_connection", refuse)
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path))
    with pytest.raises(
        InputError, match=r"home cannot be reached .*; give a file by --data"
    ):
        read()
