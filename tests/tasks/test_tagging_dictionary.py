"""A user's words, words likelier than the network would have them, and long words in parts."""

import json
import shutil

import numpy as np
import pytest

import seqzoo
from seqzoo.__main__ import main
from seqzoo.decoding.viterbi import best_path, score_of
from seqzoo.errors import InputError
from seqzoo.serving.service import Service, options_of_each
from seqzoo.system.files import read_json, read_lines
from seqzoo.tasks.tagging import rules
from seqzoo.tasks.tagging.dictionary import Dictionary, keep
from seqzoo.tasks.tagging.lexicon import lexicon_of
from seqzoo.tasks.tagging.words import marked, words_of
from tests.fuzz.exported import tagging_reader

SEGMENTATION, SENTIMENT = "segmentation-peoples-daily", "sentiment-zh"
TEXT = "云计算很有名，上海交通大学大涨"


@pytest.fixture(scope="module")
def words():
    return seqzoo.load(SEGMENTATION)


def plain(model, text, **given):
    return model.to_plain(model.predict([text], **given)[0])


def test_every_place_of_a_word_is_found():
    draw = np.random.default_rng(0)
    for _ in range(300):
        text = "".join(draw.choice(list("甲乙丙"), draw.integers(0, 12)))
        known = {
            "".join(draw.choice(list("甲乙丙"), draw.integers(1, 5))) for _ in range(4)
        }
        found = [(a, b) for a, b, _ in Dictionary(dict.fromkeys(known)).found(text)]
        every = [(a, b) for a in range(len(text)) for b in range(a + 1, len(text) + 1)]
        assert sorted(found) == [(a, b) for a, b in every if text[a:b] in known]
        assert len(found) == len(set(found))


def test_a_word_without_a_weight_is_always_whole(words):
    assert plain(words, TEXT) == "云 计算 很 有名 ， 上海 交通 大学 大涨"
    given = ["云计算", "有名", "交通大学", "大涨", "通大"]
    assert plain(words, TEXT, words=given) == "云计算 很 有名 ， 上海 交通大学 大涨"
    # The longer one, and of two of one length the first.
    assert (
        plain(words, "上海交通大学", words=["上海交通", "交通大学", "通大"])
        == "上海交通 大学"
    )
    assert plain(words, "上海交通大学", words=["交通大学", "上海交"]) == "上海 交通大学"


def test_a_word_that_would_cut_what_is_whole_plays_no_part(words):
    assert plain(words, "看ChatGPT火", words=["GPT火", "GPT"]) == "看 ChatGPT 火"
    assert plain(words, "特斯拉Model3很贵", words=["特斯拉Model3"]) == "特斯拉Model3 很 贵"
    assert plain(words, "👍🏽好", words=["🏽好"]) == "👍🏽 好"


def test_the_marks_of_kept_words_are_those_of_the_rule():
    """By going through all words, the longest and then the first of them first."""
    draw = np.random.default_rng(1)
    for _ in range(300):
        marks = draw.choice([0, 0, 0, rules.JOIN], 9).astype(np.int8)
        marks[[0, 8]] = 0
        spans = {tuple(sorted(draw.choice(9, 2, replace=False).tolist())) for _ in range(5)}
        kept = []
        for start, end in sorted(spans, key=lambda span: (span[0] - span[1], span[0])):
            free = all(end <= a or b <= start for a, b in kept)
            if free and rules.JOIN not in (marks[start], marks[end]):
                kept.append((start, end))
        keep(marks, spans)
        for start, end in kept:
            assert marks[start] == marks[end] == rules.CUT
            assert (marks[start + 1 : end] == rules.JOIN).all()


def margin(model, text, word):
    """How much better the best path is than the best that has a word, at one place, by their scores."""
    tagging, start = model.tagging, text.index(word)
    ids = tagging.coder.ids(text)[None]
    length = np.array([len(text)])
    scores = tagging.scores(ids, length).astype(float)
    forced = scores.copy()
    tags = [0, *[1] * (len(word) - 2), 2]
    for place, tag in enumerate(tags, start):
        forced[0, place, [other for other in range(4) if other != tag]] = -np.inf

    def score(emissions):
        chain = tagging.chain()
        path = best_path(emissions, length, chain)[0]
        return score_of(path, emissions[0], chain)

    return score(scores) - score(forced)


def test_a_weight_multiplies_the_odds(words):
    """The word appears as soon as its bonus, log(1 + weight), is more than the path without it is better."""
    text = "上海交通大学大涨"
    for word in ("上海交通大学", "交通大学", "海交"):
        needed = float(np.expm1(margin(words, text, word)))
        assert word not in plain(words, text, words={word: needed * 0.99}).split()
        assert word in plain(words, text, words={word: needed * 1.01}).split()


def test_a_weight_lets_the_network_decide_where_a_rule_cuts():
    dictionary = Dictionary({"拉Model3": 5})
    marks, likelier = marked("特斯拉Model3", dictionary)
    assert marks.tolist()[3] == rules.FREE and len(likelier) == 1


def test_words_of_many_texts_are_those_of_each(words):
    dictionary = Dictionary.of({"交通大学": 1e6, "云计算": None, "大涨": 3})
    texts = [TEXT, "", "大涨", "交通大学" * 3, TEXT * 20, "  大涨 云计算"]
    together = words_of(words.tagging, texts, dictionary)
    assert together == [words_of(words.tagging, [text], dictionary)[0] for text in texts]


FILES = {
    "云计算 5 n\n有名\n\n大涨 n\n": {"云计算": 5.0, "有名": None, "大涨": None},
    "\ufeff云计算\r\n有名\t0.5\r\n": {"云计算": None, "有名": 0.5},
}
BAD = [
    ("有名\n云计算 5x y z\n", ":2: expected a word, its weight or nothing"),
    ("云计算 -1\n", ":1: expected a weight, a number above 0; got '-1'"),
    ("云计算 0\n", ":1: expected a weight, a number above 0; got '0'"),
    ("云计算 inf\n", ":1: expected a weight, a number above 0; got 'inf'"),
    ("云计算 5,0\n", ":1: expected a weight, a number above 0; got '5,0'"),
    ("云计算 5\n有名\n云计算\n", ":3: 云计算 has another weight in line 1"),
    ("\n \n", ": expected words, one a line; there are none"),
]


@pytest.mark.parametrize("content", FILES)
def test_files_of_words(tmp_path, content):
    path = tmp_path / "words.txt"
    path.write_bytes(content.encode())
    assert Dictionary.of(path).weights == FILES[content]


@pytest.mark.parametrize(("content", "message"), BAD)
def test_lines_that_are_no_words(tmp_path, capfd, content, message):
    path = tmp_path / "words.txt"
    path.write_text(content, "utf-8")
    text = tmp_path / "text.txt"
    text.write_text(TEXT, "utf-8")
    assert main(["predict", SEGMENTATION, str(text), "--words", str(path)]) == 2
    assert capfd.readouterr().err.strip().startswith(f"error: {path}{message}")


def test_words_in_python_are_checked():
    for given, message in (
        ([], "there are none"),
        (["两 个"], "without white space"),
        ({"云": -1}, "words: 云: expected a weight"),
        (5, "expected a file or words"),
    ):
        with pytest.raises(InputError, match=message):
            seqzoo.load(SEGMENTATION, words=given)
    with pytest.raises(InputError, match="words"):
        seqzoo.load(SENTIMENT, words=["云"])


def test_the_command_line_and_the_server_take_them(tmp_path, capfd, words):
    path, text, gold = (tmp_path / name for name in ("words.txt", "text.txt", "gold.txt"))
    path.write_text("云计算\n有名\n交通大学\n大涨\n", "utf-8")
    text.write_text(TEXT, "utf-8")
    gold.write_text("云计算 很 有名 ， 上海 交通大学 大涨", "utf-8")
    assert main(["predict", SEGMENTATION, str(text), "--words", str(path), "--plain"]) == 0
    assert capfd.readouterr().out.strip() == gold.read_text("utf-8")
    evaluate = ["evaluate", "--json", SEGMENTATION, "--data", str(gold)]
    assert main([*evaluate, "--words", str(path)]) == 0
    assert json.loads(capfd.readouterr().out)["f1"] == 1
    assert main([*evaluate, "--known-words", str(path)]) == 0
    assert json.loads(capfd.readouterr().out)["f1"] < 1
    service = Service([SEGMENTATION, SENTIMENT], given={"words": str(path)})
    (answer,) = service[SEGMENTATION].predictor.predict([TEXT])
    assert words.to_plain(answer) == gold.read_text("utf-8")
    service.drain()
    with pytest.raises(InputError, match="--words: expected a model that takes it"):
        options_of_each([seqzoo.zoo.find(SENTIMENT)], {"words": str(path)})


def test_a_users_words_are_not_lost_in_an_export():
    from seqzoo.tasks.tagging.export import Export

    model = seqzoo.load(SEGMENTATION, words=["云计算"])
    with pytest.raises(InputError, match="cannot be exported"):
        Export(model).text()


class EngineNetwork:
    """A segmenter's network as an exported reader asks for it."""

    length = None

    def __init__(self, network):
        self.run = network.run


def reader_of(model, folder, monkeypatch):
    """The reader of an export, on files as an export writes them; without one, which takes long."""
    from seqzoo.tasks.tagging.chain import lists
    from seqzoo.tasks.tagging.export import Export
    from seqzoo.tasks.tagging.shared import rules_of

    folder.mkdir()
    for name in Export.SIDE_FILES:
        if name in model.artifact.names:
            shutil.copy(model.artifact.path(name), folder / name)
    chain = model.tagging.chain
    values = {
        "field": None if chain is None else lists(chain()._asdict()),
        "word": model.word.pattern,
        "rules": rules_of(model.tagging.letters),
    }
    text = {"task": model.task.name, **model.config["text"], **values}
    (folder / "text.json").write_text(json.dumps(text), "utf-8")
    network = EngineNetwork(model.tagging.network)
    monkeypatch.setattr(tagging_reader, "Network", lambda folder, name: network)
    return tagging_reader.Reader(folder)


WAYS = [
    {"words": ["云计算", "交通大学", "ChatGPT火"]},
    {"words": {"交通大学": 1e6, "云计算": None, "大涨": 3, "拉Model3": 50.0}},
    {"words": {"上海交通": 2.5, "通大": 4000, "海": 10}, "mode": "search"},
    {"mode": "search"},
    {},
]


@pytest.mark.parametrize("bare", [False, True])
def test_an_exported_reader_answers_as_the_model(words, tmp_path, monkeypatch, bare):
    """With a user's words, some of which other rules or words exclude, and in parts; without a CRF, too."""
    reader = reader_of(words, tmp_path / "export", monkeypatch)
    if bare:
        monkeypatch.setattr(words.tagging, "chain", None)
        reader.field = None
        scores = words.tagging.network.run
        monkeypatch.setattr(
            words.tagging.network, "run", lambda given: _shares(scores(given))
        )
        reader.network = words.tagging.network
        reader.network.length = None
    texts = [
        TEXT,
        "",
        " 大涨 云计算",
        "特斯拉Model3很贵",
        "交通大学" * 3,
        "看ChatGPT火👍🏽",
        TEXT * 20,
    ]
    (tmp_path / "words.txt").write_text("云计算 5 n\n大涨\n", "utf-8")
    for given in [*WAYS, {"words": str(tmp_path / "words.txt")}]:
        found = reader.predict(texts, **given)
        expected = words.predict(texts, **given) if texts else []
        for ours, theirs in zip(expected, found, strict=True):
            assert {name: ours[name] for name in theirs} == theirs, given
    for given, message in (
        ({"words": []}, "words: expected words; there are none"),
        ({"words": "no such file"}, "no such file: cannot be read"),
        ({"mode": "parts"}, "mode: expected one of words, search; got 'parts'"),
    ):
        with pytest.raises(ValueError, match=message):
            reader.predict([TEXT], **given)


def _shares(outputs):
    """Scores of tags as probabilities, as a segmenter without a CRF has them."""
    ((name, scores),) = outputs.items()
    shares = np.exp(scores - scores.max(-1, keepdims=True))
    return {name: shares / shares.sum(-1, keepdims=True)}


SEARCHED = [
    ("中国科学院", "中国 科学 学院 科学院"),
    ("中华人民共和国", "中华 华人 人民 共和国 中华人民共和国"),
    ("研究生在哈尔滨市", "研究 研究生 在 哈尔滨 哈尔滨市"),
    ("#春节快乐#", "春节 快乐 #春节快乐#"),
]


@pytest.mark.parametrize(("text", "expected"), SEARCHED)
def test_long_words_in_parts_for_a_search(words, text, expected):
    (answer,) = words.predict([text], mode="search")
    assert answer["words"] == expected.split()
    spans = [text[start:end] for start, end in answer["offsets"]]
    assert spans == answer["words"]
    usual = words.predict([text])[0]["words"]
    assert [word for word in answer["words"] if word in usual] == usual


def test_a_users_words_are_parts_too(words):
    given = ["自然语言处理", "言处"]
    (answer,) = words.predict(["自然语言处理"], mode="search", words=given)
    assert answer["words"] == ["自然", "语言", "言处", "处理", "自然语言处理"]


def test_a_training_keeps_its_words(segmenter):
    words = ["甲", "甲乙", "甲乙", "ＢＰ机", "ＢＰ机", "乙丙", "１２", "１２"]
    assert lexicon_of(words) == ["甲乙", "ＢＰ机"]
    known = read_lines(segmenter / "words.txt")
    assert {"中国", "人民", "银行"} <= set(known)
    assert "words.txt" in read_json(segmenter / "manifest.json")["sha256"]
    assert seqzoo.load(segmenter).predict(["中国"], mode="search")[0]["words"] == ["中国"]
