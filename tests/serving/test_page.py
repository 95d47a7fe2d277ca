"""The page in a real browser, Debian's Chromium: what a person sees, with mouse, keyboard and on a phone."""

import json
import re
import shlex
from pathlib import Path

import pytest
from playwright.sync_api import expect

import seqzoo
from seqzoo.tasks import discover
from tests.serving.models import (
    CAPTIONER,
    ENTITIES,
    FORECASTER,
    LANGUAGE,
    NAMES,
    PEN,
    REGRESSOR,
    SEGMENTATION,
    SENTIMENT,
    SERIES,
    SPEECH,
    STORIES,
    TALKER,
    TRANSLATION,
    TREES,
    VERSE,
)

MADE_NAMES = [
    REGRESSOR,
    FORECASTER,
    SERIES,
    SPEECH,
    TALKER,
    VERSE,
    PEN,
    CAPTIONER,
    STORIES,
    TREES,
]
PAGE_NAMES = [*NAMES, *MADE_NAMES]
TEXT_NAMES = [*NAMES, REGRESSOR]
SCRIPT = "<script>window.hurt = 1</script><img src=x onerror='window.hurt = 1'> good"


@pytest.fixture
def page(browser, address, request):
    """The page of models; at the end nothing was asked for elsewhere, refused by the policy, or thrown."""
    page = browser.new_page(**getattr(request, "param", {}))
    wrong = []
    page.on(
        "request", lambda asked: asked.url.startswith(address) or wrong.append(asked.url)
    )
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda told: told.type == "error" and wrong.append(told.text))
    page.goto(address)
    expect(page.locator("#model option")).to_have_count(len(PAGE_NAMES))
    yield page
    page.close()
    assert [each for each in wrong if "status of 4" not in each] == []


def answer(page, name, text):
    """Choose, type and ask by the keyboard alone; the place of the answer."""
    page.get_by_label("Model").select_option(name)
    page.locator("#text").fill(text)
    page.locator("#text").press("Control+Enter")
    expect(page.get_by_role("status")).to_have_text("Done.")
    return page.get_by_label("Answer", exact=True)


def test_classes_are_bars_as_long_as_probabilities(page):
    found = answer(page, SENTIMENT, "A wonderful film.")
    expect(found.get_by_role("listitem").first).to_contain_text("positive")
    # The second bar is drawn from the second probability, not from what the first one leaves.
    for place in range(2):
        track = found.locator(".track").nth(place).bounding_box()
        bar = found.locator(".bar").nth(place).bounding_box()
        share = (
            float(found.locator(".share").nth(place).inner_text().removesuffix(" %")) / 100
        )
        assert bar["width"] / track["width"] == pytest.approx(share, abs=0.02)


def test_an_unfamiliar_text_has_a_note_below_its_answer(page):
    found = answer(page, TRANSLATION, "A man is riding a horse.\nI love you.")
    expect(found.locator("article")).to_have_count(2)
    expect(found.locator(".unfamiliar")).to_have_count(1)
    expect(found.locator("article").nth(1)).to_contain_text("Do not rely on the answer.")


def test_a_number_stands_below_its_text(page):
    found = answer(page, REGRESSOR, "good plain good")
    expect(found).to_contain_text("good plain good")
    value = float(found.locator("p.best").inner_text())
    assert 40 < value < 60


def test_words_have_their_tags_below(page):
    found = answer(page, SEGMENTATION, "祝贺 Keras 在北京大学")
    words = [word.inner_text().split() for word in found.locator(".word").all()]
    assert words[:2] == [["祝", "B", "贺", "E"], [*"KBeMrMaMsE"]]
    character = found.locator(".unit span").first.bounding_box()
    tag = found.locator(".unit small").first.bounding_box()
    assert tag["y"] >= character["y"] + 0.8 * character["height"]


def test_entities_are_marked_with_their_kinds_and_places(page):
    found = answer(
        page, ENTITIES, "😀江泽民在北京大学讲话"
    )  # the first character is two of JavaScript's
    parts = "mark => [mark.firstChild.data, mark.lastChild.textContent]"
    marks = [mark.evaluate(parts) for mark in found.locator("mark").all()]
    assert ["江泽民", "person"] in marks
    expect(found).to_contain_text("讲话")


def test_a_translation_shows_what_each_word_looked_at(page):
    found = answer(page, TRANSLATION, "A man is riding a horse.")
    expect(found.locator(".translation")).to_have_text("Ein Mann reitet auf einem Pferd.")
    horse = found.locator("span.piece", has_text="horse")
    plain = horse.evaluate("e => getComputedStyle(e).backgroundColor")
    found.get_by_role("button", name="Pferd").hover()
    assert horse.evaluate("e => getComputedStyle(e).backgroundColor") != plain
    expect(found.locator("tr.looked th")).to_have_text("Pferd")
    page.mouse.move(0, 0)
    expect(found.locator("tr.looked")).to_have_count(0)
    found.get_by_role("button", name="Mann").focus()  # the keyboard's way
    expect(found.locator("tr.looked th")).to_have_text("Mann")
    page.keyboard.press("Enter")
    expect(found.get_by_role("button", name="Mann")).to_have_attribute(
        "aria-pressed", "true"
    )
    assert (
        found.locator("table.heat tbody tr").count() == found.get_by_role("button").count()
    )


def test_a_pasted_table_is_drawn_with_its_forecast(page, loads_file):
    lines = loads_file.read_text().splitlines()
    ahead = [f"2024-01-13 {hour}:00,,,1" for hour in range(12, 18)]
    found = answer(page, FORECASTER, "\n".join([lines[0], *lines[-40:], *ahead]))
    expect(found.locator("p.best")).to_contain_text("2024-01-13T17:00")
    picture = found.locator("svg.series")
    for part in ("past", "ahead", "naive", "band"):
        expect(picture.locator(f".{part}")).to_have_count(1)
    points = picture.locator(".past").get_attribute("points").split()
    assert len(points) == 24
    entries = found.locator(".key .entry")
    expect(entries).to_have_text(
        ["history", "forecast", "band 10 % – 90 %", "last value or season repeated"]
    )
    for part, entry in zip(("past", "ahead", "band", "naive"), entries.all(), strict=True):
        expect(entry.locator(f"svg .{part}")).to_have_count(1)
    page.locator("#text").fill(SCRIPT)
    page.locator("#text").press("Control+Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    assert page.evaluate("window.hurt") is None


def test_a_pasted_series_is_drawn_with_what_its_stretches_did(page, kinds_file):
    lines = kinds_file.read_text().splitlines()
    rows = [line.rpartition(",")[0] for line in lines if line.startswith(("id,", "s1,"))]
    found = answer(page, SERIES, "\n".join(rows))
    expect(found.locator("p.best")).to_contain_text("s1: fall")
    picture = found.locator("svg.series")
    expect(picture).to_have_count(2)  # a channel each
    points = picture.first.locator(".past").get_attribute("points").split()
    assert len(points) == len(rows) - 1
    assert picture.first.locator(".band").count() > 0


def test_a_language_model_goes_on_and_can_be_stopped(page):
    page.get_by_label("Model").select_option(LANGUAGE)
    page.get_by_label("Tokens").fill("40")
    found = answer(page, LANGUAGE, "def ")
    text = found.locator(".written").text_content()
    assert text.startswith("def ")
    assert len(text) == 44
    page.get_by_label("Tokens").fill("1000")
    # In one go: the model may be done before a second command of the test reaches the page.
    page.evaluate(
        """() => {
          document.getElementById("form").requestSubmit();
          document.getElementById("stop").focus();
          document.getElementById("stop").click();
        }"""
    )
    expect(page.get_by_role("status")).to_have_text("Stopped.")
    expect(page.get_by_role("button", name="Continue")).to_be_focused()
    page.get_by_role("button", name="How likely").click()
    expect(found.locator(".token")).to_have_count(4)


def poem_of(page):
    """The lines of the poem that is shown."""
    expect(page.get_by_role("status")).to_have_text("Done.")
    return re.split("[，。]", page.locator(".poem").get_attribute("aria-label"))[:-1]


def test_a_poem_stands_in_columns_and_a_line_is_written_anew(page):
    page.get_by_label("Model").select_option(VERSE)
    expect(page.locator("#text")).to_be_hidden()
    page.get_by_label("体 form").select_option("4x5")
    page.get_by_label("韵 rhyme").select_option("唐")
    page.get_by_label("藏头 acrostic").fill("春江花月")
    page.get_by_label("平仄 tones").check()
    page.get_by_role("button", name="Write").click()
    lines = poem_of(page)
    assert "".join(line[0] for line in lines) == "春江花月"
    assert {len(line) for line in lines} == {5}
    columns = page.locator(".column")
    places = [columns.nth(number).bounding_box() for number in range(4)]
    assert [place["x"] for place in places] == sorted(
        (p["x"] for p in places), reverse=True
    )
    assert all(place["height"] > 2 * place["width"] for place in places)
    # Every character has its tone, and those that rhyme are marked.
    assert set(page.locator(".glyph .tone").all_inner_texts()) == {"○", "●"}
    expect(page.locator(".foot")).to_have_count(2)
    assert "ang" in page.locator(".foot").first.get_attribute("title")

    # A new line keeps what was asked of the poem, whatever the fields say by now.
    page.get_by_label("藏头 acrostic").fill("")
    page.get_by_label("韵 rhyme").select_option("none")
    page.get_by_label("another line 2").click()
    again = poem_of(page)
    assert [again[0], *again[2:]] == [lines[0], *lines[2:]] and len(again[1]) == 5
    assert again[1][0] == "江"
    assert "ang" in page.locator(".foot").first.get_attribute("title")


def test_a_drawing_is_written_stroke_by_stroke(page):
    page.get_by_label("Model").select_option(PEN)
    expect(page.locator("#text")).to_be_hidden()
    page.get_by_label("文字 text").fill("ab")
    page.get_by_label("工整 bias").fill("2.5")
    page.get_by_role("button", name="Draw").click()
    expect(page.get_by_role("status")).to_have_text("Done.")
    image = page.locator("svg.drawing")
    expect(image.locator("polyline").first).to_be_attached()
    assert len(image.get_attribute("viewBox").split()) == 4
    page.get_by_label("文字 text").fill("z")
    page.get_by_role("button", name="Draw").click()
    expect(page.get_by_role("alert")).to_contain_text("not in the texts of the training")


def test_the_model_goes_on_from_what_is_drawn_with_the_mouse(page):
    page.get_by_label("Model").select_option(PEN)
    pad = page.locator("svg.pad")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 60, steps=30)
    page.mouse.up()
    expect(pad.locator("polyline")).to_have_count(1)
    page.get_by_role("button", name="Draw").click()
    expect(page.get_by_role("status")).to_have_text("Done.")
    first = page.locator("svg.drawing polyline").first.get_attribute("points")
    places = [tuple(map(float, each.split(","))) for each in first.split()]
    assert places[1][0] - places[0][0] > 10 * abs(places[1][1] - places[0][1])
    page.get_by_role("button", name="clear").click()
    expect(pad.locator("polyline")).to_have_count(0)


def test_a_story_is_asked_and_what_was_read_stands_beside_its_sentences(page):
    page.get_by_label("Model").select_option(STORIES)
    expect(page.locator("#text")).to_be_hidden()
    page.get_by_label("Story, a sentence a line").fill(
        "Mary went to the office.\n\nJohn moved to the <b>garden</b>."
    )
    page.get_by_label("Question").fill("Where is Zelda?")
    page.get_by_role("button", name="Answer").click()
    expect(page.get_by_role("status")).to_have_text("Done.")
    found = page.get_by_label("Answer", exact=True)
    expect(found.locator("tbody tr")).to_have_count(2)
    # What is typed is text, never HTML.
    expect(found.locator("tbody tr").nth(1)).to_contain_text("the <b>garden</b>")
    for hop in (1, 2):
        shares = found.locator(f"tbody td:nth-child({hop + 1})").all_inner_texts()
        total = sum(float(each.removesuffix(" %")) for each in shares)
        assert total == pytest.approx(100, abs=0.2)
    expect(found).to_contain_text("Words that it never read: b, zelda")
    page.get_by_label("Story, a sentence a line").fill("")
    page.get_by_role("button", name="Answer").click()
    expect(page.get_by_role("alert")).to_contain_text(
        "expected a sentence before the question"
    )


def test_what_clashes_in_a_poem_is_told(page):
    page.get_by_label("Model").select_option(VERSE)
    page.get_by_label("藏头 acrostic").fill("春江花月夜")
    page.get_by_role("button", name="Write").click()
    expect(page.get_by_role("alert")).to_contain_text("acrostic: expected at most 4")


@pytest.mark.parametrize("name", TEXT_NAMES)
def test_what_a_user_types_is_text_and_never_run(page, name):
    answer(page, name, SCRIPT)
    assert page.evaluate("window.hurt") is None
    assert page.locator("#answer script, #answer img").count() == 0
    shown = page.locator(
        "#answer"
    ).text_content()  # where it is shown whole and not letter by letter
    assert "script" in shown or name in (LANGUAGE, SEGMENTATION)


def test_what_is_refused_is_told(page):
    page.get_by_role("button", name="Predict").click()
    expect(page.get_by_role("alert")).to_have_text("There is no text yet.")
    page.get_by_label("Model").select_option(TRANSLATION)
    page.locator("#text").fill("A dog.\n\n" + "a dog " * 600)
    page.get_by_role("button", name="Translate").click()
    expect(page.get_by_role("alert")).to_contain_text("Line 3: 1,201 tokens")


@pytest.mark.parametrize(
    "page",
    [{"viewport": {"width": 360, "height": 640}, "color_scheme": "dark"}],
    indirect=True,
)
def test_a_phone_in_the_dark(page):
    texts = {
        TRANSLATION: "A man in a blue shirt is standing on a ladder cleaning a window.",
        SEGMENTATION: "江泽民在北京大学讲话" * 5,
        SENTIMENT: "x" * 400 + " good",
    }
    for name, text in texts.items():
        answer(page, name, text)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, name
    light = page.evaluate(
        "getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)"
    )
    assert max(light) < 60


def test_the_whole_page_is_reached_by_the_keyboard(page):
    answer(page, TRANSLATION, "A man is riding a horse.")
    page.get_by_label("Model").focus()
    reached = []
    for _ in range(18):
        reached.append(
            page.evaluate("document.activeElement.id || document.activeElement.className")
        )
        page.keyboard.press("Tab")
    assert reached[:2] == ["model", "text"]
    assert reached.index("go") == 2 + page.locator("#examples button").count()
    assert "piece" in reached and "scroll" in reached


def test_other_answers_are_those_not_given_the_likeliest_first(page):
    scores = {"b": -3.0, "d": -9.5, "c": -1.25}
    answers = [{"answer": each, "score": scores[each]} for each in "bdcdb"]
    found = {"text": "a", "answer": "b", "answers": answers}
    page.route("**/*:predict", lambda route: route.fulfill(json={"predictions": [found]}))
    shown = answer(page, TALKER, "a")
    expect(shown.locator(".answered")).to_have_text("b")
    shown.locator("details.others summary").click()
    rows = shown.locator("details.others").get_by_role("listitem")
    expect(rows).to_have_text(["c -1.25", "d -9.50"])


def test_a_talk_keeps_its_turns(page, talker):
    """Each turn is sent with those before it, as many as the model reads."""
    model, said = seqzoo.load(talker), []
    bodies = []
    page.on(
        "request",
        lambda asked: asked.method == "POST" and bodies.append(asked.post_data_json),
    )
    for text in ("i have a old small cow .", "what is it ?"):
        found = answer(page, TALKER, text)
        expect(page.locator("#text")).to_have_value("")
        said.append(text)
        expected = model.reply(said, n_best=5)
        said.append(expected["answer"])
    assert bodies[-1] == {"texts": ["\t".join(said[:3])], "n_best": 5}
    expect(found.locator(".talk li .answered")).to_have_text([said[1], said[3]])
    # Another model, and back: the talk is still there.
    answer(page, SENTIMENT, "A wonderful film.")
    page.get_by_label("Model").select_option(TALKER)
    expect(page.locator(".talk > li")).to_have_count(2)
    page.get_by_role("button", name="New talk").click()
    expect(page.locator(".talk")).to_have_count(0)


def test_markup_in_a_talk_stays_text(page):
    page.evaluate("window.hurt = 0")
    answer(page, TALKER, f"what is it {SCRIPT.replace(' good', '')} ?")
    assert page.evaluate("window.hurt") == 0
    expect(page.locator(".talk script, .talk img")).to_have_count(0)


def test_models_are_grouped_by_task(page):
    for name, task in discover().items():
        group = page.locator(f"#model optgroup[label^='{name}: ']")
        assert group.get_attribute("label") == f"{name}: {task.summary}"
        assert group.locator("option").count() == 1


@pytest.mark.parametrize("name", [SENTIMENT, TRANSLATION, SEGMENTATION, ENTITIES])
def test_an_example_is_asked_by_a_click(page, name):
    page.get_by_label("Model").select_option(name)
    example = page.locator("#examples button").first
    text = example.inner_text()
    example.click()
    expect(page.get_by_role("status")).to_have_text("Done.")
    assert page.locator("#text").input_value() == text


def test_what_was_asked_is_shown_as_commands(page, address):
    answer(page, SENTIMENT, 'It\'s a "wonderful" film.')
    page.locator("#again summary").click()
    words = shlex.split(page.locator("#curl").inner_text())
    assert words[:2] == ["curl", f"{address}/v1/models/{SENTIMENT}:predict"]
    assert json.loads(words[-1]) == {"texts": ['It\'s a "wonderful" film.']}
    code = page.locator("#python").inner_text()
    assert code.startswith("import seqzoo\n\nseqzoo.load(")
    found = eval(code.splitlines()[-1], {"seqzoo": seqzoo})
    (shown,) = page.locator(".share").first.all_inner_texts()
    assert f"{100 * max(found[0]['probabilities'].values()):.1f} %" == shown


@pytest.mark.parametrize("page", [{"locale": "zh-CN"}], indirect=True)
def test_a_chinese_browser_is_answered_in_chinese(page):
    expect(page.locator("label[for=model]")).to_have_text("模型")
    assert page.locator("html").get_attribute("lang") == "zh"
    page.locator("#model").select_option(SEGMENTATION)
    page.get_by_role("button", name="分词").click()
    expect(page.get_by_role("alert")).to_have_text("还没有文本。")
    page.locator("#text").fill("江泽民在北京大学讲话")
    page.locator("#text").press("Control+Enter")
    expect(page.get_by_role("status")).to_have_text("完成。")


def test_each_text_of_the_page_has_chinese_words():
    package = Path(seqzoo.__file__).parent
    page = package / "serving" / "page"
    words = (page / "words.js").read_text("utf-8")
    known = set(re.findall(r'^  "([^"]+)":', words, re.M))
    asked = set()
    for name in ("index.html", "docs.html"):
        asked |= set(re.findall(r"data-t[^>]*>([^<]+)<", (page / name).read_text()))
    scripts = [*page.glob("*.js"), *package.glob("tasks/**/*.js")]
    for script in (path.read_text("utf-8") for path in scripts):
        # A text, or a choice of several.
        for call in re.findall(r"\bt\(([^()]*)\)", script):
            asked |= set(re.findall(r'"([^"]+)"', call))
        for heads in re.findall(r"\btable\(\[([^\]]*)\]", script):
            asked |= set(re.findall(r'"([^"]+)"', heads))
    for view in package.glob("tasks/**/*view.js"):
        script = view.read_text("utf-8")
        asked |= set(re.findall(r'(?:hint|go): "([^"]+)"', script))
        asked |= set(re.findall(r'\["(?:past|ahead|band|naive)", "([^"]+)"\]', script))
    assert "history" in asked
    assert len(asked) > 20
    assert asked - known == set()


def test_a_long_alignment_stays_on_the_screen(page):
    answer(page, TRANSLATION, "A man is riding a horse and " * 20 + "a dog.")
    height = page.evaluate("innerHeight")
    for box in page.locator(".scroll").all():
        assert box.bounding_box()["height"] <= height


def opened_docs(page, address):
    """The HTTP reference with all its addresses open."""
    page.goto(f"{address}/docs")
    expect(page.locator("details.address").first).to_be_visible()
    page.evaluate(
        "document.querySelectorAll('details').forEach((each) => { each.open = true; })"
    )


def test_the_reference_has_every_address_with_its_fields(page, address):
    opened_docs(page, address)
    schema = page.evaluate("fetch('openapi.json').then((answer) => answer.json())")
    names = {
        f"{method.upper()} {path}"
        for path, each in schema["paths"].items()
        for method in each
    }
    assert set(page.locator("details.address > summary > code").all_inner_texts()) == names
    predict = page.locator("details", has_text="POST /v1/models/{name}:predict")
    expect(
        predict.get_by_role("cell", name="integer or null, >= 1, <= 16").first
    ).to_be_visible()
    for field in ("texts", "inputs", "beam_size", "min_confidence"):
        expect(
            predict.get_by_role("rowheader", name=field, exact=True).first
        ).to_be_visible()


def test_the_reference_asks_what_is_typed(page, address):
    opened_docs(page, address)
    predict = page.locator("details", has_text="POST /v1/models/{name}:predict")
    predict.get_by_label("name").select_option(SENTIMENT)
    predict.get_by_label("application/json").fill('{"texts": ["Dull."], "top_k": 1}')
    predict.get_by_role("button", name="Send").press("Enter")
    expect(predict.get_by_role("status")).to_contain_text("200 application/json")
    found = json.loads(predict.locator("pre").inner_text())
    assert found["predictions"][0]["label"] == "negative"
    assert list(found["predictions"][0]["probabilities"]) == ["negative"]
    predict.get_by_label("application/json").fill('{"texts": [""]}')
    predict.get_by_role("button", name="Send").click()
    expect(predict.get_by_role("status")).to_contain_text("422")
    file = {"name": "a.txt", "mimeType": "text/plain", "buffer": b"A wonderful film.\n"}
    predict.locator("input[type=file]").set_input_files(file)
    predict.get_by_role("button", name="Send").click()
    expect(predict.get_by_role("status")).to_contain_text("200")

    generate = page.locator("details", has_text="POST /v1/models/{name}:generate")
    assert generate.locator("select option").all_inner_texts() == [LANGUAGE, VERSE, PEN]
    generate.get_by_label("name").select_option(LANGUAGE)
    generate.get_by_role("button", name="Send").click()
    expect(generate.locator("pre")).to_contain_text('{"done": true}')


def test_a_tree_has_a_circle_a_node_and_a_text_says_that_it_is_a_chain(page):
    found = answer(page, TREES, "(_ (_ lovely) (_ (_ the) (_ film)))")
    expect(found.locator("svg.tree circle")).to_have_count(5)
    assert found.locator("svg.tree text").all_text_contents() == ["lovely", "the", "film"]
    expect(found.locator("p.best")).to_contain_text("(tree: given)")
    answer(page, TREES, "lovely <b>film</b>")
    expect(found.locator("p.best")).to_contain_text("right-branching chain")
    expect(found.locator("svg.tree b")).to_have_count(0)
