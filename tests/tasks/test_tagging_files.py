"""Trained taggers on files of tokens: `predict` and `evaluate` read what training reads."""

import json
import sys

import pytest

import seqzoo
from seqzoo.__main__ import main
from seqzoo.tasks.tagging import raw
from seqzoo.tasks.tagging.cuts import WORD
from tests.support.command_line import Input

ROWS = [
    ("said", "O"),
    ("Anna", "B-person"),
    ("Berg", "I-person"),
    ("in", "O"),
    ("Thal", "B-place"),
]
NAMES = [("Anna Berg", "person"), ("Thal", "place")]
SENTENCE = "\n".join(f"{token} {tag}" for token, tag in ROWS)
TOKENS = [token for token, _ in ROWS]
KAGGLE = "Sentence #,Word,Tag\n" + "".join(f"1,{token},{tag}\n" for token, tag in ROWS)
FILES = {
    "a.conll": f"-DOCSTART- -X-\n\n{SENTENCE}\n".replace(" -X-", " O"),
    "a.txt": f"{SENTENCE}\n\n" * 3,
    "a.csv": KAGGLE,
    "a.jsonl": json.dumps({"tokens": TOKENS, "tags": ["O"] * 5}) + "\n",
    "b.jsonl": json.dumps(TOKENS) + "\n",
}


def answers(capfd):
    return [json.loads(line) for line in capfd.readouterr().out.splitlines()]


def found(answer):
    return [(each["text"], each["label"]) for each in answer["entities"]]


@pytest.mark.parametrize("name", FILES)
def test_predict_reads_tokens(name, entity_tagger, tmp_path, capfd):
    path = tmp_path / name
    path.write_text(FILES[name], "utf-8")
    assert main(["predict", str(entity_tagger), str(path)]) == 0
    for answer in answers(capfd):
        assert answer["tokens"] == TOKENS
        assert answer["tags"] == [tag for _, tag in ROWS]
        assert found(answer) == NAMES


def test_ready_tokens_are_not_cut(entity_tagger, monkeypatch, capfd):
    model = seqzoo.load(entity_tagger)
    tokens = ["said", "Dr.", "O'Neil", "in", "Thal"]
    (answer,) = model.predict([tokens])
    assert answer["tokens"] == tokens
    assert [each["text"] for each in answer["entities"]][-1:] == ["Thal"]
    assert "tokens" not in model.predict([" ".join(tokens)])[0]
    monkeypatch.setattr(sys, "stdin", Input(" ".join(tokens).encode() + b"\n"))
    assert main(["predict", str(entity_tagger), "--tokens"]) == 0
    assert answers(capfd) == [answer]
    with pytest.raises(
        seqzoo.InputError, match=r"texts\[0\]: expected tokens; number 2 is 3"
    ):
        model.predict([["a", 3]])


def test_a_tagger_of_characters_has_no_ready_tokens(segmenter, monkeypatch, capfd):
    monkeypatch.setattr(sys, "stdin", Input("中国".encode()))
    assert main(["predict", str(segmenter), "--tokens"]) == 2
    assert "--tokens: it is for" in capfd.readouterr().err


def test_ready_tokens_play_no_part_where_files_have_tags(entity_tagger, tmp_path, capfd):
    path = tmp_path / "a.bio"
    path.write_text(f"{SENTENCE}\n", "utf-8")
    assert main(["doctor", str(entity_tagger), "--data", str(path), "--tokens"]) == 2
    assert (
        "--tokens: files with tags have tokens; it plays no part" in capfd.readouterr().err
    )


def test_predict_of_a_segmenter_reads_columns(segmenter, tmp_path, capfd):
    path = tmp_path / "a.bmes"
    path.write_text("中 B\n国 E\n人 B\n民 E\n", "utf-8")
    assert main(["predict", str(segmenter), str(path), "--plain"]) == 0
    assert capfd.readouterr().out == "中国 人民\n"


OTHER = SENTENCE.replace("person", "PER").replace("place", "LOC")
MAPS = {
    None: "the model's are person, place: none is the same; --map LOC=place,PER=person says",
    "PER=person,LOC=place": 1.0,
    "PER=person,LOC=O": 2 / 3,  # the place that the model sees is one too many
    "PER=people": "--map PER=people: expected a label of the model",
    "PER=person,ORG=place": "--map: ORG: no label of",
    "PER": "--map: expected PER=person,LOC=place; got 'PER'",
}


@pytest.mark.parametrize("said", MAPS)
def test_labels_of_another_name_are_mapped_or_refused(said, entity_tagger, tmp_path, capfd):
    path = tmp_path / "a.bio"
    path.write_text(f"{OTHER}\n\n" * 3, "utf-8")
    flags = [] if said is None else ["--map", said]
    status = main(["evaluate", "--json", str(entity_tagger), "--data", str(path), *flags])
    out, err = capfd.readouterr()
    if isinstance(MAPS[said], str):
        assert status == 2 and MAPS[said] in err and err.count("error") == 1
        return
    assert status == 0
    assert json.loads(out)["f1"] == pytest.approx(MAPS[said])


def test_labels_that_a_model_lacks_are_told(entity_tagger, tmp_path, capfd):
    path = tmp_path / "a.bio"
    path.write_text(f"{SENTENCE}\nCup B-event\n\n" * 3, "utf-8")
    assert main(["evaluate", "--json", str(entity_tagger), "--data", str(path)]) == 0
    assert "3 spans of event, which the model does not know" in capfd.readouterr().err


@pytest.mark.parametrize(
    "content, f1",
    [
        ("中国/n 人民/n 的/u 银行/n\n" * 6, 1.0),
        ("中国/人民/的/银行\n" * 6, "--delimiter '/'"),
        ("中国人民的银行\n" * 6, "no line has a blank"),
    ],
)
def test_evaluate_of_a_segmenter_notices_what_are_no_words(
    content, f1, segmenter, tmp_path, capfd
):
    path = tmp_path / "a.txt"
    path.write_text(content, "utf-8")
    status = main(["evaluate", "--json", str(segmenter), "--data", str(path)])
    out, err = capfd.readouterr()
    if isinstance(f1, str):
        assert status == 2 and f1 in err
    else:
        assert status == 0 and json.loads(out)["f1"] == f1


def test_tokens_that_raw_text_is_not_cut_into_are_told_and_measured(
    entity_tagger, tmp_path, capfd
):
    assert list(raw.lines([["Anna", "in", "Thal", "."]], WORD)) == []
    (line,) = raw.lines([["O'Neil", "in", "St.", "."]] * 3 + [["Dr.", "Thal"]], WORD)
    assert line.startswith(
        "warning: raw text is cut into other tokens than 50.0% of the training"
    )
    assert "(O'Neil, St., Dr.)" in line
    path = tmp_path / "a.bio"
    path.write_text(f"{SENTENCE}\n\n" * 3, "utf-8")
    assert main(["evaluate", "--json", str(entity_tagger), "--data", str(path)]) == 0
    assert "raw_text_f1" not in json.loads(capfd.readouterr().out)
    path.write_text(f"{SENTENCE}\nSt.-X B-place\n\n" * 3, "utf-8")
    assert main(["evaluate", "--json", str(entity_tagger), "--data", str(path)]) == 0
    assert (
        0 < json.loads(capfd.readouterr().out)["raw_text_f1"] <= 0.8
    )  # the last is found nowhere
