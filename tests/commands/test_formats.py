"""`predict`: the form of what is printed, how many inputs go together, and where they come from."""

import csv
import io
import json
import os
import sys

import pytest

import seqzoo
from seqzoo.__main__ import main
from tests.support.command_line import Input, failure

TEXTS = b"great film\nawful, dull plot\n"


def printed(trained, capfd, monkeypatch, *flags, data=TEXTS, status=0):
    """What `predict` prints for two texts."""
    monkeypatch.setattr(sys, "stdin", Input(data))
    capfd.readouterr()
    assert main(["predict", str(trained), *flags]) == status
    return capfd.readouterr().out


@pytest.mark.parametrize(("name", "mark"), [("csv", ","), ("tsv", "\t")])
def test_tables_are_printed_with_a_header(name, mark, trained, capfd, monkeypatch):
    text = printed(trained, capfd, monkeypatch, "--format", name)
    rows = list(csv.DictReader(io.StringIO(text), delimiter=mark))
    assert [row["text"] for row in rows] == ["great film", "awful, dull plot"]
    assert [row["label"] for row in rows] == ["good", "bad"]
    (answer,) = seqzoo.load(trained).predict(["great film"])
    assert float(rows[0]["probabilities.good"]) == pytest.approx(
        answer["probabilities"]["good"], abs=1e-6
    )


def test_json_and_plain_are_formats_too(trained, capfd, monkeypatch):
    as_json = printed(trained, capfd, monkeypatch, "--format", "json")
    assert as_json == printed(trained, capfd, monkeypatch)
    assert [json.loads(line)["label"] for line in as_json.splitlines()] == ["good", "bad"]
    assert printed(trained, capfd, monkeypatch, "--format", "plain") == "good\nbad\n"


def test_a_bad_line_has_a_row_of_the_table(trained, capfd, monkeypatch):
    flags = ["--format", "csv", "--keep-going"]
    text = printed(trained, capfd, monkeypatch, *flags, data=b"great\n\n", status=2)
    rows = list(csv.DictReader(io.StringIO(text)))
    assert rows[0]["error"] == ""
    assert "standard input:2: the text is empty" in rows[1]["error"]


def test_top_k_gives_the_likeliest_labels_first(trained, capfd, monkeypatch):
    lines = printed(trained, capfd, monkeypatch, "--top-k", "1").splitlines()
    every = printed(trained, capfd, monkeypatch).splitlines()
    for line, whole in zip(map(json.loads, lines), map(json.loads, every), strict=True):
        best = max(whole["probabilities"].items(), key=lambda each: each[1])
        assert list(line["probabilities"].items()) == [best]
        assert line["label"] == whole["label"]
    both = seqzoo.load(trained).predict("awful", top_k=9)["probabilities"]
    assert sorted(both.values(), reverse=True) == list(both.values())
    assert len(both) == 2
    # A table has a column for each label, and cells only where one is among the likeliest.
    text = printed(trained, capfd, monkeypatch, "--top-k", "1", "--format", "csv")
    first, second = csv.DictReader(io.StringIO(text))
    assert first["probabilities.bad"] == second["probabilities.good"] == ""
    assert first["probabilities.good"] and second["probabilities.bad"]


REFUSED = {  # flags -> what is said
    "--plain --format csv": "--plain and --format csv: expected one of them",
    "--format csv --output x.csv": "--format: the ending of --output says the format",
    "--plain --output x.csv": "--plain: the ending of --output says the format",
    "--batch-size 0": "--batch-size: expected at least 1; got 0",
    "--top-k 0": "top_k: expected at least 1; got 0",
    "--top-k 1 --plain": "--top-k: it is in the JSON; expected no --plain",
    "--threshold 2": "threshold: expected at most 1; got 2",
    "--threshold 0.5": "threshold: this model gives the most probable label",
    "--format xml": "invalid choice: 'xml'",
}


@pytest.mark.parametrize("flags", REFUSED)
def test_what_plays_no_part_is_refused(flags, trained, capfd, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "stdin", Input(TEXTS))
    error = failure(capfd, main(["predict", str(trained), *flags.split()]))
    assert REFUSED[flags] in error


def test_tables_are_of_one_file(trained, tmp_path, capfd):
    (tmp_path / "a.txt").write_bytes(TEXTS)
    files = [str(tmp_path / "a.txt")] * 2
    error = failure(capfd, main(["predict", str(trained), "--format", "csv", *files]))
    assert "--format csv: expected one file to answer; got 2" in error


@pytest.mark.parametrize("size", ["1", "2", "1000"])
def test_the_size_of_a_batch_changes_no_answer(size, trained, capfd, monkeypatch):
    data = TEXTS * 3
    by_size = printed(trained, capfd, monkeypatch, "--batch-size", size, data=data)
    whole = printed(trained, capfd, monkeypatch, data=data)
    for one, other in zip(by_size.splitlines(), whole.splitlines(), strict=True):
        one, other = json.loads(one), json.loads(other)
        assert one.pop("probabilities") == pytest.approx(
            other.pop("probabilities"), abs=1e-6
        )
        assert one == other


def test_a_pipe_is_answered_as_a_file_is(trained, capfd):
    """As the shell's `<(COMMAND)`; once it gave nothing, as looking at its form had read it."""
    reading, writing = os.pipe()
    os.write(writing, TEXTS)
    os.close(writing)
    try:
        assert main(["predict", str(trained), f"/dev/fd/{reading}", "--plain"]) == 0
    finally:
        os.close(reading)
    assert capfd.readouterr().out == "good\nbad\n"


class Typing:
    """A terminal on which somebody types two lines; notes what has been printed before the second."""

    def __init__(self, capfd):
        self.buffer, self._capfd = self, capfd
        self.lines, self.before = TEXTS.splitlines(keepends=True), None

    def isatty(self):
        return True

    def readline(self):
        return self.lines.pop(0) if self.lines else b""

    def read1(self, size):
        if self.before is None:
            self.before = self._capfd.readouterr()
        return self.readline()


def test_who_types_is_asked_and_answered_line_by_line(trained, capfd, monkeypatch):
    typing = Typing(capfd)
    monkeypatch.setattr(sys, "stdin", typing)
    assert main(["predict", str(trained), "--plain"]) == 0
    assert typing.before.out == "good\n"
    assert "type a text a line; Ctrl+D ends" in typing.before.err
    assert capfd.readouterr().out == "bad\n"


def test_progress_is_for_terminals_alone(monkeypatch, capsys):
    from seqzoo.system import progress

    monkeypatch.setattr(progress, "COUNT_SECONDS", -1.0)
    for terminal in (False, True):
        monkeypatch.setattr(sys.stderr, "isatty", lambda shown=terminal: shown)
        count = progress.Count()
        for _ in range(1234):
            count.advance()
        count.end()
        err = capsys.readouterr().err
        assert bool(err) == terminal
    assert "\r1,234 answered, " in err
    assert err.endswith(" a second \n")
