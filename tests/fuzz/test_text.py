"""Where words and entities stand in odd texts: every place must be that of the text as it was given."""

import itertools
import sys

import numpy as np
import pytest

import seqzoo
from seqzoo.tasks.tagging.cuts import pieces, runs

SPACES = "".join(chr(c) for c in range(1, sys.maxunicode + 1) if chr(c).isspace())
ATOMS = {
    "chinese": [
        "江泽民",
        "在",
        "北京大学",
        "讲话",
        "中华人民共和国",
        "新华社北京１月１日电",
        "（记者张三）",
    ],
    "ends": ["。", "！？”", "；", "，", "、", "…", "：“", "」』", "!?", ".'\""],
    "latin": ["film", "don't", "ﬁne", "café", "Ｄｏｎ’ｔ", "co-op", "U.S.", "ŉ", "ß", "İi̇"],
    "numbers": ["1,234.5", "１９９８年", "３．５％", "٣٤", "Ⅷ", "½", "②", "1e-3"],
    "marks": [
        "e\u0301",
        "\u0301",
        "a\u0300\u0323\u0302",
        "क्षि",
        "ก็",
        "\u1112\u1161\u11ab",
        "が",
        "ｶﾞ",
        "\u20dd",
    ],
    "emoji": [
        "👍🏽",
        "👩‍👩‍👧‍👦",
        "🏳️‍🌈",
        "🇩🇪🇨🇳",
        "1️⃣",
        "🏴\U000e0067\U000e007f",
        "\u200d",
        "☺︎",
        "👨🏿‍🦱",
    ],
    "right to left": [
        "שלום",
        "مرحبا",
        "\u202eabc\u202c",
        "\u2067ab\u2069",
        "\u200f",
        "ש\u05b8\u05dc",
    ],
    "astral": ["𠮷", "𝒳", "\U0010ffff", "\ue000", "\uffff", "𐍈"],
    "controls": ["\x01", "\x7f", "\xad", "\u200b", "\ufeff", "\u2060", "\ufffd", "\u2028"],
    "ours": ["<pad>", "</s>", "<unk>", "\u2581", "B-PER", "/", "\\n"],
    "white space": list(SPACES),
}
ALONE = ["", " ", "\u3000\n", "\u0301", "\u200d", "👍", "a", "中", "\ufeff"]
SEEDS = range(100)
FEW, LONGEST = 60, 5000


@pytest.fixture(scope="module")
def segmenter():
    return seqzoo.load("segmentation-peoples-daily")


@pytest.fixture(scope="module")
def entity_tagger():
    return seqzoo.load("entities-peoples-daily")


def odd_text(generator) -> str:
    """A text of one to five kinds of atoms; sometimes one of them a thousand times."""
    kinds = generator.choice(list(ATOMS), generator.integers(1, 6))
    parts = []
    for _ in range(generator.integers(1, 30)):
        atoms = ATOMS[generator.choice(kinds)]
        parts.append(atoms[generator.integers(len(atoms))])
        if generator.random() < 0.1:
            parts.append(any_character(generator))
    if generator.random() < 0.05:
        parts.insert(0, parts[0] * int(generator.integers(100, LONGEST)))
    return "".join(parts)


def any_character(generator) -> str:
    """Any code point but NUL and those of surrogates."""
    code = int(generator.integers(1, sys.maxunicode - 0x7FF))
    return chr(code if code < 0xD800 else code + 0x800)


def odd_texts(seed: int) -> list[str]:
    generator = np.random.default_rng(seed)
    return [odd_text(generator) for _ in range(FEW)]


def check_runs(text: str) -> None:
    """The tokens are the text's, and each character that is not white space is in one of them."""
    for unit in ("character", "word"):
        covered = np.zeros(len(text), int)
        for tokens, starts in runs(text, unit):
            for token, start in zip(tokens, starts, strict=True):
                assert text[start : start + len(token)] == token
                covered[start : start + len(token)] += 1
            check_pieces(tokens)
        expected = [not character.isspace() for character in text]
        np.testing.assert_array_equal(covered, expected, err_msg=f"{unit}: {text!r}")


def check_pieces(tokens) -> None:
    """Cut, the tokens are there once each, in their order, and no piece is too long."""
    for longest in (2, 7, 200):
        cut = pieces(tokens, longest)
        ends = [0, *(stop for _, stop in cut)]
        assert [start for start, _ in cut] == ends[:-1] and ends[-1] == len(tokens)
        assert all(0 < stop - start <= longest for start, stop in cut)


def check_words(answer: dict, text: str) -> None:
    """Joined, the words are the text; white space is a word of its own."""
    words = answer["words"]
    assert answer["text"] == text and "".join(words) == text
    assert all(words)
    for word in words:
        assert word.isspace() or not any(character.isspace() for character in word), repr(
            word
        )


def check_entities(answer: dict, text: str) -> None:
    """Each entity's text stands at its place; they are in order, apart, and hold no white space."""
    assert answer["text"] == text
    before = 0
    for entity in answer["entities"]:
        start, end = entity["start"], entity["end"]
        assert before <= start < end <= len(text)
        assert entity["text"] == text[start:end]
        assert not any(character.isspace() for character in entity["text"])
        before = end


def check(segmenter, entity_tagger, texts: list[str]) -> None:
    for text in texts:
        check_runs(text)
    for answer, text in zip(segmenter.predict(texts), texts, strict=True):
        check_words(answer, text)
    for answer, text in zip(entity_tagger.predict(texts), texts, strict=True):
        check_entities(answer, text)


def test_texts_of_a_single_kind(segmenter, entity_tagger):
    check(segmenter, entity_tagger, [*ALONE, *("".join(atoms) for atoms in ATOMS.values())])


def test_every_two_kinds_side_by_side(segmenter, entity_tagger):
    generator = np.random.default_rng(0)
    drawn = {kind: atoms[generator.integers(len(atoms))] for kind, atoms in ATOMS.items()}
    check(
        segmenter,
        entity_tagger,
        [a + b + a for a, b in itertools.permutations(drawn.values(), 2)],
    )


def test_a_very_long_run(segmenter, entity_tagger):
    check(
        segmenter,
        entity_tagger,
        ["中" * 20_000, "北京 " * 3000, "e" + "\u0301" * 5000, "👩‍" * 2000],
    )


def test_a_text_gives_alone_what_it_gives_among_others(segmenter, entity_tagger):
    texts = odd_texts(1)[:20]
    for model in (segmenter, entity_tagger):
        assert model.predict(texts) == [model.predict([text])[0] for text in texts]


def test_lone_surrogates_move_nothing(segmenter, entity_tagger):
    """No file, address or page lets them in; what Python hands over keeps its places."""
    check(segmenter, entity_tagger, ["\ud800", "江泽民\udfff在\ud83d北京", "\ude00\ud83d"])


def test_odd_texts(segmenter, entity_tagger):
    check(segmenter, entity_tagger, odd_texts(0))


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_odd_texts_at_length(segmenter, entity_tagger, seed):
    check(segmenter, entity_tagger, odd_texts(1000 + seed))
