"""Prediction on Apache Beam: every line once, in the same blocks however files are split."""

import gzip
import json
import random
import shutil
from pathlib import Path

import pytest

import seqzoo

beam = pytest.importorskip("apache_beam")

from apache_beam.io import source_test_utils  # noqa: E402

from seqzoo.bulk import source  # noqa: E402
from seqzoo.bulk.__main__ import main  # noqa: E402
from seqzoo.tasks import discover  # noqa: E402
from tests.support.pictures import drawn  # noqa: E402
from tests.support.sounds import coded  # noqa: E402


@pytest.fixture
def small_blocks(monkeypatch):
    monkeypatch.setattr(source, "BLOCK", 100)


def written(path: Path, seed: int = 0) -> list[bytes]:
    """A file of lines of 0 to 400 bytes, the last without an end; its lines."""
    generator = random.Random(seed)
    lines = [
        bytes(generator.choices(b"abc ", k=generator.choice([0, 5, 30, 99, 100, 400])))
        for _ in range(60)
    ]
    path.write_bytes(b"\n".join([*lines, b"last"]))
    return [*lines, b"last"]


@pytest.mark.parametrize("seed", range(5))
def test_every_line_once_with_its_offset(tmp_path, small_blocks, seed):
    path = tmp_path / "t.txt"
    lines, content = written(path, seed), path.read_bytes()
    blocks = source_test_utils.read_from_source(source.Blocks(str(path)))
    read = [line for _, block in blocks for line in block]
    assert [line for _, line in read] == lines
    assert all(content[offset : offset + len(line)] == line for offset, line in read)
    assert len(blocks) > 5


@pytest.mark.parametrize("size", [1, 37, 100, 250, 10_000])
def test_blocks_do_not_depend_on_how_a_file_is_split(tmp_path, small_blocks, size):
    path = tmp_path / "t.txt"
    written(path)
    whole = source_test_utils.read_from_source(source.Blocks(str(path)))
    length, parts = path.stat().st_size, []
    for start in range(0, length, size):
        one = source.Blocks(str(path))
        tracker = beam.io.OffsetRangeTracker(start, min(start + size, length))
        parts += list(one.read_records(str(path), tracker))
    assert parts == whole


def test_a_gzipped_file_has_the_blocks_of_the_plain_one(tmp_path, small_blocks):
    plain, packed = tmp_path / "t.txt", tmp_path / "t.txt.gz"
    written(plain)
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    blocks = [
        [lines for _, lines in source_test_utils.read_from_source(source.Blocks(str(path)))]
        for path in (plain, packed)
    ]
    assert blocks[0] == blocks[1]


def results(folder: Path, name: str) -> list[dict]:
    paths = sorted(folder.glob(f"{name}-[0-9]*.jsonl"))
    return [json.loads(line) for path in paths for line in path.read_text().splitlines()]


def test_answers_are_those_of_predict_and_bad_lines_are_told(trained, tmp_path):
    (tmp_path / "a.txt").write_bytes(
        b"\xef\xbb\xbfa great film\na dull story\n\nbad \xff byte\n"
    )
    (tmp_path / "b.txt.gz").write_bytes(gzip.compress(b"a lovely plot"))
    output = tmp_path / "out" / "x"
    flags = [
        "--model",
        str(trained),
        "--input",
        str(tmp_path / "?.txt*"),
        "--output",
        str(output),
    ]
    assert main(flags) == 0
    found = sorted(
        results(output.parent, "x"), key=lambda one: (one["file"], one["offset"])
    )
    expected = seqzoo.load(trained).predict(
        ["a great film", "a dull story", "a lovely plot"]
    )
    assert [(one["text"], one["label"]) for one in found] == [
        (e["text"], e["label"]) for e in expected
    ]
    assert [(Path(one["file"]).name, one["offset"]) for one in found] == [
        ("a.txt", 0), ("a.txt", 16), ("b.txt.gz", 0)
    ]  # fmt: skip
    bad = sorted(results(output.parent, "x-bad"), key=lambda one: one["offset"])
    assert [one["offset"] for one in bad] == [29, 30]
    assert "empty" in bad[0]["error"]
    assert "invalid UTF-8 at byte 5" in bad[1]["error"]


MODELS = {
    "classification": "trained",
    "segmentation": "segmenter",
    "entities": "entity_tagger",
    "translation": "translator",
    "dialogue": "talker",
    "language": "language_model",
    "poems": "verse_model",
    "regression": "regressor",
    "forecasting": "forecaster",
    "series_classification": "series_classifier",
    "speech": "recognizer",
    "handwriting": "handwriter",
    "captions": "captioner",
    "trees": "tree_classifier",
    "stories": "story_reader",
}  # task -> the fixture with a tiny model


def test_every_task_with_answers_has_a_model_here():
    assert set(discover()) == set(MODELS)


@pytest.mark.parametrize("name", MODELS)
def test_every_task_answers_its_samples_as_predict_does(name, tmp_path, request):
    folder = request.getfixturevalue(MODELS[name])
    model = seqzoo.load(folder)
    path = tmp_path / "samples.jsonl"
    samples = model.samples(3, 30)
    if "audio" in model.READS:
        samples = [coded(each) for each in samples]
    if "image" in model.READS:
        samples = [drawn(each) for each in samples]
    path.write_text("".join(f"{json.dumps(each)}\n" for each in [*samples, {"no": 3}]))
    flags = ["--model", str(folder), "--input", str(path)]
    assert main([*flags, "--output", str(tmp_path / "x")]) == 0
    found = sorted(results(tmp_path, "x"), key=lambda one: one["offset"])
    answers = [
        {key: value for key, value in one.items() if key not in ("file", "offset")}
        for one in found
    ]
    read = [model.from_json(each, "sample") for each in samples]
    expected = [json.loads(model.to_line(each, False)) for each in model.predict(read)]
    assert answers == expected
    assert len(results(tmp_path, "x-bad")) == 1


def test_files_that_are_one_input_and_fields_of_series_are_refused(
    series_classifier, tmp_path, capfd
):
    flags = ["--model", str(series_classifier), "--output", str(tmp_path / "x")]
    (tmp_path / "a.ts").write_text("@data\n1,2:a\n")
    assert main([*flags, "--input", str(tmp_path / "a.ts")]) == 2
    assert "expected an input a line, in UTF-8; it is one input, series" in (
        capfd.readouterr().err
    )
    (tmp_path / "a.jsonl").write_text("{}\n")
    assert main([*flags, "--input", str(tmp_path / "a.jsonl"), "--field", "x"]) == 2
    assert "--field x: it is for texts; the model reads series" in capfd.readouterr().err


def test_each_sound_of_a_folder_is_an_input(recognizer, spoken, tmp_path, capfd):
    folder = tmp_path / "sounds"
    (folder / "more").mkdir(parents=True)
    for name in ("test0.wav", "test1.wav"):
        shutil.copy(spoken / name, folder / "more" / name)
    (folder / "notes.txt").write_text("no sound\n")
    (folder / "empty.wav").touch()
    model = seqzoo.load(recognizer)
    flags = ["--model", str(recognizer), "--beam-size", "2"]
    for pattern in (folder, f"{folder}/more/*.wav"):
        output = tmp_path / f"x{len(str(pattern))}"
        assert main([*flags, "--input", str(pattern), "--output", str(output)]) == 0
        found = {one.pop("file"): one for one in results(tmp_path, output.name)}
        assert set(found) == {str(p) for p in (folder / "more").glob("*.wav")}
        for path, answer in found.items():
            assert answer == model.predict(Path(path), beam_size=2)
    (bad,) = results(tmp_path, f"x{len(str(folder))}-bad")
    assert bad["file"].endswith("empty.wav") and "the file is empty" in bad["error"]

    (tmp_path / "none").mkdir()
    given = ["--input", str(tmp_path / "none"), "--output", str(tmp_path / "y")]
    assert main([*flags, *given]) == 2
    assert "none: expected files of audio (.wav, " in capfd.readouterr().err


def test_json_lines(trained, tmp_path):
    lines = [{"review": "a great film", "id": 3}, {"text": "no review"}, [], {"review": 7}]
    (tmp_path / "a.jsonl").write_text(
        "".join(json.dumps(line) + "\n" for line in lines) + "{\n"
    )
    output = tmp_path / "x"
    flags = [
        "--model",
        str(trained),
        "--input",
        str(tmp_path / "a.jsonl"),
        "--output",
        str(output),
    ]
    assert main([*flags, "--field", "review"]) == 0
    assert [one["text"] for one in results(tmp_path, "x")] == ["a great film"]
    assert len(results(tmp_path, "x-bad")) == 4


def test_json_lines_are_read_as_predict_reads_them(trained, tmp_path):
    content = '"a great film"\n\n{"text": "a dull story"}\n{"body": "a lovely plot"}\n'
    (tmp_path / "a.jsonl").write_text(content)
    flags = ["--model", str(trained), "--input", str(tmp_path / "a.jsonl")]
    assert main([*flags, "--output", str(tmp_path / "x")]) == 0
    found = sorted(results(tmp_path, "x"), key=lambda one: one["offset"])
    assert [one["text"] for one in found] == ["a great film", "a dull story"]
    (bad,) = results(tmp_path, "x-bad")
    assert "its keys are body" in bad["error"]


@pytest.mark.parametrize("name", ["a.csv", "a.tsv.gz"])
def test_a_table_is_refused(name, trained, tmp_path, capfd):
    (tmp_path / name).touch()
    flags = ["--model", str(trained), "--input", str(tmp_path / name)]
    assert main([*flags, "--output", str(tmp_path / "x")]) == 2
    assert "expected an input a line, in UTF-8; it is a table" in capfd.readouterr().err


@pytest.mark.parametrize(
    "name, content, message",
    [
        ("a.json", b'[{"text": "a"}]', "it is an array of JSON"),
        ("a.txt", "a\nb\n".encode("utf-16"), "got UTF-16-LE"),
        ("a.txt", b"a\rb\r", "lines end in CR"),
        ("a.txt", b"__label__x a\n", "fastText's labels"),
        ("a.parquet", b"PAR1", "it is a table"),
    ],
)
def test_what_has_no_input_a_line_is_refused(
    name, content, message, trained, tmp_path, capfd
):
    (tmp_path / name).write_bytes(content)
    flags = ["--model", str(trained), "--input", str(tmp_path / name)]
    assert main([*flags, "--output", str(tmp_path / "x")]) == 2
    assert message in capfd.readouterr().err


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--model", "nothing", "--input", "*.txt"], "expected one of"),
        (["--model", "sentiment-imdb", "--input", "no-*.txt"], "no such file"),
        (["--model", "sentiment-imdb"], "--input"),
    ],
)
def test_what_is_not_there_is_refused(flags, message, tmp_path, capsys):
    assert main([*flags, "--output", str(tmp_path / "x")]) == 2
    assert message in capsys.readouterr().err


def test_a_segmenter_takes_a_dictionary(tmp_path):
    text = "他在云计算大数据平台工作"
    (tmp_path / "t.txt").write_text(f"{text}\n", "utf-8")
    (tmp_path / "words.txt").write_text("云计算大数据平台\n", "utf-8")
    flags = ["--model", "segmentation-peoples-daily", "--input", str(tmp_path / "t.txt")]
    for name, more in (("plain", []), ("own", ["--words", str(tmp_path / "words.txt")])):
        assert main([*flags, "--output", str(tmp_path / name), *more]) == 0
    (plain,), (own,) = results(tmp_path, "plain"), results(tmp_path, "own")
    model = seqzoo.load("segmentation-peoples-daily", words=str(tmp_path / "words.txt"))
    assert own["words"] == model.predict(text)["words"]
    assert "云计算大数据平台" in own["words"]
    assert "云计算大数据平台" not in plain["words"]
