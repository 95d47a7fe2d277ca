"""Every form of file with labelled texts gives the same examples, or asks what it cannot know."""

import codecs
import gzip
import json
from typing import ClassVar

import pytest

from seqzoo.datasets.labelled import labelled, read_examples
from seqzoo.datasets.reading.settings import Form
from seqzoo.errors import InputError

ROWS = [
    ("good", "the soup was fine"),
    ("bad", 'a "dull", long; evening'),
    ("good", "真好吃"),
]
TEXTS = [text for _, text in ROWS]


def quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def table(header="text,label", mark=",", end="\n", label_first=False) -> str:
    cells = [(quoted(text), label) for label, text in ROWS]
    rows = [row[::-1] if label_first else row for row in cells]
    lines = [header.replace(",", mark)] if header else []
    return end.join([*lines, *(mark.join(row) for row in rows), ""])


def objects(text="text", label="label") -> list[dict]:
    return [{text: words, label: name} for name, words in ROWS]


LINES = "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in objects())
TSV = "".join(f"{label}\t{text}\n" for label, text in ROWS)
# Name of the file, its content, and what is said of it.
READ = {
    "comma": ("a.csv", table(), "CSV, UTF-8, text in column 'text'"),
    "semicolon": ("a.csv", table(mark=";"), "delimiter semicolon"),
    "tab": ("a.csv", table(mark="\t"), "delimiter tab"),
    "pipe": ("a.csv", table(mark="|"), "delimiter pipe"),
    "sep line": ("a.csv", "sep=;\r\n" + table(mark=";", end="\r\n"), "delimiter semicolon"),
    "sep line of another": ("a.csv", "sep=^\n" + table(mark="^"), "delimiter '^'"),
    "CR": ("a.csv", table(end="\r"), "lines end in CR"),
    "CR in a TSV": ("a.tsv", TSV.replace("\n", "\r"), "lines end in CR"),
    "CRLF": ("a.csv", table(end="\r\n"), "CSV, UTF-8, text"),
    "UTF-8 with BOM": ("a.csv", codecs.BOM_UTF8 + table().encode(), "CSV, UTF-8, text"),
    "UTF-16": ("a.csv", table().encode("utf-16"), "UTF-16-LE (by its BOM)"),
    "UTF-16 big-endian": ("a.tsv", codecs.BOM_UTF16_BE + TSV.encode("utf-16-be"), "UTF-16-BE"),
    "UTF-32": ("a.jsonl", LINES.encode("utf-32"), "UTF-32-LE (by its BOM)"),
    "names of others": ("a.csv", table("review,Sentiment"), "text in column 'review'"),
    "Chinese names": ("a.csv", table("评论,标签"), "label in column '标签'"),
    "a column beside": ("a.tsv", "id\ttext\tlabel\n" + "".join(
        f"{n}\t{text}\t{label}\n" for n, (label, text) in enumerate(ROWS)), "text in column 'text'"),
    "GLUE": ("a.tsv", "sentence\tlabel\n" + "".join(f"{t}\t{n}\n" for n, t in ROWS), "'sentence'"),
    "no header": ("a.tsv", TSV, "no header, text in column 2, label in column 1"),
    "JSON lines": ("a.jsonl", LINES, "JSON lines, UTF-8"),
    "JSON lines by another name": ("a.ndjson", LINES, "JSON lines"),
    "keys in capitals": ("a.jsonl", "".join(map(
        lambda each: json.dumps(each) + "\n", objects("Text", "Label"))), "text in 'Text'"),
    "an array": ("a.json", json.dumps(objects(), indent=1), "a JSON array"),
    "an array on one line": ("a.json", json.dumps(objects()), "a JSON array"),
    "an array in UTF-16": ("a.json", json.dumps(objects()).encode("utf-16"), "a JSON array, UTF-16"),
    "fastText": ("a.txt", "".join(f"__label__{n} {t}\n" for n, t in ROWS), "fastText's format"),
}  # fmt: skip


def written(folder, name, content):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def pairs(data, form=None):
    return [(each.label, each.text) for each in read_examples(data, form)]


@pytest.mark.parametrize("name, content, found", READ.values(), ids=READ)
def test_a_form_is_read_and_said(name, content, found, tmp_path):
    path = written(tmp_path, name, content)
    assert pairs(path) == ROWS
    assert found in labelled(path).found


@pytest.mark.parametrize("name, content, found", READ.values(), ids=READ)
def test_what_the_name_does_not_say_is_remarkable(name, content, found, tmp_path):
    told = (
        "delimiter",
        "BOM)",
        "UTF-16",
        "CR",
        "review",
        "标签",
        "sentence",
        "fastText",
        "UTF-32",
    )
    said = labelled(written(tmp_path, name, content))
    assert said.remarkable == any(word in said.found for word in told)


def test_a_gzipped_table_is_read(tmp_path):
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(table(mark=";").encode()))
    assert pairs(path) == ROWS


FLAGS = {
    "--encoding gb18030": (table().encode("gb18030"), "a.csv", Form(encoding="gb18030")),
    "--encoding utf-16": (table().encode("utf-16"), "a.csv", Form(encoding="utf-16")),
    "--encoding utf-16-le": (table().encode("utf-16-le"), "a.csv", Form(encoding="utf-16-le")),
    "--delimiter ;": (table(mark=";").encode(), "a.csv", Form(delimiter=";")),
    "--delimiter tab": (table(mark="\t").encode(), "a.txt", Form(delimiter="tab")),
    "--columns": (table("", label_first=True).encode(), "a.csv", Form(columns=("label", "text"))),
    "--columns, one aside": (
        "".join(f"7\t{n}\t{t}\n" for n, t in ROWS).encode(), "a.tsv", Form(columns=("id", "label", "text"))),
    "by name": (table("body,mood").encode(), "a.csv", Form(places={"text": "body", "label": "Mood"})),
    "one by name": (table("body,label").encode(), "a.csv", Form(places={"text": "body"})),
    "by place": (table("").encode(), "a.csv", Form(places={"text": "1", "label": "2"})),
    "by name in JSON": (
        "".join(json.dumps(e) + "\n" for e in objects("body", "mood")).encode(),
        "a.jsonl", Form(places={"text": "body", "label": "mood"})),
}  # fmt: skip


@pytest.mark.parametrize("content, name, form", FLAGS.values(), ids=FLAGS)
def test_a_flag_says_what_the_file_does_not(content, name, form, tmp_path):
    assert pairs(written(tmp_path, name, content), form) == ROWS


LABELS = {
    "1.0": "1", "0.0": "0", "3": "3", "true": "true", "false": "false", '"1.0"': "1.0", "-2.0": "-2",
}  # fmt: skip


@pytest.mark.parametrize("value, label", LABELS.items())
def test_labels_of_json_are_what_pandas_meant(value, label, tmp_path):
    path = written(tmp_path, "a.jsonl", f'{{"text": "a", "label": {value}}}\n')
    assert pairs(path) == [(label, "a")]


CJK = "".join(f"这部电影太难看了，我很不喜欢 {n},差\n" for n in range(20))
# What is asked, each by a line that names the flag or the change that mends it.
ASKED = {
    "GBK": ("a.csv", ("text,label\n" + CJK).encode("gbk"),
            "a.csv:2: invalid UTF-8 at byte 1.*looks like gb18030: give --encoding gb18030"),
    "Shift JIS": ("a.csv", "text,label\nこの映画はとてもつまらない,悪い\n".encode("shift_jis"),
                  "--encoding shift_jis"),
    "Korean": ("a.csv", "text,label\n이 영화는 정말 재미있어요,좋음\n".encode("euc_kr"), "--encoding euc_kr"),
    "Russian": ("a.csv", "text,label\nЭтот фильм очень скучный,плохо\n".encode("cp1251"),
                "--encoding cp1251"),
    "Latin": ("a.csv", "text,label\nle café était très bon,bien\n".encode("cp1252"), "--encoding cp1252"),
    "UTF-16 without BOM": ("a.tsv", TSV.encode("utf-16-le"), "NUL byte.*--encoding utf-16-le"),
    "no header": ("a.csv", table("", label_first=True), "a.csv:1: expected a header; .*--columns label,text"),
    "no header, text first": ("a.csv", table(""), "--columns text,label"),
    "other names": ("a.csv", table("body,mood"), "--text-column and --label-column name others"),
    "one other name": ("a.csv", table("body,label"), "'text'; it is not in body, label; --text-column names"),
    "two may be the text": ("a.csv", "review,comment,label\na,b,c\n",
                            "the text may stand in 'review' and 'comment'; give --text-column"),
    "twice": ("a.csv", "text,label,label\na,b,c\n", "one column 'label'; it is twice in text, label, label"),
    "twice in a TSV": ("a.tsv", "text\ttext\na\tb\n", "one column 'text'; it is twice"),
    "other keys": ("a.jsonl", '{"body": "a", "mood": "b"}\n', 
                   "expected the keys 'text' and 'label'; the keys are body, mood"),
    "a number": ("a.jsonl", '{"text": "a", "label": 0.5}\n', "number 0.5: the recipe ratings"),
    "a list": ("a.jsonl", '{"text": "a", "label": ["x", "y"]}\n', "expected one label; got a list of 2"),
    "null": ("a.jsonl", '{"text": "a", "label": null}\n', "expected a label; there is none"),
    "nan": ("a.csv", "text,label\na,nan\n", "nan stands for a missing one"),
    "an empty cell": ("a.csv", 'text,label\na,x\n"",x\nb,\n', "2 rows of 3 cannot be used; --skip-bad-rows"),
    "an open quote": ("a.csv", 'text,label\na,x\n"b,x\nc,y\nd,y\n', "a.csv:3: not CSV: a quote is open"),
    "a workbook by another name": ("a.csv", b"PK\x03\x04 and so on", "Excel workbook.*ends in .xlsx"),
    "Parquet by another name": ("a.csv", b"PAR1", "a Parquet file"),
    "gzip by another name": ("a.csv", gzip.compress(b"text,label\n"), "a gzip file.*ends in .gz"),
    "no format": ("a.doc", "a b c\n", "expected a file ending in .tsv, .csv"),
    "two labels in fastText": ("a.txt", "__label__a __label__b c\n", "expected one label"),
    "an array not closed": ("a.json", '[{"text": "a", "label": "b"}', "object 2: not JSON"),
}  # fmt: skip


@pytest.mark.parametrize("name, content, message", ASKED.values(), ids=ASKED)
def test_what_cannot_be_known_is_asked_in_one_line(name, content, message, tmp_path):
    path = written(tmp_path, name, content)
    with pytest.raises(InputError, match=message) as failed:
        list(read_examples(path))
    assert "\n" not in str(failed.value)
    assert len(str(failed.value)) < 600


IDLE = {
    "delimiter of JSON": ("a.jsonl", LINES, Form(delimiter=","), "--delimiter: .*plays no part"),
    "columns of JSON": ("a.jsonl", LINES, Form(columns=("text", "label")), "--columns: .*plays no part"),
    "an unknown encoding": ("a.csv", table(), Form(encoding="utf-9"), "--encoding: .*got 'utf-9'"),
    "no encoding of text": ("a.csv", table(), Form(encoding="base64"), "--encoding: .*got 'base64'"),
    "against the BOM": ("a.csv", table().encode("utf-16"), Form(encoding="gbk"), "BOM of UTF-16-LE"),
    "a long delimiter": ("a.csv", table(), Form(delimiter="ab"), "--delimiter: expected one character"),
    "too few columns": ("a.csv", table(), Form(columns=("text",)), "1 columns, as in --columns; got 2"),
    "columns without the label": ("a.csv", table(""), Form(columns=("text", "x")), "--columns: .*'label'"),
    "a column that is not there": ("a.csv", table(), Form(places={"text": "body"}), "'body'; it is not in"),
    "both the same": ("a.csv", table(), Form(places={"text": "text", "label": "text"}), "both are 'text'"),
}  # fmt: skip


@pytest.mark.parametrize("name, content, form, message", IDLE.values(), ids=IDLE)
def test_a_flag_that_plays_no_part_is_refused(name, content, form, message, tmp_path):
    with pytest.raises(InputError, match=message):
        list(read_examples(written(tmp_path, name, content), form))


def test_bad_rows_are_left_out_and_counted_if_asked(tmp_path, capsys):
    content = b"text,label\na,x\n,x\nb \xff,y\nc,nan\nd,y\n"
    path = written(tmp_path, "a.csv", content)
    assert pairs(path, Form(skip_bad_rows=True)) == [("x", "a"), ("y", "d")]
    assert "left out 3 of 5 rows; the first: " in capsys.readouterr().err
    with pytest.raises(InputError, match=r"a\.csv:3: .*3 rows of 5 cannot be used"):
        list(read_examples(path))


def test_a_file_of_bad_rows_alone_is_refused_all_the_same(tmp_path):
    path = written(tmp_path, "a.csv", "text,label\n,x\n,y\n")
    with pytest.raises(InputError, match="none of the 2 rows can be used"):
        list(read_examples(path, Form(skip_bad_rows=True)))


def test_a_folder_a_class(tmp_path):
    for label, text in (("good", "fine\nsoup"), ("bad", "dull")):
        (tmp_path / label).mkdir()
        (tmp_path / label / "1.txt").write_text(f"{text}\n")
    (tmp_path / "README.md").write_text("about it")
    (tmp_path / ".hidden").write_text("x")
    assert pairs(tmp_path) == [("bad", "dull"), ("good", "fine\nsoup")]
    (tmp_path / "more.csv").write_text("x")
    with pytest.raises(InputError, match=r"more\.csv: expected folders alone"):
        pairs(tmp_path)


def arrow_table(label=None):
    import pyarrow as pa

    labels = [label or name for name, _ in ROWS]
    return pa.table({"id": [1, 2, 3], "text": TEXTS, "label": labels})


def test_parquet_and_arrow(tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    found = arrow_table()
    pq.write_table(found, tmp_path / "a.parquet")
    with (
        pa.OSFile(str(tmp_path / "a.arrow"), "wb") as file,
        pa.ipc.new_stream(file, found.schema) as out,
    ):
        out.write_table(found)
    with (
        pa.OSFile(str(tmp_path / "b.arrow"), "wb") as file,
        pa.ipc.new_file(file, found.schema) as out,
    ):
        out.write_table(found)
    for name in ("a.parquet", "a.arrow", "b.arrow"):
        assert pairs(tmp_path / name) == ROWS, name
    (tmp_path / "c.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(InputError, match=r"c\.parquet: cannot be read"):
        pairs(tmp_path / "c.parquet")
    with pytest.raises(InputError, match=r"--encoding: .*no plain text"):
        pairs(tmp_path / "a.parquet", Form(encoding="utf-8"))


def test_classes_of_hugging_face_have_their_names(tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    about = {
        "info": {"features": {"label": {"names": ["bad", "good"], "_type": "ClassLabel"}}}
    }
    found = pa.table({"text": TEXTS, "label": [1, 0, 1]})
    found = found.replace_schema_metadata({"huggingface": json.dumps(about)})
    pq.write_table(found, tmp_path / "a.parquet")
    assert pairs(tmp_path / "a.parquet") == ROWS


def test_a_workbook(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in [("text", "label"), *((text, label) for label, text in ROWS), (7, 1.0)]:
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    assert pairs(tmp_path / "a.xlsx") == [*ROWS, ("1", "7")]
    assert "an Excel sheet (Sheet)" in labelled(tmp_path / "a.xlsx").found
    book.create_sheet("more").append(("a", "b"))
    book.save(tmp_path / "b.xlsx")
    with pytest.raises(InputError, match="one sheet; its sheets are Sheet, more"):
        pairs(tmp_path / "b.xlsx")
    (tmp_path / "c.xlsx").write_bytes(b"PK\x03\x04 and no more")
    with pytest.raises(InputError, match="no Excel workbook"):
        pairs(tmp_path / "c.xlsx")


class PolarsFrame:
    """What a frame of polars has, as far as it is asked."""

    columns = ("text", "label")

    def iter_rows(self):
        return iter((text, label) for label, text in ROWS)


class HubDataset(list):
    """What a dataset of Hugging Face's has, as far as it is asked."""

    column_names: ClassVar = ["text", "label"]


def test_frames():
    import pandas as pd

    frame = pd.DataFrame({"text": TEXTS, "label": [name for name, _ in ROWS]})
    for each in (frame, PolarsFrame(), HubDataset(objects())):
        assert pairs(each) == ROWS
    numbers = pd.DataFrame({"text": TEXTS, "label": [1.0, None, 0.0]})
    with pytest.raises(
        InputError, match="the frame: row 2: expected a label; there is none"
    ):
        pairs(numbers)
    assert pairs(numbers, Form(skip_bad_rows=True)) == [("1", TEXTS[0]), ("0", TEXTS[2])]


def test_an_array_is_read_as_a_stream(tmp_path):
    path = tmp_path / "a.json"
    with path.open("w") as file:
        file.write("[")
        for number in range(20_000):
            file.write(
                f'{"," if number else ""}\n{{"text": "text {number} é", "label": {number % 3}}}'
            )
        file.write("]")
    found = pairs(path)
    assert len(found) == 20_000
    assert found[-1] == ("1", "text 19999 é")


@pytest.mark.parametrize(
    "content, found",
    [
        (b'text,label\r"two\nlines",good\rx,bad\r', "lines end in CR"),
        ('text,label\r\n"two\r\nlines",good\r\nx,bad\r\n'.encode("utf-16"), "UTF-16-LE"),
        ('text,label\r"two\nlines",good\rx,bad\r'.encode("utf-16"), "lines end in CR"),
    ],
)
def test_line_feeds_in_quotes_end_no_row(content, found, tmp_path):
    path = written(tmp_path, "a.csv", content)
    assert pairs(path) == [("good", "two\nlines"), ("bad", "x")]
    assert found in labelled(path).found
