"""What segmenters and entity taggers never cut, and where they must: rules, marks and constrained paths."""

import itertools
import json

import numpy as np
import pytest
import regex

import seqzoo
from seqzoo.datasets.tagged import words_tagged
from seqzoo.decoding.viterbi import Chain
from seqzoo.tasks.tagging import limits, rules, shared
from seqzoo.tasks.tagging.dictionary import letter_words
from seqzoo.tasks.tagging.inference import Tagging
from seqzoo.tasks.tagging.measure import word_scores
from seqzoo.tasks.tagging.words import marked, words_of
from seqzoo.text import kinds, schemes
from tests.fuzz.exported import marks as exported_marks
from tests.support.edges import edgy_texts
from tests.support.unicode import strange_texts

SEGMENTATION, ENTITIES = "segmentation-peoples-daily", "entities-peoples-daily"
TAGS = list("BMES")
SIGNS = {"|": rules.CUT, "+": rules.JOIN}

# `|`: a word begins; `+`: none does; nothing: the network decides.
MARKED = [
    "C+h+a+t|火了", "特斯拉|M+o+d+e+l+3|很贵", "赞|👍|好", "|😂|😂|", "好|❤+️|爱你|👍+🏽|",
    "|🇨+🇳|🇺+🇸|和", "按|1+️+⃣|键", "家|👨+\u200d+👩+\u200d+👧|去", "用|i+P+5+P+r+o|手机",
    "存|2+.+5+G+B|的", "|B+站|看", "我|T+恤|衬", "卖|T+恤+衫|和", "A+B|站", "|u+p+主|和",
    "|U+P+主|", "|Ｔ+恤|", "大|A+股|涨", "一|卡+拉+O+K|厅", "C++++|和|C+#|语", "d+o+n+’+t A+T+&+T",
    "C+O+V+I+D+-+1+9，", "发|z+.+s+@+e+.+c+o+m|吧", "看|h+t+t+p+s+:+/+/+a+.+c+n+/+b+?+c+=+1|。",
    "|#+春+节+#| |@+小+王|", "|@+T+o+m|你", "版|1+.+2+.+3|和|v+2+.+0", "午|3+:+3+0|见",
    "|2+0+2+4+-+0+5+-+0+1|下", "涨|0+.+5+%|了", "价|¥+2+0+0|元", "价¥+2+0+0万", "１+９+９+８年",
    "1+,+0+0+0+.+5元", "第1条3-5天", "电|1+3+8+-+1+2+3+4+-+5+6+7+8|或",
    "|（+0+1+0+）+6+2+3+4+5+6+7+8|转", "한+국+어|和|カ+タ+カ+ナ|和|М+о+с+к|和|α+β", "ภ+า+ษ+า|的",
    "中+\u0301国+\u200b人", "用|e+\u0301+t+e+\u0301|好", "长|5+μ+m|的", "2+0℃", "乔治·W·布什",
    "Ｆ+—+１+６|战", "\u200e+中国", "☆星", "\u200e+A+B|国",
]  # fmt: skip


def read(written: str) -> tuple[str, list[int]]:
    """A text, and its marks, of what `MARKED` has."""
    text, marks, mark = "", [], rules.FREE
    for character in written:
        # A sign behind a sign stands for itself.
        if character in SIGNS and mark == rules.FREE:
            mark = SIGNS[character]
        else:
            text, marks, mark = text + character, [*marks, mark], rules.FREE
    return text, [*marks, mark]


@pytest.mark.parametrize("written", MARKED)
def test_what_is_cut_and_what_is_not(written):
    text, expected = read(written)
    found = marked(text)[0].tolist()
    # White space is parted from all else.
    for place, (before, behind) in enumerate(itertools.pairwise(f".{text}.")):
        if before.isspace() != behind.isspace():
            expected[place] = rules.CUT
    assert found == expected


def test_the_quick_search_finds_what_the_rules_match():
    for text in [*edgy_texts(1000), *strange_texts(1000)]:
        simple = kinds.simplified(text)
        every = [(*m.span(), m.lastindex or 0) for m in rules.RULES.finditer(simple)]
        assert list(rules.found(simple)) == every, text


class Everywhere:
    """Stands for a network that begins a word at each character."""

    names, letters = TAGS, letter_words()

    def numbers(self, sequences, marks, bonuses):
        return [np.full(len(sequence), TAGS.index("S")) for sequence in sequences]


def test_no_grapheme_cluster_is_cut():
    texts = [*edgy_texts(2000, seed=1), *strange_texts(2000, seed=1)]
    for text, words in zip(texts, words_of(Everywhere(), texts), strict=True):
        assert "".join(text[start:end] for start, end in words) == text
        borders = {place for span in words for place in span}
        for cluster in regex.finditer(r"\X", text):
            inside = set(range(cluster.start() + 1, cluster.end()))
            # White space is a word of its own, even where a mark or a line feed stands behind it.
            inside = {i for i in inside if not (text[i - 1].isspace() or text[i].isspace())}
            assert not borders & inside, (text, cluster)


def test_kinds_do_not_overlap_and_spaces_are_pythons():
    every = sorted(span for runs in kinds.ranges().values() for span in runs)
    assert all(before[1] < behind[0] for before, behind in itertools.pairwise(every))
    text = "".join(map(chr, range(0x110000)))
    simple = kinds.simplified(text)
    assert [c.isspace() for c in text] == [c == " " for c in simple]


def test_an_exported_readers_marks_are_those_of_python():
    reader = exported_marks.Marks(json.loads(json.dumps(shared.rules_of(letter_words()))))
    for text in [*edgy_texts(1500, seed=2), *strange_texts(1000, seed=2)]:
        assert reader.of_words(text)[0] == marked(text)[0].tolist(), text
        assert reader.of_entities(text) == limits.of_entities(text).tolist(), text


def test_a_word_of_letters_is_found_in_any_width_and_case():
    words = letter_words().words
    assert {"b站", "t恤", "a股", "up主", "卡拉ok"} <= words
    assert all(rules.LETTERS.search(kinds.simplified(word)) for word in words)
    assert marked("看Ｂ站")[0].tolist() == marked("看b站")[0].tolist() == [0, 1, 2, 1]


class Given:
    """A network whose scores are given; see `Tagging`."""

    where, inner = "given", None

    def __init__(self, scores):
        self.scores, count = scores, scores.shape[-1]
        self.inputs, self.outputs = {"tokens": None}, {"scores": count}

    def run(self, given):
        return {"scores": self.scores}


class NoPairs:
    bigrams, max_length = None, 99

    def inputs(self, ids):
        return [ids]


def allowed(tags, marks, scheme) -> bool:
    """Whether tags keep to marks, read as words or spans: no border before `JOIN`, one before `CUT`."""
    begins = {start for start, _, _ in schemes.tags_to_spans(tags)}
    ends = {end for _, end, _ in schemes.tags_to_spans(tags)}
    for place, mark in enumerate(marks):
        outside = tags[place] == "O"
        if mark == limits.OUTSIDE and not outside:
            return False
        if place and mark == rules.JOIN and (place in begins or place in ends):
            return False
        if place and mark == rules.CUT and not (place in begins or outside):
            return False
    return True


@pytest.mark.parametrize("scheme", ["BMES", "BIOES"])
@pytest.mark.parametrize("seed", range(30))
def test_a_path_within_limits_is_the_best_of_all_that_keep_to_them(scheme, seed):
    """By brute force over all sequences of tags."""
    draw = np.random.default_rng(seed)
    tags = TAGS if scheme == "BMES" else schemes.tags_of(["a", "b"][: 1 + seed % 2], scheme)
    length = int(draw.integers(1, 6 if len(tags) < 6 else 4))
    choices = [rules.FREE, rules.JOIN, rules.CUT if scheme == "BMES" else limits.OUTSIDE]
    marks = draw.choice(choices, length).astype(np.int8)
    starts, follows, ends = (np.array(each) for each in schemes.legal(tags, scheme))
    shapes = [(len(tags),), (len(tags), len(tags)), (len(tags),)]
    chain = Chain(
        *(
            np.where(flag, draw.normal(size=shape), -np.inf)
            for flag, shape in zip((starts, follows, ends), shapes, strict=True)
        )
    )
    scores = draw.normal(size=(1, length, len(tags))).astype(np.float32)
    tagging = Tagging(Given(scores), lambda: chain, NoPairs(), tags, scheme)
    ids, lengths = np.ones((1, length), np.int32), np.array([length])
    found = tagging.best(ids, lengths, marks[None])[0].tolist()

    def score(path):
        inner = sum(chain.transitions[a, b] for a, b in itertools.pairwise(path))
        own = sum(scores[0, place, tag] for place, tag in enumerate(path))
        return chain.start[path[0]] + chain.end[path[-1]] + inner + own

    every = itertools.product(range(len(tags)), repeat=length)
    kept = [path for path in every if allowed([tags[t] for t in path], marks, scheme)]
    best = max(kept, key=score)
    if score(best) > -np.inf:
        assert found == list(best)


@pytest.fixture(scope="module")
def words():
    return seqzoo.load(SEGMENTATION)


@pytest.fixture(scope="module")
def names():
    return seqzoo.load(ENTITIES)


CUT_AS = [
    "ChatGPT 火 了", "特斯拉 Model3 很 贵", "我 用 iPhone15Pro 手机 上网", "内存 2.5GB", "支持 5G",
    "我 在 B站 看 视频", "买 了 一 件 T恤", "这个 up主 很 好", "我 爱 🇨🇳 和 🇺🇸", "按 1️⃣ 键 继续",
    "全家 👨‍👩‍👧 去 旅行", "好 ❤️ 爱 你 👍🏽", "2024-05-01 下午 3:30 见",
    "发 到 zhang.san@example.com 吧", "上涨 0.5% ， ¥200 元",
]  # fmt: skip


def test_sentences_as_they_are_cut(words):
    for line in CUT_AS:
        (answer,) = words.predict([line.replace(" ", "")])
        assert words.to_plain(answer) == line


def test_offsets_are_those_of_the_words(words):
    for answer in words.predict([*edgy_texts(300, seed=4), "", " \u3000"]):
        text, offsets = answer["text"], answer["offsets"]
        assert [text[start:end] for start, end in offsets] == answer["words"]
        assert [start for start, _ in offsets[1:]] == [end for _, end in offsets[:-1]]


def test_texts_cut_together_are_those_cut_one_by_one(words):
    texts = edgy_texts(60, seed=5)
    assert words.predict(texts) == [words.predict([text])[0] for text in texts]


def test_a_piece_that_ends_within_an_address_does_not_cut_it(words):
    address = "https://example.com/?" + "a?b!" * 200 + "c"
    (answer,) = words.predict([f"看{address}吧"])
    assert answer["words"] == ["看", address, "吧"]


def test_what_is_measured_is_what_is_answered(words):
    lines = [line.split() for line in CUT_AS]
    examples = [words_tagged(line, "here") for line in lines]
    measured = word_scores(words.tagging, examples, None)
    answers = words.predict(["".join(line) for line in lines])
    right = total = gold = 0
    for line, answer in zip(lines, answers, strict=True):
        ends = list(itertools.accumulate(map(len, line)))
        spans = set(itertools.pairwise([0, *ends]))
        right += len(spans & {tuple(span) for span in answer["offsets"]})
        total, gold = total + len(answer["words"]), gold + len(line)
    assert measured["precision"] == pytest.approx(right / total)
    assert measured["recall"] == pytest.approx(right / gold)


def test_an_emoji_is_never_an_entity_and_no_cluster_is_cut(names):
    texts = ["😂😂", "张三👍", "👩\u200d💻", "🇨🇳🇺🇸", *edgy_texts(300, seed=6)]
    emoji = {"😂", "👍", "👩", "🇨🇳", "🇺🇸"}
    for answer in names.predict(texts):
        clusters = {0, *(c.end() for c in regex.finditer(r"\X", answer["text"]))}
        for entity in answer["entities"]:
            assert not any(each in entity["text"] for each in emoji)
            assert {entity["start"], entity["end"]} <= clusters


# What models of modern text must answer; these of 1998 do not.
TO_COME = [
    ("上海交通大学的学生", {("上海交通大学", "organisation")}),
    ("武汉大学的樱花开了", {("武汉大学", "organisation")}),
    ("阿里巴巴集团发布财报", {("阿里巴巴集团", "organisation")}),
    ("习近平在北京会见外宾", {("习近平", "person"), ("北京", "place")}),
]


@pytest.mark.parametrize(("text", "expected"), TO_COME)
@pytest.mark.xfail(
    strict=True, reason="the finished model knows the news of January 1998 alone"
)
def test_names_of_today(names, text, expected):
    (answer,) = names.predict([text])
    assert {(entity["text"], entity["label"]) for entity in answer["entities"]} == expected


def test_a_train_is_no_person(names):
    for answer in names.predict(["高铁开通了", "我坐高铁去武汉", "高铁票买好了"]):
        assert not [e for e in answer["entities"] if e["label"] == "person"]
