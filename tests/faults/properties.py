"""What must hold of readers, vocabulary, schemes and manifest for whatever bytes they are given.

Each property takes bytes, fails by raising, and passes over what seqzoo refuses with an `InputError`.
`fuzz` looks for bytes that break one, guided by coverage; `tests/faults/test_hostile_text.py` draws some.
"""

import contextlib
import gzip
import io
import itertools
import json
import re
import tempfile
import unicodedata
from pathlib import Path

from seqzoo.datasets import labelled, parallel, running
from seqzoo.datasets.reading.settings import Form
from seqzoo.datasets.sequences import opened
from seqzoo.errors import InputError
from seqzoo.system.files import sha256
from seqzoo.tasks.tagging.cuts import runs
from seqzoo.text import schemes
from seqzoo.text.running import Unit
from seqzoo.text.tokenizer import UNITS, Tokenizer
from seqzoo.text.vocabulary import UNK, Vocabulary

_TEMPORARY = tempfile.TemporaryDirectory(
    prefix="seqzoo-properties-"
)  # goes with the process
FOLDER = Path(_TEMPORARY.name)


def _written(name: str, data: bytes) -> Path:
    path = FOLDER / name
    path.write_bytes(data)
    return path


def _text(data: bytes) -> str:
    """Bytes as a string; what is no UTF-8 becomes lone surrogates, as Python has arguments and file names."""
    return data.decode("utf-8", "surrogateescape")


# -- readers -------------------------------------------------------------------------------------


def _examples(path):
    for example in labelled.read_examples(path):
        assert example.text.strip() and example.label == example.label.strip() != ""
        assert len(example.label.splitlines()) == 1
        (example.text + example.label).encode("utf-8")


def _columns(path):
    for example in opened.open_tagged(path, Form(), None, runs):
        if isinstance(example, InputError):
            raise example
        assert len(example.tokens) == len(example.tags) > 0
        assert all(example.tokens)
        schemes.check(example.tags, "BIOES")
        for scheme in schemes.SCHEMES:
            _is_legal(schemes.repair(example.tags, scheme), scheme)


def _words(path):
    for example in opened.open_words(path, Form()):
        if isinstance(example, InputError):
            raise example
        assert len(example.tokens) == len(example.tags) > 0
        assert "".join(schemes.tags_to_words(example.text, example.tags)) == example.text
        _is_legal(schemes.repair(example.tags, "BMES"), "BMES")


def _translations(path):
    for pair in parallel.read_columns(path):
        assert pair.source.strip() and pair.target.strip()


def _lines_of_two(path):
    data = path.read_bytes()
    half = data.find(b"\xff\xff")
    half = len(data) // 2 if half < 0 else half
    source, target = (
        _written("source.txt", data[:half]),
        _written("target.txt", data[half:]),
    )
    for pair in parallel.read_pairs(source, target):
        assert pair.source.strip() and pair.target.strip()


def _running(path):
    *before, last = list(running.read(path)) or [running.Passage("", "", True)]
    assert last.last and not any(passage.last for passage in before)
    for unit in ("word", "character"):
        list(
            itertools.chain(
                *(Unit(unit, False).lines(p.text, p.last) for p in (*before, last))
            )
        )
    if path.suffix == ".txt":
        content = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
        # Lines end in CR alone, where there are more of these than line feeds.
        alone = len(re.findall(rb"\r(?!\n)", content[:-1])) > content.count(b"\n")
        lines = content.decode("utf-8").split("\r" if alone else "\n")
        lines = [line.rstrip("\r\n") for line in (lines if lines[-1] else lines[:-1])]
        assert "".join(p.text for p in (*before, last)) == "".join(
            line + "\n" for line in lines
        )


READERS = [
    *(("data" + ending, _examples) for ending in (".tsv", ".csv", ".jsonl", ".json", ".tsv.gz")),
    *((scheme + ".conll", _columns) for scheme in schemes.SCHEMES),
    ("words.txt", _words), ("words.bmes", _words), ("words.txt.gz", _words),
    ("pairs.tsv", _translations), ("pairs.bin", _lines_of_two),
    ("running.txt", _running), ("running.gz", _running),
]  # fmt: skip


def readers(data: bytes) -> None:
    """The first byte chooses reader and file name, the rest is the file, zipped whole where that is odd."""
    if not data:
        return
    name, read = READERS[data[0] % len(READERS)]
    content = (
        gzip.compress(data[1:], 1, mtime=0)
        if name.endswith(".gz") and data[0] >= 128
        else data[1:]
    )
    with contextlib.suppress(InputError):
        read(_written(name, content))


# -- vocabulary and text -------------------------------------------------------------------------


def vocabulary(data: bytes) -> None:
    """What is read is written alike; what is built is read alike; ids and tokens go round."""
    path = _written("vocabulary.txt", data)
    with contextlib.suppress(InputError):
        read = Vocabulary.load(path)
        read.save(FOLDER / "again.txt")
        assert (FOLDER / "again.txt").read_bytes() == data
    text = _text(data)
    for unit, lowercase in itertools.product(UNITS, (True, False)):
        tokens = Tokenizer(unit, lowercase)(text)
        assert all(token and not token.isspace() for token in tokens)
        with contextlib.suppress(InputError):
            built = Vocabulary.build([tokens])
            ids = built.encode(tokens)
            known = [token for token, id in zip(tokens, ids, strict=True) if id != UNK]
            assert built.decode(id for id in ids if id != UNK) == known
            built.save(FOLDER / "built.txt")
            assert Vocabulary.load(FOLDER / "built.txt").tokens == built.tokens


# -- tags ----------------------------------------------------------------------------------------


def _is_legal(tags, scheme):
    names = sorted(set(tags))
    starts, allowed, ends = schemes.legal(names, scheme)
    places = [names.index(tag) for tag in tags]
    assert not places or (starts[places[0]] and ends[places[-1]])
    assert all(allowed[a][b] for a, b in itertools.pairwise(places))


def tags(data: bytes) -> None:
    """Repair gives a legal sequence of the same spans, leaves it as it is the second time, cuts no text."""
    if not data:
        return
    scheme = list(schemes.SCHEMES)[data[0] % len(schemes.SCHEMES)]
    given = [tag for tag in _text(data[1:]).split(" ") if tag]
    try:
        schemes.check(given, scheme)
    except InputError:
        labels = ("", "-x", "-y")
        roles = schemes.SCHEMES[scheme]
        given = [
            roles[b % 5] + (labels[b // 5 % 3] if roles[b % 5] != "O" else "")
            for b in data[1:]
        ]
        schemes.check(given, scheme)
    mended = schemes.repair(given, scheme)
    _is_legal(mended, scheme)
    assert schemes.tags_to_spans(mended) == schemes.tags_to_spans(given)
    assert schemes.repair(mended, scheme) == mended
    characters = "".join(chr(0x4E00 + n) for n in range(len(given)))
    assert "".join(schemes.tags_to_words(characters, given)) == characters
    words = schemes.tags_to_words(characters, given)
    assert schemes.tags_to_words(characters, schemes.words_to_tags(words)) == words


# -- segmentation --------------------------------------------------------------------------------


class Segmentation:
    """The words of a text, joined, are the text; plain, white space apart, too; a model's `predict_lines`."""

    def __init__(self, model):
        self.model = model

    def __call__(self, data: bytes) -> None:
        texts = [_text(data), unicodedata.normalize("NFD", _text(data))]
        for text in texts:
            with contextlib.suppress(InputError):
                (answer,) = self.model.predict([text])
                assert "".join(answer["words"]) == text and all(answer["words"])
                plain = self.model.to_plain(answer)
                assert "".join(plain.split()) == "".join(text.split())
        content = (line.rstrip(b"\r\n") for line in io.BytesIO(data))
        lines = enumerate(content, 1)
        for answer in self.model.predict_lines(lines, "data", keep_going=True):
            assert "error" in answer or "".join(answer["words"]) == answer["text"]
            self.model.to_line(answer, plain=False).encode()


# -- artifacts -----------------------------------------------------------------------------------


class Manifest:
    """Whatever a `manifest.json` or a `config.json` says, the artifact loads or an `InputError` comes."""

    def __init__(self):
        from tests.faults.file_operations import ModelFolder

        subject = ModelFolder(Path(tempfile.mkdtemp(dir=FOLDER)))
        subject.save(1)
        self.folder = subject.folder
        self.sound = {
            name: (self.folder / name).read_bytes()
            for name in ("manifest.json", "config.json")
        }

    def __call__(self, data: bytes) -> None:
        from seqzoo import zoo

        for name, content in self.sound.items():
            (self.folder / name).write_bytes(content)
        if data[:1] < b"@":
            (self.folder / "manifest.json").write_bytes(data[1:])
        else:
            (self.folder / "config.json").write_bytes(data[1:])
            record = json.loads(self.sound["manifest.json"])
            record["sha256"]["config.json"] = sha256(self.folder / "config.json")
            (self.folder / "manifest.json").write_text(json.dumps(record))
        with contextlib.suppress(InputError):
            zoo.load(self.folder)
