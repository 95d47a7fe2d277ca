"""Files of tagged sequences as people have them: read, with what was found, or asked about in one line."""

import json
import re

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from seqzoo.datasets.reading.frames import Frame
from seqzoo.datasets.reading.settings import Form
from seqzoo.datasets.sequences.letters import plain, scheme_of
from seqzoo.datasets.sequences.opened import (
    open_tagged,
    open_tokens,
    open_words,
    read_tagged,
)
from seqzoo.errors import InputError
from seqzoo.tasks.tagging.cuts import runs
from seqzoo.text import schemes

SENTENCE = [
    ("Anna", "B-PER"),
    ("Berg", "I-PER"),
    ("saw", "O"),
    ("Oslo", "B-LOC"),
    (".", "O"),
]
SPANS = [(0, 9, "PER"), (14, 18, "LOC")]
TEXT = "Anna Berg saw Oslo."
WANTED = [("Anna Berg", "PER"), ("Oslo", "LOC")]


def columns(row, mark=" ", between="\n\n", count=6, before=""):
    """A file of some sentences, a row for each token."""
    lines = [
        "\n".join(mark.join(row(n, *pair)) for n, pair in enumerate(SENTENCE, 1))
    ] * count
    return before + between.join(lines) + "\n"


def objects(*values):
    return "".join(json.dumps(value) + "\n" for value in values)


BILOU = {"B-PER": "B-PER", "I-PER": "L-PER", "B-LOC": "U-LOC", "O": "O"}
IOBES = {"B-PER": "B-PER", "I-PER": "E-PER", "B-LOC": "S-LOC", "O": "O"}
DICTS = [{"start": a, "end": b, "label": c} for a, b, c in SPANS]
OFFSETS = [{"id": 7, "start_offset": a, "end_offset": b, "label": c} for a, b, c in SPANS]
RESULTS = [
    {"value": {"start": a, "end": b, "text": "", "labels": [c]}} for a, b, c in SPANS
]
TOKENS, TAGS = ([pair[n] for pair in SENTENCE] for n in (0, 1))
# Name of the file, its content, what the user says, and what is found.
READ = {
    "plain": ("a.bio", columns(lambda n, w, t: (w, t)), {}, "tags in column 2, in BIO"),
    "tabs": ("a.tsv", columns(lambda n, w, t: (w, "NN", t), "\t"), {}, "tags in column 3"),
    "BILOU": ("a.bilou", columns(lambda n, w, t: (w, BILOU[t])), {}, "in BILOU"),
    "IOBES": ("a.iobes", columns(lambda n, w, t: (w, IOBES[t])), {}, "in BIOES"),
    "underscores": (
        "a.txt",
        columns(lambda n, w, t: (w, t.replace("-", "_"))),
        {},
        "in BIO",
    ),
    "tags first": (
        "a.bio",
        columns(lambda n, w, t: (t, w)),
        {"tag_column": "1", "token_column": "2"},
        "tokens in column 2, tags in column 1",
    ),
    "counted": (
        "a.bio",
        columns(lambda n, w, t: (str(n), w, t)),
        {"token_column": "2"},
        "tokens in column 2",
    ),
    "CoNLL-U": (
        "a.conllu",
        columns(lambda n, w, t: (str(n), w, *"_______", t), "\t", before="# sent_id = 1\n"),
        {},
        "CoNLL-U, tokens in column 'form', tags in column 'misc'.*comments left aside",
    ),
    "NER= in misc": (
        "a.txt",
        columns(
            lambda n, w, t: (
                str(n),
                w,
                *"_______",
                "SpaceAfter=No" + f"|NER={t}" * (t != "O"),
            ),
            "\t",
        ),
        {},
        "tags in column 'misc'",
    ),
    "comments": (
        "a.bio",
        columns(lambda n, w, t: (w, t), before="# id = 1\n# text = Anna saw O\n"),
        {},
        "comments left aside",
    ),
    "documents": (
        "a.conll",
        columns(lambda n, w, t: (w, t), between="\n-DOCSTART- -X- O\n"),
        {},
        "tags in column 2",
    ),
    "header": (
        "a.tsv",
        columns(lambda n, w, t: (w, t), "\t", before="word\tpos\n".replace("pos", "tag")),
        {},
        "tokens in column 'word', tags in column 'tag'",
    ),
    "Kaggle": (
        "a.csv",
        "Sentence #,Word,Tag\n"
        + "".join(
            f"{f'Sentence: {s}' if n == 0 else ''},{w},{t}\n"
            for s in range(6)
            for n, (w, t) in enumerate(SENTENCE)
        ),
        {},
        "sentences by column 'sentence #'",
    ),
    "semicolons": (
        "a.csv",
        columns(lambda n, w, t: (w, t), ";", before="token;ner\n"),
        {},
        "delimiter semicolon.*tokens in column 'token', tags in column 'ner'",
    ),
    "tokens": (
        "a.jsonl",
        objects({"tokens": TOKENS, "ner_tags": TAGS}),
        {},
        "tokens with tags",
    ),
    "array": (
        "a.json",
        json.dumps([{"words": TOKENS, "labels": TAGS}]),
        {},
        "a JSON array",
    ),
    "other keys": (
        "a.jsonl",
        objects({"w": TOKENS, "t": TAGS}),
        {"token_column": "w", "tag_column": "t"},
        "tokens with tags",
    ),
    "spans": (
        "a.jsonl",
        objects({"text": TEXT, "entities": SPANS}),
        {},
        "texts with spans",
    ),
    "doccano": ("a.jsonl", objects({"id": 1, "text": TEXT, "label": SPANS}), {}, "spans"),
    "doccano's objects": (
        "a.jsonl",
        objects({"text": TEXT, "entities": OFFSETS}),
        {},
        "spans",
    ),
    "spaCy": ("a.json", json.dumps([[TEXT, {"entities": SPANS}]]), {}, "texts with spans"),
    "an annotator": (
        "a.json",
        json.dumps({"classes": ["PER"], "annotations": [[TEXT, {"entities": SPANS}]]}),
        {},
        "spans",
    ),
    "Prodigy": (
        "a.jsonl",
        objects({"text": TEXT, "spans": DICTS, "meta": {}}),
        {},
        "spans",
    ),
    "Label Studio": (
        "a.json",
        json.dumps(
            [{"id": 1, "data": {"text": TEXT}, "annotations": [{"result": RESULTS}]}]
        ),
        {},
        "texts with spans",
    ),
    "Label Studio, minimal": (
        "a.json",
        json.dumps([{"text": TEXT, "label": [each["value"] for each in RESULTS]}]),
        {},
        "texts with spans",
    ),
    "by characters": (
        "a.jsonl",
        objects({"text": "王小明在北京", "entities": [[0, 3, "PER"], [4, 6, "LOC"]]}),
        {},
        "a token is a character",
    ),
}


def read(path, words=False, unit=None, **said):
    asked = Form.of(said)
    file = open_words(path, asked) if words else open_tagged(path, asked, unit, runs)
    return file, list(file)


def spans_of(example):
    glue = "" if all(len(token) == 1 for token in example.tokens) else " "
    return [
        (glue.join(example.tokens[a:b]), label)
        for a, b, label in schemes.tags_to_spans(example.tags)
    ]


@pytest.mark.parametrize("kind", READ)
def test_a_file_is_read(kind, tmp_path):
    name, content, said, found = READ[kind]
    path = tmp_path / name
    path.write_text(content, "utf-8")
    file, examples = read(path, **said)
    assert re.search(found, file.found)
    assert len(examples) in (1, 6)
    wanted = [("王小明", "PER"), ("北京", "LOC")] if "小" in content else WANTED
    if "\\u738b" in content:
        wanted = [("王小明", "PER"), ("北京", "LOC")]
    for example in examples:
        assert spans_of(example) == wanted
        schemes.check(example.tags, "BIOES")


ASKED = {
    "tags first": (
        "a.bio",
        columns(lambda n, w, t: (t, w)),
        "--tag-column 1 --token-column 2",
    ),
    "zero for O": (
        "a.bio",
        columns(lambda n, w, t: (w, t.replace("O", "0"))),
        "got '0', the digit zero; outside is the letter O",
    ),
    "counted": (
        "a.bio",
        columns(lambda n, w, t: (str(n), w, t)),
        "column 1 counts the tokens",
    ),
    "CoNLL-U without tags": (
        "a.conllu",
        columns(lambda n, w, t: (str(n), w, *"________"), "\t"),
        "upos, xpos, or another",
    ),
    "no such column": ("a.bio", columns(lambda n, w, t: (w, t)), "columns 1 to 2"),
    "numbers for tags": (
        "a.jsonl",
        objects({"tokens": ["a"], "tags": [3]}),
        "tags by name",
    ),
    "too few tags": (
        "a.jsonl",
        objects({"tokens": ["a", "b"], "tags": ["O"]}),
        "expected 2 tags",
    ),
    "other keys": ("a.jsonl", objects({"x": 1}), "the keys are x"),
    "cuts a word": (
        "a.jsonl",
        objects({"text": "Annas", "entities": [[0, 4, "PER"]]}),
        "cuts a word in 'Annas'; --unit character",
    ),
    "blank token": (
        "a.jsonl",
        objects({"tokens": ["a", " "]}),
        "number 2: expected a text; it is blank",
    ),
    "no character": (
        "a.jsonl",
        '{"text": "\\ud800 b", "entities": []}\n',
        "a lone surrogate",
    ),
    "a label of two lines": (
        "a.jsonl",
        objects({"text": "Anna", "entities": [[0, 4, "P\nQ"]]}),
        "a label of one line",
    ),
    "outside": (
        "a.jsonl",
        objects({"text": "Anna", "entities": [[0, 9, "PER"]]}),
        "lies outside",
    ),
    "overlaps": (
        "a.jsonl",
        objects({"text": "Anna Berg", "entities": [[0, 9, "P"], [5, 9, "Q"]]}),
        "overlaps the one before it",
    ),
    "two annotators": (
        "a.json",
        json.dumps([{"data": {"text": TEXT}, "annotations": [{"result": []}] * 2}]),
        "expected one annotation; got 2",
    ),
}


@pytest.mark.parametrize("kind", ASKED)
def test_a_file_is_asked_about(kind, tmp_path):
    name, content, message = ASKED[kind]
    path = tmp_path / name
    path.write_text(content, "utf-8")
    said = {"tag_column": "3"} if kind == "no such column" else {}
    with pytest.raises(InputError, match=message):
        raise next(e for e in read(path, **said)[1] if isinstance(e, InputError))


def test_a_bad_row_leaves_its_own_sequence_out_alone(tmp_path):
    rows = columns(lambda n, w, t: (w, t)).split("\n\n")
    rows[2] = rows[2].replace("O", "Q", 1)
    path = tmp_path / "a.bio"
    path.write_text("\n\n".join(rows), "utf-8")
    bad = [isinstance(each, InputError) for each in read(path)[1]]
    assert bad == [False, False, True, False, False, False]


def test_names_of_tokens_are_tags_where_a_column_is_named(tmp_path):
    path = tmp_path / "a.conllu"
    path.write_text(
        columns(lambda n, w, t: (str(n), w, "_", "NOUN", *"______"), "\t"), "utf-8"
    )
    file, examples = read(path, tag_column="upos")
    assert "each tag the name of a token" in file.found
    assert set(examples[0].tags) == {"S-NOUN"}


def test_a_number_sign_is_a_token_where_it_has_a_tag(tmp_path):
    path = tmp_path / "a.bio"
    path.write_text("# O\n1 O\n\n# id = 2\n# X O\n", "utf-8")
    with pytest.raises(InputError, match="expected 2 columns"):
        raise read(path)[1][1]
    assert read(path)[1][0].tokens == ("#", "1")


def test_letters_of_all_schemes_say_the_same():
    same = {
        "BIOES": ["B-a", "I-a", "E-a", "S-a", "O"],
        "BILOU": ["B-a", "I-a", "L-a", "U-a", "O"],
        "BMES": ["B-a", "M-a", "E-a", "S-a", "O"],
    }
    for scheme, tags in same.items():
        assert [plain(tag, "here") for tag in tags] == same["BIOES"]
        assert scheme_of(tags) == scheme
    assert scheme_of(["B-x", "I-x", "O"]) == "BIO"
    for tag in ("", "b-PER", "PER", "O-PER", "B-", "0"):
        with pytest.raises(InputError, match="here: expected a tag"):
            plain(tag, "here")


CUT = "他/r 说/v 北京/ns 好/a 。/w"
WORDS = {
    "spaces": ("他 说 北京 好 。", {}, "words between spaces"),
    "parts of speech": (CUT, {}, "a part of speech behind each word left aside"),
    "the People's Daily": (
        f"19980101-01-001-001/m {CUT}".replace("说/v 北京/ns", "说/v [北京/ns]nt"),
        {},
        "the number in front of each line left aside",
    ),
    "underscores": (CUT.replace("/", "_"), {}, "a part of speech"),
    "slashes": ("他/说/北京/好/。", {"delimiter": "/"}, "words between '/'"),
    "columns": ("他 S\n说 S\n北 B\n京 E\n好 S\n。 S\n", {}, "in BMES"),
}


@pytest.mark.parametrize("kind", WORDS)
def test_words_are_read(kind, tmp_path):
    line, said, found = WORDS[kind]
    path = tmp_path / "a.txt"
    path.write_text(f"{line}\n" * 8, "utf-8")
    file, examples = read(path, words=True, **said)
    assert found in file.found
    for example in examples:
        assert schemes.tags_to_words(example.text, example.tags) == [
            "他",
            "说",
            "北京",
            "好",
            "。",
        ]


@pytest.mark.parametrize(
    "line, message",
    [
        ("他/说/北京/好/。", "--delimiter '/' says so"),
        ("他说北京好。", "no line has a blank: words are learnt"),
    ],
)
def test_texts_without_blanks_are_asked_about(line, message, tmp_path):
    path = tmp_path / "a.txt"
    path.write_text(f"{line}\n" * 8, "utf-8")
    with pytest.raises(InputError, match=message):
        read(path, words=True)


NAMES = {"names": ["O", "B-PER", "I-PER", "B-LOC"], "_type": "ClassLabel"}
NUMBERS = [NAMES["names"].index(tag) for tag in TAGS]


@pytest.mark.parametrize(
    "feature",
    [
        {"feature": NAMES, "_type": "Sequence"},
        {"feature": NAMES, "_type": "List"},
        [NAMES],
        None,
    ],
)
def test_numbers_for_tags_are_read_by_the_names_that_a_parquet_file_has(feature, tmp_path):
    table = pa.table({"tokens": [TOKENS], "ner_tags": [NUMBERS]})
    if feature is not None:
        about = json.dumps({"info": {"features": {"ner_tags": feature}}})
        table = table.replace_schema_metadata({"huggingface": about})
    path = tmp_path / "train-00000-of-00001.parquet"
    pq.write_table(table, path)
    file, (example,) = read(path)
    assert "Parquet, tokens with tags" in file.found
    if feature is None:
        assert "expected tags by name (B-LABEL); got 1" in str(example)
    else:
        assert spans_of(example) == WANTED


def test_a_sheet_of_excel_is_read(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["Sentence #", "Word", "Tag"])
    for number in range(6):
        for place, pair in enumerate(SENTENCE):
            book.active.append([None if place else f"Sentence: {number}", *pair])
    book.save(tmp_path / "a.xlsx")
    file, examples = read(tmp_path / "a.xlsx")
    assert "sentences by column 'sentence #'" in file.found
    assert [spans_of(example) for example in examples] == [WANTED] * 6


class PolarsFrame:
    """What a frame of polars has, as far as it is asked."""

    def __init__(self, columns):
        self.columns = list(columns)
        self._rows = list(zip(*columns.values(), strict=True))

    def iter_rows(self):
        return iter(self._rows)


class HubDataset(list):
    """What a dataset of Hugging Face's has, as far as it is asked: tags are numbers of classes."""

    def __init__(self, columns, names):
        self.column_names = list(columns)
        inner = type("ClassLabel", (), {"names": names})()
        self.features = {"ner_tags": type("List", (), {"feature": inner})(), "tokens": None}
        rows = zip(*columns.values(), strict=True)
        super().__init__(dict(zip(columns, row, strict=True)) for row in rows)


def frames():
    """Frames with the sentence twice, in the shapes that people have."""
    import pandas as pd

    lists = {"tokens": [TOKENS] * 2, "ner_tags": [TAGS] * 2}
    yield pd.DataFrame(lists)
    yield pd.DataFrame({name: [np.array(each) for each in lists[name]] for name in lists})
    yield PolarsFrame(lists)
    names = sorted(set(TAGS))
    numbers = [[names.index(tag) for tag in TAGS]] * 2
    yield HubDataset({**lists, "ner_tags": numbers}, names)
    rows = {"Word": TOKENS * 2, "POS": ["NN"] * 2 * len(TAGS), "Tag": TAGS * 2}
    numbered = [f"Sentence: {n}" for n in (1, 2) for _ in TAGS]
    begun = [
        f"Sentence: {n}" if first else None
        for n in (1, 2)
        for first in [True, *[False] * 4]
    ]
    yield pd.DataFrame({"Sentence #": numbered, **rows})
    yield pd.DataFrame({"Sentence #": begun, **rows})
    yield PolarsFrame({"sentence_id": [1] * 5 + [2] * 5, **rows})


def test_frames_of_tokens_are_read_as_files_are():
    for number, frame in enumerate(frames()):
        found = list(read_tagged(frame))
        assert len(found) == 2, number
        for example in found:
            assert list(example.tokens) == TOKENS
            assert spans_of(example) == WANTED, number
    import pandas as pd

    # Names of columns are no token, whatever they are.
    bare = open_tokens(
        Frame(pd.DataFrame({"字": list("北京"), "x": [1, 1]})), Form(), "character", runs
    )
    assert [example.text for example in bare] == ["北京"]
    with pytest.raises(InputError, match="the frame: row 2: ner_tags: expected 5 tags"):
        list(
            read_tagged(
                pd.DataFrame({"tokens": [TOKENS] * 2, "ner_tags": [TAGS, TAGS[:4]]})
            )
        )
    with pytest.raises(InputError, match="only a training knows the tokens"):
        list(
            read_tagged(pd.DataFrame({"text": [TEXT], "spans": [[list(s) for s in SPANS]]}))
        )
