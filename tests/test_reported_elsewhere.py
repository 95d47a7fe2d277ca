"""Shapes of files and calls that people report of other libraries; `docs/reliability.md` lists them.

Those not here stand in `tests/layers/test_given.py`, `tests/system/test_forks.py` and `tests/engine/`.
"""

import json
import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import seqzoo
import seqzoo.layers as ours
from seqzoo import InputError
from seqzoo.__main__ import main
from seqzoo.datasets import read_examples
from seqzoo.datasets.reading.settings import Form
from seqzoo.datasets.sequences.opened import open_words
from seqzoo.models import classifier, tagger
from seqzoo.tasks.tagging.corpora import Entities
from tests.support.command_line import failure

SEGMENTER, SENTIMENT = "segmentation-peoples-daily", "sentiment-imdb"


@pytest.fixture(scope="module")
def segmenter():
    return seqzoo.load(SEGMENTER)


@pytest.fixture(scope="module")
def sentiment():
    return seqzoo.load(SENTIMENT)


def predicted(capfd, model, path, content, *flags, status=0):
    """The lines that `predict` prints of a file."""
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    assert main(["predict", model, str(path), *flags]) == status
    return capfd.readouterr().out.split("\n")[:-1]


def test_a_line_break_in_a_cell_is_part_of_its_text(tmp_path, capfd):  # fastText 1079
    content = 'id,text\n1,"A wonderful\nfilm."\n2,Dull.\n'
    assert predicted(capfd, SENTIMENT, tmp_path / "a.csv", content, "--plain") == [
        "positive",
        "negative",
    ]


def test_a_text_of_unknown_words_is_named(tmp_path, capfd):  # fastText 688
    (tmp_path / "a.txt").write_text("zzqq xxyy\n")
    message = failure(capfd, main(["predict", SENTIMENT, str(tmp_path / "a.txt")]))
    assert "a.txt:1: none of the 2 tokens is known" in message


def test_there_are_as_many_answers_as_lines(
    tmp_path, capfd
):  # fastText 344, OpenNMT-py 1317
    content = "good\x0bfilm\nbad\u2028film\nfine\x0cfilm\nok\x85film\n" * 600
    assert len(predicted(capfd, SENTIMENT, tmp_path / "a.txt", content, "--plain")) == 2400


def test_columns_without_a_header_are_asked_about(tmp_path):  # fastText 71
    path = tmp_path / "a.tsv"
    path.write_text("1\twallet\tGive more sales to old clients\n2\twallet\tAnother\n")
    with pytest.raises(InputError, match="header"):
        list(read_examples(path))


def test_texts_together_are_answered_as_one_by_one(sentiment):  # fastText 394
    texts = ["A wonderful film.", "Dull.", "It was fine, I suppose, for what it is."]
    for text, together in zip(texts, sentiment.predict(np.array(texts)), strict=True):
        (alone,) = sentiment.predict(iter([text]))
        assert alone["label"] == together["label"]
        assert alone["probabilities"] == pytest.approx(together["probabilities"], abs=1e-5)


def test_a_bom_and_crlf_are_no_part_of_words(tmp_path, capfd):  # jieba 236
    content = "\ufeff中国人民\r\n北京\r\n"
    lines = predicted(capfd, SEGMENTER, tmp_path / "a.txt", content)
    assert [json.loads(line)["words"] for line in lines] == [["中国", "人民"], ["北京"]]


@pytest.mark.parametrize("value", [float("nan"), None, b"A film.", 3], ids=repr)
def test_what_is_no_text_is_named_by_its_place(value, sentiment):  # jieba 617
    with pytest.raises(InputError, match=r"texts\[1\]: expected a string; got"):
        sentiment.predict(["A film.", value])


def test_another_encoding_is_named(tmp_path, capfd):  # jieba 34 and 305
    (tmp_path / "a.txt").write_bytes("中国人民在北京的银行\n".encode("gbk"))
    message = failure(capfd, main(["predict", SEGMENTER, str(tmp_path / "a.txt")]))
    assert "--encoding gb18030" in message


def test_blanks_part_words_and_stay(segmenter):  # HanLP 1325
    (answer,) = segmenter.predict(["北京 银行 guodegang liudehua"])
    assert answer["words"] == ["北京", " ", "银行", " ", "guodegang", " ", "liudehua"]


@pytest.mark.parametrize(
    "texts", [["中国", "", "。"], ["中国", " ", ""], [""], ["a......b", ""]], ids=repr
)
def test_empty_texts_have_answers_in_their_places(texts, segmenter):
    """HanLP 1778; spaCy 378, 2554, 3880."""
    answers = segmenter.predict(texts)
    assert ["".join(answer["words"]) for answer in answers] == texts
    assert all(
        answer["familiarity"]["known"] == 1.0
        for answer in answers
        if not answer["text"].strip()
    )


def test_a_blank_line_keeps_its_place(tmp_path, capfd):  # OpenNMT-py 252
    flags = ("--plain", "--keep-going")
    lines = predicted(
        capfd,
        "translation-en-de",
        tmp_path / "a.txt",
        "A man rides.\n\nA dog runs.\n",
        *flags,
        status=2,
    )
    assert lines[0] == "Ein Mann fährt."
    assert lines[1].endswith("a.txt:2: the text is empty")
    assert lines[2] == "Ein Hund rennt."


def test_no_translation_is_empty():  # OpenNMT-py 1934
    texts = ["Dogs.", "Two dogs.", "A man.", "A woman eats.", "Children play outside."]
    assert all(
        answer["translation"].strip()
        for answer in seqzoo.load("translation-en-de").predict(texts)
    )


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("-DOCSTART- -X- -X- O\n\nSOCCER NN I-NP O\n\n- : O O\n", [["SOCCER"], ["-"]]),  # spaCy 10058
        ("Anna B-PER\n\n  \nThal B-LOC\n", [["Anna"], ["Thal"]]),  # spaCy 7869
        ('" O\nAnna B-PER\n" O\n', [['"', "Anna", '"']]),
        ("Anna\tB-PER\r\n\r\nin\tO\r\n", [["Anna"], ["in"]]),
    ],
    ids=repr,
)  # fmt: skip
def test_columns_of_tokens_are_read(content, expected, tmp_path):
    path = tmp_path / "a.conll"
    path.write_bytes(content.encode())
    found = Entities("word")(path, Form())
    assert [list(example.tokens) for example in found] == expected


def test_a_tag_that_is_none_is_named(tmp_path):  # spaCy 6267
    path = tmp_path / "a.conll"
    path.write_text("asd -\nqwe O\n")
    (found,) = Entities("word")(path, Form())
    assert isinstance(found, InputError)
    assert "a.conll:1: expected a tag: O, or B-LABEL" in str(found)
    assert str(found).endswith("got '-'")


@pytest.mark.parametrize("blank", [" ", "  ", "\t", "\u3000"], ids=repr)
def test_any_blank_parts_words(blank, tmp_path):  # HanLP 1325
    path = tmp_path / "a.txt"
    path.write_text(f"中国{blank}人民\n", "utf-8")
    (example,) = open_words(path, Form())
    assert "".join(example.tokens) == "中国人民"


def test_a_model_is_pickled_as_its_folder(sentiment):  # Keras 14180, TensorFlow 46917
    again = pickle.loads(pickle.dumps(sentiment))
    assert again.predict(["A wonderful film."]) == sentiment.predict(["A wonderful film."])
    assert len(pickle.dumps(sentiment)) < 2000


def test_many_threads_may_ask_at_once(sentiment):  # TensorFlow 39431
    texts = [f"A wonderful film number {number}." for number in range(24)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda text: sentiment.predict([text])[0]["label"], texts))
    assert answers == ["positive"] * 24


def test_rows_of_nothing_but_padding_stay_finite():  # Keras 7125
    ids = np.array([[0, 0, 0], [1, 2, 0]], np.int32)
    assert np.isfinite(np.asarray(classifier(10, 3, units=4, embedding_dim=5)(ids))).all()
    assert np.asarray(tagger(10, 4, units=4)(ids)["tags"])[0].tolist() == [0, 0, 0]


def test_padding_on_either_side_changes_nothing():  # Keras 2897, tsai 563 and 880
    model = classifier(10, 3, units=4, embedding_dim=5)
    usual = np.asarray(model(np.array([[3, 5]])))
    for row in ([3, 5, 0, 0, 0], [0, 0, 3, 5], [0, 3, 5, 0]):
        np.testing.assert_allclose(np.asarray(model(np.array([row]))), usual, atol=1e-6)


def test_masked_steps_are_those_of_keras():  # Keras 1569
    import keras

    x = np.random.default_rng(0).normal(size=(2, 4, 3)).astype("float32")
    mask = np.array([[True, False, True, True], [False, False, True, False]])
    for settings in (
        {},
        {"return_sequences": True},
        {"return_sequences": True, "zero_output_for_mask": True},
    ):
        theirs, mine = keras.layers.LSTM(4, **settings), ours.LSTM(4, **settings)
        for layer in (theirs, mine):
            layer.build((None, None, 3))
        mine.set_weights(theirs.get_weights())
        np.testing.assert_allclose(mine(x, mask=mask), theirs(x, mask=mask), atol=1e-6)


def test_what_is_no_number_shows():  # tsai 127
    x = np.zeros((2, 3, 3), "float32")
    x[1, 1, 0] = np.nan
    found = np.asarray(ours.GRU(4)(x))
    assert np.isfinite(found[0]).all()
    assert np.isnan(found[1]).all()
