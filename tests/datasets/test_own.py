"""A user's own corpus: its parts, what is left out of them, what is told before training."""

import json
import re
from collections import Counter

import numpy as np
import pytest

from seqzoo.datasets.stratified import cut
from seqzoo.datasets.survey import key_of
from seqzoo.errors import InputError
from seqzoo.recipes import ratings, sentiment, translation
from seqzoo.tasks.classification import corpora as classification
from seqzoo.tasks.regression import corpora as regression
from seqzoo.tasks.translation import corpora as pairs

PARTS = ("train", "validation", "test")


def file_of(path, rows):
    path.write_text("".join("\t".join(row) + "\n" for row in rows), "utf-8")
    return path


def rows_of(label, count, begin=0):
    return [(label, f"{label} text number {n}") for n in range(begin, begin + count)]


def parts_of(path, **settings):
    splits = classification.load(sentiment.Config(data=str(path), **settings))
    return {part: list(getattr(splits, part)()) for part in PARTS}


def labels_of(examples):
    return Counter(example.label for example in examples)


@pytest.mark.parametrize("seed", range(20))
def test_each_class_gives_its_share_and_keeps_one_to_train_on(seed, tmp_path):
    sizes = {"a": 100, "b": 40, "c": 10, "d": 3, "e": 2, "f": 1, "g": 1}
    rows = [row for label, count in sizes.items() for row in rows_of(label, count)]
    parts = parts_of(file_of(tmp_path / "a.tsv", rows), seed=seed)
    train, validation, test = (labels_of(parts[part]) for part in PARTS)
    assert set(train) == set(sizes)
    assert sum(map(len, parts.values())) == len(rows)
    for label in ("a", "b", "c"):
        assert validation[label] == test[label] == sizes[label] // 10
    assert set(validation) | set(test) <= set(train)


def test_a_seed_draws_the_same_parts_and_another_draws_others(tmp_path):
    path = file_of(tmp_path / "a.tsv", rows_of("x", 100) + rows_of("y", 100))
    assert parts_of(path, seed=1) == parts_of(path, seed=1) != parts_of(path, seed=2)


def test_parts_do_not_depend_on_the_order_of_rows(tmp_path):
    rows = rows_of("x", 50) + rows_of("y", 50)
    first = parts_of(file_of(tmp_path / "a.tsv", rows))
    second = parts_of(file_of(tmp_path / "b.tsv", rows[::-1]))
    for part in PARTS:
        assert {e.text for e in first[part]} == {e.text for e in second[part]}


def test_equal_texts_fall_into_one_part(tmp_path):
    rows = [("xy"[n % 2], f"{' ' * (n % 3)}text  {n % 40}") for n in range(200)]
    parts = parts_of(file_of(tmp_path / "a.tsv", rows), validation=0.2, test=0.2)
    keys = [{key_of(e.text) for e in parts[part]} for part in PARTS]
    assert all(keys)
    assert not (keys[0] & keys[1] or keys[0] & keys[2] or keys[1] & keys[2])


@pytest.mark.parametrize("count", range(3, 30))
def test_the_smallest_corpora_have_three_parts(count):
    keys = np.arange(count, dtype=np.uint64)
    labels = np.full(count, -1, np.int32)
    parts = cut(keys, labels, {"test": 0.02, "validation": 0.02}, seed=0)
    assert [len(parts[part]) for part in ("test", "validation")] == [1, 1]
    assert not set(parts["test"]) & set(parts["validation"])


def test_a_few_rows_are_told_with_what_is_needed(tmp_path, capsys):
    rows = rows_of("x", 5) + rows_of("y", 5)
    parts = parts_of(file_of(tmp_path / "a.tsv", rows))
    assert [len(parts[part]) for part in PARTS] == [8, 1, 1]
    out = capsys.readouterr().out
    assert "few examples to measure on (validation 1, test 1, of 10 in all)" in out
    assert "some 100 examples are needed; --validation and --test change the shares" in out
    with pytest.raises(InputError, match="different texts: 2; expected 3 at least"):
        parts_of(file_of(tmp_path / "b.tsv", rows_of("x", 1) + rows_of("y", 1)))
    with pytest.raises(InputError, match="each the only one of its class"):
        parts_of(file_of(tmp_path / "c.tsv", [(f"id{n}", f"text {n}") for n in range(50)]))


ALL = rows_of("x", 60) + rows_of("y", 60)
TOLD = {
    "labels in two cases": (
        [*ALL, *(("X", f"other {n}") for n in range(60))],
        "warning: labels that differ in case, width or spaces only are classes of their own: 'x' and 'X'"),
    "rare classes": (
        [*ALL, *rows_of("rare", 3)], "1 of 3 classes have fewer than 5 training examples; .*: rare"),
    "several labels": ([*ALL, *(("x|y", f"both {n}") for n in range(20))], r"labels with '\|' in them"),
    "repeated texts": (
        [*ALL, *ALL[:30]], "30 of 150 train examples repeat the text of another$"),
    "torn texts": (
        [*ALL, *((("y", text)) for _, text in ALL[:7])],
        "7 of 127 train examples repeat the text of another; 7 texts have different labels"),
}  # fmt: skip


@pytest.mark.parametrize("rows, message", TOLD.values(), ids=TOLD)
def test_what_stands_out_is_told_once(rows, message, tmp_path, capsys):
    splits = classification.load(
        sentiment.Config(data=str(file_of(tmp_path / "a.tsv", rows)))
    )
    for _ in range(2):
        for part in PARTS:
            assert list(getattr(splits, part)())
    lines = capsys.readouterr().out.splitlines()
    assert len([line for line in lines if re.search(message, line)]) == 1, lines
    assert len(lines) == 2, "what was found, and this"


def test_a_sound_corpus_is_not_remarked_on(tmp_path, capsys):
    parts_of(file_of(tmp_path / "a.tsv", ALL))
    assert capsys.readouterr().out.count("\n") == 1


REFUSED = {
    "equal texts": ([("xy"[n % 2], "same") for n in range(200)], "all 200 texts are equal: 'same'"),
    "swapped columns": (
        [(f"a long text {n}", "xy"[n % 2]) for n in range(200)],
        "200 different values in 200 rows, that of the texts 2: the two seem swapped; --columns text,label"),
    "a header of other names": (
        [("mood", "remark"), *ALL], "the first line looks like a header .mood, remark.*--text-column"),
    "no rows": ([], "no training example"),
}  # fmt: skip


@pytest.mark.parametrize("rows, message", REFUSED.values(), ids=REFUSED)
def test_what_nothing_can_be_learnt_of_is_refused(rows, message, tmp_path):
    with pytest.raises(InputError, match=message):
        parts_of(file_of(tmp_path / "a.tsv", rows))


def test_an_example_that_looks_like_a_header_is_taken_if_the_user_says_so(tmp_path):
    path = file_of(tmp_path / "a.tsv", [("mood", "remark"), *ALL])
    parts = parts_of(path, columns="label,text")
    assert sum(map(len, parts.values())) == 121
    parts = parts_of(path, text_column="remark", label_column="mood")
    assert sum(map(len, parts.values())) == 120


def test_bad_rows_are_counted_before_training_and_left_out_if_asked(tmp_path, capsys):
    path = file_of(tmp_path / "a.tsv", [*ALL, ("x", " "), ("", "text")])
    with pytest.raises(InputError, match=r"a\.tsv:121: .*2 rows of 122 cannot be used"):
        parts_of(path)
    parts = parts_of(path, skip_bad_rows=True)
    assert sum(map(len, parts.values())) == 120
    assert "warning: left out 2 of 122 train rows; the first: " in capsys.readouterr().out


@pytest.mark.parametrize(
    "validation", ["val", "valid", "validation", "dev", "reviews.dev", "Dev"]
)
@pytest.mark.parametrize("test", ["test", "eval"])
def test_the_names_of_parts(validation, test, tmp_path):
    file_of(tmp_path / "train.tsv", ALL)
    file_of(tmp_path / f"{validation}.tsv", rows_of("x", 12, 100))
    file_of(tmp_path / f"{test}.tsv", rows_of("y", 13, 200))
    (tmp_path / "README.md").write_text("about it")
    (tmp_path / "LICENSE").write_text("free")
    (tmp_path / ".cache").write_text("x")
    assert [len(part) for part in parts_of(tmp_path).values()] == [120, 12, 13]


def test_what_the_folder_lacks_is_cut_off_training(tmp_path):
    file_of(tmp_path / "train.tsv", ALL)
    file_of(tmp_path / "test.tsv", rows_of("y", 13, 200))
    assert [len(part) for part in parts_of(tmp_path).values()] == [108, 12, 13]


def test_a_file_that_is_no_part_is_an_error(tmp_path):
    file_of(tmp_path / "train.tsv", ALL)
    file_of(tmp_path / "extra.tsv", ALL)
    with pytest.raises(
        InputError,
        match=r"extra\.tsv: no part of the data; understood are train;.*dev.*eval",
    ):
        parts_of(tmp_path)
    (tmp_path / "extra.tsv").rename(tmp_path / "train.more.tsv")
    with pytest.raises(InputError, match="expected one train file; got"):
        parts_of(tmp_path)
    (tmp_path / "train.tsv").unlink()
    (tmp_path / "train.more.tsv").rename(tmp_path / "reviews.tsv")
    with pytest.raises(
        InputError, match=r"expected a file train.*; found none, but reviews\.tsv"
    ):
        parts_of(tmp_path)


def test_a_share_of_a_part_that_is_there_is_refused(tmp_path):
    file_of(tmp_path / "train.tsv", ALL)
    file_of(tmp_path / "dev.tsv", rows_of("x", 12, 100))
    with pytest.raises(
        InputError, match=r"--validation 0\.3: the data come with a validation part"
    ):
        parts_of(tmp_path, validation=0.3)


def test_parts_as_folders_of_classes(tmp_path):
    for part, count in (("train", 20), ("val", 12), ("test", 11)):
        for label in ("ja", "nein", "vielleicht"):
            (tmp_path / part / label).mkdir(parents=True)
            for n in range(count):
                (tmp_path / part / label / f"{n}.txt").write_text(f"{part} {label} {n}")
    assert [len(part) for part in parts_of(tmp_path).values()] == [60, 36, 33]


def test_pos_and_neg_with_a_third_class_are_no_imdb(tmp_path):
    for label in ("pos", "neg", "neutral"):
        (tmp_path / "train" / label).mkdir(parents=True)
        for n in range(20):
            (tmp_path / "train" / label / f"{n}.txt").write_text(f"{label} {n}")
    assert set(labels_of(parts_of(tmp_path)["train"])) == {"pos", "neg", "neutral"}


def test_folders_of_hugging_face(tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    def table(rows):
        return pa.table(
            {"text": [text for _, text in rows], "label": [label for label, _ in rows]}
        )

    hub = tmp_path / "hub" / "data"
    hub.mkdir(parents=True)
    (tmp_path / "hub" / "README.md").write_text("about it")
    pq.write_table(table(ALL[:60]), hub / "train-00000-of-00002.parquet")
    pq.write_table(table(ALL[60:]), hub / "train-00001-of-00002.parquet")
    pq.write_table(table(rows_of("x", 11, 300)), hub / "test-00000-of-00001.parquet")
    assert [len(part) for part in parts_of(tmp_path / "hub").values()] == [108, 12, 11]

    disk = tmp_path / "disk"
    for part, rows in (
        ("train", ALL),
        ("validation", rows_of("x", 12, 100)),
        ("test", rows_of("y", 11, 200)),
    ):
        (disk / part).mkdir(parents=True)
        (disk / part / "state.json").write_text("{}")
        (disk / part / "dataset_info.json").write_text("{}")
        place, schema = str(disk / part / "data-00000-of-00001.arrow"), table(rows).schema
        with pa.OSFile(place, "wb") as file, pa.ipc.new_stream(file, schema) as out:
            out.write_table(table(rows))
    (disk / "dataset_dict.json").write_text(json.dumps({"splits": list(PARTS)}))
    assert [len(part) for part in parts_of(disk).values()] == [120, 12, 11]


def test_texts_of_other_parts_are_left_out_of_training(tmp_path, capsys):
    file_of(tmp_path / "train.tsv", [*ALL, *rows_of("x", 9, 100)])
    file_of(tmp_path / "val.tsv", rows_of("x", 12, 97))
    file_of(
        tmp_path / "test.tsv",
        [("y", "Ｙ text  number 3"), *rows_of("y", 12, 200), ("y", "y text number 4 ")],
    )
    parts = parts_of(tmp_path)
    assert [len(part) for part in parts.values()] == [129 - 9 - 1, 12, 14]
    assert (
        "left out 10 training examples whose texts also stand in another part"
        in capsys.readouterr().out
    )


def test_one_file_as_training_and_validation_is_refused(tmp_path):
    for name in ("train", "val"):
        file_of(tmp_path / f"{name}.tsv", ALL)
    with pytest.raises(InputError, match="all 120 training examples stand in validation"):
        parts_of(tmp_path)


def test_numbers_are_split_and_told_as_labels_are(tmp_path, capsys):
    rows = [
        ("stars", "review"),
        *((str(n % 5), f"text {n}") for n in range(100)),
        ("4", "text 3"),
    ]
    file_of(tmp_path / "train.tsv", rows)
    file_of(
        tmp_path / "test.tsv",
        [("rating", "text"), ("3", "text 7"), *((str(n), f"t {n}") for n in range(9))],
    )
    splits = regression.load(ratings.Config(data=str(tmp_path)))
    assert [len(list(getattr(splits, part)())) for part in PARTS] == [90, 10, 10]
    out = capsys.readouterr().out
    assert "number in column 'stars'" in out
    assert "left out 1 training examples" in out
    assert "1 of 101 train examples repeat the text of another\n" in out


TATOEBA = [
    (str(n), f"a cat number {n}", str(n + 1000), f"eine Katze {n}") for n in range(60)
]
PAIRS = [(row[1], row[3]) for row in TATOEBA]
NO_PAIRS = {
    "numbers": (TATOEBA, "column 1 has numbers alone .0, 1, 2.*--source-column and --target-column"),
    "a header": ([("English", "German"), *PAIRS], "the first line looks like a header .English, German"),
    "a tab inside": ([*PAIRS[:9], ("a", "b", "c"), *PAIRS[9:]], "a.tsv:10: expected 2 columns; got 3"),
    "one column": ([("a cat",), ("a dog",)], "expected a text, a tab and its translation; got 'a cat'"),
}  # fmt: skip


@pytest.mark.parametrize("rows, message", NO_PAIRS.values(), ids=NO_PAIRS)
def test_columns_that_are_no_texts_are_asked_about(rows, message, tmp_path):
    path = file_of(tmp_path / "a.tsv", rows)
    with pytest.raises(InputError, match=message):
        list(pairs.load(translation.Config(data=str(path))).train())


@pytest.mark.parametrize(
    "rows, settings",
    [
        (TATOEBA, {"source_column": "2", "target_column": "4"}),
        ([("English", "German"), *PAIRS], {"source_column": "english", "target_column": "German"}),
        ([("source", "target"), *PAIRS], {}),
        ([(*pair, "by somebody") for pair in PAIRS], {}),
    ],
)  # fmt: skip
def test_pairs_are_read_by_their_columns(rows, settings, tmp_path):
    path = file_of(tmp_path / "a.tsv", rows)
    splits = pairs.load(translation.Config(data=str(path), **settings))
    found = [(e.source, e.target) for part in PARTS for e in getattr(splits, part)()]
    assert sorted(found) == sorted(PAIRS)


def test_test_pairs_are_left_out_of_training(tmp_path, capsys):
    file_of(tmp_path / "train.tsv", PAIRS)
    file_of(tmp_path / "valid.tsv", PAIRS[:5])
    file_of(tmp_path / "test.tsv", PAIRS[3:10])
    splits = pairs.load(translation.Config(data=str(tmp_path)))
    assert [len(list(getattr(splits, part)())) for part in PARTS] == [50, 5, 7]
    assert "left out 10 training examples" in capsys.readouterr().out
