"""The command line as a user meets it: one line and exit 2 for what can be mended."""

import io
import json
import shutil
import subprocess
import sys

import pytest

from seqzoo.__main__ import main
from seqzoo.recipes import sentiment
from seqzoo.training.command import run_recipe


class Input:
    """Standard input made of bytes."""

    def __init__(self, data):
        self.buffer = io.BytesIO(data)


def failure(capfd, status):
    """The one line that a failed command printed."""
    assert status == 2
    error = capfd.readouterr().err
    assert error.startswith("error: ")
    assert error.count("\n") == 1
    assert "Traceback" not in error
    return error


def test_predict_gives_json_or_labels(trained, tmp_path, capfd, monkeypatch):
    (tmp_path / "texts.txt").write_bytes(b"\xef\xbb\xbfgreat film\r\nawful plot\r\n")
    assert main(["predict", str(trained), str(tmp_path / "texts.txt")]) == 0
    lines = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    assert [line["text"] for line in lines] == ["great film", "awful plot"]
    assert list(lines[0]) == ["text", "label", "probabilities"]
    monkeypatch.setattr(sys, "stdin", Input(b"great film\nawful plot"))
    assert main(["predict", str(trained), "--plain"]) == 0
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


def test_evaluate_measures_a_file(trained, corpus, tmp_path, capfd):
    assert main(["evaluate", str(trained), "--data", str(corpus)]) == 0
    measured = json.loads(capfd.readouterr().out)
    assert measured["examples"] == 200
    assert measured["accuracy"] > 0.8
    (tmp_path / "other.tsv").write_text("fine\tgreat\n")
    error = failure(
        capfd, main(["evaluate", str(trained), "--data", str(tmp_path / "other.tsv")])
    )
    assert "other.tsv:1: label: expected one of bad, good; got 'fine'" in error


def test_pack_keeps_the_answers(trained, tmp_path, capfd, monkeypatch):
    assert main(["pack", str(trained), str(tmp_path / "small")]) == 0
    assert "packed into" in capfd.readouterr().out
    assert not (tmp_path / "small" / "state").exists()
    assert (tmp_path / "small" / "README.md").read_text().startswith("# small\n")
    answers = []
    for folder in (trained, tmp_path / "small"):
        monkeypatch.setattr(sys, "stdin", Input(b"great film\nawful plot"))
        assert main(["predict", str(folder)]) == 0
        answers.append([json.loads(line) for line in capfd.readouterr().out.splitlines()])
    for before, after in zip(*answers, strict=True):
        assert before["label"] == after["label"]
        assert after["probabilities"] == pytest.approx(before["probabilities"], abs=1e-3)
    assert "exists already" in failure(
        capfd, main(["pack", str(trained), str(tmp_path / "small")])
    )


def test_list_names_everything(capfd):
    assert main(["list"]) == 0
    out = capfd.readouterr().out
    for name in ("sentiment", "movie-reviews", "simple_rnn"):
        assert name in out


def test_missing_things(trained, capfd, tmp_path):
    assert "no such file" in failure(capfd, main(["predict", str(trained), "/nowhere"]))
    assert "got 'nothing'" in failure(capfd, main(["predict", "nothing"]))
    assert "invalid choice: 'predcit'" in failure(capfd, main(["predcit"]))
    missing = ["evaluate", str(trained), "--data", str(tmp_path / "no.tsv")]
    assert "no.tsv: cannot be read: No such file" in failure(capfd, main(missing))


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


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (
            ["--cell", "lsmt"],
            "got 'lsmt'; did you mean 'lstm'",
        ),
        (["--cel", "gru"], "unrecognized arguments: --cel gru"),
        (["--epochs", "many"], "--epochs: expected a whole number; got 'many'"),
        (
            ["--units", "8,x"],
            "--units: expected a whole number, or several with commas between",
        ),
        (["--epochs", "0"], "--epochs: expected at least 1; got 0"),
        (["--learning-rate", "-1"], "--learning-rate: expected a number above 0; got -1.0"),
        (["--dropout", "1.5"], "--dropout: expected less than 1; got 1.5"),
        (["--token-dropout", "nan"], "--token-dropout: expected at least 0; got nan"),
        (["--seed", "4294967296"], "--seed: expected less than 4294967296"),
        (["--data", "/nowhere.tsv"], "/nowhere.tsv: no such file or folder"),
        (["--output", "/dev/null/x"], "/dev/null/x: cannot be written: Not a directory"),
    ],
)
def test_training_refuses_before_it_starts(flags, message, tiny_flags, tmp_path, capfd):
    status = run_recipe(sentiment, [*tiny_flags, "--output", str(tmp_path / "m"), *flags])
    assert message in failure(capfd, status)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "no training example"),
        (b"x\ta\n" * 9, "all of the one class 'x'"),
        (b"only texts\nand no labels\n", "data.tsv:1: expected a label, a tab and a text"),
        (b"x\ta\ny\t\xff\n", "data.tsv:2: invalid UTF-8 at byte 3"),
    ],
)
def test_training_refuses_unusable_files(data, message, tmp_path, capfd):
    (tmp_path / "data.tsv").write_bytes(data)
    flags = ["--data", str(tmp_path / "data.tsv"), "--output", str(tmp_path / "m")]
    assert message in failure(capfd, run_recipe(sentiment, flags))


def test_a_folder_without_permission_is_refused(tmp_path, tiny_flags, capfd, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("os.open", refuse)  # root may write anywhere: make the refusal
    status = run_recipe(sentiment, [*tiny_flags, "--output", str(tmp_path / "m")])
    monkeypatch.undo()
    assert "cannot be written: Permission denied" in failure(capfd, status)


def test_help_and_import_do_not_wait_for_tensorflow():
    code = "import sys, seqzoo, seqzoo.__main__ as m\ntry: m.main(['--help'])\nexcept SystemExit: pass\n"
    code += "assert not {'tensorflow', 'keras'} & set(sys.modules), 'slow import'"
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)


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
