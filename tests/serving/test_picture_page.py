"""The captioner on the server: bytes of pictures; the page, where a picture is dropped or drawn."""

import base64
import shutil
import socket
import threading

import pytest
import uvicorn
from playwright.sync_api import expect

import seqzoo
from seqzoo.datasets.pictures.pixels import decoded
from seqzoo.serving import Service, create_app
from seqzoo.tasks.inputs import SERVED_IMAGE
from tests.serving.models import CAPTIONER
from tests.serving.test_accessibility import SCREENS, found

SAID = ["a", "red", "circle", "</s>"]
POSITIONS = 16  # of the page's test: each word looks at one of 4 by 4, the n-th at the n-th


@pytest.fixture(scope="module")
def picture(pictures_folder):
    return (pictures_folder / "test0.png").read_bytes()


@pytest.fixture(scope="module")
def service(captioner, tmp_path_factory):
    folder = shutil.copytree(captioner, tmp_path_factory.mktemp("models") / CAPTIONER)
    service = Service([folder])
    yield service
    service.drain()


@pytest.fixture(scope="module")
def client(service):
    from fastapi.testclient import TestClient

    return TestClient(create_app(service), raise_server_exceptions=False)


@pytest.fixture(scope="module")
def server(service):
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    settings = uvicorn.Config(create_app(service), lifespan="off", log_level="warning")
    process = uvicorn.Server(settings)
    thread = threading.Thread(target=process.run, kwargs={"sockets": [listener]})
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    process.should_exit = True
    thread.join(20)


@pytest.fixture
def asked(service, monkeypatch):
    """Pictures that the captioner was asked about; it answers `SAID`."""
    seen = []

    def answers(items, options):
        assert options.alignments
        seen.extend(picture for picture, _ in items)
        looks = [[0.0] * POSITIONS for _ in SAID]
        for number, shares in enumerate(looks):
            shares[number] = 1.0
        caption = {"caption": "a red circle", "log_prob": -1.0, "score": -1.0}
        return [{**caption, "tokens": SAID, "alignments": looks} for _ in items]

    monkeypatch.setattr(service[CAPTIONER].predictor, "answers", answers)
    return seen


def opened(browser, server, wrong, **settings):
    """The page in a browser; what the policy refuses, or a script throws, is added to `wrong`."""
    page = browser.new_page(**settings)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda told: told.type == "error" and wrong.append(told.text))
    page.goto(server)
    expect(page.locator("#model option")).to_have_count(1)
    return page


@pytest.fixture
def page(browser, server, request):
    wrong = []
    settings = getattr(request, "param", {"reduced_motion": "reduce"})
    page = opened(browser, server, wrong, **settings)
    yield page
    page.close()
    assert wrong == []


def captioned(page):
    """The place of the answer, once it is there."""
    expect(page.get_by_role("status")).to_have_text("Done.")
    answer = page.get_by_label("Answer", exact=True)
    expect(answer.locator("p.best").last).to_have_text("a red circle")
    return answer


def chosen(page, picture):
    file = {"name": "a.png", "mimeType": "image/png", "buffer": picture}
    page.get_by_label("Files").set_input_files([file])
    page.get_by_role("button", name="Caption").click()
    return captioned(page)


def drawn(page, colour="#ff0000"):
    """Draw a line across, in a colour."""
    page.get_by_label("Colour").fill(colour)
    pad = page.locator("canvas.pad")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 20, box["y"] + box["height"] / 2, steps=10)
    page.mouse.up()
    expect(page.locator("#file")).to_have_js_property("value", "C:\\fakepath\\drawing.png")


LIGHT = """(canvas, [x, y]) => {
  const { data } = canvas.getContext("2d").getImageData(x, y, 1, 1);
  return data[0] + data[1] + data[2];
}"""


def lightness(answer, column, row):
    """Of the middle of one of 4 by 4 places of the picture that is shown."""
    place = [40 + 80 * column, 40 + 80 * row]
    return answer.locator("canvas.looked-at").evaluate(LIGHT, place)


def test_bytes_of_a_picture_are_answered_as_the_model_does(client, captioner, picture):
    address = f"/v1/models/{CAPTIONER}:predict"
    pixels = decoded(picture)
    (expected,) = seqzoo.load(captioner).predict([pixels], alignments=True)
    coded = {"inputs": [base64.b64encode(picture).decode()], "alignments": True}
    sent = [("files", ("a.png", picture))]
    for given in ({"json": coded}, {"files": sent, "data": {"alignments": "true"}}):
        (answer,) = client.post(address, **given).json()["predictions"]
        assert answer["caption"] == expected["caption"]
        assert answer["score"] == pytest.approx(expected["score"], abs=1e-4)
        assert answer["tokens"] == expected["tokens"]
        assert len(answer["alignments"][0]) == POSITIONS


def test_too_many_bytes_are_refused(client, picture):
    large = [("files", ("a.png", picture + bytes(SERVED_IMAGE)))]
    answer = client.post(f"/v1/models/{CAPTIONER}:predict", files=large)
    assert answer.status_code == 413
    assert "expected at most 8,388,608 of image" in answer.json()["error"]


def test_a_picture_has_its_caption_and_each_word_shows_where_it_looked(
    page, picture, asked
):
    answer = chosen(page, picture)
    words = answer.get_by_role("group").get_by_role("button")
    assert words.all_inner_texts() == ["a", "red", "circle", "."]
    before = [lightness(answer, n, 0) for n in range(4)]
    words.nth(1).focus()  # the keyboard's way
    after = [lightness(answer, n, 0) for n in range(4)]
    assert after[1] == pytest.approx(before[1], rel=0.1)
    assert all(after[n] < 0.5 * before[n] for n in (0, 2, 3))
    words.nth(2).hover()
    assert lightness(answer, 1, 0) < 0.5 * before[1]
    words.nth(1).evaluate("(button) => button.blur()")
    page.mouse.move(0, 0)
    assert [lightness(answer, n, 0) for n in range(4)] == before


@pytest.mark.parametrize("page", [{}], indirect=True)
def test_words_appear_one_after_another_while_the_look_slides(page, picture, asked):
    # In one go: the words may all be there before a second command reaches the page.
    page.evaluate(
        """() => {
          window.counts = [];
          new MutationObserver(() => {
            const words = document.querySelectorAll(".spoken button");
            window.counts.push(words.length - document.querySelectorAll(".spoken .to-come").length);
          }).observe(document.getElementById("answer"), { subtree: true, attributes: true });
        }"""
    )
    answer = chosen(page, picture)
    expect(answer.locator(".spoken button:not(.to-come)")).to_have_count(len(SAID))
    counts = page.evaluate("window.counts")
    assert counts == sorted(counts) and {1, 2, 3, 4} <= set(counts)


def test_a_picture_that_is_drawn_with_the_mouse_is_asked(page, asked):
    drawn(page)
    page.get_by_role("button", name="Caption").click()
    answer = captioned(page)
    expect(answer).to_contain_text("drawing.png")
    (pixels,) = asked
    assert pixels.shape == (320, 320, 3)
    assert pixels[160, 160].tolist() == [255, 0, 0]
    assert (pixels[:100] == 255).all() and (pixels[220:] == 255).all()
    page.get_by_role("button", name="Clear").click()
    page.get_by_role("button", name="Caption").click()
    expect(page.get_by_role("alert")).to_have_text("There is no file yet.")


def test_a_picture_that_is_dropped_is_asked(page, picture, asked):
    page.evaluate(
        """(coded) => {
          const bytes = Uint8Array.from(atob(coded), (sign) => sign.charCodeAt(0));
          const dataTransfer = new DataTransfer();
          dataTransfer.items.add(new File([bytes], "dropped.png"));
          const target = document.querySelector("h1");
          for (const name of ["dragover", "drop"]) {
            target.dispatchEvent(new DragEvent(name, { dataTransfer, bubbles: true, cancelable: true }));
          }
        }""",
        base64.b64encode(picture).decode(),
    )
    expect(captioned(page)).to_contain_text("dropped.png")
    assert (asked[0] == decoded(picture)).all()


def test_it_fits_a_phone(browser, server, picture, asked):
    wrong, viewport = [], SCREENS["phone"]
    page = opened(browser, server, wrong, viewport=viewport)
    chosen(page, picture)
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    page.close()
    assert wrong == []


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("screen", SCREENS)
def test_axe_finds_nothing_serious_about_pictures(
    screen, scheme, axe, browser, server, picture, asked
):
    page = opened(browser, server, [], viewport=SCREENS[screen], color_scheme=scheme)
    chosen(page, picture)
    assert found(page, axe) == []
    page.close()
