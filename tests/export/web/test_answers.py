"""Exported pages with the real runtime in Chromium: Python's answers, live, with no request to elsewhere."""

import os
import re

import pytest
from playwright.sync_api import expect

import seqzoo
from seqzoo.export import web
from seqzoo.export.web import runtime
from tests.conftest import train
from tests.support.browser import evaluated, served
from tests.support.unicode import strange_texts

pytestmark = pytest.mark.slow

VARIABLE = "SEQZOO_WEB_RUNTIME"
SENTIMENT, SEGMENTATION, ENTITIES = (
    "sentiment-imdb",
    "segmentation-peoples-daily",
    "entities-peoples-daily",
)
TRANSLATION, BIBLE = "translation-en-de", "translation-bible"
CHINESE = "sentiment-zh"
NAMES = (SENTIMENT, CHINESE, SEGMENTATION, ENTITIES, TRANSLATION, BIBLE)
TINY = ("regressor", "entity_tagger", "bare_tagger", "averaged")  # made for the tests
COUNT = 200
PREDICT = """async (texts) => {
  const { load } = await import("./seqzoo.js");
  const model = await load();
  const found = [];
  for (const text of texts) {
    found.push(await model.answer(text).catch((error) => ({ text, problem: error.message })));
  }
  return found;
}"""
# Whether the words on the page, without their tags, are these.
SHOWN = """(expected) => {
  const letters = (word) => [...word.querySelectorAll(".unit span")].map((each) => each.textContent).join("");
  const words = [...document.querySelectorAll(".word")].map(letters);
  return JSON.stringify(words) === JSON.stringify(expected);
}"""


@pytest.fixture(scope="module")
def package():
    """The npm package, which tests do not fetch."""
    path = os.environ.get(VARIABLE)
    if path == "":
        pytest.skip(f"{VARIABLE} is empty: there is no runtime to test with")
    if path is None:
        wanted = (
            f"{runtime.PACKAGE} {runtime.VERSION}: npm pack it, and set {VARIABLE} to it"
        )
        if os.environ.get("CI"):
            pytest.fail(f"expected {wanted}")
        pytest.skip(f"there is no {wanted}")
    return path


@pytest.fixture(scope="module")
def bare_tagger(tmp_path_factory, words_file):
    """The folder of a tiny trained segmenter without a CRF, whose tags often make no sense."""
    flags = "--units 4 --embedding-dim 4 --bigrams 0 --epochs 1 --no-crf --max-length 9"
    return train(
        "segmentation", ["--data", str(words_file), *flags.split()], tmp_path_factory
    )


@pytest.fixture(scope="module")
def sources(regressor, entity_tagger, bare_tagger, averaged):
    """Names of models -> what `seqzoo.load` takes."""
    tiny = dict(zip(TINY, (regressor, entity_tagger, bare_tagger, averaged), strict=True))
    return {name: name for name in NAMES} | tiny


@pytest.fixture(scope="module")
def address(package, sources, tmp_path_factory):
    """Where all exports are: `address/NAME/`."""
    folder = tmp_path_factory.mktemp("web")
    for name, source in sources.items():
        web.export(seqzoo.load(source), folder / name, runtime=package)
    with served(folder) as place:
        yield place


@pytest.fixture
def page(browser, address, request):
    """A page; at the end nothing was asked for elsewhere, missing, refused by the policy, or thrown."""
    page = browser.new_page(**getattr(request, "param", {}))
    wrong = []
    page.context.on(
        "request", lambda asked: asked.url.startswith(address) or wrong.append(asked.url)
    )
    page.context.on(
        "response", lambda got: got.ok or wrong.append(f"{got.status} {got.url}")
    )
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda told: told.type == "error" and wrong.append(told.text))
    yield page
    page.close()
    assert wrong == []


def asked(model):
    """Texts of known tokens, strange ones, and one that is longer than most."""
    texts = model.samples(COUNT // 2, 60)
    strange = strange_texts(COUNT // 2 - 1, seed=5)
    if hasattr(model, "translating"):  # sentencepiece takes no lone surrogates
        strange = [re.sub("[\ud800-\udfff]", "", text) for text in strange]
    return [*texts, *strange, " ".join(texts[:60])]


def python_answer(model, text):
    # A page translates a text as a whole, and does not say how familiar it is.
    given = {"split_sentences": False} if hasattr(model, "translating") else {}
    try:
        answer = model.predict([text], **given)[0]
        return {key: value for key, value in answer.items() if key != "familiarity"}
    except seqzoo.InputError as error:
        return {"text": text, "problem": str(error).partition(": ")[2]}


@pytest.mark.parametrize("name", [*NAMES, *TINY])
def test_answers_are_those_of_python(page, address, sources, name):
    model = seqzoo.load(sources[name])
    texts = asked(model)
    assert len(texts) == COUNT
    page.goto(f"{address}/{name}/")
    found = evaluated(page, PREDICT, texts)
    answered = 0
    for text, theirs in zip(texts, found, strict=True):
        ours = python_answer(model, text)
        if "probabilities" in ours:
            assert theirs["probabilities"] == pytest.approx(ours["probabilities"], abs=1e-4)
            assert theirs["label"] == ours["label"], text
            theirs = {**theirs, "probabilities": ours["probabilities"]}
        numbers = {"value", "score", "log_prob"} & ours.keys()
        for key in numbers:
            assert theirs[key] == pytest.approx(ours[key], rel=1e-4, abs=1e-4), text
            theirs = {**theirs, key: ours[key]}
        # The view of a translation shows more than is asked for here.
        theirs = {key: theirs[key] for key in theirs if key in ours or key == "problem"}
        assert theirs == ours
        answered += "problem" not in ours
    assert answered > COUNT // 2


def test_a_users_words_and_parts_are_those_of_python(page, address, sources):
    """With a CRF and without; with words that others or rules exclude."""
    texts = [
        "云计算很有名，上海交通大学大涨",
        "特斯拉Model3很贵",
        "交通大学" * 3,
        " 看ChatGPT火👍🏽",
        "",
    ]
    ways = [
        {"words": ["云计算", "交通大学", "GPT火"]},
        {"words": {"交通大学": 1e6, "云计算": None, "大涨": 3, "拉Model3": 50}},
        {"words": {"上海交通": 2.5, "通大": 4000, "海": 10}, "mode": "search"},
        {"mode": "search"},
    ]
    ask = """async ([texts, given]) => {
      const { load } = await import("./seqzoo.js");
      return (await load()).predict(texts, given);
    }"""
    refused = {
        SEGMENTATION: [
            ({"words": []}, "words: expected words; there are none"),
            ({"colour": 1}, "colour: expected an option"),
        ],
        "bare_tagger": [({"mode": "parts"}, "mode: expected words or search")],
        SENTIMENT: [({"words": ["a"]}, "words: expected an option (none)")],
    }
    for name, wrong in refused.items():
        page.goto(f"{address}/{name}/")
        for given, message in wrong:
            caught = f"(sent) => ({ask})(sent).catch((error) => error.message)"
            assert page.evaluate(caught, [["x"], given]).startswith(message)
        if name == SENTIMENT:
            continue
        model = seqzoo.load(sources[name])
        for given in ways:
            found = page.evaluate(ask, [texts, given])
            expected = model.predict(texts, **given)
            for ours, theirs in zip(expected, found, strict=True):
                assert theirs == {key: ours[key] for key in theirs}, given


def test_the_words_of_a_sentence_follow_the_typing(page, address):
    page.goto(f"{address}/{SEGMENTATION}/")
    expect(page.get_by_role("status")).to_have_text("Ready.", timeout=60_000)
    sentence = "江泽民在北京大学讲话"
    model = seqzoo.load(SEGMENTATION)
    shown = page.get_by_label("Answer", exact=True).locator(".word")
    for end in range(1, len(sentence) + 1):
        page.locator("#text").press_sequentially(sentence[end - 1])
        words = model.predict([sentence[:end]])[0]["words"]
        page.wait_for_function(SHOWN, arg=words)
    page.locator("#text").fill(f"{sentence}\n\n  {sentence}")
    expect(page.locator("#answer > *")).to_have_count(2)
    page.locator("#text").fill(" ")
    expect(shown).to_have_count(0)


def test_a_classifier_shows_bars_and_tells_what_it_cannot_use(page, address):
    page.goto(f"{address}/{SENTIMENT}/")
    page.locator("#text").fill("A wonderful film.")  # before the model is there
    first = page.get_by_role("listitem").first
    expect(first).to_contain_text("positive", timeout=60_000)
    page.locator("#text").fill("江泽民")
    expect(page.get_by_role("alert")).to_have_text(
        "none of the 1 tokens is known to the model"
    )
    expect(page.get_by_role("listitem")).to_have_count(0)
    page.locator("#text").fill("<img src=x onerror='window.hurt = 1'> awful")
    expect(first).to_contain_text("negative")
    assert page.evaluate("window.hurt") is None
    assert page.locator("#answer img").count() == 0


def test_a_translation_shows_what_each_piece_attended_to(page, address):
    page.goto(f"{address}/{TRANSLATION}/")
    page.locator("#text").fill("A man is riding a horse.")
    expect(page.locator(".translation")).to_have_text(
        "Ein Mann reitet auf einem Pferd.", timeout=60_000
    )
    page.get_by_role("button", name="Pferd").hover()
    expect(page.locator("tr.looked th")).to_have_text("Pferd")


@pytest.mark.parametrize(
    "page",
    [{"viewport": {"width": 390, "height": 700}, "color_scheme": "dark"}],
    indirect=True,
)
def test_a_phone_in_the_dark(page, address):
    for name, text in (
        (SENTIMENT, "x" * 300 + " good"),
        (ENTITIES, "江泽民在北京大学讲话" * 5),
    ):
        page.goto(f"{address}/{name}/")
        page.locator("#text").fill(text)
        expect(page.locator("#answer > *")).to_have_count(1, timeout=60_000)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, name
    light = page.evaluate(
        "getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)"
    )
    assert max(light) < 60
