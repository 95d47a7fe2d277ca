"""JavaScript reads any text as Python does: the same characters, tokens, ids and places."""

import functools
import random
import re
import sys
from types import SimpleNamespace

import numpy as np
import pytest

import seqzoo
from seqzoo.export import web
from seqzoo.export.web import runtime
from seqzoo.export.web.patterns import javascript
from seqzoo.text.subwords import in_form
from seqzoo.text.tokenizer import Tokenizer
from tests.support.browser import evaluated, served
from tests.support.edges import edgy_texts
from tests.support.unicode import paired, strange_texts

COUNT = 10_000
SENTIMENT, SEGMENTATION = "sentiment-imdb", "segmentation-peoples-daily"
TRANSLATORS = ("translation-en-de", "translation-bible")
# Modules of a folder, and a reader whose network is not asked.
READER = """async (texts) => {
  const { Characters } = await import("./characters.js");
  const { Reader } = await import("./reader.js");
  const json = async (name) => (await fetch(name)).json();
  const text = async (name) => (await fetch(name)).text();
  const { values, patterns, files } = await json("model.json");
  const contents = {};
  for (const name of files) contents[name] = (await text(name)).split("\\n").slice(0, -1);
  const characters = new Characters(await json("characters.json"));
  const lines = (name) => contents[name];
  const bytesOf = async (name) => new Uint8Array(await (await fetch(name)).arrayBuffer());
  const content = values.average_with_bag ? await bytesOf('bag.bin') : null;
  const bytes = () => content;
  const reader = new Reader({ values, patterns, characters, lines, bytes, run: null });
  BODY
}"""


@pytest.fixture(scope="module")
def texts():
    return strange_texts(COUNT)


@pytest.fixture(scope="module")
def opened(browser, tmp_path_factory):
    """Opens the page of an export, whose runtime is left out."""
    pages, servers = [], []

    def open_(name):
        folder = tmp_path_factory.mktemp("web") / "out"
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(
                runtime, "fetched", lambda given: {"ort.js": b"", "ort.wasm": b""}
            )
            web.export(seqzoo.load(name), folder)
        servers.append(served(folder))
        pages.append(browser.new_page())
        pages[-1].goto(servers[-1].__enter__())
        return pages[-1]

    yield open_
    for page in pages:
        page.close()
    for server in servers:
        server.__exit__(None, None, None)


@pytest.fixture(scope="module")
def classifier_page(opened):
    return opened(SENTIMENT)


@pytest.fixture(scope="module")
def segmenter_page(opened):
    return opened(SEGMENTATION)


def reading(body):
    return READER.replace("BODY", body)


def first_difference(ours, theirs, texts):
    return next(
        (each for each in zip(texts, ours, theirs, strict=True) if each[1] != each[2]), None
    )


@pytest.fixture(scope="module")
def every_character():
    """All code points in their order, a thousand a text."""
    codes = range(sys.maxunicode + 1)
    return [
        paired("".join(map(chr, codes[start : start + 1000]))) for start in codes[::1000]
    ]


def test_every_character_is_read_as_python_reads_it(classifier_page, every_character):
    body = "return texts.map((text) => reader.texts.tokens(text));"
    found = evaluated(classifier_page, reading(body), every_character)
    expected = [*map(Tokenizer("word", True), every_character)]
    assert first_difference(expected, found, every_character) is None


@pytest.mark.parametrize("unit", ["word", "character"])
@pytest.mark.parametrize("lowercase", [True, False])
def test_tokens_are_those_of_python(classifier_page, texts, unit, lowercase):
    body = (
        f"reader.texts.values = {{ unit: '{unit}', lowercase: {str(lowercase).lower()} }};"
    )
    body += "return texts.map((text) => reader.texts.tokens(text));"
    found = evaluated(classifier_page, reading(body), texts)
    expected = [*map(Tokenizer(unit, lowercase), texts)]
    assert first_difference(expected, found, texts) is None


def test_a_classifiers_ids_are_those_of_python(classifier_page, texts):
    model = seqzoo.load(SENTIMENT)
    long = [" ".join(texts[:500]), "good " * 1000 + "bad " * 1000]
    body = """return texts.map((text) => {
      try { return reader.texts.encode(text); } catch (error) { return error.message; }
    });"""
    found = evaluated(classifier_page, reading(body), [*texts, *long])
    expected = []
    for text in [*texts, *long]:
        try:
            expected.append(model.encode(text, "").tolist())
        except seqzoo.InputError as error:
            expected.append(str(error).removeprefix(": "))
    assert first_difference(expected, found, [*texts, *long]) is None
    assert max(map(len, expected)) == model.max_length


@pytest.mark.parametrize("unit", ["character", "word"])
def test_a_taggers_ids_and_pieces_are_those_of_python(opened, texts, entity_tagger, unit):
    source = SEGMENTATION if unit == "character" else entity_tagger
    page, model = opened(source), seqzoo.load(source)
    assert model.unit == unit
    long = [text for text in ("中国，" * 300, "的" * 700 + "。”", "人民！？" * 100)]
    asked = [*texts, *long]
    body = """return texts.map((text) => reader.sequences(text).map(({ tokens, starts }) => [
      tokens, starts,
      reader.pieces(tokens).map(([start, end]) => Object.values(reader.inputs(tokens.slice(start, end)))),
    ]));"""
    found = evaluated(page, reading(body), asked)
    expected = [encoded_by(model, text) for text in asked]
    assert first_difference(expected, found, asked) is None


@pytest.mark.slow
@pytest.mark.parametrize("name", TRANSLATORS)
def test_a_translators_pieces_are_those_of_sentencepiece(
    opened, texts, every_character, name
):
    translating = seqzoo.load(name).translating
    subwords = translating.source
    asked = [re.sub("[\ud800-\udfff]", "", text) for text in [*texts, *every_character]]
    asked += ["\u2581", " \u2581a\u2581 b \u2581", "<unk> <s> </s>", "the\u2581dog"]
    body = """return texts.map((text) => {
      const pieces = reader.source.encode(text);
      const bare = ({ piece }) => piece.replaceAll("\u2581", "").replaceAll("\uffed", "");
      return [pieces.map(({ id }) => id), pieces.map(bare)];
    });"""
    found = evaluated(opened(name), reading(body), asked)
    read = [in_form(text, translating.form) for text in asked]
    expected = [[subwords.encode(text).tolist(), subwords.surfaces(text)] for text in read]
    assert first_difference(expected, found, asked) is None


def encoded_by(model, text):
    from seqzoo.tasks.tagging.cuts import pieces

    coder = model.tagging.coder
    sequences = []
    for tokens, starts in model.encode(text, ""):
        rows = [
            coder.columns(coder.ids(tokens[start:end])).T.tolist()
            for start, end in pieces(tokens, coder.max_length)
        ]
        sequences.append([list(tokens), list(starts), rows])
    return sequences


def numbers(drawn, names):
    """Tags as their places among the names, int32 (time,)."""
    return np.array([names.index(tag) for tag in drawn], np.int32)


def test_words_and_entities_of_any_tags_are_those_of_python(segmenter_page, texts):
    """Tags in no order: what is cut, and what spans they mean."""
    from seqzoo.tasks.options import Options
    from seqzoo.tasks.tagging.options import SegmenterOptions
    from seqzoo.tasks.tagging.predictor import EntityTagger, Segmenter

    generator = random.Random(2)
    model = seqzoo.load(SEGMENTATION)
    names = ["B", "M", "E", "S"], ["O", "B-a", "I-a", "E-a", "S-a", "B-b", "I-b"]
    classes = (Segmenter, SegmenterOptions), (EntityTagger, Options)
    for kind, tags, (cls, options) in zip(
        ("words", "entities"), names, classes, strict=True
    ):
        encoded = [model.encode(text, "") for text in texts]
        drawn = [
            [generator.choices(tags, k=len(tokens)) for tokens, _ in item]
            for item in encoded
        ]
        drawn_tags = [numbers(each, tags) for item in drawn for each in item]
        network = SimpleNamespace(
            names=tags,
            letters=model.tagging.letters,
            numbers=lambda *_, found=drawn_tags: found,
        )
        stub = SimpleNamespace(tagging=network, familiar=lambda encoded: {})
        stub.tagged = functools.partial(EntityTagger.tagged, stub)
        answers = cls.answers(stub, list(zip(texts, encoded, strict=True)), options())
        expected = [answer[kind] for answer in answers]
        body = f"""reader.values.answer = "{kind}";
          const found = [];
          for (const [text, drawn] of texts) {{
            reader.tags = async () => drawn.shift();
            found.push((await reader.answer(text))["{kind}"]);
          }}
          return found;"""
        given = [list(pair) for pair in zip(texts, drawn, strict=True)]
        found = evaluated(segmenter_page, reading(body), given)
        assert first_difference(expected, found, texts) is None


def test_what_may_be_cut_is_that_of_python(segmenter_page, texts):
    from seqzoo.tasks.tagging import limits
    from seqzoo.tasks.tagging.words import marked

    asked = [*texts[: COUNT // 5], *edgy_texts(COUNT // 5)]
    body = """return texts.map((text) => {
      const letters = Array.from(text);
      return [reader.marks.ofWords(letters).marks, reader.marks.ofEntities(letters)];
    });"""
    found = evaluated(segmenter_page, reading(body), asked)
    expected = [
        [marked(text)[0].tolist(), limits.of_entities(text).tolist()] for text in asked
    ]
    assert first_difference(expected, found, asked) is None


def test_paths_and_repaired_tags_are_those_of_python(segmenter_page):
    import numpy as np

    from seqzoo.decoding.viterbi import Chain, best_path
    from seqzoo.tasks.tagging.chain import lists
    from seqzoo.text import schemes

    generator = np.random.default_rng(3)
    chains, scores, expected = [], [], []
    for number in range(200):
        steps, count = generator.integers(1, 12), generator.integers(1, 6)
        # Whole numbers, so that there are ties; some forbidden, now and then all.
        arrays = [
            generator.integers(-3, 4, shape).astype(float)
            for shape in ((count,), (count, count), (count,))
        ]
        for array in arrays:
            array[generator.random(array.shape) < number / 250] = -np.inf
        row = generator.integers(-3, 4, (steps, count)).astype(np.float32)
        chain = Chain(*arrays)
        expected.append(best_path(row[None], np.array([steps]), chain)[0].tolist())
        chains.append(lists(chain._asdict()))
        scores.append(row.tolist())
    body = """async (pairs) => {
      const { bestPath } = await import("./chain.js");
      return pairs.map(([scores, chain]) => bestPath(scores, chain));
    }"""
    pairs = [list(pair) for pair in zip(scores, chains, strict=True)]
    assert evaluated(segmenter_page, body, pairs) == expected

    tags, repaired = [], []
    for scheme in schemes.SCHEMES:
        names = schemes.tags_of(["", "a", "b-c"], scheme)
        for _ in range(200):
            row = generator.choice(names, generator.integers(0, 9)).tolist()
            tags.append([row, scheme])
            repaired.append(schemes.repair(row, scheme))
    body = """async (rows) => {
      const { repaired } = await import("./schemes.js");
      return rows.map(([tags, scheme]) => repaired(tags, scheme));
    }"""
    assert evaluated(segmenter_page, body, tags) == repaired


@pytest.mark.parametrize(
    "pattern", [r"\bword", r"(?P<name>a)", ".", r"\Aword", re.compile("a", re.ASCII)]
)
def test_patterns_that_mean_something_else_in_javascript_are_refused(pattern):
    with pytest.raises(ValueError, match=r"expected|JavaScript"):
        javascript(re.compile(pattern))


def test_an_average_in_the_browser_is_that_of_python(opened, averaged, texts):
    """The network's answer is handed in; tokens, hashes, table and weights are the page's own."""
    import numpy as np

    page, model = opened(averaged), seqzoo.load(averaged)
    asked = [*texts[:2000], "great", "a", "Not great at all."]
    shares = np.random.default_rng(0).dirichlet([0.3, 0.3], len(asked)).astype(np.float32)
    body = """const { Bag } = await import("./bag.js");
      const bag = new Bag(new Uint8Array(await (await fetch("bag.bin")).arrayBuffer()));
      return texts.map(([text, shares]) => bag.averaged(shares, reader.texts.tokens(text)));"""
    given = [[text, row.tolist()] for text, row in zip(asked, shares, strict=True)]
    found = evaluated(page, reading(body), given)
    expected = model.average.averaged(
        shares, model.average.margins_of(map(model.tokenizer, asked))
    )
    np.testing.assert_allclose(found, expected, atol=1e-6)
