"""Files that went wrong for somebody, where they are at hand: read, or refused with what mends them."""

import re
from pathlib import Path

import pytest

from seqzoo.errors import InputError
from seqzoo.recipes import entities, language_model, segmentation, sentiment, translation
from seqzoo.tasks.classification import corpora as classification
from seqzoo.tasks.language import corpora as language
from seqzoo.tasks.tagging import corpora as tagging
from seqzoo.tasks.translation import corpora as pairs

CASES = next(
    (
        p / "shared" / "cases"
        for p in Path(__file__).parents
        if (p / "shared" / "cases").exists()
    ),
    Path("no such folder"),
)
# A file, settings, examples of the three parts or what is asked, and what is told.
TEXTS = {
    "02_semicolon.csv": ({}, [160, 20, 20], "delimiter semicolon"),
    "03_sep_line.csv": ({}, [160, 20, 20], "delimiter semicolon"),
    "04_utf16.csv": ({}, [160, 20, 20], "UTF-16-LE .by its BOM."),
    "05_gbk.csv": ({}, "looks like gb18030: give --encoding gb18030", ""),
    "05_gbk.csv ": ({"encoding": "gb18030"}, [160, 20, 20], "gb18030 .--encoding."),
    "06_cp1252.csv": ({}, "looks like cp1252: give --encoding cp1252", ""),
    "06_cp1252.csv ": ({"encoding": "cp1252"}, [160, 20, 20], "cp1252"),
    "07_review_sentiment.csv": ({}, [160, 20, 20], "'review', label in column 'sentiment'"),
    "08_array.json": ({}, [160, 20, 20], "a JSON array"),
    "10_float_labels.jsonl": ({}, [160, 20, 20], "JSON lines"),
    "11_bool_labels.jsonl": ({}, [160, 20, 20], "JSON lines"),
    "13_fasttext.txt": ({}, [160, 20, 20], "fastText's format"),
    "15_empty_cell.csv": ({}, "1 row of 201 cannot be used; --skip-bad-rows", ""),
    "15_empty_cell.csv ": ({"skip_bad_rows": True}, [160, 20, 20], "left out 1 of 201"),
    "16_nan_label.csv": ({}, "1 row of 201 cannot be used; --skip-bad-rows", ""),
    "19_tsv_text_first.tsv": ({}, "200 different values in 200 rows.*swapped", ""),
    "19_tsv_text_first.tsv ": ({"columns": "text,label"}, [160, 20, 20], "no header"),
    "22_case_labels.csv": (
        {},
        [160, 20, 20],
        "differ in case, width or spaces only.*'Pos' and 'pos'",
    ),
    "25_multilabel.csv": ({}, [160, 20, 20], r"labels with '\|' in them"),
    "27_dups.csv": ({}, "all 200 texts are equal", ""),
    "30_class_folders": ({}, [20, 2, 2], "a folder a class, a file a text"),
    "33_val": ({}, "all 200 training examples stand in validation and test", ""),
    "35_crcr.csv": ({}, [160, 20, 20], "lines end in CR"),
    "40_label_first_csv_noheader.csv": (
        {},
        "expected a header; .*--columns label,text",
        "",
    ),
    "40_label_first_csv_noheader.csv ": (
        {"columns": "label,text"},
        [160, 20, 20],
        "no header",
    ),
    "50_header_other_names.tsv": (
        {},
        [192, 24, 24],
        "'review', label in column 'sentiment'",
    ),
    "51_many_rare_classes.tsv": (
        {},
        "240 different texts, each the only one of its class",
        "",
    ),
    "52_rare_tail.tsv": ({}, [180, 22, 22], "12 of 14 classes have fewer than 5.*rare_0"),
    "53_header_twice.csv": ({}, "one column 'label'; it is twice", ""),
    "54_cr_only.tsv": ({}, [192, 24, 24], "lines end in CR"),
    "55_ten_rows.tsv": ({}, [8, 1, 1], "of 10 in all.*some 100 .*--validation and --test"),
    "56_leak": ({}, [200, 40, 40], "left out 40 training examples"),
}
PAIRS = {
    "tatoeba-ids.tsv": ({}, "column 1 has numbers alone.*--source-column", ""),
    "tatoeba-ids.tsv ": (
        {"source_column": "2", "target_column": "4"},
        [58, 1, 1],
        "no header",
    ),
    "tabinside.tsv": ({}, "tabinside.tsv:10: expected 2 columns; got 3", ""),
    "header.tsv": ({}, [57, 1, 1], "source in column 'source'"),
    "leakdir": ({}, [250, 50, 50], "left out 50 training examples"),
}
TAGGED = {
    "ner09_tagfirst.bio": ({}, "column 1: --tag-column 1 --token-column 2", ""),
    "ner09_tagfirst.bio ": (
        {"tag_column": "1", "token_column": "2"},
        [51, 3, 6],
        "tags in column 1",
    ),
    "ner10_conllu.conllu": ({}, [51, 3, 6], "CoNLL-U.*tags in column 'misc'"),
    "ner13_zero.bio": ({}, "got '0', the digit zero", ""),
    "ner14_bilou.bilou": ({}, [51, 3, 6], "in BILOU"),
    "ner20.jsonl": ({}, [51, 3, 6], "tokens with tags"),
    "ner21_span.jsonl": ({}, "cuts a word in 'Anna0 works'; --unit character", ""),
    "ner21_span.jsonl ": ({"unit": "character"}, [111, 3, 6], "texts with spans"),
    "ner23_dev": ({}, "all 60 training examples stand in validation and test", ""),
    "ner30_docstart_noblank.conll": ({}, [127, 8, 15], "tags in column 3"),
    "ner31_index_column.bio": ({}, "column 1 counts the tokens.*--token-column", ""),
    "ner31_index_column.bio ": ({"token_column": "2"}, [127, 8, 15], "tokens in column 2"),
    "ner32_no_blank_lines.bio": ({}, "one sequence of 1,259 tokens; a blank line", ""),
    "ner33_kaggle.csv": ({}, [127, 8, 15], "sentences by column 'sentence #'"),
    "ner34_comments.bio": ({}, [127, 8, 15], "comments left aside"),
    "ner35_apostrophes.bio": ({}, [511, 29, 60], "33 of 600 train examples repeat"),
}
WORDS = {
    "word_tag.txt": ({}, [184, 6, 10], "a part of speech behind each word left aside"),
    "bmes_columns.tsv": ({}, [184, 6, 10], "in BMES"),
    "slash.txt": ({}, "--delimiter '/' says so", ""),
    "slash.txt ": ({"delimiter": "/"}, [184, 6, 10], "words between '/'"),
    "raw.txt": ({}, "no line has a blank", ""),
}
KINDS = {
    "classification": (classification.load, sentiment, TEXTS),
    "translation": (pairs.load, translation, PAIRS),
    "tagging": (lambda config: tagging.load_entities(config)[0], entities, TAGGED),
    "segmentation": (tagging.load_words, segmentation, WORDS),
}
EVERY = [(kind, name) for kind, (_, _, cases) in KINDS.items() for name in cases]


@pytest.mark.skipif(not CASES.exists(), reason="the files are not part of the repository")
@pytest.mark.parametrize("kind, name", EVERY)
def test_a_real_file_is_read_or_asked_about(kind, name, capsys):
    load, recipe, cases = KINDS[kind]
    settings, expected, told = cases[name]
    config = recipe.Config(data=str(CASES / kind / name.strip()), **settings)

    def sizes():
        splits = load(config)
        parts = (splits.train, splits.validation, splits.test)
        return [sum(1 for _ in part()) for part in parts]

    if isinstance(expected, str):
        with pytest.raises(InputError, match=expected):
            sizes()
        return
    assert sizes() == expected
    assert re.search(told, capsys.readouterr().out)


@pytest.mark.skipif(not CASES.exists(), reason="the files are not part of the repository")
def test_a_text_of_one_line_has_three_parts(capsys):
    path = CASES / "language" / "one_line.txt"
    splits = language.load(language_model.Config(data=str(path)))
    parts = [
        "".join(passage.text for passage in part())
        for part in (splits.train, splits.validation, splits.test)
    ]
    assert "".join(parts) == path.read_text() + "\n"
    assert all(len(part) > 500 for part in parts)
    assert "cut inside lines" in capsys.readouterr().out
