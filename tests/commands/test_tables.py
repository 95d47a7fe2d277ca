"""Commands read every table alike, say what they found, and write answers beside the user's columns."""

import csv
import json
import re
import sys

import pytest

from seqzoo.__main__ import main
from seqzoo.recipes import sentiment
from seqzoo.training.command import run_recipe
from tests.support.command_line import Input, failure
from tests.support.flags import changed

TEXTS = ("great film", "awful plot", "a fine story")
ANSWERS = ["good", "bad", "good"]


def predicted(trained, path, capfd, *flags):
    status = main(["predict", str(trained), str(path), "--plain", *flags])
    out, err = capfd.readouterr()
    assert status == 0, err
    return out.splitlines(), err


# Name, content, flags, what is said on standard error.
FORMS = {
    "semicolon": ("a.csv", "text;label\n" + "".join(f"{t};x\n" for t in TEXTS), [], "delimiter semicolon"),
    "UTF-16": ("a.csv", ("text\n" + "\n".join(TEXTS)).encode("utf-16"), [], "UTF-16-LE (by its BOM)"),
    "lines in UTF-16": ("a.txt", "\n".join(TEXTS).encode("utf-16"), [], ""),
    "lines in CR": ("a.txt", "\r".join(TEXTS), [], ""),
    "as it was trained": ("a.tsv", "".join(f"good\t{t}\n" for t in TEXTS), [], ""),
    "fastText": ("a.txt", "".join(f"__label__x {t}\n" for t in TEXTS), [], "fastText's format"),
    "an array": ("a.json", json.dumps([{"text": text} for text in TEXTS]), [], ""),
    "an array of strings": ("a.json", json.dumps(TEXTS), [], ""),
    "by its name": ("a.csv", "id,review\n" + "".join(f"1,{t}\n" for t in TEXTS), [], "in column 'review'"),
    "--text-column": ("a.csv", "id,x\n" + "".join(f"1,{t}\n" for t in TEXTS), ["--text-column", "x"], "'x'"),
    "--columns": ("a.csv", "".join(f"1,{t}\n" for t in TEXTS), ["--columns", "id,text"], ""),
    "--delimiter": ("a.txt", "".join(f"1^{t}\n" for t in TEXTS), ["--delimiter", "^", "--columns", "x,text"],
                    "'^'"),
    "--encoding": ("a.txt", "\n".join(TEXTS).encode("utf-16-le"), ["--encoding", "utf-16-le"], ""),
    "--skip-bad-rows": ("a.txt", "\n".join((*TEXTS, "")) + "\n", ["--skip-bad-rows"],
                        "left out 1 rows; the first"),
}  # fmt: skip


@pytest.mark.parametrize("name, content, flags, said", FORMS.values(), ids=FORMS)
def test_predict_reads_what_training_reads(
    name, content, flags, said, trained, tmp_path, capfd
):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    answers, told = predicted(trained, path, capfd, *flags)
    assert answers == ANSWERS
    assert said in told
    assert bool(told) == bool(said)


def test_predict_reads_a_folder_a_class(trained, tmp_path, capfd):
    for number, text in enumerate(TEXTS):
        (tmp_path / f"c{number}").mkdir()
        (tmp_path / f"c{number}" / "a.txt").write_text(text)
    assert predicted(trained, tmp_path, capfd)[0] == ANSWERS


def test_predict_reads_standard_input_by_its_bom(trained, capfd, monkeypatch):
    monkeypatch.setattr(sys, "stdin", Input("\n".join(TEXTS).encode("utf-16")))
    assert main(["predict", str(trained), "--plain"]) == 0
    assert capfd.readouterr().out.splitlines() == ANSWERS


REFUSED = {
    "UTF-16 without a BOM": ("a.txt", "great film".encode("utf-16-le"), [], "NUL byte.*--encoding utf-16-le"),
    "GBK": ("a.txt", "这部电影太难看了，我很不喜欢".encode("gbk"), [], "give --encoding gb18030"),
    "no column": ("a.csv", b"body,x\na,b\n", [], "'text'; it is not in body, x; --text-column names another"),
    "two flags": ("a.csv", b"text\na\n", ["--keep-going", "--skip-bad-rows"], "expected one of them"),
    "standard input": ("-", b"", ["--columns", "text"], "--columns: standard input has a text a line"),
    "no delimiters": ("a.jsonl", b'"a"\n', ["--delimiter", ","], "--delimiter: .*plays no part"),
    "output of two": ("-", b"", ["-", "--output", "out.csv"], "expected one file to answer; got 2"),
    "output of no kind": ("a.csv", b"text\na\n", ["--output", "out.doc"], "ending in .csv, .tsv, .jsonl"),
    "output into itself": ("a.csv", b"text\na\n", ["--output", "a.csv"], "another file than the one"),
    "plain output": ("a.csv", b"text\na\n", ["--output", "out.csv", "--plain"], "--plain: the ending of"),
}  # fmt: skip


@pytest.mark.parametrize("name, content, flags, message", REFUSED.values(), ids=REFUSED)
def test_predict_asks_in_one_line(
    name, content, flags, message, trained, tmp_path, capfd, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    if name != "-":
        (tmp_path / name).write_bytes(content)
    error = failure(capfd, main(["predict", str(trained), name, *flags]))
    assert re.search(message, error), error


def scored(trained, tmp_path, name, content, output, *flags, status=0):
    """The rows of a file with answers, as they stand in it."""
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    command = [
        "predict",
        str(trained),
        str(path),
        "--output",
        str(tmp_path / output),
        *flags,
    ]
    assert main(command) == status
    assert not list(tmp_path.glob("*.partial"))
    return (tmp_path / output).read_text("utf-8")


def test_output_keeps_the_users_columns(trained, tmp_path, capfd):
    content = 'id,label,text\n1,x,"great, ""film"""\n2,y,"awful\nplot"\n'
    text = scored(trained, tmp_path, "a.csv", content, "out.csv")
    rows = list(csv.DictReader(text.splitlines(keepends=True)))
    own = list(csv.DictReader(content.splitlines(keepends=True)))
    assert [{name: row[name] for name in own[0]} for row in rows] == own
    assert [row["predicted_label"] for row in rows] == ["good", "bad"]
    for row in rows:
        assert float(row["probabilities.good"]) + float(
            row["probabilities.bad"]
        ) == pytest.approx(1)
    assert capfd.readouterr().out == ""


def test_output_has_the_delimiter_of_what_was_read(trained, tmp_path):
    text = scored(trained, tmp_path, "a.csv", "nr;text\n1;great film\n", "out.csv")
    assert text.splitlines()[0].startswith("nr;text;label;")


def test_output_as_json_lines_and_tabs(trained, tmp_path):
    content = '{"id": [1], "text": "great film"}\n{"text": "awful plot", "more": null}\n'
    text = scored(trained, tmp_path, "a.jsonl", content, "out.jsonl")
    first, second = map(json.loads, text.splitlines())
    assert first.pop("probabilities").keys() == second.pop("probabilities").keys()
    assert first.pop("familiarity") == second.pop("familiarity")
    assert first == {"id": [1], "text": "great film", "label": "good"}
    assert second == {"text": "awful plot", "more": None, "label": "bad"}
    text = scored(trained, tmp_path, "a.tsv", "x\tgreat film\n", "out.tsv")
    assert text.splitlines()[0].split("\t")[:3] == ["label", "text", "predicted_label"]
    assert text.splitlines()[1].split("\t")[:3] == ["x", "great film", "good"]


def test_output_of_lines_and_of_bad_rows(trained, tmp_path, capfd):
    text = scored(
        trained,
        tmp_path,
        "a.txt",
        "great film\n\nawful plot\n",
        "out.csv",
        "--keep-going",
        status=2,
    )
    rows = list(csv.DictReader(text.splitlines()))
    assert [(row["text"], row["label"]) for row in rows] == [
        ("great film", "good"),
        ("", ""),
        ("awful plot", "bad"),
    ]
    assert "a.txt:2: the text is empty" in rows[1]["error"]
    capfd.readouterr()
    path = tmp_path / "b.txt"
    path.write_text("great film\n\n")
    error = failure(
        capfd,
        main(["predict", str(trained), str(path), "--output", str(tmp_path / "b.csv")]),
    )
    assert "b.txt:2: the text is empty" in error
    assert not list(tmp_path.glob("b.csv*"))


def test_output_that_cannot_hold_a_row_is_refused(trained, tmp_path, capfd):
    for name, content, output, message in (
        ("a.csv", 'text\n"great\tfilm"\n', "out.tsv", "a.csv:2: a tab or a line break"),
        (
            "a.jsonl",
            '{"text": "great"}\n{"text": "film", "more": 1}\n',
            "out.csv",
            "'more' is none of the first",
        ),
    ):
        (tmp_path / name).write_text(content)
        command = [
            "predict",
            str(trained),
            str(tmp_path / name),
            "--output",
            str(tmp_path / output),
        ]
        assert message in failure(capfd, main(command))
        assert not list(tmp_path.glob("out*"))


EVALUATED = {
    "semicolon": ("a.csv", "review;sentiment\ngreat film;good\nawful plot;bad\n", []),
    "an array": ("a.json", json.dumps([{"text": "great film", "label": "good"}]), []),
    "fastText": ("a.txt", "__label__good great film\n", []),
    "flags": ("a.csv", "x,y\ngreat film,good\n", ["--text-column", "x", "--label-column", "y"]),
    "--columns": ("a.csv", "good,great film\n", ["--columns", "label,text"]),
    "--skip-bad-rows": ("a.csv", "text,label\ngreat film,good\n,bad\n", ["--skip-bad-rows"]),
}  # fmt: skip


@pytest.mark.parametrize("name, content, flags", EVALUATED.values(), ids=EVALUATED)
def test_evaluate_and_doctor_read_what_training_reads(
    name, content, flags, trained, tmp_path, capfd
):
    path = tmp_path / name
    path.write_text(content)
    assert main(["evaluate", "--json", str(trained), "--data", str(path), *flags]) == 0
    assert json.loads(capfd.readouterr().out)["accuracy"] == 1
    if "--label-column" in flags:  # what it has no need of is refused
        assert "--label-column" in failure(
            capfd, _status(["doctor", str(trained), "--data", str(path), *flags])
        )
        flags = flags[:2]
    assert main(["doctor", str(trained), "--data", str(path), *flags]) == 0


def _status(command):
    try:
        return main(command)
    except SystemExit as ended:
        return ended.code


def test_evaluate_reads_the_test_part_of_a_folder(trained, tmp_path, capfd):
    (tmp_path / "train.tsv").write_text("good\tawful plot\n")
    command = ["evaluate", "--json", str(trained), "--data", str(tmp_path)]
    assert "expected a test part (test or eval); it has train" in failure(
        capfd, main(command)
    )
    (tmp_path / "eval.tsv").write_text("good\tgreat film\n")
    assert main(command) == 0
    assert json.loads(capfd.readouterr().out)["accuracy"] == 1


def test_labels_that_a_model_lacks_are_listed_to_a_dozen(trained, tmp_path, capfd):
    from seqzoo.errors import unknown_name

    names = [f"a rather long name of a class, number {n}" * 20 for n in range(500)]
    message = str(unknown_name("label", "x" * 5000, names))
    assert len(message) < 1000
    assert "and 488 more" in message


def test_a_training_says_what_it_found_and_so_does_the_card(corpus, tmp_path, capfd):
    rows = [line.split("\t") for line in corpus.read_text("utf-8").splitlines()]
    path = tmp_path / "reviews.csv"
    content = "review;sentiment\n" + "".join(f"{text};{label}\n" for label, text in rows)
    path.write_bytes(content.encode("utf-16"))
    settings = "--units 4 --embedding-dim 8 --epochs 1 --minimum-count 1 --baseline none"
    flags = settings.split()
    output = tmp_path / "model"
    command = ["--data", str(path), *flags, "--output", str(output)]
    assert run_recipe(sentiment, command) == 0
    found = (
        "CSV, delimiter semicolon, UTF-16-LE (by its BOM), text in column 'review', label"
    )
    out = capfd.readouterr().out
    assert f"{path}: {found} in column 'sentiment'\n" in out
    assert out.index(found) < out.index("epoch 1")
    assert found in (output / "README.md").read_text("utf-8")

    # A file mended since is not trained on, nor left aside, without a word.
    assert run_recipe(sentiment, command) == 0
    assert "is finished" in capfd.readouterr().out
    path.write_bytes(content.replace("good", "fine").encode("utf-16"))
    for more in ([], ["--epochs", "2"]):
        error = failure(capfd, run_recipe(sentiment, changed(command, *more)))
        assert (
            f"--data {path}: changed since the data were prepared from it; another --output"
            in error
        )


def test_flags_on_a_form_without_data_are_refused(tmp_path, capfd):
    for flags in (
        "--delimiter ;",
        "--text-column x",
        "--skip-bad-rows",
        "--encoding gbk",
        "--columns a,b",
    ):
        command = [*flags.split(), "--output", str(tmp_path / "m")]
        error = failure(capfd, run_recipe(sentiment, command))
        assert f"{flags.split()[0]}: it is for --data; there is none" in error
