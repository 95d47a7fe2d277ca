"""Running text: files, folders, what packages bring along."""

import gzip
import itertools

import pytest

from seqzoo import InputError
from seqzoo.datasets import running
from seqzoo.tasks.language import corpora
from seqzoo.tasks.language.training import Settings


def parts_of(**settings):
    return corpora.load(Settings(**settings))


def texts(stream):
    """Whole texts of a stream of passages."""
    found, parts = [], []
    for passage in stream():
        parts.append(passage.text)
        if passage.last:
            found.append("".join(parts))
            parts = []
    assert not parts
    return found


def test_a_file_is_cut_in_order_at_line_ends(tmp_path, monkeypatch):
    monkeypatch.setattr(running, "PIECE", 50)
    lines = [f"line {n}\n" for n in range(200)]
    path = tmp_path / "t.txt"
    path.write_text("".join(lines))
    splits = parts_of(data=str(path), validation=0.1, test=0.2)
    train, validation, test = (
        texts(part) for part in (splits.train, splits.validation, splits.test)
    )
    assert [len(train), len(validation), len(test)] == [1, 1, 1]
    assert train[0] + validation[0] + test[0] == "".join(lines)
    assert 0.65 < len(train[0]) / len("".join(lines)) < 0.75
    assert 0.15 < len(test[0]) / len("".join(lines)) < 0.25
    assert train[0].endswith("\n")


def test_named_parts_of_a_folder(tmp_path):
    for name, text in (
        ("ptb.train.txt.gz", "a b\n"),
        ("ptb.valid.txt.gz", "c\n"),
        ("ptb.test.txt.gz", "d\n"),
    ):
        with gzip.open(tmp_path / name, "wt") as file:
            file.write(text)
    splits = parts_of(data=str(tmp_path))
    assert [texts(part) for part in (splits.train, splits.validation, splits.test)] == [
        ["a b\n"], ["c\n"], ["d\n"],
    ]  # fmt: skip
    (tmp_path / "ptb.test.txt.gz").unlink()
    (tmp_path / "ptb.train.txt.gz").unlink()
    (tmp_path / "README").write_text("z\n")
    (tmp_path / "train.txt").write_text("".join(f"{n}\n" for n in range(100)))
    (tmp_path / "more.txt").write_text("z\n")
    with pytest.raises(InputError, match=r"more.txt: no part of the data; .*valid"):
        parts_of(data=str(tmp_path), test=0.1)
    (tmp_path / "more.txt").unlink()
    splits = parts_of(data=str(tmp_path), test=0.1)
    assert texts(splits.validation) == ["c\n"]
    assert texts(splits.train)[0] + texts(splits.test)[0] == "".join(
        f"{n}\n" for n in range(100)
    )
    (tmp_path / "train.2.txt").write_text("x\n")
    with pytest.raises(
        InputError, match=r"expected one train file; got \['train.2.txt', 'train.txt'\]"
    ):
        parts_of(data=str(tmp_path))


def test_many_files_are_dealt_out_whole(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "x.c").write_text("hidden\n")
    (tmp_path / "notes.md").write_text("other\n")
    for n in range(60):
        (tmp_path / ("sub" if n % 2 else ".") / f"{n}.c").write_text(
            f"int x{n};\nint y{n};\n"
        )
    splits = parts_of(data=str(tmp_path), pattern="*.c", validation=0.2, test=0.2)
    parts = [set(texts(part)) for part in (splits.train, splits.validation, splits.test)]
    assert sum(map(len, parts)) == 60 == len(set.union(*parts))
    assert set.union(*parts) == {f"int x{n};\nint y{n};\n" for n in range(60)}
    assert all(parts)


def test_a_file_called_train_alone_is_no_part(tmp_path):
    (tmp_path / "deep").mkdir()
    for name in ("train.py", "night-train.txt", "emma.txt", "deep/test.txt"):
        (tmp_path / name).write_text(f"{name}\n" * 20)
    splits = parts_of(data=str(tmp_path), validation=0.2, test=0.2)
    whole = "".join(
        texts(part)[0] for part in (splits.train, splits.validation, splits.test)
    )
    assert len(whole.splitlines()) == 80


@pytest.mark.parametrize("seed", range(5))
def test_twenty_files_give_every_part_one(tmp_path, seed):
    for n in range(20):
        (tmp_path / f"f{n}").write_text(f"{n}\n")
    splits = parts_of(data=str(tmp_path), seed=seed)
    parts = [texts(part) for part in (splits.train, splits.validation, splits.test)]
    assert all(parts)
    assert sorted(itertools.chain.from_iterable(parts)) == sorted(
        f"{n}\n" for n in range(20)
    )


def test_a_few_files_are_one_text(tmp_path):
    for n in range(3):
        (tmp_path / f"{n}.txt").write_text("".join(f"{n} {m}\n" for m in range(40)))
    splits = parts_of(data=str(tmp_path), validation=0.2, test=0.2)
    whole = "".join(
        texts(part)[0] for part in (splits.train, splits.validation, splits.test)
    )
    assert whole == "".join(f"{n} {m}\n" for n in range(3) for m in range(40))


def test_what_cannot_be_read_is_named(tmp_path):
    with pytest.raises(InputError, match="no such file or folder"):
        parts_of(data=str(tmp_path / "none"))
    with pytest.raises(InputError, match="no files like"):
        parts_of(data=str(tmp_path), pattern="*.c")
    (tmp_path / "t.txt").write_bytes(b"good\nbad \xff\n")
    splits = parts_of(data=str(tmp_path / "t.txt"))
    with pytest.raises(InputError, match=r"t\.txt:2: invalid UTF-8 at byte 5"):
        list(splits.train())
    with pytest.raises(InputError, match="dataset"):
        parts_of(dataset="bibel")


def test_the_standard_library_and_the_bible():
    splits = parts_of(dataset="python")
    test = texts(splits.test)
    assert 10 < len(test) < 200
    assert sum("import" in text for text in test) > len(test) / 2
    assert not any("/test/" in passage.source for passage in splits.test())
    splits = parts_of()
    assert sum(map(len, texts(splits.validation))) > 50_000
    assert not set(texts(splits.validation)) & set(texts(splits.train))
