"""The page in Chromium, for models that read files: chosen, sent, answered, refused."""

import os
import shutil
import socket
import threading

import pytest
import uvicorn
from playwright.sync_api import expect, sync_playwright

from seqzoo.serving import Service, create_app
from tests.tasks.outside import made

SOUNDS, PICTURES, TABLES = "loudness", "brightness", "steepness"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """A server in a thread of this process, with a model of each task."""
    with made.declared():
        folder = tmp_path_factory.mktemp("models")
        service = Service([made.model(folder / n, n) for n in (SOUNDS, PICTURES, TABLES)])
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        settings = uvicorn.Config(create_app(service), lifespan="off", log_level="warning")
        server = uvicorn.Server(settings)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join(20)
        service.drain()


@pytest.fixture
def page(address):
    """The page; at the end the policy refused nothing, and no script threw."""
    path = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if path is None:
        if os.environ.get("CI"):
            pytest.fail("expected Chromium; on Debian: apt-get install chromium")
        pytest.skip("there is no Chromium here; on Debian: apt-get install chromium")
    wrong = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        page = browser.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda told: told.type == "error" and wrong.append(told.text))
        page.goto(address)
        expect(page.get_by_label("Model").locator("option")).to_have_count(3)
        yield page
        browser.close()
    assert [each for each in wrong if "status of 4" not in each] == []


def choose(page, model, *files):
    """Choose a model, files (name, content), and ask."""
    page.get_by_label("Model").select_option(model)
    chosen = [{"name": n, "mimeType": "", "buffer": content} for n, content in files]
    page.get_by_label("Files").set_input_files(chosen)
    page.get_by_role("button", name="Rate").click()


def test_files_are_answered_one_by_one(page):
    choose(page, SOUNDS, ("a.wav", made.wav()), ("b.wav", made.wav(0.25)))
    expect(page.get_by_role("status")).to_have_text("Done.")
    answer = page.get_by_label("Answer", exact=True)
    expect(answer.locator("> *")).to_contain_text(["seconds: 0.5", "seconds: 0.25"])
    expect(answer.locator("> * > .best")).to_have_text(["a.wav", "b.wav"])
    expect(page.locator("#text")).to_be_hidden()
    choose(page, PICTURES, ("a.png", made.png(7, 5)))
    expect(answer).to_contain_text("width: 7")
    assert page.get_by_label("Files").get_attribute("accept") == ".png,.jpg,.jpeg"


def test_tables_come_as_files_or_as_json(page):
    choose(page, TABLES, ("a.csv", b"x,y\n1,2\n3,4\n"))
    answer = page.get_by_label("Answer", exact=True)
    expect(answer).to_contain_text("rows: 2")
    page.get_by_label("Model").select_option(SOUNDS)
    page.get_by_label("Model").select_option(TABLES)
    page.get_by_label("JSON").fill("[[1, 2], [3, 4], [5, 6]]")
    page.get_by_role("button", name="Rate").click()
    expect(answer).to_contain_text("rows: 3")
    choose(page, TABLES, ("a.csv", b"1,2\n"))
    expect(page.get_by_role("alert")).to_have_text(
        "Expected files or JSON; there are both."
    )


def test_what_is_refused_is_told_with_the_files_name(page):
    page.get_by_label("Model").select_option(PICTURES)
    page.get_by_role("button", name="Rate").click()
    expect(page.get_by_role("alert")).to_have_text("There is no file yet.")
    choose(page, PICTURES, ("a.png", made.png()), ("b.png", made.wav()))
    expect(page.get_by_role("alert")).to_contain_text("b.png: expected a PNG or JPEG file")
    choose(page, PICTURES, ("a.wav", made.wav()))
    expect(page.get_by_role("alert")).to_contain_text("a.wav: expected image")


def test_the_chooser_is_reached_by_the_keyboard(page):
    page.get_by_label("Model").focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "file"
    page.keyboard.press("Tab")
    assert (
        page.evaluate("document.activeElement.id") == "record"
    )  # the first model reads sounds
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "go"
