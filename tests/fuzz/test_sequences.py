"""Made-up files of sequences, words and pairs: each is in a part, or told of, or all is refused in a line."""

import csv
import io
import json
import re
from collections import Counter
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seqzoo.errors import InputError
from seqzoo.recipes import entities, segmentation, translation
from seqzoo.tasks.tagging import corpora as tagging
from seqzoo.tasks.translation import corpora as pairs
from seqzoo.text import schemes

PARTS = ("train", "validation", "test")
TOKENS = [
    "Anna",
    "Berg",
    "saw",
    "Oslo",
    "#",
    "-",
    "O",
    "B-x",
    "1",
    "2",
    "好",
    "O'Neil",
    "=",
    ",",
]
OTHERS = ["extra.bio", "notes.txt", "README.md", ".cache"]
LETTERS = {
    "BILOU": dict(zip("BIES", "BILU", strict=True)),
    "BMES": dict(zip("BIES", "BMES", strict=True)),
}

Sentence = tuple[tuple[str, ...], tuple[str, ...]]


class Made(NamedTuple):
    """A file of sentences.

    Attributes:
        sentences: tokens and tags in BIOES.
        form: of the file.
        scheme: of its tags.
        encoding, end: of its text.
        decorated: whether comments and marks of documents stand in it.
    """

    sentences: list[Sentence]
    form: str
    scheme: str
    encoding: str
    end: str
    decorated: bool

    @property
    def ending(self) -> str:
        return {"csv": ".csv", "tokens": ".jsonl", "spans": ".json"}.get(self.form, ".bio")

    def content(self) -> bytes:
        text = getattr(self, f"_{self.form}")()
        return text.replace("\n", self.end).encode(self.encoding)

    def _tags(self, tags):
        if self.scheme == "BIO":
            letters = {"B": "B", "I": "I", "E": "I", "S": "B"}
        else:
            letters = LETTERS.get(self.scheme, {})
        return [letters.get(tag[0], tag[0]) + tag[1:] for tag in tags]

    def _columns(self, mark=" "):
        blocks = []
        for number, (tokens, tags) in enumerate(self.sentences):
            lines = [f"# id = {number}"] if self.decorated else []
            named = self._tags(tags)
            lines += [
                f"{token}{mark}{tag}" for token, tag in zip(tokens, named, strict=True)
            ]
            blocks.append("\n".join(lines) + "\n")
        return ("-DOCSTART- O\n" if self.decorated else "\n").join(blocks)

    def _tabs(self):
        return self._columns("\t")

    def _csv(self):
        out = io.StringIO(newline="")
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["Sentence #", "Word", "Tag"])
        for number, (tokens, tags) in enumerate(self.sentences):
            for place, (token, tag) in enumerate(
                zip(tokens, self._tags(tags), strict=True)
            ):
                first = f"Sentence: {number}" if not (self.decorated and place) else ""
                writer.writerow([first, token, tag])
        return out.getvalue()

    def _tokens(self):
        return "".join(
            json.dumps({"tokens": tokens, "tags": self._tags(tags)}, ensure_ascii=False)
            + "\n"
            for tokens, tags in self.sentences
        )

    def _spans(self):
        return json.dumps(
            [self._object(*each) for each in self.sentences], ensure_ascii=False
        )

    def _object(self, tokens, tags):
        starts = [
            sum(len(t) + 1 for t in tokens[:place]) for place in range(len(tokens) + 1)
        ]
        found = schemes.tags_to_spans(tags)
        spans = [[starts[a], starts[b] - 1, label] for a, b, label in found]
        return {"text": " ".join(tokens), "entities": spans}


@st.composite
def sentences(draw):
    tokens = draw(st.lists(st.sampled_from(TOKENS), min_size=1, max_size=6))
    labels = draw(st.lists(st.sampled_from(["", "", "PER", "LOC"]), min_size=6, max_size=6))
    spans = [
        (place, place + 1, labels[place]) for place in range(len(tokens)) if labels[place]
    ]
    tags = schemes.spans_to_tags(spans, len(tokens), "BIOES")
    if draw(st.integers(0, 60)) == 0:
        tags[0] = "Q"
    return tuple(tokens), tuple(tags)


@st.composite
def made(draw):
    return Made(
        draw(
            st.lists(sentences(), min_size=draw(st.sampled_from([0, 9, 20])), max_size=40)
        ),
        draw(st.sampled_from(["columns", "tabs", "csv", "tokens", "spans"])),
        draw(st.sampled_from(["BIO", "BIOES", "BILOU", "BMES"])),
        draw(st.sampled_from(["utf-8", "utf-8", "utf-8-sig", "utf-16"])),
        draw(st.sampled_from(["\n", "\r\n"])),
        draw(st.booleans()),
    )


@st.composite
def folders(draw):
    if draw(st.booleans()):
        return {"data": draw(made())}
    files = {"train": draw(made())}
    for names in (["dev", "val"], ["test", "eval"]):
        if draw(st.booleans()):
            files[draw(st.sampled_from(names))] = draw(made())
    for name in draw(st.lists(st.sampled_from(OTHERS), max_size=1)):
        files[name] = None
    return files


def written(folder, files):
    for name, one in files.items():
        path = folder / (name if one is None else name + one.ending)
        path.write_bytes(b"a O\n" if one is None else one.content())
    one = files.get("data")
    return folder if one is None else folder / f"data{one.ending}"


def parts_of(load, config):
    """The examples of each part; None: refused, in one line."""
    try:
        found = load(config)
        splits = found[0] if isinstance(found, tuple) else found
        return {part: list(getattr(splits, part)()) for part in PARTS}
    except InputError as error:
        assert "\n" not in str(error)
        assert 10 < len(str(error)) < 1500
        return None


def counted(told):
    leaked = sum(map(int, re.findall(r"left out (\d+) training examples", told)))
    bad = sum(map(int, re.findall(r"left out (\d+) of \d+ \w+ rows", told)))
    return leaked + bad, bad


def check_tagged(files, folder, skip, capsys):
    path = written(folder, files)
    capsys.readouterr()
    found = parts_of(
        tagging.load_entities,
        entities.Config(data=str(path), skip_bad_rows=skip, unit="word"),
    )
    if found is None:
        return "refused"
    given = [each for one in files.values() if one is not None for each in one.sentences]
    assert {name for name, one in files.items() if one is None} <= {"README.md", ".cache"}
    out, bad = counted(capsys.readouterr().out)
    assert sum(map(len, found.values())) + out == len(given)
    assert skip or not bad
    spans = {
        False: schemes.tags_to_spans,
        True: lambda tags: "whatever raw text is cut into",
    }
    is_cut = any(one is not None and one.form == "spans" for one in files.values())
    read = Counter(
        ("".join(e.tokens), str(spans[is_cut](e.tags)))
        for part in found.values()
        for e in part
    )
    wanted = Counter(("".join(t), str(spans[is_cut](tags))) for t, tags in given)
    assert not read - wanted
    return "read"


WORDS = ["他", "说", "北京", "好", "。", "B", "E", "a/n", "上海_ns", "1998-01"]


@st.composite
def plain(draw):
    """A file of words, or of pairs: its lines, and how it is read."""
    is_pairs = draw(st.booleans())
    mark = "\t" if is_pairs else " "
    line = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3 if is_pairs else 6)
    lines = draw(st.lists(line, min_size=draw(st.sampled_from([1, 8, 30])), max_size=40))
    return is_pairs, [mark.join(words) for words in lines]


def check_plain(file, folder, skip, capsys):
    is_pairs, lines = file
    path = folder / "data.txt"
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    recipe = translation if is_pairs else segmentation
    load = pairs.load if is_pairs else tagging.load_words
    capsys.readouterr()
    found = parts_of(load, recipe.Config(data=str(path), skip_bad_rows=skip))
    if found is None:
        return "refused"
    told = capsys.readouterr().out
    examples = [example for part in found.values() for example in part]
    assert len(examples) + counted(told)[0] == len(lines)
    if not is_pairs and "left aside" not in told:
        assert Counter(e.text for e in examples) <= Counter(
            "".join(x.split()) for x in lines
        )
    return "read"


def fuzz(examples, check, strategy):
    outcomes = Counter()

    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(files=strategy, skip=st.sampled_from([True, True, False]))
    def run(tmp_path_factory, capsys, files, skip):
        outcomes[check(files, tmp_path_factory.mktemp("made"), skip, capsys)] += 1

    return run, outcomes


KINDS = {"tagged": (check_tagged, folders()), "plain": (check_plain, plain())}


@pytest.mark.parametrize("kind", KINDS)
def test_no_sequence_is_dropped_without_a_word(kind, tmp_path_factory, capsys):
    run, outcomes = fuzz(40, *KINDS[kind])
    run(tmp_path_factory, capsys)
    assert outcomes["read"] and outcomes["refused"]


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_no_sequence_of_five_hundred_is_dropped_without_a_word(
    kind, tmp_path_factory, capsys
):
    run, outcomes = fuzz(500, *KINDS[kind])
    run(tmp_path_factory, capsys)
    assert outcomes["read"] > 50
