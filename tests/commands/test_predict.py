"""`predict` on the command line: one line and exit 2 for what can be mended."""

import gzip
import json
import shutil
import subprocess
import sys

import pytest

from seqzoo.__main__ import main
from tests.support.command_line import Input, failure


def test_predict_gives_json_or_labels(trained, tmp_path, capfd, monkeypatch):
    (tmp_path / "texts.txt").write_bytes(b"\xef\xbb\xbfgreat film\r\nawful plot\r\n")
    assert main(["predict", str(trained), str(tmp_path / "texts.txt")]) == 0
    lines = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    assert [line["text"] for line in lines] == ["great film", "awful plot"]
    assert list(lines[0]) == ["text", "label", "probabilities", "familiarity"]
    monkeypatch.setattr(sys, "stdin", Input(b"great film\nawful plot"))
    assert main(["predict", str(trained), "--plain"]) == 0
    assert capfd.readouterr().out == "good\nbad\n"


@pytest.mark.parametrize(
    "order",
    ["MODEL --plain A B", "--plain MODEL A B", "MODEL A --plain B", "MODEL A B --plain",
     "MODEL A --threads 1 B --plain", "MODEL --plain -- A B", "--plain -- MODEL A B"],
)  # fmt: skip
def test_flags_stand_anywhere_among_the_files(order, trained, tmp_path, capfd):
    words = {"MODEL": str(trained), "A": str(tmp_path / "a"), "B": str(tmp_path / "b")}
    (tmp_path / "a").write_text("great film\n")
    (tmp_path / "b").write_text("awful plot\n")
    assert main(["predict", *(words.get(word, word) for word in order.split())]) == 0
    assert capfd.readouterr().out == "good\nbad\n"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"great\n\nawful\n", "standard input:2: the text is empty"),
        (b"great\n   \n", "standard input:2: the text is blank"),
        (b"great\nqqq zzz\n", "standard input:2: none of the 2 tokens is known"),
        (b"great\nab\xffc\n", "standard input:2: invalid UTF-8 at byte 3"),
        (b"great\na\0b\n", "standard input:2: a NUL byte at byte 2"),
    ],
)
def test_predict_names_the_bad_line(trained, data, message, capfd, monkeypatch):
    monkeypatch.setattr(sys, "stdin", Input(data))
    assert message in failure(capfd, main(["predict", str(trained), "--plain"]))


def test_keep_going_reports_in_place(trained, capfd, monkeypatch):
    monkeypatch.setattr(sys, "stdin", Input(b"great\n\nawful\n"))
    assert main(["predict", str(trained), "--keep-going", "--plain"]) == 2
    out = capfd.readouterr().out.splitlines()
    assert out == ["good", "error: standard input:2: the text is empty", "bad"]


def test_predict_takes_a_line_of_one_megabyte(trained, capfd, monkeypatch):
    monkeypatch.setattr(sys, "stdin", Input(b"great " * 175_000))
    assert main(["predict", str(trained), "--plain"]) == 0
    assert capfd.readouterr().out == "good\n"


TABLES = {
    "a.csv": b"label,text\nbad,great film\ngood,awful plot\n",
    "a.tsv": b"text\tlabel\ngreat film\tbad\nawful plot\tgood\n",
    "a.jsonl": b'"great film"\n{"text": "awful plot", "label": "good"}\n',
}


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("packed", [False, True])
def test_tables_and_json_lines_are_read_by_name(name, packed, trained, tmp_path, capfd):
    path = tmp_path / (f"{name}.gz" if packed else name)
    path.write_bytes(gzip.compress(TABLES[name]) if packed else TABLES[name])
    assert main(["predict", str(trained), str(path), "--plain"]) == 0
    assert capfd.readouterr().out == "good\nbad\n"
    assert main(["predict", str(trained), str(path)]) == 0
    lines = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    assert [line["text"] for line in lines] == ["great film", "awful plot"]


def test_a_table_without_the_column_names_those_it_has(trained, tmp_path, capfd):
    (tmp_path / "a.csv").write_text("body,stars\ngreat film,5\n")
    error = failure(capfd, main(["predict", str(trained), str(tmp_path / "a.csv")]))
    assert (
        "a.csv:1: expected a header with one column 'text'; it is not in body, stars"
        in error
    )


@pytest.mark.parametrize("damage", ["corrupt", "truncated"])
def test_a_damaged_model_is_refused(trained, tmp_path, damage, capfd):
    folder = shutil.copytree(trained, tmp_path / "copy")
    data = bytearray((folder / "model.keras").read_bytes())
    if damage == "corrupt":
        data[len(data) // 2] ^= 1
    else:
        del data[len(data) // 2 :]
    (folder / "model.keras").write_bytes(data)
    assert "model.keras: damaged" in failure(capfd, main(["predict", str(folder)]))


def test_a_reader_that_goes_away_is_no_error(trained, tmp_path):
    (tmp_path / "t.txt").write_text("great film\n" * 6_000)
    command = [
        sys.executable,
        "-m",
        "seqzoo",
        "predict",
        str(trained),
        str(tmp_path / "t.txt"),
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.readline()
    process.stdout.close()
    error = process.stderr.read()
    process.wait(timeout=60)
    assert b"Traceback" not in error
    assert b"Exception" not in error


def test_flags_of_translation_for_another_model(trained, capsys):
    assert main(["predict", str(trained), "--n-best", "2"]) == 2
    assert (
        "--n-best: it is for captions, dialogue, stories, translation; the model is one of classification"
        in capsys.readouterr().err
    )
