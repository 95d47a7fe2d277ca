"""Made-up files and folders: each row is in one part, or told of, or the whole is refused in a line."""

import csv
import io
import json
import re
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seqzoo.datasets.survey import key_of
from seqzoo.errors import InputError
from seqzoo.recipes import sentiment
from seqzoo.tasks.classification import corpora

PARTS = ("train", "validation", "test")
NAMES = {
    "train": ["train", "Train", "training"],
    "validation": ["val", "valid", "validation", "dev"],
    "test": ["test", "eval"],
}
OTHERS = [
    "extra.csv",
    "notes.txt",
    "backup",
    "README.md",
    "LICENSE",
    ".cache",
    "old.train.bak",
]
ENCODINGS = [*["utf-8", "utf-8-sig", "utf-16", "utf-32"] * 3, "gb18030", "cp1252"]
CHARACTERS = "abcé好 \t\n\",;|'é"


class Made(NamedTuple):
    """Rows of a part, and how they stand in a file.

    Attributes:
        rows: labels and texts.
        ending, mark, encoding, end: of the file.
    """

    rows: list[tuple[str, str]]
    ending: str
    mark: str
    encoding: str
    end: str

    def content(self) -> bytes:
        """The bytes of the file."""
        return self._text().encode(self.encoding)

    def _text(self) -> str:
        objects = [{"text": text, "label": label} for label, text in self.rows]
        if self.ending == ".json":
            return json.dumps(objects, ensure_ascii=False)
        if self.ending == ".jsonl":
            lines = (json.dumps(each, ensure_ascii=False) for each in objects)
            return "".join(f"{line}{self.end}" for line in lines)
        if self.ending == ".tsv":
            header = f"text\tlabel{self.end}"
            return header + "".join(
                f"{text}\t{label}{self.end}" for label, text in self.rows
            )
        out = io.StringIO(newline="")
        # Python quotes a line break only if it is the file's own: others would end a line, too.
        quoting = csv.QUOTE_ALL if self.end == "\r" else csv.QUOTE_MINIMAL
        writer = csv.writer(
            out, delimiter=self.mark, lineterminator=self.end, quoting=quoting
        )
        writer.writerow(["text", "label"])
        writer.writerows((text, label) for label, text in self.rows)
        return out.getvalue()


def texts(ending):
    # A TSV has no quotes: neither tabs nor line breaks stand in a cell.
    alphabet = (
        CHARACTERS if ending != ".tsv" else CHARACTERS.replace("\t", "").replace("\n", "")
    )
    return st.text(alphabet, max_size=8)


@st.composite
def made(draw):
    ending = draw(st.sampled_from([".csv", ".tsv", ".json", ".jsonl"]))
    label = st.sampled_from([*"xyzxyzxyzxyz", "X", "", "nan"])
    least = draw(st.sampled_from([0, 8, 16]))
    rows = draw(st.lists(st.tuples(label, texts(ending)), min_size=least, max_size=40))
    return Made(
        rows,
        ending,
        draw(st.sampled_from(",;\t|")),
        draw(st.sampled_from(ENCODINGS)),
        draw(st.sampled_from(["\n", "\r\n", "\r"])),
    )


@st.composite
def folders(draw):
    """Files by their names: one, or a part each and perhaps others beside them."""
    if draw(st.booleans()):
        one = draw(made())
        return {f"data{one.ending}": one}
    files: dict = {}
    for part in PARTS:
        if part == "train" or draw(st.booleans()):
            one = draw(made())
            files[draw(st.sampled_from(NAMES[part])) + one.ending] = one
    others = st.lists(st.sampled_from(OTHERS), max_size=1)
    for name in draw(st.one_of(st.just([]), others)):
        files[name] = None
    return files


def usable(row):
    label, text = row
    return bool(label.strip()) and label != "nan" and bool(text.strip())


def written(folder: Path, files) -> Path:
    for name, one in files.items():
        try:
            (folder / name).write_bytes(
                b"text,label\na,b\n" if one is None else one.content()
            )
        except UnicodeEncodeError:  # the encoding has no such character
            (folder / name).write_bytes(one._replace(encoding="utf-8").content())
    return (
        folder / next(iter(files))
        if len(files) == 1 and "data" in next(iter(files))
        else folder
    )


def check(files, folder, skip, capsys):
    path = written(folder, files)
    capsys.readouterr()
    try:
        splits = corpora.load(sentiment.Config(data=str(path), skip_bad_rows=skip))
        found = {part: list(getattr(splits, part)()) for part in PARTS}
    except InputError as error:
        assert "\n" not in str(error)
        assert len(str(error)) < 1500
        return "refused"
    told = capsys.readouterr().out
    rows = [row for one in files.values() if one is not None for row in one.rows]
    good = [row for row in rows if usable(row)]
    assert {name for name, one in files.items() if one is None} <= {
        "README.md",
        "LICENSE",
        ".cache",
    }
    # No row is lost: it is in a part, or its number was told.
    in_parts = sum(map(len, found.values()))
    leaked = sum(map(int, re.findall(r"left out (\d+) training examples", told)))
    bad = sum(map(int, re.findall(r"left out (\d+) of \d+ \w+ rows", told)))
    assert in_parts + leaked + bad == len(rows)
    assert bad >= len(rows) - len(good)
    assert skip or not bad
    assert all(found.values())
    # What is read is what was written.
    pairs = Counter((e.label, e.text) for part in found.values() for e in part)
    assert not pairs - Counter((label.strip(), text) for label, text in good)
    # No text of another part is trained on, and every class that can be is.
    keys = {part: {key_of(e.text) for e in found[part]} for part in PARTS}
    assert not keys["train"] & (keys["validation"] | keys["test"])
    return "read"


OUTCOMES: Counter = Counter()


def fuzz(examples):
    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(files=folders(), skip=st.sampled_from([True, True, False]))
    def run(tmp_path_factory, capsys, files, skip):
        OUTCOMES[check(files, tmp_path_factory.mktemp("made"), skip, capsys)] += 1

    return run


def test_no_row_is_dropped_without_a_word(tmp_path_factory, capsys):
    fuzz(60)(tmp_path_factory, capsys)
    assert OUTCOMES["read"] and OUTCOMES["refused"]


@pytest.mark.slow
def test_no_row_of_five_hundred_corpora_is_dropped_without_a_word(tmp_path_factory, capsys):
    fuzz(500)(tmp_path_factory, capsys)
    assert OUTCOMES["read"] > 50
